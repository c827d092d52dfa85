import { type Out } from '@kt/core'
import { EAGAIN, EFAULT, EINVAL, ENOMEM, ENOTSUP } from './errno.js'
import { FileTable } from './files.js'
import type { OpenbsdMachine } from './machine.js'
import { copyout, isStorable, type UserPointer } from './memory.js'
import * as P from './param.js'
import { Proc } from './proc.js'
import { ProcessRecord } from './process.js'
import { psignal } from './signal.js'

/** What is to be forked. */
export interface ForkRequest {
  /** Whose copy it is. */
  readonly parent: Proc
  readonly exitsig: number
  /** FORK_* */
  readonly flags: number
  /** Where the new thread begins, and what it is given; null for the thread itself where the reading says so. */
  readonly func: unknown
  readonly arg: unknown
  /** Where the number of the new thread goes in user memory (5.1), null for nowhere. */
  readonly tidptr?: UserPointer<number>
}

/** Slots of `forkstat`. */
const FORKSTAT = { fork: 0, vfork: 1, rfork: 2, kthread: 3 } as const

/** Seconds between two lines about a full table. */
const TABLEFULL_SECONDS = 10

/**
 * The engine under every creation: checks, construction, and the place on a run queue.
 *
 * @param newp - Receives the new entity, which is runnable by then.
 * @returns 0, `ENOTSUP`, `EINVAL`, `EAGAIN`, `ENOMEM` or `EFAULT`; on an error everything is as it was.
 * @see fork1.9
 */
export function fork1(machine: OpenbsdMachine, request: ForkRequest, newp: Out<Proc>): number {
  const error = refusal(machine, request)
  if (error !== 0) return error
  const p = construct(machine, request)
  if (p.process.ps_single !== null)
    machine.remark('OB-Q-22', `${p.p_comm} (${p.p_pid}) was made while its process ends`)
  count(machine, request.flags, p)
  newp.value = p
  if (request.tidptr !== undefined && request.tidptr !== null) {
    const stored = copyout(request.parent.process.addressSpace, p.p_pid + P.THREAD_PID_OFFSET, request.tidptr)
    // OB-D-23: the thread is there already, so its creator gets a signal instead of an error.
    if (stored !== 0) psignal(machine, request.parent, P.SIGSEGV)
  }
  machine.scheduler.enqueue(p)
  return 0
}

/** The checks, in their order, and the counts they raise. */
function refusal(machine: OpenbsdMachine, { parent, flags, tidptr = null }: ForkRequest): number {
  const isThread = (flags & P.FORK_THREAD) !== 0
  if (isThread && machine.rthreads === 0) return ENOTSUP
  const shares = (flag: number) => (flags & flag) !== 0
  if (isThread && !(shares(P.FORK_SIGHAND) && shares(P.FORK_NOZOMBIE))) return EINVAL
  if (machine.release.hasThreads && shares(P.FORK_SIGHAND) && !shares(P.FORK_SHAREVM)) return EINVAL

  const uid = parent.process.credentials.realUid
  const isFull = machine.table.nprocs >= machine.table.maxproc
  if (isFull || (machine.table.nprocs >= machine.table.maxproc - P.RESERVED_SLOTS && uid !== 0)) {
    tablefull(machine, 'proc')
    return EAGAIN
  }
  const owned = machine.table.countOf(uid) + 1
  if (uid !== 0 && owned > parent.process.limits['RLIMIT_NPROC']!.soft) return EAGAIN
  if (machine.faults.fails('uarea') || machine.uareas.isExhausted) return ENOMEM
  // OB-D-23: the page promises the number or no thread; the kernel finds out when the thread is there.
  const isBad = tidptr !== null && !isStorable(parent.process.addressSpace, tidptr)
  if (isBad && machine.reading === 'page') return EFAULT
  machine.table.nprocs++
  machine.table.changeCount(uid, 1)
  return 0
}

