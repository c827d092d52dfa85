import type { FreebsdOptions } from '@kt/freebsd/8.0'
import { Draw } from './harness.js'

/** A call, or a few that belong together. Numbers choose the object. */
export type Line =
  | { readonly does: Around; readonly n: number; readonly body: readonly Line[] }
  /** What comes next depends on the latest answer. */
  | { readonly does: 'if'; readonly body: readonly Line[]; readonly otherwise: readonly Line[] }
  | { readonly does: 'create'; readonly thread: ThreadPlan }
  | { readonly does: Sleep; readonly n: number; readonly timo: number; readonly drops: boolean }
  | { readonly does: Simple; readonly n: number }

/** What begins and ends around others. */
export type Around =
  | 'mtx'
  | 'trylock'
  | 'spin'
  | 'Giant'
  | 'PROC_LOCK'
  | 'slock'
  | 'xlock'
  | 'try_slock'
  | 'try_xlock'
  | 'rlock'
  | 'wlock'
  | 'try_rlock'
  | 'try_wlock'
  | 'critical'

export type Sleep =
  | 'tsleep'
  | 'msleep'
  | 'msleep_spin'
  | 'sx_sleep'
  | 'rw_sleep'
  | 'Giant_sleep'
  | 'pause'
  | 'cv_wait'
  | 'cv_wait_sx'
  | 'suspend'
  | 'proc_suspend'
  | 'join'

export type Simple =
  | 'read'
  | 'write'
  | 'update'
  | 'wakeup'
  | 'wakeup_one'
  | 'cv_signal'
  | 'cv_broadcast'
  | 'owned'
  | 'recursed'
  | 'initialized'
  | 'destroy'
  | 'init'
  | 'upgrade'
  | 'downgrade'
  | 'rw_upgrade'
  | 'resume'
  | 'check'
  | 'proc_resume'
  | 'proc_check'
  | 'proc_exit'
  | 'exit'
  | 'newtd'
  | 'newproc'
  | 'sched_add'
  | 'sched_prio'
  | 'relinquish'
  | 'uio_yield'
  | 'enqueue'
  | 'drain'
  | 'callout_reset'
  | 'callout_stop'
  | 'callout_drain'
  | 'callout_pending'
  | 'swi'
  | 'interrupt'
  | 'printf'

/** A thread: of process 0, of a process of its own, or of one that several share. */
export interface ThreadPlan {
  readonly id: number
  readonly kind: 'thread' | 'process' | 'shared'
  readonly isStopped: boolean
  readonly lines: readonly Line[]
}

export interface Plan {
  readonly options: FreebsdOptions
  readonly fault: string | null
  readonly main: readonly Line[]
  readonly threads: number
}

/** What programs are about: one or two of these each, so that its calls meet. */
const THEMES = {
  cells: ['read', 'write', 'update', 'read'],
  mutexes: ['mtx', 'mtx', 'trylock', 'owned', 'recursed', 'update'],
  spins: ['spin', 'spin', 'msleep_spin', 'msleep_spin', 'wakeup', 'wakeup_one', 'critical'],
  sx: ['slock', 'xlock', 'try_slock', 'try_xlock', 'upgrade', 'downgrade', 'sx_sleep', 'wakeup'],
  rwlocks: ['rlock', 'wlock', 'try_rlock', 'try_wlock', 'rw_upgrade', 'rw_sleep', 'wakeup'],
  giant: ['Giant', 'Giant', 'Giant_sleep', 'tsleep', 'pause', 'xlock', 'update', 'uio_yield'],
  giantMutex: ['Giant', 'Giant', 'msleep', 'mtx', 'wakeup', 'cv_wait', 'cv_signal'],
  channels: ['tsleep', 'msleep', 'wakeup', 'wakeup_one', 'wakeup_one', 'update'],
  condvars: ['cv_wait', 'cv_wait', 'cv_wait_sx', 'cv_signal', 'cv_broadcast', 'mtx'],
  pauses: ['pause', 'pause', 'update', 'relinquish'],
  suspension: ['suspend', 'suspend', 'resume', 'check', 'check', 'newtd', 'wakeup'],
  threads: ['create', 'join', 'join', 'newtd', 'exit', 'sched_add', 'update'],
  procs: ['create', 'newproc', 'PROC_LOCK', 'proc_suspend', 'proc_resume', 'proc_check', 'proc_exit'],
  callouts: ['callout_reset', 'callout_reset', 'callout_stop', 'callout_drain', 'callout_pending', 'update'],
  tasks: ['enqueue', 'enqueue', 'drain', 'update', 'read'],
  odd: ['init', 'destroy', 'initialized', 'printf', 'mtx', 'owned', 'sched_prio', 'PROC_LOCK', 'recursed'],
  interrupts: ['swi', 'interrupt', 'spin', 'critical', 'read'],
} as const satisfies Readonly<Record<string, readonly Line['does'][]>>

type Theme = keyof typeof THEMES
const RARE: readonly Theme[] = ['procs', 'callouts', 'tasks', 'odd', 'interrupts']
const COMMON: readonly Theme[] = (Object.keys(THEMES) as Theme[]).filter((theme) => !RARE.includes(theme))

