import { format, ThreadMark, ThreadState } from '@kt/core'
import type { CpuInfo } from './cpu.js'
import type { OpenbsdMachine } from './machine.js'
import * as P from './param.js'
import type { Proc } from './proc.js'

/** What sysctl kern.proc is asked for. */
export const KERN_PROC_ALL = 0
export const KERN_PROC_PID = 1
export const KERN_PROC_PGRP = 2
export const KERN_PROC_SESSION = 3
export const KERN_PROC_TTY = 4
export const KERN_PROC_UID = 5
export const KERN_PROC_RUID = 6
export const KERN_PROC_KTHREAD = 7

/** An entry of the process table as it is exported. */
export interface KinfoProc {
  /** The process; in 5.1 the same for all its threads. */
  readonly pid: number
  /** The thread's number with the offset (5.1), else the process id. */
  readonly tid: number
  readonly ppid: number
  readonly pgid: number
  readonly uid: number
  /** Letters of ps(1). */
  readonly stat: string
  /** Wait message, 7 characters, `-` when not asleep. */
  readonly wchan: string
  /** `p_comm`. */
  readonly comm: string
  /** As ps prints it: in parentheses, as nobody has an argument list here. */
  readonly command: string
  readonly priority: number
  readonly nice: number
  /** `p_flag`. */
  readonly flag: number
  readonly cpu: number
  /** Resident pages, 0 for the system's. */
  readonly rssize: number
}

/** Characters of a wait message that are exported. */
const WMESG_CHARS = 7
/** Seconds after which a sleeper counts as idle. */
const MAXSLP = 20

/** Everything that has a slot, the newest first, then what has ended. */
function everything(machine: OpenbsdMachine): Proc[] {
  return [...[...machine.table.pids.values()].reverse(), ...[...machine.table.zombproc.values()].reverse()]
}

/**
 * The process table by a filter, as sysctl kern.proc gives it.
 *
 * @param op - `KERN_PROC_ALL` hides kernel threads, `KERN_PROC_KTHREAD` nothing, the others only who does not match.
 * @param arg - What to match: a process id, a group, a session, a user.
 */
export function kernProc(machine: OpenbsdMachine, op: number, arg = 0): KinfoProc[] {
  const matches: Readonly<Record<number, (p: Proc) => boolean>> = {
    [KERN_PROC_ALL]: (p) => !p.isSystem,
    [KERN_PROC_PID]: (p) => p.process.pid === arg,
    [KERN_PROC_PGRP]: (p) => p.process.ps_pgid === arg,
    [KERN_PROC_SESSION]: (p) => p.process.ps_session === arg,
    [KERN_PROC_TTY]: () => false,
    [KERN_PROC_UID]: (p) => p.process.credentials.effectiveUid === arg,
    [KERN_PROC_RUID]: (p) => p.process.credentials.realUid === arg,
    [KERN_PROC_KTHREAD]: () => true,
  }
  const filter = matches[op]
  if (filter === undefined) throw new RangeError(`kern.proc: there is no filter ${op}`)
  return everything(machine)
    .filter((p) => p.state !== ThreadState.embryo && filter(p))
    .map((p) => entry(machine, p))
}

function entry(machine: OpenbsdMachine, p: Proc): KinfoProc {
  const { process } = p
  return {
    pid: process.pid,
    tid: machine.release.hasThreads ? p.p_pid + P.THREAD_PID_OFFSET : p.p_pid,
    ppid: process.ps_pptr?.pid ?? 0,
    pgid: process.ps_pgid,
    uid: process.credentials.effectiveUid,
    stat: stat(machine, p),
    wchan: p.p_wchan === null ? '-' : (p.p_wmesg ?? '-').slice(0, WMESG_CHARS),
    comm: p.p_comm,
    command: `(${p.p_comm})`,
    priority: p.p_priority,
    nice: process.ps_nice - P.NZERO,
    flag: p.p_flag,
    cpu: p.cpu.index,
    rssize: p.isSystem ? 0 : P.RESIDENT_PAGES,
  }
}

