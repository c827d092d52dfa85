import { Access, WakeReason, type Footprint } from '@kt/core'
import { discardFpu } from './fpu.js'
import type { Lwp } from './lwp.js'
import type { NetbsdMachine } from './machine.js'
import * as P from './param.js'
import type { Proc } from './proc.js'

/** What the end of an LWP touches: itself, and stacks where they can run out. */
export function touchesExit(lwp: Lwp, footprint: Footprint): void {
  const { proc0, reading, uareas } = lwp.cpu.machine
  footprint.add(lwp, Access.write)
  if (uareas.limit !== Infinity) footprint.add(uareas, Access.write)
  // The one that died before is freed: under this reading somebody can find it so.
  if (reading === 'kernel') footprint.add(proc0, Access.write)
}

/**
 * The end of a kernel thread: `lwp_exit` on the running thread, or on one that never ran.
 *
 * There is no reaper. The dead thread is parked in process 0 and collected by the next creation or exit, so at most
 * one is uncollected at any time (NB-G-09).
 */
export function exitKthread(machine: NetbsdMachine, lwp: Lwp): void {
  if (machine.diagnostic && lwp.held !== null) {
    machine.panic(`kthread ${lwp.l_name} (${lwp.l_lid}) exits with ${lwp.held.kind} ${lwp.held.name} held`, 'NB-G-10')
  }
  removeTimeshared(machine, lwp)
  machine.scheduler.end(lwp)
  parkDead(machine, lwp)
}

/** Leaves a kernel thread that is over to be collected, and collects the one before it. */
export function parkDead(machine: NetbsdMachine, lwp: Lwp): void {
  const proc = lwp.process as Proc
  discardFpu(machine, lwp)
  collectZombie(machine, proc)
  proc.zombie = lwp
}

/** Frees the dead LWP that waits in a process, if there is one: structure, stack and LID. */
export function collectZombie(machine: NetbsdMachine, proc: Proc): void {
  const { zombie } = proc
  if (zombie === null) return
  proc.zombie = null
  proc.remove(zombie)
  zombie.isFree = true
  const { uareas } = machine
  const mayBeAwaited = uareas.isExhausted
  uareas.give()
  const waiters = mayBeAwaited ? machine.channels.find(uareas) : null
  if (waiters?.head) machine.sleepers.wake(waiters.head, WakeReason.woken)
}

/** The end of a user process with its last LWP. Its parent waits for it at once. */
export function exitUserProcess(machine: NetbsdMachine, lwp: Lwp): void {
  const proc = lwp.process as Proc
  removeTimeshared(machine, lwp)
  proc.remove(lwp)
  lwp.isFree = true
  machine.processes.delete(proc)
}

function removeTimeshared(machine: NetbsdMachine, lwp: Lwp): void {
  if (lwp.l_class !== P.SCHED_OTHER) return
  const { timeshared } = machine.policy
  timeshared.splice(timeshared.indexOf(lwp), 1)
}