/** Makes the program of a seed. */
export class Planner {
  private readonly draw: Draw
  private threads = 0
  private readonly kinds: readonly Line['does'][]
  private readonly hasProcs: boolean
  private left: number

  constructor(seed: number) {
    const draw = (this.draw = new Draw(seed))
    const first = draw.oneIn(4) ? draw.of(RARE) : draw.of(COMMON)
    const second = draw.oneIn(8) ? draw.of(RARE) : draw.of(COMMON)
    this.hasProcs = first === 'procs' || second === 'procs'
    this.kinds = [...THEMES[first], ...THEMES[second]]
    this.left = draw.between(3, this.hasProcs ? 4 : 7)
  }

  plan(): Plan {
    const { draw } = this
    const ncpu = draw.of([1, 2] as const)
    const options: FreebsdOptions = {
      ncpu,
      daemons: 'none',
      reading: draw.of(['page', 'kernel']),
      scheduler: draw.of(['ule', '4bsd']),
      invariants: draw.oneIn(2),
      ...(draw.oneIn(8) ? { kstackKvaPages: BOOT_PAGES[ncpu] + STACK_PAGES * draw.of([1, 4]) } : {}),
    }
    const fault = draw.oneIn(10) ? 'kstack' : null
    const main: Line[] = []
    const threads = this.hasProcs ? 1 : draw.between(1, 3)
    for (let n = 0; n < threads; n++) main.push(this.creation(0))
    main.push(...this.lines(draw.below(3), 0))
    return { options, fault, main, threads: this.threads }
  }

  private creation(depth: number): Line {
    const { draw } = this
    const kind = this.hasProcs && !draw.oneIn(3) ? draw.of(['process', 'shared'] as const) : 'thread'
    const id = this.threads++
    return {
      does: 'create',
      thread: { id, kind, isStopped: draw.oneIn(8), lines: this.lines(draw.between(1, 3), depth + 1) },
    }
  }

  private lines(count: number, depth: number): Line[] {
    const lines: Line[] = []
    for (let n = 0; n < count && this.left > 0; n++) lines.push(this.line(depth))
    return lines
  }

  private line(depth: number): Line {
    const { draw } = this
    this.left--
    if (depth < 3 && draw.oneIn(10))
      return { does: 'if', body: this.lines(1, depth + 1), otherwise: this.lines(1, depth + 1) }
    const does = draw.of(this.kinds)
    const n = draw.oneIn(3) ? 1 : 0
    if (does === 'create') return depth < 2 && this.threads < 4 ? this.creation(depth) : { does: 'read', n }
    if (isAround(does)) return { does, n, body: this.lines(draw.between(0, 2), depth + 1) }
    if (isSleep(does)) return { does, n, timo: draw.of([0, 0, 1, 2]), drops: draw.oneIn(4) }
    return { does, n } as Line
  }
}

/** Pages that boot leaves in use, by CPUs, `main` included; and of one more stack with its guard. */
const BOOT_PAGES = { 1: 25, 2: 35 } as const
const STACK_PAGES = 5

const AROUND: readonly string[] = [
  'mtx',
  'trylock',
  'spin',
  'Giant',
  'PROC_LOCK',
  'slock',
  'xlock',
  'try_slock',
  'try_xlock',
  'rlock',
  'wlock',
  'try_rlock',
  'try_wlock',
  'critical',
] satisfies Around[]

const SLEEPS: readonly string[] = [
  'tsleep',
  'msleep',
  'msleep_spin',
  'sx_sleep',
  'rw_sleep',
  'Giant_sleep',
  'pause',
  'cv_wait',
  'cv_wait_sx',
  'suspend',
  'proc_suspend',
  'join',
] satisfies Sleep[]

export function isAround(does: Line['does']): does is Around {
  return AROUND.includes(does)
}

export function isSleep(does: Line['does']): does is Sleep {
  return SLEEPS.includes(does)
}

/** Everything a plan does, at whatever depth. */
export function callsOf(lines: readonly Line[]): Line['does'][] {
  return lines.flatMap((line) => [line.does, ...partsOf(line).flatMap(callsOf)])
}

function partsOf(line: Line): readonly (readonly Line[])[] {
  if (line.does === 'create') return [line.thread.lines]
  if (line.does === 'if') return [line.body, line.otherwise]
  return 'body' in line ? [line.body] : []
}

export function print({ options, fault, main }: Plan): string {
  const head = `FreeBSD 8.0 ${JSON.stringify(options)}${fault === null ? '' : ` fault ${fault}`}`
  return [head, ...printed(main, '  ')].join('\n')
}

function printed(lines: readonly Line[], indent: string): string[] {
  return lines.flatMap((line) => [
    `${indent}${wordsOf(line)}`,
    ...partsOf(line).flatMap((part) => printed(part, `${indent}  `)),
  ])
}

function wordsOf(line: Line): string {
  switch (line.does) {
    case 'create':
      return `create t${line.thread.id} ${line.thread.kind}${line.thread.isStopped ? ' RFSTOPPED' : ''}`
    case 'if':
      return `if: ${line.body.length} of`
    default:
      return `${line.does} ${line.n}${'timo' in line ? ` timo=${line.timo}${line.drops ? ' drops' : ''}` : ''}`
  }
}
