import {
  Access,
  CallPhase,
  EVERYTHING,
  ThreadMark,
  ThreadState,
  touchesLeaving,
  WakeReason,
  type Footprint,
  type KernelCall,
  type Operation,
  type SleepQueue,
  type WaitObject,
} from '@kt/core'
import { EINTR, ERESTART, EWOULDBLOCK } from './errno.js'
import type { OpenbsdMachine } from './machine.js'
import { enterMutex, leaveMutex, Mutex, mutexOf } from './mutex.js'
import * as P from './param.js'
import { ofThisKernel, type Proc } from './proc.js'
import { cursig, hasAst, stop, STOPS, touchesSignalled } from './signal.js'

/** tsleep(9), as both releases have it. */
export interface SleepCalls {
  /**
   * Sleeps until a wakeup on `ident`. The big lock is its interlock: it is given up meanwhile.
   *
   * @param ident - What to sleep on, any value but null; two values are one channel if they are the same value.
   * @param priority - Priority from the wakeup on, 0 … 127, lower is more urgent; with `PCATCH` signals end the sleep.
   * @param wmesg - Why, as views print it.
   * @param timo - Time-out in ticks, 0 for none.
   * @returns 0; `EWOULDBLOCK` when the time-out came; with `PCATCH` `EINTR` or `ERESTART` while a signal is pending,
   *   for a kernel thread always `ERESTART`, over and over. While `cold` 0 at once.
   * @throws KernelPanic for a null `ident` (DIAGNOSTIC), OB-D-14 in an interrupt or with a mutex held.
   * @see tsleep.9.
   */
  tsleep: (ident: WaitObject, priority: number, wmesg: string, timo: number) => KernelCall<number>
  /**
   * Wakes all who sleep on `ident`, first come, first woken. Nobody there: no effect, no memory.
   *
   * @see tsleep.9, wakeup.
   */
  wakeup: (ident: WaitObject) => KernelCall<void>
  /**
   * Wakes at most `n` of them, −1 for all. A stopped sleeper counts, and stays stopped. 4.2 looks at the count only
   * after one that is not stopped, so that one too many may become all, and 0 is all.
   *
   * @see tsleep.9, wakeup_n.
   */
  wakeup_n: (ident: WaitObject, n: number) => KernelCall<void>
  /**
   * `wakeup_n` of one.
   *
   * @see tsleep.9, wakeup_one.
   */
  wakeup_one: (ident: WaitObject) => KernelCall<void>
  /**
   * Goes to the tail of the queue for the caller's user priority.
   *
   * @see sched_bsd.c, yield.
   */
  yield: () => KernelCall<void>
  /**
   * The same, counted as involuntary.
   *
   * @param newp - null; anything else panics.
   */
  preempt: (newp: Proc | null) => KernelCall<void>
  /**
   * Makes a sleeping or stopped thread runnable.
   *
   * @throws KernelPanic for one in any other state.
   */
  setrunnable: (p: Proc) => KernelCall<void>
}

/** What 5.1 adds. */
export interface MsleepCalls {
  /**
   * `tsleep` that releases a mutex when it sleeps and takes it again before it returns, unless `PNORELOCK`. It sleeps
   * even while `cold`.
   *
   * @param mtx - A mutex the caller holds.
   * @returns As `tsleep`.
   * @see tsleep.9 (OpenBSD 4.3 and later), msleep.
   */
  msleep: (ident: WaitObject, mtx: Mutex, priority: number, wmesg: string, timo: number) => KernelCall<number>
}

export function sleepCalls(machine: OpenbsdMachine): SleepCalls {
  const wake = (operation: Operation, ident: WaitObject, n: number) => {
    if (!Number.isInteger(n)) throw new TypeError(`${operation.name}: n must be a whole number, not ${String(n)}`)
    const p = machine.enter(operation)
    p.a = ident
    p.b = n
    return machine.port
  }
  return {
    tsleep: (ident, priority, wmesg, timo) => sleepOn(machine, tsleep, ident, null, priority, wmesg, timo),
    wakeup: (ident) => wake(wakeup, ident, -1),
    wakeup_n: (ident, n) => wake(wakeupN, ident, n),
    wakeup_one: (ident) => wake(wakeupOne, ident, 1),
    yield() {
      machine.enter(yieldNow)
      return machine.port
    },
    preempt(newp) {
      machine.enter(preempt).a = newp
      return machine.port
    },
    setrunnable(p) {
      ofThisKernel(machine, 'setrunnable', p)
      machine.enter(setrunnable).a = p
      return machine.port
    },
  }
}

export function msleepCalls(machine: OpenbsdMachine): MsleepCalls {
  return {
    msleep: (ident, mtx, priority, wmesg, timo) => sleepOn(machine, msleep, ident, mutexOf(mtx), priority, wmesg, timo),
  }
}

