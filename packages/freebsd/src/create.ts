import { Access, format, type Footprint, type Operation, type Out, type PrintfArgument, type Thread } from '@kt/core'
import { ENOMEM } from './errno.js'
import type { FreebsdMachine } from './machine.js'
import { isFreeFor, touchesFree } from './mutex-take.js'
import * as P from './param.js'
import { procOf, type Proc } from './proc.js'
import { schedAdd } from './sched.js'
import { Td } from './td.js'

/** What a creation needs to know. */
export interface AddRequest {
  readonly func: unknown
  readonly arg: unknown
  /** null for process 0. */
  readonly procp: Proc | null
  readonly newtdpp: Out<Td> | null
  readonly flags: number
  readonly pages: number
  readonly fmt: string
  readonly args: readonly PrintfArgument[]
}

/** `kthread_add`. The same steps by another name serve `kproc_kthread_add`. */
export function addOperation(name: string): Operation {
  return {
    name,
    touches: touchesCreation,
    start(machine: FreebsdMachine, td: Td) {
      const request = td.a as AddRequest
      if (!machine.hasProc0) machine.panic('kthread_add called too soon', 'FB8-D-15')
      checkArguments(machine, name, request)
      machine.assertMayAllocate(td, name)
      return this.resume(machine, td)
    },
    resume(machine: FreebsdMachine, td: Td) {
      const request = td.a as AddRequest
      // A thread joins its process under the lock of that.
      if (!isFreeFor(machine, td, (request.procp ?? machine.proc0).p_mtx)) return false
      const created = addThread(machine, request)
      if (created === null) {
        td.result = ENOMEM
        return true
      }
      td.b = created
      const isStopped = (request.flags & P.RFSTOPPED) !== 0
      if (isStopped || machine.reading === 'page') return startNow(machine, td, created, isStopped)
      // FB8-D-11: the thread is queued first, and may run, and end, before its creator can store the handle.
      schedAdd(machine, created)
      td.operation = publish
      return machine.mayGoOn(td) ? publish.start(machine, td) : false
    },
  }
}

/** A creation: the process and its lock, numbers and stacks, what may fail, and the handle where that is stored at once. */
function touchesCreation(td: Thread, footprint: Footprint): void {
  const { machine } = (td as Td).cpu
  const { newtdpp } = td.a as AddRequest
  const process = (td.a as AddRequest).procp ?? machine.proc0
  footprint.add(machine.structures, Access.write)
  footprint.add(machine.faults, Access.write)
  touchesFree(process.p_mtx, footprint)
  if (process !== machine.proc0) footprint.add(process, Access.write)
  if (newtdpp !== null) footprint.add(newtdpp, Access.write)
}

function startNow(machine: FreebsdMachine, td: Td, created: Td, isStopped: boolean): true {
  publish.start(machine, td)
  if (!isStopped) schedAdd(machine, created)
  return true
}

/** Stores the handle. */
const publish: Operation = {
  name: 'kthread_add',
  touches(td, footprint) {
    const { newtdpp } = td.a as AddRequest
    if (newtdpp !== null) footprint.add(newtdpp, Access.write)
  },
  start(_machine, td: Td) {
    const { newtdpp } = td.a as AddRequest
    if (newtdpp !== null) newtdpp.value = td.b as Td
    td.result = 0
    td.a = td.b = null
    return true
  },
  resume: () => true,
}

/** A scenario's mistakes, found before anything changes. */
export function checkArguments(
  machine: FreebsdMachine,
  call: string,
  { func, procp, newtdpp, flags, pages, fmt }: AddRequest,
): void {
  if (typeof func !== 'function') throw new TypeError(`${call}: func must be a generator function`)
  if (procp !== null) procOf(machine, call, procp)
  outOf(call, 'newtdpp', newtdpp)
  if (!Number.isInteger(flags)) throw new TypeError(`${call}: flags must be a whole number, not ${String(flags)}`)
  if (!Number.isInteger(pages)) throw new TypeError(`${call}: pages must be a whole number, not ${String(pages)}`)
  if (typeof fmt !== 'string') throw new TypeError(`${call}: fmt must be a string, not ${String(fmt)}`)
}

/** An out-pointer that may be null, or an error that says what it has to be. */
export function outOf(call: string, name: string, pointer: unknown): void {
  if (typeof pointer !== 'object') throw new TypeError(`${call}: ${name} must be a ref() or null`)
}

/** Builds the thread and links it into its process; null without a stack. */
export function addThread(machine: FreebsdMachine, request: AddRequest): Td | null {
  const process = request.procp ?? machine.proc0
  if (process.isRecycled)
    machine.undefinedBehaviour('UB:stale-process', 'kthread_add to a process whose structure is another one')
  if (process.p_state === P.PRS_ZOMBIE)
    machine.undefinedBehaviour('UB:add-to-zombie', `kthread_add to process ${process.pid}, which is a zombie`)
  // Whoever came last is the template, and for process 0 by default the first thread of all (FB8-O-14).
  const template = request.procp === null ? machine.thread0 : process.newest!
  const name = format(request.fmt, request.args, { size: P.MAXCOMLEN + 1, address: machine.addressOf })
  const structure = allocStructure(machine, request.pages)
  if (structure === null) return null
  const td = makeThread(machine, structure, process, template, name)
  td.td_pflags = P.TDP_KTHREAD
  td.a = request.func
  td.b = request.arg
  process.p_flag |= P.P_HADTHREADS
  process.add(td)
  if (!process.isSystem) machine.remark('FB8-D-23', `kernel thread ${name} is added to user process ${process.pid}`)
  machine.trace?.create(td)
  return td
}

/** What a thread needs before it can be one: a number and a stack. */
export interface Structure {
  readonly tid: number
  readonly kstackPages: number
}

/** Finds a structure with a stack; null without address space for that, with a line on the console. */
export function allocStructure(machine: FreebsdMachine, pages: number): Structure | null {
  const { structures } = machine
  structures.drain()
  const kstackPages = structures.kstacks.sizeOf(pages, machine.reading === 'page')
  if (!takeStack(machine, kstackPages)) return null
  return { tid: structures.take(), kstackPages }
}

/** Takes a stack of so many pages. False without address space for it, with a line on the console. */
export function takeStack(machine: FreebsdMachine, kstackPages: number): boolean {
  if (!machine.faults.fails('kstack') && machine.structures.kstacks.take(kstackPages)) return true
  machine.console.write('vm_thread_new: kstack allocation failed\n')
  return false
}

/** A thread of a process, not yet in its list, with what it has from a template. */
export function makeThread(
  machine: FreebsdMachine,
  { tid, kstackPages }: Structure,
  process: Proc,
  template: Td,
  name: string,
): Td {
  const td = new Td(tid, name, process, template.cpu, template.td_cpuset)
  td.td_kstack_pages = kstackPages
  copyFrom(machine, td, template)
  return td
}

/** What a thread has from its template: five priorities, CPU set, and the scheduler's memory. */
function copyFrom(machine: FreebsdMachine, td: Td, template: Td): void {
  td.td_base_pri = template.td_base_pri
  // What somebody lends to the template comes along.
  td.ownPriority = template.td_priority
  td.td_pri_class = template.td_pri_class
  td.td_user_pri = template.td_user_pri
  td.td_base_user_pri = template.td_base_user_pri
  machine.policy.forked(td, template)
}
