import { format } from '@kt/core'
import type { Pcpu } from './cpu.js'
import type { FreebsdMachine } from './machine.js'
import * as P from './param.js'
import type { Proc } from './proc.js'
import type { Td } from './td.js'

/** `ki_stat`. */
const SIDL = 1
export const SRUN = 2
export const SSLEEP = 3
export const SSTOP = 4
export const SZOMB = 5
export const SWAIT = 6
export const SLOCK = 7

/** `struct kinfo_proc`, as sysctl exports it for each thread. */
export interface kinfo_proc {
  readonly ki_pid: number
  readonly ki_ppid: number
  readonly ki_tid: number
  /** SRUN, SSLEEP, SSTOP, SZOMB, SWAIT or SLOCK. A thread that was never queued counts as one that runs. */
  readonly ki_stat: number
  /** Process name, 19 characters, and thread name, 16. */
  readonly ki_comm: string
  readonly ki_ocomm: string
  /** Wait message and lock name, 8 characters each, empty for none. */
  readonly ki_wmesg: string
  readonly ki_lockname: string
  readonly ki_pri: {
    readonly pri_class: number
    readonly pri_level: number
    readonly pri_native: number
    readonly pri_user: number
  }
  readonly ki_nice: number
  readonly ki_flag: number
  /** `td_flags`. */
  readonly ki_tdflags: number
  readonly ki_numthreads: number
  readonly ki_lastcpu: number
  readonly ki_oncpu: number
  /** Whole seconds asleep. */
  readonly ki_slptime: number
}

/** Every thread, by process in order of creation, the newest thread of each first. */
export function kinfoProc(machine: FreebsdMachine): kinfo_proc[] {
  return ([...machine.processes] as Proc[]).flatMap((p) => p.p_threads.map((td) => entry(machine, p, td)))
}

function entry(machine: FreebsdMachine, p: Proc, td: Td): kinfo_proc {
  const stat = statOf(p, td)
  return {
    ki_pid: p.p_pid,
    ki_ppid: p.p_pptr?.p_pid ?? 0,
    ki_tid: td.td_tid,
    ki_stat: stat,
    ki_comm: p.p_comm,
    ki_ocomm: td.td_name.slice(0, P.OCOMMLEN),
    ki_wmesg: (td.td_wmesg ?? '').slice(0, P.WMESGLEN),
    ki_lockname: (td.td_lockname ?? '').slice(0, P.WMESGLEN),
    ki_pri: {
      pri_class: td.td_pri_class,
      pri_level: td.td_priority,
      pri_native: td.td_base_pri,
      pri_user: td.td_user_pri,
    },
    ki_nice: p.p_nice,
    ki_flag: p.p_flag,
    ki_tdflags: td.td_flags,
    ki_numthreads: p.p_numthreads,
    ki_lastcpu: td.td_lastcpu,
    ki_oncpu: td.td_oncpu,
    ki_slptime: stat === SSLEEP ? Math.floor((machine.clock.ticks - td.td_slptick) / machine.clock.hz) : 0,
  }
}

function statOf(p: Proc, td: Td): number {
  if (p.p_state === P.PRS_ZOMBIE) return SZOMB
  const state = td.td_state
  if (state === P.TDS_RUNQ || state === P.TDS_CAN_RUN || state === P.TDS_RUNNING) return SRUN
  if ((p.p_flag & P.P_STOPPED_SINGLE) !== 0) return SSTOP
  const inhibitors = td.td_inhibitors
  if ((inhibitors & P.TDI_SLEEPING) !== 0) return SSLEEP
  return (inhibitors & P.TDI_LOCK) !== 0 ? SLOCK : SWAIT
}

const HEADER = '  PID    TID  PPID PRI NI MWCHAN   STAT C COMMAND'
/** What `ps` subtracts from a priority. */
const PRI_SHOWN_FROM: number = P.PZERO
/** Seconds after which a sleeper counts as idle. */
const IDLE_SECONDS = 20

/** A line for each thread, as `ps -axH -o pid,lwp,ppid,pri,ni,mwchan,stat,cpu,command` has it. */
export function psText(machine: FreebsdMachine): string {
  const lines = kinfoProc(machine).map((k) => {
    const isSystem = (k.ki_flag & P.P_SYSTEM) !== 0
    const name = k.ki_numthreads > 1 ? `${k.ki_comm}/${k.ki_ocomm || k.ki_comm}` : k.ki_comm
    return format('%5d %6d %5d %3d %2d %-8s %-4s %d %s', [
      k.ki_pid,
      k.ki_tid,
      k.ki_ppid,
      k.ki_pri.pri_level - PRI_SHOWN_FROM,
      k.ki_nice,
      k.ki_lockname === '' ? k.ki_wmesg || '-' : `*${k.ki_lockname}`,
      letters(k, isSystem),
      k.ki_lastcpu,
      isSystem ? `[${name}]` : name,
    ])
  })
  return [HEADER, ...lines].join('\n')
}

function letters(k: kinfo_proc, isSystem: boolean): string {
  const isInterruptible = (k.ki_tdflags & P.TDF_SINTR) !== 0
  const state = {
    [SRUN]: 'R',
    [SSTOP]: 'T',
    [SZOMB]: 'Z',
    [SWAIT]: 'W',
    [SLOCK]: 'L',
    [SSLEEP]: !isInterruptible ? 'D' : k.ki_slptime > IDLE_SECONDS ? 'I' : 'S',
  }[k.ki_stat]!
  return isSystem ? `${state}L` : `${state}s`
}

