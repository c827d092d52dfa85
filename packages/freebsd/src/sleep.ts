import {
  Access,
  CallPhase,
  EVERYTHING,
  WakeReason,
  type Footprint,
  type KernelCall,
  type Operation,
  type SleepQueue,
  type Takeable,
  type Thread,
  type WaitObject,
} from '@kt/core'
import { EINTR, EWOULDBLOCK } from './errno.js'
import { giveInterlock, heldAs, takeInterlock, type Held, type Interlock } from './interlock.js'
import type { FreebsdMachine } from './machine.js'
import { dropGiant, pickUpGiant, touchesGiant } from './giant.js'
import { Mtx, mtxOf } from './mutex.js'
import * as P from './param.js'
import { bestSleeper } from './policy.js'
import { rwOf, type Rwlock } from './rwlock.js'
import { Sx, sxOf } from './sx.js'
import type { Td } from './td.js'

/**
 * sleep(9). Every sleep gives up Giant, however often it is held, and has it again before it returns. While `cold` no
 * sleep waits: it returns 0 at once.
 *
 * Priorities: under SCHED_4BSD the sleeper takes on the one it is given, and a kernel thread keeps it; SCHED_ULE ignores it
 * (kern.sched.static_boost). 0 means none. With `PCATCH` the end of the process ends the sleep; with `PDROP` the lock
 * stays released.
 *
 * They panic with INVARIANTS, and else end the run, where a thread may not sleep: in a critical section, with a spin mutex,
 * in a callout's or an interrupt's handler.
 */
export interface SleepCalls {
  /**
   * Sleeps until a wakeup on `chan`, without a lock that could keep one from being lost.
   *
   * @param chan - What to sleep on, any value but null; two values are one channel if they are the same value.
   * @param pri - Priority, 0 for none; with `PCATCH`, `PDROP` (which needs a lock) or `PBDRY`.
   * @param wmesg - Why, as views print it.
   * @param timo - Time-out in ticks, 0 for none, less than 0 for one tick.
   * @returns 0 when woken, `EWOULDBLOCK` after the time-out, `EINTR` with `PCATCH`.
   * @throws KernelPanic `sleeping without a lock` when `timo` is 0 and Giant is not held (INVARIANTS).
   * @see sleep(9), tsleep.
   */
  tsleep: (chan: WaitObject, pri: number, wmesg: string, timo: number) => KernelCall<number>
  /**
   * The same with an interlock: released when the thread is on its queue, so that no wakeup is lost, and taken again
   * unless `PDROP` is given.
   *
   * @param mtx - A sleep mutex the caller owns; null for none.
   * @returns As `tsleep`.
   * @see sleep(9), msleep.
   */
  msleep: (chan: WaitObject, mtx: Mtx | null, pri: number, wmesg: string, timo: number) => KernelCall<number>
  /** `msleep` with a spin mutex, at no priority, not interruptible. @see sleep(9), msleep_spin */
  msleep_spin: (chan: WaitObject, mtx: Mtx, wmesg: string, timo: number) => KernelCall<number>
  /** `msleep` with an sx lock, held either way. @see sleep(9), sx_sleep */
  sx_sleep: (chan: WaitObject, sx: Sx, pri: number, wmesg: string, timo: number) => KernelCall<number>
  /** `msleep` with an rwlock, held either way. @see sleep(9), rw_sleep */
  rw_sleep: (chan: WaitObject, rw: Rwlock, pri: number, wmesg: string, timo: number) => KernelCall<number>
  /**
   * Waits for a time, on what nobody wakes.
   *
   * @param timo - Ticks; 0 waits for ever (INVARIANTS: panics).
   * @returns `EWOULDBLOCK`; 0 while `cold`.
   * @see sleep(9), pause.
   */
  pause: (wmesg: string, timo: number) => KernelCall<number>
  /**
   * Wakes all who sleep on `chan`, first come, first woken. Nobody there: no effect, no memory.
   *
   * @see sleep(9), wakeup.
   */
  wakeup: (chan: WaitObject) => KernelCall<void>
  /** Wakes the one with the best priority, of equals the one that came first. @see sleep(9), wakeup_one */
  wakeup_one: (chan: WaitObject) => KernelCall<void>
}

