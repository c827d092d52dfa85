import type { Steps } from '@kt/core'
import { allocStructure, makeThread, takeStack, type Structure } from './create.js'
import { EAGAIN, EINVAL, ENOMEM } from './errno.js'
import type { FreebsdMachine } from './machine.js'
import * as P from './param.js'
import { Proc } from './proc.js'

/** Seconds between two complaints about the process limit. */
const COMPLAINT_SECONDS = 1

/**
 * `fork1` on behalf of thread0: a process that shares the address space of process 0, with one thread that is not
 * queued.
 *
 * @param flags - RF* flags, as handlers of `process_fork` get them; `RFMEM` and `RFSTOPPED` are understood.
 * @returns The process; `EINVAL`, or after half a second `ENOMEM` or `EAGAIN` (FB8-D-13).
 */
export function* fork1(machine: FreebsdMachine, flags: number, pages: number): Steps<Proc | number> {
  if ((flags & P.RFCFDG) !== 0) return EINVAL
  const made = build(machine, flags, pages)
  if (typeof made === 'number') {
    yield* machine.sleep.pause('fork', Math.floor(machine.clock.hz / 2))
    return made
  }
  yield* machine.events.invoke('process_fork', machine.proc0, made, flags)
  made.p_state = P.PRS_NORMAL
  return made
}

function build(machine: FreebsdMachine, flags: number, pages: number): Proc | number {
  const { proc0, thread0 } = machine
  // The stack comes first: without one the number of processes is not looked at.
  const used = machine.structures.processes.pop() ?? null
  const structure = used === null ? allocStructure(machine, pages) : withStack(machine, used, pages)
  if (structure === null) return ENOMEM
  if (machine.nprocs >= machine.maxproc) {
    complain(machine)
    machine.structures.processes.push({ ...structure, process: used?.process ?? null })
    return EAGAIN
  }
  const parent = (flags & P.RFNOWAIT) !== 0 ? machine.initproc : proc0
  if (parent === null) machine.undefinedBehaviour('UB:no-init', 'RFNOWAIT before init was there')
  const pid = machine.pidsource.next((flags & P.RFHIGHPID) !== 0)
  if (pid === null)
    machine.undefinedBehaviour('UB:pids', 'all process ids are taken, and the kernel looks for one for ever')
  if (used !== null && used.process !== null) recycle(used.process)
  machine.nprocs++
  const process = new Proc(pid, proc0.name, proc0.credentials, proc0.addressSpace, machine)
  process.p_nice = proc0.p_nice
  process.add(makeThread(machine, structure, process, thread0, thread0.td_name))
  parent.adopt(process)
  machine.pids.set(pid, process)
  machine.processes.add(process)
  return process
}

/** A process that was waited for, or never came about: its structure keeps thread and stack for the next one. */
export interface UsedProcess extends Structure {
  readonly process: Proc | null
}

/** The same with a stack of the size that is wanted; null, and kept without a stack, where there is none to be had. */
function withStack(machine: FreebsdMachine, used: UsedProcess, pages: number): Structure | null {
  const kstackPages = machine.structures.kstacks.sizeOf(pages, machine.reading === 'page')
  if (used.kstackPages === kstackPages) return used
  if (used.kstackPages !== 0) machine.structures.kstacks.give(used.kstackPages)
  if (takeStack(machine, kstackPages)) return { ...used, kstackPages }
  machine.structures.processes.push({ ...used, kstackPages: 0 })
  return null
}

/** Handles of the former process now name another. */
function recycle(process: Proc): void {
  process.isRecycled = true
  process.newest!.isRecycled = true
}

function complain(machine: FreebsdMachine): void {
  const now = machine.timeline.now
  if (now < machine.complaintAtNs) return
  machine.complaintAtNs = now + COMPLAINT_SECONDS * 1e9
  machine.console.write('maxproc limit exceeded by uid 0, please see tuning(7) and login.conf(5).\n')
}
