import { ThreadState } from '@kt/core'
import type { OpenbsdMachine } from '../src/machine.js'
import * as P from '../src/param.js'
import type { Proc } from '../src/proc.js'
import type { ProcessRecord } from '../src/process.js'
import { fail, name } from '../../core/test/invariants.js'

/** Checks the process table: who is in it, who counts, and who refers to what. */
export function checkTable(machine: OpenbsdMachine): void {
  const { pids, zombproc, nprocs } = machine.table
  if (nprocs !== pids.size + zombproc.size) fail(`nprocs is ${nprocs} of ${pids.size} alive and ${zombproc.size} ended`)
  for (const [pid, p] of pids) {
    if (p.p_pid !== pid || zombproc.has(pid)) fail(`${name(p)} is in the table as ${pid}`)
    if (p.state === ThreadState.dead || p.isFree) fail(`${name(p)} is alive in state ${p.state}`)
  }
  for (const [pid, p] of zombproc) {
    if (p.p_pid !== pid) fail(`${name(p)} is among the ended as ${pid}`)
    // One that ends is taken off its CPU in the step in which it ends.
    if (p.state !== ThreadState.dead || p.isFree) fail(`${name(p)} has ended in state ${p.state}`)
    if (p.isZombie && (p.p_flag & (P.P_NOZOMBIE | P.P_THREAD)) !== 0) fail(`${name(p)} is a zombie nobody waits for`)
  }
  checkProcesses(machine)
  checkCounts(machine)
  checkReferences(machine)
}

function checkProcesses(machine: OpenbsdMachine): void {
  const { processes } = machine
  const { pids, zombproc } = machine.table
  const all = [...processes] as ProcessRecord[]
  const members = new Map<number, number>()
  for (const process of all) {
    const main = process.ps_mainproc
    if (main === null || main.p_pid !== process.pid) fail(`process ${process.pid} has the main thread of another`)
    if (pids.get(main.p_pid) !== main && zombproc.get(main.p_pid) !== main) fail(`${name(main)} is in no list`)
    members.set(process.ps_pgid, (members.get(process.ps_pgid) ?? 0) + 1)
    checkThreads(machine, process)
    const parent = process.ps_pptr
    if (parent !== null && !parent.ps_children.has(process)) fail(`${parent.name} does not know ${name(main)}`)
    if (parent !== null && !processes.has(parent)) fail(`the parent of ${name(main)} is gone`)
    for (const child of process.ps_children) {
      if (child.ps_pptr !== process) fail(`${name(main)} counts a child of another`)
      if (!processes.has(child)) fail(`${name(main)} has a child that is gone`)
    }
    if (process.threadCount === 0 && process.ps_children.size > 0) fail(`${name(main)} has ended and left children`)
  }
  for (const [pgid, count] of machine.table.groups)
    if (members.get(pgid) !== count) fail(`group ${pgid} counts ${count} of ${members.get(pgid) ?? 0}`)
  if (machine.table.groups.size !== members.size)
    fail(`${members.size} groups, of which ${machine.table.groups.size} are known`)
  for (const p of pids.values()) if (!processes.has(p.process)) fail(`the process of ${name(p)} is gone`)
}

function checkThreads(machine: OpenbsdMachine, process: ProcessRecord): void {
  let newer: Proc | null = null
  let count = 0
  for (const thread of process.threads() as Iterable<Proc>) {
    if (thread.newer !== newer || thread.process !== process) fail(`the threads of ${process.pid} are out of order`)
    if (machine.table.pids.get(thread.p_pid) !== thread)
      fail(`${name(thread)} is a thread of ${process.pid} and not alive`)
    if ((thread.p_flag & P.P_THREAD) !== 0 && thread === process.ps_mainproc) fail(`${name(thread)} is both`)
    newer = thread
    count++
  }
  if (count !== process.threadCount) fail(`process ${process.pid} counts ${process.threadCount} of ${count} threads`)
  const main = process.ps_mainproc!
  if (count > 0 && main.state === ThreadState.dead) fail(`${name(main)} has ended before its threads`)
}

/** Slots by real user. */
function checkCounts(machine: OpenbsdMachine): void {
  const counts = new Map<number, number>()
  for (const { process } of everything(machine)) {
    const { realUid } = process.credentials
    counts.set(realUid, (counts.get(realUid) ?? 0) + 1)
  }
  const charged = Reflect.get(machine.table, 'counts') as ReadonlyMap<number, number>
  for (const uid of new Set([...counts.keys(), ...charged.keys()]))
    if (machine.table.countOf(uid) !== (counts.get(uid) ?? 0)) fail(`user ${uid} counts ${machine.table.countOf(uid)}`)
}

/** What is shared counts who shares it. */
function checkReferences(machine: OpenbsdMachine): void {
  const spaces = new Map<{ vm_refcnt: number }, number>()
  const limits = new Map<{ p_refcnt: number }, number>()
  const files = new Map<{ fd_refcnt: number }, number>()
  const acts = new Map<{ ps_refcnt: number }, number>()
  let stacks = 0
  let reaped: Proc | null = null
  for (const p of everything(machine)) {
    const isBeingReaped = p.state === ThreadState.dead && !p.isZombie && !machine.deadproc.includes(p)
    if (isBeingReaped && reaped !== null) fail(`${name(p)} and ${name(reaped)} are lost to the reaper`)
    if (isBeingReaped) reaped = p
    else if (!p.isZombie) {
      raise(spaces, p.process.addressSpace)
      stacks++
    }
  }
  for (const process of machine.processes as Iterable<ProcessRecord>) {
    raise(limits, process.ps_limit)
    if (process.threadCount === 0) continue
    raise(files, process.ps_fd)
    raise(acts, process.ps_sigacts)
  }
  for (const [space, count] of spaces) {
    // The reaper is in the midst of one.
    const isUnsure = reaped?.process.addressSpace === space && space.vm_refcnt === count + 1
    if (space.vm_refcnt !== count && !isUnsure) fail(`an address space counts ${space.vm_refcnt} of ${count}`)
  }
  if (machine.uareas.used !== stacks && !(reaped !== null && machine.uareas.used === stacks + 1))
    fail(`${machine.uareas.used} kernel stacks are used by ${stacks}`)
  for (const [limit, count] of limits) if (limit.p_refcnt !== count) fail(`limits count ${limit.p_refcnt} of ${count}`)
  for (const [file, count] of files) if (file.fd_refcnt !== count) fail(`files count ${file.fd_refcnt} of ${count}`)
  for (const [act, count] of acts) if (act.ps_refcnt !== count) fail(`actions count ${act.ps_refcnt} of ${count}`)
}

function raise<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

function everything(machine: OpenbsdMachine): Proc[] {
  return [...machine.table.pids.values(), ...machine.table.zombproc.values()]
}
