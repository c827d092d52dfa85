import { Access, ConditionVariable, type KernelCall, type Operation } from '@kt/core'
import { EINTR } from './errno.js'
import { giveInterlock, heldAs, interlockOf, type Interlock } from './interlock.js'
import type { FreebsdMachine } from './machine.js'
import * as P from './param.js'
import { checkTimo, goOn, sleepOn, takesAfterSleep, touchesSleepOnChannel, wakeBest } from './sleep.js'
import type { Td } from './td.js'

/** `struct cv`. */
export class Cv extends ConditionVariable {
  get cv_description(): string {
    return this.name
  }
}

/**
 * condvar(9). The lock may be a mutex, an sx lock or an rwlock, held either way. While the machine is cold or panics,
 * every wait returns 0 at once.
 */
export interface CvCalls {
  /** Makes a condition variable ready. @see condvar(9) */
  cv_init: (cvp: Cv, desc: string) => KernelCall<void>
  /** Ends the use of one that nobody waits on. @see condvar(9) */
  cv_destroy: (cvp: Cv) => KernelCall<void>
  /** Releases the lock, waits until woken, takes the lock. No wakeup is lost in between. @see condvar(9) */
  cv_wait: (cvp: Cv, lock: Interlock) => KernelCall<void>
  /** The same and leaves the lock released; not for Giant. @see condvar(9) */
  cv_wait_unlock: (cvp: Cv, lock: Interlock) => KernelCall<void>
  /** `cv_wait` that the end of the process ends: 0 or `EINTR`. @see condvar(9) */
  cv_wait_sig: (cvp: Cv, lock: Interlock) => KernelCall<number>
  /**
   * `cv_wait` with an end.
   *
   * @param timo - Ticks; 0 and less are one.
   * @returns 0, or `EWOULDBLOCK` after the time-out.
   * @see condvar(9), cv_timedwait.
   */
  cv_timedwait: (cvp: Cv, lock: Interlock, timo: number) => KernelCall<number>
  /** Both of these. @see condvar(9) */
  cv_timedwait_sig: (cvp: Cv, lock: Interlock, timo: number) => KernelCall<number>
  /** Wakes the waiter with the best priority, of equals the one that came first. @see condvar(9) */
  cv_signal: (cvp: Cv) => KernelCall<void>
  /** Wakes all. @see condvar(9) */
  cv_broadcast: (cvp: Cv) => KernelCall<void>
  /** A condition variable that is ready, without a call: for set-up code. */
  cv: (desc: string) => Cv
}

export function cvCalls(machine: FreebsdMachine): CvCalls {
  const wait = (operation: Operation, cvp: Cv, lock: Interlock, timo: number, isInterruptible: boolean) => {
    checkTimo(operation.name, timo)
    // Checked first: an error leaves no call begun behind.
    const cv = cvOf(operation.name, cvp)
    const interlock = interlockOf(operation.name, lock)
    const td = machine.enter(operation)
    td.a = cv
    td.b = interlock
    td.c = isInterruptible ? P.PCATCH : 0
    td.d = timo
    return machine.port
  }
  const simple = (operation: Operation, cvp: Cv) => {
    const cv = cvOf(operation.name, cvp)
    machine.enter(operation).a = cv
    return machine.port
  }
  return {
    cv_init(cvp, desc) {
      const cv = cvOf('cv_init', cvp)
      const td = machine.enter(init)
      td.a = cv
      td.b = desc
      return machine.port
    },
    cv_destroy: (cvp) => simple(destroy, cvp),
    cv_wait: (cvp, lock) => wait(waitVoid, cvp, lock, 0, false),
    cv_wait_unlock: (cvp, lock) => wait(waitUnlock, cvp, lock, 0, false),
    cv_wait_sig: (cvp, lock) => wait(waitSig, cvp, lock, 0, true),
    cv_timedwait: (cvp, lock, timo) => wait(timedwait, cvp, lock, Math.max(1, timo), false),
    cv_timedwait_sig: (cvp, lock, timo) => wait(timedwaitSig, cvp, lock, Math.max(1, timo), true),
    cv_signal: (cvp) => simple(signal, cvp),
    cv_broadcast: (cvp) => simple(broadcast, cvp),
    cv(desc) {
      if (typeof desc !== 'string') throw new TypeError(`cv: desc must be a string, not ${String(desc)}`)
      return new Cv(desc)
    },
  }
}