function sleepOn(
  machine: OpenbsdMachine,
  operation: Operation,
  ident: WaitObject,
  mtx: Mutex | null,
  priority: number,
  wmesg: string,
  timo: number,
): KernelCall<never> {
  checkPriority(operation.name, priority)
  if (typeof wmesg !== 'string') throw new TypeError(`${operation.name}: wmesg must be a string, not ${String(wmesg)}`)
  const p = machine.enter(operation)
  p.a = ident
  p.b = mtx
  p.c = priority
  p.d = timo
  p.wmesg = wmesg
  return machine.port
}

/** Stage of a sleep, in `d` once the time-out is armed. */
const ASLEEP = -1
const RETAKING = -2

function checkPriority(call: string, priority: number): void {
  const level = priority & ~(P.PCATCH | P.PNORELOCK)
  if (!Number.isInteger(priority) || level < 0 || level > P.MAXPRI)
    throw new RangeError(`${call}: a priority is 0 to ${P.MAXPRI}, with PCATCH or without, not ${String(priority)}`)
}

function checkTicks(call: string, ticks: number): void {
  if (!Number.isInteger(ticks) || ticks < 0) {
    throw new RangeError(`${call}: a time-out is a whole number of ticks, 0 for none, not ${String(ticks)}`)
  }
}

/** What a signal makes of an interruptible sleep: `ERESTART`, or `EINTR` where a handler asked for that. */
function interruption(p: Proc, signo: number): number {
  const { handler, flags } = p.process.ps_sigacts.actionOf(signo)
  return typeof handler === 'function' && (flags & P.SA_RESTART) === 0 ? EINTR : ERESTART
}

/** Why an interruptible sleep cannot begin or go on: an errno, 0, or `STOPS`. */
export function interruptionNow(p: Proc): number {
  if ((p.p_flag & P.P_SUSPSINGLE) !== 0) return EINTR
  const signo = cursig(p)
  return signo > 0 ? interruption(p, signo) : signo === STOPS ? STOPPED : 0
}

/** Apart from every errno: the thread has to stop first. */
export const STOPPED = -1000

/**
 * What a sleep touches besides what it sleeps on: the thread, which signals and time-outs come to, and the big lock. With
 * a signal at hand that may be anything, because a stop is told to the parent.
 */
export function touchesOwnSleep(p: Proc, isInterruptible: boolean, footprint: Footprint): void {
  touchesLeaving(p, footprint)
  footprint.add(p, Access.write)
  if (isInterruptible && hasAst(p)) footprint.add(EVERYTHING, Access.write)
}

const tsleep: Operation = {
  name: 'tsleep',
  touches(p, footprint) {
    touchesOwnSleep(p as Proc, ((p.c as number) & P.PCATCH) !== 0, footprint)
    if (p.b !== null) footprint.add(p.b, Access.lock)
    if (p.phase !== CallPhase.announced) return
    footprint.add(p.a, Access.wait)
    // A time-out is armed, which fires only while there is a clock.
    if (p.d !== 0) footprint.add(p.cpu.machine.timeline, Access.read)
    if (p.a === (p as Proc).cpu.machine.lbolt) footprint.add(EVERYTHING, Access.write)
  },
  takes: (p) => {
    const retakes = p.phase === CallPhase.waiting && ((p.c as number) & P.PNORELOCK) === 0
    return retakes && p.b instanceof Mutex ? p.b : null
  },
  start(machine: OpenbsdMachine, p: Proc) {
    if (p.b === null && machine.cold) {
      checkTicks('tsleep', p.d as number)
      p.result = 0
      return true
    }
    return begin(machine, p, 'tsleep')
  },
  resume: (machine: OpenbsdMachine, p: Proc) => goOn(machine, p),
}

const msleep: Operation = {
  ...tsleep,
  name: 'msleep',
  start: (machine: OpenbsdMachine, p: Proc) => begin(machine, p, 'msleep'),
}