export function sleepCalls(machine: FreebsdMachine): SleepCalls {
  const sleep = (
    operation: Operation,
    chan: WaitObject,
    lock: Interlock | null,
    pri: number,
    wmesg: string,
    timo: number,
  ): KernelCall<never> => {
    checkSleep(operation.name, pri, wmesg, timo)
    const td = machine.enter(operation)
    td.a = chan
    td.b = lock
    td.c = pri
    td.d = timo
    td.wmesg = wmesg
    return machine.port
  }
  const wake = (operation: Operation, chan: WaitObject) => {
    machine.enter(operation).a = chan
    return machine.port
  }
  return {
    tsleep: (chan, pri, wmesg, timo) => sleep(tsleep, chan, null, pri, wmesg, timo),
    msleep: (chan, mtx, pri, wmesg, timo) =>
      sleep(msleep, chan, mtx === null ? null : mtxOf('msleep', mtx), pri, wmesg, timo),
    msleep_spin: (chan, mtx, wmesg, timo) => sleep(msleepSpin, chan, mtxOf('msleep_spin', mtx), 0, wmesg, timo),
    sx_sleep: (chan, sx, pri, wmesg, timo) => sleep(sxSleep, chan, sxOf('sx_sleep', sx), pri, wmesg, timo),
    rw_sleep: (chan, rw, pri, wmesg, timo) => sleep(rwSleep, chan, rwOf('rw_sleep', rw), pri, wmesg, timo),
    pause: (wmesg, timo) => sleep(pause, machine.pauseChannel, null, 0, wmesg, timo),
    wakeup: (chan) => wake(wakeup, chan),
    wakeup_one: (chan) => wake(wakeupOne, chan),
  }
}

function checkSleep(call: string, pri: number, wmesg: string, timo: number): void {
  if (!Number.isInteger(pri) || pri < 0 || pri > (P.PRIMASK | P.PCATCH | P.PDROP | P.PBDRY))
    throw new RangeError(`${call}: a priority is 0 to 255, with PCATCH, PDROP and PBDRY or without, not ${String(pri)}`)
  if (typeof wmesg !== 'string') throw new TypeError(`${call}: wmesg must be a string, not ${String(wmesg)}`)
  checkTimo(call, timo)
}

/** A time-out is an int. */
export function checkTimo(call: string, timo: number): void {
  if (!Number.isInteger(timo)) throw new RangeError(`${call}: timo is a whole number of ticks, not ${String(timo)}`)
  if ((timo | 0) !== timo) throw new RangeError(`${call}: timo is an int of 32 bits, which ${timo} is not`)
}

// A sleep with all that is given up for it and had again. Stages, in `d` once the time-out is armed.

const ASLEEP = 'asleep'
const RETAKING = 'retaking'

/** Begins the sleep that is asked for in the thread's arguments: channel, lock, priority word, ticks. */
function begin(machine: FreebsdMachine, td: Td, call: string): boolean {
  const lock = td.b as Interlock | null
  const pri = td.c as number
  const ticks = td.d as number
  const isGiant = lock === machine.giant
  if (td.a === null || td.a === undefined) throw new TypeError(`${call}: chan must not be null`)
  if (ticks === 0 && lock === null && machine.giant.owner !== td)
    machine.kassert(false, 'sleeping without a lock', 'FB8-D-04')
  if ((pri & P.PDROP) !== 0 && (lock === null || isGiant))
    machine.kassert(false, 'PDROP requires a non-Giant lock', 'FB8-D-04')
  return sleepWith(machine, td, td.a, isGiant ? null : lock, call)
}

/** Sleeps, unless the machine is cold or the process is being ended, with what is given up for it. */
function sleepWith(machine: FreebsdMachine, td: Td, chan: WaitObject, lock: Interlock | null, call: string): boolean {
  const pri = td.c as number
  const isDropped = (pri & P.PDROP) !== 0
  const held = lock === null ? 'alone' : heldAs(machine, td, lock)
  const isEnding = (pri & P.PCATCH) !== 0 && (td.process.p_flag & P.P_SINGLE_EXIT) !== 0
  if (machine.cold || isEnding) {
    if (isDropped && lock !== null) giveInterlock(machine, td, lock, held)
    td.result = machine.cold ? 0 : EINTR
    return true
  }
  machine.assertSleepable(td, call, lock)
  sleepOn(machine, td, machine.channels.at(chan), lock, held, isDropped)
  return false
}