function cvOf(call: string, value: unknown): Cv {
  if (value instanceof Cv) return value
  throw new TypeError(`${call}: a condition variable is expected, not ${value === null ? 'null' : typeof value}`)
}

const init: Operation = {
  name: 'cv_init',
  touches: (td, footprint) => footprint.add(td.a, Access.write),
  start(_machine, td: Td) {
    if (typeof td.b !== 'string') throw new TypeError('cv_init: desc must be a string')
    ;(td.a as Cv).name = td.b
    td.result = undefined
    return true
  },
  resume: () => true,
}

const destroy: Operation = {
  name: 'cv_destroy',
  touches: (td, footprint) => footprint.add(td.a, Access.read),
  start(machine: FreebsdMachine, td: Td) {
    const cvp = td.a as Cv
    td.result = undefined
    if (cvp.queue.length > 0) machine.refuse('UB:condvar', `cv_destroy: ${cvp.name} waiters`)
    return true
  },
  resume: () => true,
}

function begin(machine: FreebsdMachine, td: Td, call: string, isUnlocked: boolean): boolean {
  const cvp = td.a as Cv
  const lock = td.b as Interlock
  const isGiant = lock === machine.giant
  if (isUnlocked && isGiant) machine.refuse('UB:condvar', 'cv_wait_unlock cannot be used with Giant')
  const held = isGiant && lock.owner === td ? 'alone' : heldAs(machine, td, lock)
  const isEnding = td.c === P.PCATCH && (td.process.p_flag & P.P_SINGLE_EXIT) !== 0
  if (machine.cold || machine.panicking !== null || isEnding) {
    if (isUnlocked) giveInterlock(machine, td, lock, held)
    td.result = machine.cold || machine.panicking !== null ? 0 : EINTR
    return true
  }
  machine.assertSleepable(td, call, lock)
  td.wmesg = cvp.name
  // Free of the lock and on the queue in one step: whoever changes the condition finds the sleeper.
  sleepOn(machine, td, cvp.queue, isGiant ? null : lock, held, isUnlocked)
  return false
}

function waiting(name: string, isUnlocked: boolean, isVoid: boolean): Operation {
  const done = (td: Td, isComplete: boolean) => {
    if (isComplete && isVoid) td.result = undefined
    return isComplete
  }
  return {
    name,
    touches: touchesSleepOnChannel,
    takes: takesAfterSleep,
    start: (machine: FreebsdMachine, td: Td) => done(td, begin(machine, td, name, isUnlocked)),
    resume: (machine: FreebsdMachine, td: Td) => done(td, goOn(machine, td)),
  }
}

const waitVoid = waiting('cv_wait', false, true)
const waitUnlock = waiting('cv_wait_unlock', true, true)
const waitSig = waiting('cv_wait_sig', false, false)
const timedwait = waiting('cv_timedwait', false, false)
const timedwaitSig = waiting('cv_timedwait_sig', false, false)

const signal: Operation = {
  name: 'cv_signal',
  touches: (td, footprint) => footprint.add(td.a, Access.wake),
  start(machine: FreebsdMachine, td: Td) {
    wakeBest(machine, (td.a as Cv).queue)
    td.result = undefined
    return true
  },
  resume: () => true,
}

const broadcast: Operation = {
  name: 'cv_broadcast',
  touches: (td, footprint) => footprint.add(td.a, Access.wake),
  start(machine: FreebsdMachine, td: Td) {
    machine.sleepers.wakeAll((td.a as Cv).queue)
    td.result = undefined
    return true
  },
  resume: () => true,
}