function begin(machine: OpenbsdMachine, p: Proc, call: string): boolean {
  const mtx = p.b === null ? null : mutexOf(p.b)
  const priority = p.c as number
  const ticks = p.d as number
  checkTicks(call, ticks)
  if (p.a === null || p.a === undefined) {
    if (machine.diagnostic) machine.panic('tsleep: no ident')
    machine.undefinedBehaviour('UB:OB-SLEEP', `${call} without an ident`)
  }
  if (mtx !== null && mtx.owner !== p) machine.undefinedBehaviour('UB:OB-MUTEX', `${call} without mutex ${mtx.name}`)
  machine.assertSleepable(p, call, mtx)
  const isInterruptible = (priority & P.PCATCH) !== 0
  p.p_priority = priority & P.PRIMASK
  const why = isInterruptible ? interruptionNow(p) : 0
  if (why !== 0 && why !== STOPPED) {
    if (mtx !== null && (priority & P.PNORELOCK) !== 0) leaveMutex(machine, p, mtx)
    p.result = why
    return true
  }
  machine.ktrace(p, { type: 'CSW', out: true })
  // A stop that was pending comes on the way to sleep: the thread is on its channel already.
  machine.sleepers.sleep(p, machine.channels.at(p.a), p.wmesg!, ticks, isInterruptible)
  if (why === STOPPED) stop(machine, p)
  p.d = ASLEEP
  if (mtx !== null) leaveMutex(machine, p, mtx)
  return false
}

function goOn(machine: OpenbsdMachine, p: Proc): boolean {
  if (p.d === ASLEEP) {
    const timedOut = machine.sleepers.finishSleep(p) === WakeReason.timedOut
    const why = ((p.c as number) & P.PCATCH) !== 0 ? interruptionNow(p) : 0
    if (why === STOPPED) {
      stop(machine, p)
      return false
    }
    machine.ktrace(p, { type: 'CSW', out: false })
    // A signal beats the time-out.
    p.result = why !== 0 ? why : timedOut ? EWOULDBLOCK : 0
  }
  const mtx = p.b as Mutex | null
  if (mtx === null || ((p.c as number) & P.PNORELOCK) !== 0) return true
  p.d = RETAKING
  return enterMutex(machine, p, mtx)
}

// Waking

const wakeup: Operation = {
  name: 'wakeup',
  touches: (p, footprint) => footprint.add(p.a, Access.wake),
  start(machine: OpenbsdMachine, p: Proc) {
    p.result = undefined
    if (p.a === null || p.a === undefined) throw new TypeError(`${this.name}: ident must not be null`)
    const queue = machine.channels.find(p.a)
    if (queue !== null) wakeSome(machine, queue, p.b as number)
    return true
  },
  resume: () => true,
}
const wakeupN: Operation = { ...wakeup, name: 'wakeup_n' }
const wakeupOne: Operation = { ...wakeup, name: 'wakeup_one' }

/** Wakes the first `n` of those who sleep now, −1 for all. */
function wakeSome(machine: OpenbsdMachine, queue: SleepQueue, n: number): void {
  const { sleepers, release } = machine
  const looksFirst = !release.wakeupOneOverruns
  let left = n
  // One pass: a sleeper that runs and sleeps again is not woken twice.
  for (let asleep = queue.length; asleep > 0 && queue.head !== null; asleep--) {
    if (looksFirst && left === 0) return
    const sleeper = left === 1 ? sleepers.chooseSleeper(queue)! : queue.head
    const wasStopped = machine.wakeSleeper(sleeper)
    left--
    // 4.2 looks at the count only after one that it made runnable.
    if (left === 0 && !wasStopped) return
  }
}

const setrunnable: Operation = {
  name: 'setrunnable',
  touches: (p, footprint) => touchesSignalled(p.a as Proc, footprint),
  start(machine: OpenbsdMachine, p: Proc) {
    const target = p.a as Proc
    const { scheduler, sleepers, release } = machine
    p.result = undefined
    if (target.isFree)
      machine.undefinedBehaviour('UB:OB-D-13', `setrunnable of process ${target.p_pid}, which was freed`)
    if (target.state === ThreadState.sleeping) sleepers.wake(target, WakeReason.woken)
    else if (target.state === ThreadState.stopped) {
      if (target.is(ThreadMark.asleep)) sleepers.wake(target, WakeReason.woken)
      sleepers.letGo(target)
    } else if (target.state === ThreadState.embryo && !release.setrunnableRefusesIdl) scheduler.enqueue(target)
    else machine.panic('setrunnable')
    return true
  },
  resume: () => true,
}

// Giving way

const yieldNow: Operation = {
  name: 'yield',
  touches: touchesLeaving,
  start(machine: OpenbsdMachine, p: Proc) {
    machine.assertSleepable(p, this.name, null)
    p.p_priority = p.p_usrpri
    p.ru_nvcsw++
    p.result = undefined
    machine.scheduler.requeue(p, false)
    return false
  },
  resume: () => true,
}

const preempt: Operation = {
  name: 'preempt',
  touches: touchesLeaving,
  start(machine: OpenbsdMachine, p: Proc) {
    if (p.a !== null) machine.panic('preempt: cpu_preempt not yet implemented')
    machine.assertSleepable(p, this.name, null)
    p.p_priority = p.p_usrpri
    p.ru_nivcsw++
    p.result = undefined
    machine.scheduler.requeue(p, false)
    return false
  },
  resume: () => true,
}