/**
 * Goes to sleep with the priority word and the ticks of the thread's arguments: without Giant, without the lock (an sx
 * lock comes last), and on the queue, all in one step, in which no wakeup is lost. `goOn` has them again.
 *
 * @param lock - Any but Giant, null for none.
 * @param isDropped - The lock stays released.
 */
export function sleepOn(
  machine: FreebsdMachine,
  td: Td,
  queue: SleepQueue,
  lock: Interlock | null,
  held: Held,
  isDropped: boolean,
): void {
  const pri = td.c as number
  const ticks = td.d as number
  td.sleepPriority = pri
  const isInterruptible = (pri & P.PCATCH) !== 0
  if (isInterruptible) td.td_flags |= P.TDF_SINTR
  // The locks first: what was lent for them is gone when the scheduler says at what priority the thread sleeps.
  dropGiant(machine, td)
  const isSleepable = lock instanceof Sx
  if (lock !== null && !isSleepable) giveInterlock(machine, td, lock, held)
  machine.sleepers.sleep(td, queue, td.wmesg!, ticks === 0 ? 0 : Math.max(1, ticks), isInterruptible)
  if (isSleepable) giveInterlock(machine, td, lock, held)
  td.b = lock === null || isDropped ? null : ({ lock, held } satisfies Retake)
  td.d = ASLEEP
}

/** What has to be had again after the sleep, besides Giant. */
interface Retake {
  readonly lock: Interlock
  readonly held: Held
}

/** The sleep is over: what it returns, then Giant, then the lock. False while it waits for one of them. */
export function goOn(machine: FreebsdMachine, td: Td): boolean {
  if (td.d === ASLEEP) {
    td.result = sleepResult(machine, td)
    td.d = RETAKING
  }
  if (!pickUpGiant(machine, td)) return false
  const retake = td.b as Retake | null
  return retake === null || takeInterlock(machine, td, retake.lock, retake.held)
}

/**
 * What a sleep touches on its way to bed and back: the sleeper, its lock and Giant, and while time-outs fire the clock.
 * What it sleeps on is the caller's to add.
 */
export function touchesSleep(td: Thread, footprint: Footprint): void {
  footprint.add(td, Access.write)
  const lock = lockOf(td)
  if (lock !== null) footprint.add(lock, Access.lock)
  if (lock !== null && !(lock instanceof Sx)) footprint.add(lock.ownersSleep, Access.read)
  touchesGiant(td, footprint)
  if (td.phase === CallPhase.announced) {
    if (td.d !== 0) footprint.add(td.cpu.machine.timeline, Access.read)
    return
  }
  // It has both locks in one step.
  if (lock instanceof Mtx && (td as Td).giantDepth > 0) footprint.add(EVERYTHING, Access.write)
}

/** The same with the channel that the caller names. Some wakeups wake one: the order of sleepers matters. */
export function touchesSleepOnChannel(td: Thread, footprint: Footprint): void {
  touchesSleep(td, footprint)
  if (td.phase === CallPhase.announced) footprint.add(td.a, Access.wait)
}

/** What a sleeper has to have again: Giant first, then its mutex. For locks of other kinds it goes to sleep again. */
export function takesAfterSleep(td: Thread): Takeable | null {
  if (td.phase !== CallPhase.waiting) return null
  const { giantDepth, cpu } = td as Td
  if (giantDepth > 0) return cpu.machine.giant
  const lock = lockOf(td)
  return lock instanceof Mtx ? lock : null
}

/** The lock of a sleep, before it or after. */
function lockOf({ phase, b }: Thread): Interlock | null {
  if (b === null) return null
  return phase === CallPhase.waiting ? (b as Retake).lock : (b as Interlock)
}

/** 0, `EWOULDBLOCK`, or `EINTR` for a process that is being ended. */
function sleepResult(machine: FreebsdMachine, td: Td): number {
  td.td_flags &= ~P.TDF_SINTR
  switch (machine.sleepers.finishSleep(td)) {
    case WakeReason.timedOut:
      return EWOULDBLOCK
    case WakeReason.interrupted:
      return EINTR
    default:
      return 0
  }
}

