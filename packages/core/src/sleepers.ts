import { Access, type Footprint } from './access.js'
import type { Machine } from './machine.js'
import type { KernelPolicy } from './policy.js'
import type { SleepQueue } from './sleep-queue.js'
import { ThreadMark, ThreadState, WakeReason, type Thread } from './thread.js'
import { Due } from './timeline.js'

/** Puts threads to sleep and ends their sleep; and holds threads back, asleep or not. */
export class Sleepers {
  private readonly policy: KernelPolicy

  constructor(private readonly machine: Machine) {
    this.policy = machine.policy
  }

  /**
   * Puts a thread to sleep.
   *
   * @param queue - Where a wakeup finds it, or null for a plain delay.
   * @param ticks - Time-out in ticks, 0 for none.
   */
  sleep(thread: Thread, queue: SleepQueue | null, wmesg: string, ticks: number, interruptible: boolean): void {
    thread.state = ThreadState.sleeping
    thread.wmesg = wmesg
    thread.wakeReason = WakeReason.none
    if (interruptible) thread.marks |= ThreadMark.interruptible
    this.policy.sleeps(thread, queue)
    if (queue !== null) queue.insert(thread, this.policy.sleepRank(thread, queue))
    if (ticks > 0) {
      const timer = (thread.timer ??= new SleepTimer(thread, this))
      timer.background = thread.is(ThreadMark.background)
      this.machine.timeline.arm(timer, this.machine.clock.tickTimeNs(ticks + this.policy.timeoutSlackTicks))
    }
    this.machine.trace?.sleep(thread, queue?.object ?? null)
  }

  /** Ends a thread's sleep and makes it runnable. */
  wake(thread: Thread, reason: WakeReason): void {
    if (thread.sleepQueue !== null) thread.sleepQueue.remove(thread)
    const { timer } = thread
    if (timer !== null && timer.isArmed && !this.policy.timeoutOutlivesWakeup) this.machine.timeline.cancel(timer)
    thread.wakeReason = reason
    thread.marks &= ~(ThreadMark.interruptible | ThreadMark.asleep)
    this.machine.trace?.wake(thread, reason)
    // A stopped one has its sleep behind it, and runs when it is let go.
    if (thread.state === ThreadState.stopped) return
    this.policy.woken(thread)
    this.machine.scheduler.enqueue(thread)
  }

  /**
   * Holds back a thread until `letGo`: one that sleeps, which stays on its queue and can be woken there; one that is
   * queued to run; or the running one, whose call then gives up its CPU.
   */
  stop(thread: Thread): void {
    if (thread.state === ThreadState.sleeping) thread.marks |= ThreadMark.asleep
    else if (thread.state === ThreadState.runnable) this.machine.scheduler.dequeue(thread)
    thread.state = ThreadState.stopped
    this.machine.trace?.stop(thread)
  }

  /** Lets a stopped thread go: it sleeps on, or becomes runnable if it did not sleep or was woken meanwhile. */
  letGo(thread: Thread): void {
    this.machine.trace?.letGo(thread)
    if (thread.is(ThreadMark.asleep)) {
      thread.marks &= ~ThreadMark.asleep
      thread.state = ThreadState.sleeping
      return
    }
    this.policy.woken(thread)
    this.machine.scheduler.enqueue(thread)
  }

  /** Wakes all who sleep on a queue, in its order. */
  wakeAll(queue: SleepQueue): void {
    while (queue.head !== null) this.wake(queue.head, WakeReason.woken)
  }

  /** The sleeper that a wakeup of one releases: the first, or whom the oracle chooses among those the release allows. */
  chooseSleeper(queue: SleepQueue): Thread | null {
    const { oracle } = this.machine
    if (oracle === null || queue.length < 2) return queue.head
    const candidates = this.policy.wakeCandidates(queue)
    return candidates.length < 2 ? queue.head : candidates[oracle.choose({ kind: 'wake', candidates })]!
  }

  /** What ended the sleep of a thread that runs again; its time-out is no longer armed. */
  finishSleep(thread: Thread): WakeReason {
    const { timer } = thread
    if (timer !== null && timer.isArmed) this.machine.timeline.cancel(timer)
    return thread.wakeReason
  }
}

/** A sleep's time-out. */
class SleepTimer extends Due {
  constructor(
    private readonly thread: Thread,
    private readonly sleepers: Sleepers,
  ) {
    super()
  }

  override get label(): string {
    return `time-out of ${this.thread.name ?? this.thread.process.name}`
  }

  override touches(footprint: Footprint): void {
    const { thread } = this
    footprint.add(thread, Access.write)
    if (thread.sleepQueue !== null) footprint.add(thread.sleepQueue.object, Access.expire)
    footprint.add(thread.cpu.machine.timeline, Access.read)
  }

  override fire(): void {
    const { thread } = this
    const isAsleep = thread.state === ThreadState.sleeping || thread.is(ThreadMark.asleep)
    if (isAsleep) this.sleepers.wake(thread, WakeReason.timedOut)
    // Only where a release lets the time-out outlive the wakeup: the thread has not run yet, and will find it fired.
    else thread.wakeReason = WakeReason.timedOut
  }
}
