import { format } from '@kt/core'
import type { CpuInfo } from './cpu.js'
import type { Lwp } from './lwp.js'
import type { NetbsdMachine } from './machine.js'
import * as P from './param.js'
import type { Proc } from './proc.js'

/** An LWP as `ps -s` shows it. */
export interface PsEntry {
  readonly pid: number
  readonly lid: number
  readonly nlwp: number
  /** Effective and base priority. */
  readonly pri: number
  readonly usrpri: number
  readonly nice: number
  /** Wait message, 8 characters, `-` when not asleep. */
  readonly wchan: string
  /** `idl`, `run`, `sleep`, `onproc` or `zomb`. */
  readonly lstate: string
  readonly cpu: number
  /** Name of the LWP, empty when it has none. */
  readonly lname: string
  /** `[system]` for process 0. */
  readonly command: string
}

const STATES: Readonly<Record<number, string>> = {
  [P.LSIDL]: 'idl',
  [P.LSRUN]: 'run',
  [P.LSSLEEP]: 'sleep',
  [P.LSZOMB]: 'zomb',
  [P.LSONPROC]: 'onproc',
}
/** Characters of a wait message that are exported. */
const WMESG_CHARS = 8

/** All LWPs by process, newest first. */
export function ps(machine: NetbsdMachine): PsEntry[] {
  return ([...machine.processes] as Proc[]).flatMap((proc) => proc.lwps.map((lwp) => entry(proc, lwp)))
}

function entry(proc: Proc, lwp: Lwp): PsEntry {
  return {
    pid: proc.pid,
    lid: lwp.l_lid,
    nlwp: proc.threadCount,
    pri: lwp.l_priority,
    usrpri: lwp.l_priority_base,
    nice: proc.p_nice - 20,
    wchan: lwp.l_wmesg?.slice(0, WMESG_CHARS) ?? '-',
    lstate: STATES[lwp.l_stat]!,
    cpu: lwp.cpu.index,
    lname: lwp.l_name,
    command: proc.pid === 0 ? '[system]' : proc.name,
  }
}

/** The view of `ps -s` with a thread name, in columns. */
export function psText(machine: NetbsdMachine): string {
  const lines = [
    format('%5s %5s %4s %3s %3s %-8s %-7s %3s %s', [
      'PID',
      'LID',
      'NLWP',
      'PRI',
      'NI',
      'WCHAN',
      'LSTATE',
      'CPU',
      'NAME',
    ]),
  ]
  for (const e of ps(machine)) {
    const name = e.lname === '' ? e.command : e.lname
    lines.push(
      format('%5d %5d %4d %3d %3d %-8s %-7s %3d %s', [
        e.pid,
        e.lid,
        e.nlwp,
        e.pri,
        e.nice,
        e.wchan,
        e.lstate,
        e.cpu,
        name,
      ]),
    )
  }
  return lines.join('\n')
}

/** The view of the debugger's `ps /l`: running LWPs are marked, an unnamed one shows its process. */
export function ddbPs(machine: NetbsdMachine): string {
  const header = format('%-6s %6s %1s %3s %9s %18s %-15s %s', [
    'PID',
    'LID',
    'S',
    'CPU',
    'FLAGS',
    'STRUCT LWP *',
    'NAME',
    'WAIT',
  ])
  const lines = ([...machine.processes] as Proc[]).flatMap((proc) =>
    proc.lwps.map((lwp) => {
      const runs = lwp.l_stat === P.LSONPROC ? '>' : ' '
      const address = format('%p', [lwp], { address: machine.addressOf })
      const name = lwp.l_name === '' ? proc.name : lwp.l_name
      const row = [proc.pid, runs, lwp.l_lid, lwp.l_stat, lwp.cpu.index, lwp.l_flag, address, name, lwp.l_wmesg ?? '']
      return format('%-6d %s%5d %1d %3d %9x %18s %-15s %s', row).trimEnd()
    }),
  )
  return [header, ...lines].join('\n')
}

/** A CPU's state for a reader: what runs, how much waits. */
export interface CpuView {
  readonly index: number
  readonly running: string | null
  readonly queued: number
  readonly ipl: number
  /** Raw registers of its floating-point unit, whoever left them there; null without a unit. */
  readonly fpu: readonly number[] | null
}

export function cpuView(cpu: CpuInfo): CpuView {
  return {
    index: cpu.index,
    running: cpu.current === null ? null : cpu.current.l_name,
    queued: cpu.queue.length,
    ipl: cpu.ipl,
    fpu: cpu.fpu === null ? null : [...cpu.fpu.registers],
  }
}