const tsleep: Operation = {
  name: 'tsleep',
  touches: touchesSleepOnChannel,
  takes: takesAfterSleep,
  start: (machine: FreebsdMachine, td: Td) => begin(machine, td, 'tsleep'),
  resume: (machine: FreebsdMachine, td: Td) => goOn(machine, td),
}
const msleep: Operation = {
  name: 'msleep',
  touches: touchesSleepOnChannel,
  takes: takesAfterSleep,
  start: (machine: FreebsdMachine, td: Td) => begin(machine, td, 'msleep'),
  resume: (machine: FreebsdMachine, td: Td) => goOn(machine, td),
}
const sxSleep: Operation = { ...msleep, name: 'sx_sleep' }
const rwSleep: Operation = { ...msleep, name: 'rw_sleep' }

const msleepSpin: Operation = {
  name: 'msleep_spin',
  touches: touchesSleepOnChannel,
  takes: takesAfterSleep,
  start(machine: FreebsdMachine, td: Td) {
    const mtx = td.b as Mtx
    if (td.a === null || td.a === undefined) throw new TypeError('msleep_spin: chan must not be null')
    if (!mtx.spins) machine.refuse('UB:mutex', `msleep_spin() with sleep mutex ${mtx.name}`)
    return sleepWith(machine, td, td.a, mtx, 'msleep_spin')
  },
  resume: (machine: FreebsdMachine, td: Td) => goOn(machine, td),
}

const pause: Operation = {
  name: 'pause',
  touches: touchesSleep,
  takes: takesAfterSleep,
  start(machine: FreebsdMachine, td: Td) {
    if (td.d === 0) machine.kassert(false, 'pause: timeout required')
    return sleepWith(machine, td, machine.pauseChannel, null, 'pause')
  },
  resume: (machine: FreebsdMachine, td: Td) => goOn(machine, td),
}

// The sleeps of suspension, which look like no other call to whoever asks what a thread does

/** A sleep without a lock as part of another call: on the caller's way, with its name. */
export function sleepStep(
  machine: FreebsdMachine,
  operation: Operation,
  chan: WaitObject,
  pri: number,
  wmesg: string,
  timo: number,
): KernelCall<number> {
  const td = machine.begin(operation)
  td.a = chan
  td.b = null
  td.c = pri
  td.d = timo
  td.wmesg = wmesg
  return machine.port
}

/** An operation that sleeps as `tsleep` does, by another name. */
export function sleepOperation(name: string): Operation {
  return {
    name,
    touches: touchesSleepOnChannel,
    takes: takesAfterSleep,
    start: (machine: FreebsdMachine, td: Td) => begin(machine, td, name),
    resume: (machine: FreebsdMachine, td: Td) => goOn(machine, td),
  }
}

// Waking

const wakeup: Operation = {
  name: 'wakeup',
  touches: (td, footprint) => footprint.add(td.a, Access.wake),
  start(machine: FreebsdMachine, td: Td) {
    td.result = undefined
    if (td.a === null || td.a === undefined) throw new TypeError('wakeup: chan must not be null')
    machine.wakeAll(td.a)
    return true
  },
  resume: () => true,
}

const wakeupOne: Operation = {
  name: 'wakeup_one',
  touches: (td, footprint) => footprint.add(td.a, Access.wake),
  start(machine: FreebsdMachine, td: Td) {
    td.result = undefined
    if (td.a === null || td.a === undefined) throw new TypeError('wakeup_one: chan must not be null')
    const queue = machine.channels.find(td.a)
    if (queue !== null) wakeBest(machine, queue)
    return true
  },
  resume: () => true,
}

/** Wakes one sleeper: the best, or whom the oracle chooses among those the page allows. */
export function wakeBest(machine: FreebsdMachine, queue: SleepQueue): void {
  if (queue.head === null) return
  const { oracle, policy, sleepers } = machine
  const best = bestSleeper(queue)
  let chosen: Thread = best
  if (oracle !== null && queue.length > 1) {
    const candidates = [best, ...policy.wakeCandidates(queue).filter((td) => td !== best)]
    if (candidates.length > 1) chosen = candidates[oracle.choose({ kind: 'wake', candidates })]!
  }
  sleepers.wake(chosen, WakeReason.woken)
}
