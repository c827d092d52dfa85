import type { Spinnable } from './lock.js'
import { Lock } from './lock.js'
import type { Machine } from './machine.js'
import { describe } from './checking.js'
import type { WaitObject } from './sleep-queue.js'
import { ThreadMark, ThreadState, type Thread } from './thread.js'

/** A lock that somebody holds or waits for. */
export interface LockReport {
  readonly name: string
  /** The holder, null when there is none or when readers share it. */
  readonly owner: string | null
  /** Threads that sleep for it. */
  readonly waiters: readonly string[]
  /** CPUs that spin for it. */
  readonly spinners: readonly number[]
}

/** Names of the locks a thread holds, latest first, the big lock last. */
export function heldBy(thread: Thread): string[] {
  const names: string[] = []
  for (let lock = thread.held; lock !== null; lock = lock.below) names.push(lock.name)
  if (thread.is(ThreadMark.bigLockHeld)) names.push(thread.cpu.machine.bigLock.name)
  return names
}

/** What a thread waits for, in words, null when it does not wait. */
export function waitsFor(thread: Thread): string | null {
  if (thread.state === ThreadState.running) {
    const { spinningOn, machine } = thread.cpu
    if (spinningOn === null || thread.cpu.current !== thread) return null
    if (spinningOn === machine.bigLock) return `${spinningOn.name}, held on ${machine.bigLock.cpu?.name ?? 'no CPU'}`
    return lockInWords(spinningOn as Lock)
  }
  if (thread.state === ThreadState.stopped) return 'somebody who lets it go on'
  if (thread.state !== ThreadState.sleeping) return null
  const object = thread.sleepQueue?.object
  const until = thread.timer?.isArmed === true ? ', or its time-out' : ''
  if (object === undefined) return until === '' ? 'nothing that could end it' : 'its time-out'
  if (object instanceof Lock) return lockInWords(object)
  return `a wakeup on ${nameObject(object)}${until}`
}

/** All locks that are held or waited for by the threads of a machine, in the order of the thread lists. */
export function locks(machine: Machine): LockReport[] {
  const seen: Lock[] = []
  for (const process of machine.processes) {
    for (const thread of process.threads()) {
      for (let lock = thread.held; lock !== null; lock = lock.below) if (!seen.includes(lock)) seen.push(lock)
      const object = thread.sleepQueue?.object
      if (object instanceof Lock && !seen.includes(object)) seen.push(object)
    }
  }
  const reports = seen.map((lock) => ({
    name: lock.name,
    owner: lock.owner === null ? null : describe(lock.owner),
    waiters: lock.waiters === null ? [] : Array.from(lock.waiters.threads(), describe),
    spinners: spinners(lock, machine),
  }))
  const { bigLock } = machine
  if (bigLock.cpu === null) return reports
  const owner = bigLock.cpu.current === null ? bigLock.cpu.name : describe(bigLock.cpu.current)
  return [...reports, { name: bigLock.name, owner, waiters: [], spinners: spinners(bigLock, machine) }]
}

/** How views name something slept on: by its `kind` and `name` where it has them. */
export function nameObject(object: WaitObject): string {
  if (typeof object === 'string') return `'${object}'`
  // Not its text: that of a function is its whole source.
  if (typeof object === 'function') return `function ${object.name}`.trimEnd()
  if ((object as unknown) === null) return 'null'
  if (typeof object !== 'object') return String(object)
  const { kind, name } = object as { kind?: unknown; name?: unknown }
  const kindText = typeof kind === 'string' ? kind : 'object'
  return typeof name === 'string' ? `${kindText} ${name}` : `an ${kindText}`
}

function lockInWords(lock: Lock): string {
  return `${nameObject(lock)}, ${lock.owner === null ? 'held by nobody' : `held by ${describe(lock.owner)}`}`
}

function spinners(lock: Spinnable, machine: Machine): number[] {
  return machine.cpus.filter((cpu) => cpu.spinningOn === lock).map((cpu) => cpu.index)
}