/** Says that a table is full, not more often than every ten seconds. */
function tablefull(machine: OpenbsdMachine, table: string): void {
  const seconds = machine.timeline.now / 1e9
  if (seconds - machine.tablefullAt < TABLEFULL_SECONDS) return
  machine.tablefullAt = seconds
  machine.log(3, `${table}: table is full\n`)
}

function construct(machine: OpenbsdMachine, request: ForkRequest): Proc {
  const { parent, flags } = request
  machine.uareas.take()
  const pid = machine.table.choosePid()
  const isThread = (flags & P.FORK_THREAD) !== 0
  const process = isThread ? parent.process : makeProcess(machine, request, pid)
  // Each thread refers to the address space until it is reaped.
  if (isThread) process.addressSpace.vm_refcnt++
  const p = new Proc(pid, parent.name, process, parent.cpu)
  p.p_exitsig = request.exitsig
  p.p_priority = parent.p_priority
  p.p_usrpri = parent.p_usrpri
  p.p_estcpu = parent.p_estcpu
  p.p_sigmask = parent.p_sigmask
  if (isThread) p.p_flag |= P.P_THREAD
  else {
    process.ps_mainproc = p
    machine.processes.add(process)
  }
  if ((flags & P.FORK_NOZOMBIE) !== 0) p.p_flag |= P.P_NOZOMBIE
  process.add(p)
  p.a = request.func
  // OB-D-04: the kernel makes the thread itself of a null argument.
  p.b = request.arg === null && machine.reading === 'kernel' ? p : request.arg
  // It takes the kernel lock before its first instruction.
  if (machine.isLocked) p.bigLocks = 1
  machine.table.pids.set(pid, p)
  machine.trace?.create(p)
  return p
}

function makeProcess(machine: OpenbsdMachine, { parent, flags }: ForkRequest, pid: number): ProcessRecord {
  const from = parent.process
  const shares = (flag: number) => (flags & flag) !== 0
  const process = new ProcessRecord(
    pid,
    parent.p_comm,
    from.credentials,
    from.ps_limit,
    shares(P.FORK_SHAREVM) ? from.addressSpace : from.addressSpace.copy(parent.p_comm),
    shares(P.FORK_CLEANFILES) ? new FileTable() : shares(P.FORK_SHAREFILES) ? from.ps_fd : from.ps_fd.copy(),
    shares(P.FORK_SIGHAND) ? from.ps_sigacts : from.ps_sigacts.copy(),
  )
  from.ps_limit.p_refcnt++
  if (shares(P.FORK_SHAREVM)) from.addressSpace.vm_refcnt++
  if (shares(P.FORK_SHAREFILES)) from.ps_fd.fd_refcnt++
  if (shares(P.FORK_SIGHAND)) from.ps_sigacts.ps_refcnt++
  process.ps_nice = from.ps_nice
  process.ps_session = from.ps_session
  process.ps_ppwait = shares(P.FORK_PPWAIT)
  from.adopt(process)
  machine.table.enterGroup(process, from.ps_pgid)
  process.ps_traced = from.ps_traced && from.ps_traceInherit
  process.ps_traceInherit = process.ps_traced
  return process
}

function count(machine: OpenbsdMachine, flags: number, p: Proc): void {
  const { forkstat, uvmexp } = machine
  const isKthread = p.p_p.ps_pptr === machine.proc0.process
  // OB-D-32: threads of user processes have a branch of their own that was compiled out.
  const slot =
    (flags & P.FORK_FORK) !== 0
      ? FORKSTAT.fork
      : (flags & P.FORK_VFORK) !== 0
        ? FORKSTAT.vfork
        : (flags & P.FORK_RFORK) !== 0
          ? FORKSTAT.rfork
          : FORKSTAT.kthread
  forkstat[slot]!++
  forkstat[slot + PAGES]! += isKthread ? 0 : P.RESIDENT_PAGES
  uvmexp.forks++
  if ((flags & P.FORK_SHAREVM) !== 0) uvmexp.forks_sharevm++
}

/** The sums of pages come after the counts. */
const PAGES = 4
