import { AddressSpace, inRange, type Steps } from '@kt/core'
import { Lwp } from './lwp.js'
import type { NetbsdMachine } from './machine.js'
import * as P from './param.js'
import { Proc } from './proc.js'

/** A user process to start. */
export interface ProcessOptions {
  /** Command name. */
  readonly name: string
  /** Real and effective user id, default 0. */
  readonly uid?: number
  /** Soft RLIMIT_NPROC, default that of the system. */
  readonly nprocSoft?: number
}

/**
 * Starts a user process with one LWP. What its body does it does in the kernel, as a system call would; `user(ns)` is
 * its time outside. It ends when the body returns, and its parent waits for it at once.
 *
 * On a cold machine it begins when boot is done.
 */
export function startProcess(machine: NetbsdMachine, options: ProcessOptions, body: () => Steps): Proc {
  const { name, uid = 0, nprocSoft } = options
  inRange('uid', uid, 0, 0x7fff_ffff)
  const limits = machine.initialLimits()
  if (nprocSoft !== undefined) limits['RLIMIT_NPROC']!.soft = inRange('nprocSoft', nprocSoft, 0, 0x7fff_ffff)
  const pid = machine.newPid()
  const proc = new Proc(pid, name, { realUid: uid, effectiveUid: uid }, limits, new AddressSpace(name))
  // Where every process numbers its own LWPs the first is 1; where they share a table it has the PID.
  const lwp = new Lwp(machine.release.lidsArePids ? pid : 1, null, proc, machine.cpus[0]!)
  lwp.l_class = P.SCHED_OTHER
  lwp.l_priority_base = P.MAXPRI_USER - proc.p_nice
  lwp.a = body
  proc.add(lwp)
  machine.processes.add(proc)
  machine.policy.timeshared.push(lwp)
  machine.trace?.create(lwp)
  if (machine.cold) machine.waitingForBoot.push(lwp)
  else machine.scheduler.enqueue(lwp)
  return proc
}