/** A line for each thread, as `procstat -at` has it. */
export function procstatText(machine: FreebsdMachine): string {
  const header = format('%5s %6s %-16s %-16s %2s %4s %-7s %-9s', [
    'PID',
    'TID',
    'COMM',
    'TDNAME',
    'CPU',
    'PRI',
    'STATE',
    'WCHAN',
  ])
  const lines = kinfoProc(machine).map((k) => {
    const onCpu = k.ki_oncpu !== P.NOCPU ? k.ki_oncpu : k.ki_lastcpu
    const state = PROCSTAT_STATES[k.ki_stat] ?? '??'
    const wait = k.ki_lockname === '' ? k.ki_wmesg || '-' : `*${k.ki_lockname}`
    const row = [k.ki_pid, k.ki_tid, k.ki_comm, k.ki_ocomm || '-', onCpu, k.ki_pri.pri_level, state, wait]
    return format('%5d %6d %-16s %-16s %3d %4d %-7s %-9s', row).trimEnd()
  })
  return [header.trimEnd(), ...lines].join('\n')
}

const PROCSTAT_STATES: Readonly<Record<number, string>> = {
  [SIDL]: 'idle',
  [SRUN]: 'run',
  [SSLEEP]: 'sleep',
  [SSTOP]: 'stop',
  [SZOMB]: 'zomb',
  [SWAIT]: 'wait',
  [SLOCK]: 'lock',
}

// The debugger

/** The debugger's `ps`. */
export function ddbPs(machine: FreebsdMachine): string {
  const lines = ['  pid  ppid  pgrp   uid   state   wmesg         wchan        cmd']
  for (const process of machine.processes) {
    const p = process as Proc
    const head = format('%5d %5d %5d %5d  %-6.6s ', [
      p.p_pid,
      p.p_pptr?.p_pid ?? 0,
      0,
      p.credentials.realUid,
      lettersOf(p),
    ])
    const isThreaded = (p.p_flag & P.P_HADTHREADS) !== 0
    const [first] = p.p_threads
    if (!isThreaded && first !== undefined) {
      lines.push(`${head}${columns(machine, p, first)}`.trimEnd())
      continue
    }
    lines.push(`${head}${format('%-9s%-9s%-18s%s', ['(threaded)', '', '', p.p_comm])}`.trimEnd())
    for (const td of p.p_threads) {
      const line = format('%6d%18s%-6.6s ', [td.td_tid, '', threadWords(td)])
      lines.push(`${line}${columns(machine, p, td)}`.trimEnd())
    }
  }
  return lines.join('\n')
}

function columns(machine: FreebsdMachine, p: Proc, td: Td): string {
  const lock = td.td_lockname
  const runs = td.td_state === P.TDS_RUNNING
  const message = runs ? `CPU ${td.td_lastcpu}` : (lock ?? td.td_wmesg ?? '')
  const channel = lock !== null ? td.sleepQueue!.object : td.td_wchan
  const at = channel === null || runs ? '' : address(machine, channel as object | string | number)
  const name = td.td_name === '' ? p.p_comm : td.td_name
  return format('%s%-8.8s %-18s %s', [lock === null ? ' ' : '*', message, at, p.isSystem ? `[${name}]` : name])
}

/** A channel as the debugger prints it; one that is no object of the scenario's has no address, and says what it is. */
function address(machine: FreebsdMachine, channel: object | string | number): string {
  return typeof channel === 'string' || typeof channel === 'number' ? String(channel) : machine.pointer(channel)
}

/** A process's letters. A slip of precedence makes everybody who sleeps an S here. */
function lettersOf(p: Proc): string {
  if (p.p_state === P.PRS_ZOMBIE) return 'Z'
  const letters = new Set(p.p_threads.map((td) => processLetter(td)))
  const first = ['R', 'L', 'S', 'W', '?'].find((letter) => letters.has(letter)) ?? '?'
  return `${first}${p.isSystem ? 'L' : 's'}`
}

function processLetter(td: Td): string {
  if (td.td_state !== P.TDS_INHIBITED) return 'R'
  if ((td.td_inhibitors & P.TDI_LOCK) !== 0) return 'L'
  if ((td.td_inhibitors & P.TDI_SLEEPING) !== 0) return 'S'
  return (td.td_inhibitors & P.TDI_IWAIT) !== 0 ? 'W' : '?'
}

function threadWords(td: Td): string {
  switch (td.td_state) {
    case P.TDS_RUNNING:
      return 'Run'
    case P.TDS_RUNQ:
      return 'RunQ'
    case P.TDS_CAN_RUN:
      return 'CanRun'
    case P.TDS_INACTIVE:
      return 'Inactv'
    default: {
      const sleeps = (td.td_flags & P.TDF_SINTR) !== 0 ? 'S' : 'D'
      return [
        [P.TDI_LOCK, 'L'],
        [P.TDI_SLEEPING, sleeps],
        [P.TDI_SWAPPED, 'W'],
        [P.TDI_IWAIT, 'I'],
        [P.TDI_SUSPENDED, 's'],
      ]
        .map(([bit, letter]) => ((td.td_inhibitors & (bit as number)) !== 0 ? letter : ''))
        .join('')
    }
  }
}

// CPUs

/** A CPU's state for a reader: what runs, how much waits. */
export interface CpuView {
  readonly index: number
  readonly running: string | null
  readonly queued: number
}

export function cpuView(cpu: Pcpu): CpuView {
  const { current } = cpu
  return { index: cpu.index, running: current === null ? null : current.name, queued: cpu.queue.length }
}