function stat(machine: OpenbsdMachine, p: Proc): string {
  const { process } = p
  let letters = letterOf(p)
  if (process.ps_nice < P.NZERO) letters += '<'
  else if (process.ps_nice > P.NZERO) letters += 'N'
  if ((p.p_flag & P.P_TRACED) !== 0) letters += 'X'
  if ((p.p_flag & P.P_WEXIT) !== 0 && !p.isZombie) letters += 'E'
  if (process.ps_ppwait) letters += 'V'
  if (p.isSystem) letters += 'K'
  if (process.ps_session === process.pid && process.pid !== 0) letters += 's'
  const isRunnable = p.state === ThreadState.runnable || p.state === ThreadState.running
  return machine.ncpu > 1 && isRunnable ? `${letters}/${p.cpu.index}` : letters
}

function letterOf(p: Proc): string {
  switch (p.p_stat) {
    case P.SRUN:
    case P.SONPROC:
      return 'R'
    case P.SSTOP:
      return 'T'
    case P.SZOMB:
      return 'Z'
    case P.SSLEEP:
      if (!isInterruptible(p)) return 'D'
      return p.p_slptime >= MAXSLP ? 'I' : 'S'
    default:
      return '?'
  }
}

function isInterruptible(p: Proc): boolean {
  return p.is(ThreadMark.interruptible)
}

/** What `ps` is asked for. */
export interface PsOptions {
  /** `-k`: kernel threads too. Default true. */
  readonly k?: boolean
  /** `-H`: all threads of a process (5.1). Default true. */
  readonly H?: boolean
}

/** The process table as ps(1) shows it with `-ax`. */
export function ps(machine: OpenbsdMachine, { k = true, H = true }: PsOptions = {}): KinfoProc[] {
  const all = kernProc(machine, k ? KERN_PROC_KTHREAD : KERN_PROC_ALL)
  return H ? all : all.filter(({ flag }) => (flag & P.P_THREAD) === 0)
}

/** The same in columns. */
export function psText(machine: OpenbsdMachine, options: PsOptions = {}): string {
  const { hasThreads } = machine.release
  const lines = [row(hasThreads, 'PID', 'TID', 'PPID', 'PGID', 'TT', 'STAT', 'WCHAN', 'COMMAND')]
  for (const e of ps(machine, options)) {
    lines.push(row(hasThreads, e.pid, e.tid, e.ppid, e.pgid, '??', e.stat, e.wchan, e.command))
  }
  return lines.join('\n')
}

function row(hasThreads: boolean, pid: string | number, tid: string | number, ...rest: (string | number)[]): string {
  const cells = hasThreads ? [pid, tid, ...rest] : [pid, ...rest]
  return format((hasThreads ? '%5s %7s' : '%5s') + ' %5s %5s %-2s %-5s %-7s %s', cells.map(String)).trimEnd()
}

/** The debugger's `ps`: what runs where the debugger was entered is marked, and states are numbers. */
export function ddbPs(machine: OpenbsdMachine): string {
  const lines = ['   PID   PPID   PGRP    UID  S       FLAGS  WAIT          COMMAND']
  for (const p of everything(machine)) {
    const { process } = p
    const row = [
      p === machine.cpu.current ? '*' : ' ',
      p.p_pid,
      process.ps_pptr?.pid ?? -1,
      process.ps_pgid,
      process.credentials.realUid,
      p.p_stat,
      p.p_flag,
      p.p_wchan === null ? '' : (p.p_wmesg ?? ''),
      p.p_comm,
    ]
    lines.push(format('%s%5d  %5d  %5d  %5d  %d  %#10x  %-12.12s  %-16s', row).trimEnd())
  }
  return lines.join('\n')
}

/** A CPU's state for a reader: what runs, how much waits. */
export interface CpuView {
  readonly index: number
  readonly running: string | null
  readonly queued: number
  readonly ipl: number
}

export function cpuView(cpu: CpuInfo): CpuView {
  return {
    index: cpu.index,
    running: cpu.current?.name ?? null,
    queued: cpu.queue.length,
    ipl: cpu.ipl,
  }
}

/** Whether the pass that swaps processes out would look at one (OB-D-06). */
export function isSwappable(p: Proc): boolean {
  return (p.p_flag & (P.P_SYSTEM | P.P_WEXIT)) === 0
}
