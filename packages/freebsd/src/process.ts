import { AddressSpace, inRange, type Steps } from '@kt/core'
import { allocStructure, makeThread } from './create.js'
import type { FreebsdMachine } from './machine.js'
import * as P from './param.js'
import { Proc } from './proc.js'

/** A user process to start. */
export interface ProcessOptions {
  /** Command name; 19 characters survive. */
  readonly name: string
  /** Real and effective user id, default 0. */
  readonly uid?: number
  /** −20 … 20, default 0. */
  readonly nice?: number
}

/**
 * Starts a user process with one thread, a child of init. What its body does it does in the kernel, as a system call
 * would; `user(ns)` is its time outside. It ends when the body returns, with that as its exit code if it is a number.
 *
 * On a machine that boots it begins when boot is done, and null is returned.
 */
export function startProcess(machine: FreebsdMachine, options: ProcessOptions, body: () => Steps): Proc | null {
  if (typeof (options as ProcessOptions | null | undefined)?.name !== 'string')
    throw new TypeError('process: a name is expected')
  if (typeof body !== 'function') throw new TypeError('process: the body must be a generator function')
  inRange('uid', options.uid ?? 0, 0, 0x7fff_ffff)
  inRange('nice', options.nice ?? 0, -20, 20)
  if (machine.isUp) return start(machine, options, body)
  machine.waitingForBoot.push(() => start(machine, options, body))
  return null
}

function start(machine: FreebsdMachine, { name, uid = 0, nice = 0 }: ProcessOptions, body: () => Steps): Proc {
  const { initproc, thread0 } = machine
  const structure = machine.nprocs < machine.maxproc ? allocStructure(machine, 0) : null
  const pid = structure === null ? null : machine.pidsource.next(false)
  if (structure === null || pid === null) throw new RangeError(`process ${name} cannot be started: no room for it`)
  const command = name.slice(0, P.MAXCOMLEN)
  const process = new Proc(pid, command, { realUid: uid, effectiveUid: uid }, new AddressSpace(command), machine)
  process.p_nice = nice
  process.p_state = P.PRS_NORMAL
  const td = makeThread(machine, structure, process, thread0, command)
  // It comes from user mode, with no past.
  td.ts_slptime = td.ts_runtime = td.ts_ticks = td.td_estcpu = 0
  machine.policy.setUserPriority(td)
  td.ownPriority = td.td_base_pri = td.td_user_pri
  td.a = body
  process.add(td)
  initproc!.adopt(process)
  machine.nprocs++
  machine.pids.set(pid, process)
  machine.processes.add(process)
  machine.trace?.create(td)
  machine.scheduler.enqueue(td)
  return process
}
