import type { NetbsdOptions } from '@kt/netbsd/10.1'
import { Draw } from './harness.js'

/** A call, or a few that belong together. Numbers choose the object. */
export type Line =
  | { readonly does: 'mutex'; readonly n: number; readonly body: readonly Line[] }
  | { readonly does: 'tryenter'; readonly n: number; readonly body: readonly Line[] }
  | { readonly does: 'rwlock'; readonly n: number; readonly writes: boolean; readonly body: readonly Line[] }
  | { readonly does: 'tryrw'; readonly n: number; readonly writes: boolean; readonly body: readonly Line[] }
  | { readonly does: 'KERNEL_LOCK'; readonly n: number; readonly body: readonly Line[] }
  | { readonly does: 'KERNEL_UNLOCK_ALL'; readonly body: readonly Line[] }
  | { readonly does: 'nopreempt'; readonly body: readonly Line[] }
  | { readonly does: 'spl'; readonly body: readonly Line[] }
  /** What comes next depends on the latest answer. */
  | { readonly does: 'if'; readonly body: readonly Line[]; readonly otherwise: readonly Line[] }
  | { readonly does: 'create'; readonly thread: ThreadPlan }
  | { readonly does: Sleep; readonly n: number; readonly timo: number; readonly catches: boolean }
  | { readonly does: Simple; readonly n: number }

export type Sleep = 'tsleep' | 'mtsleep' | 'kpause' | 'cv_wait'
export type Simple =
  | 'read'
  | 'write'
  | 'update'
  | 'wakeup'
  | 'yield'
  | 'cv_signal'
  | 'cv_broadcast'
  | 'cv_has_waiters'
  | 'mutex_owned'
  | 'mutex_init'
  | 'cancel'
  | 'startIdle'
  | 'setrunnable'
  | 'destroy'
  | 'join'
  | 'newlp'
  | 'callout_reset'
  | 'callout_stop'
  | 'callout_halt'
  | 'callout_pending'
  | 'callout_invoking'
  | 'enqueue'
  | 'wait'
  | 'softint'
  | 'interrupt'
  | 'printf'

interface ThreadPlan {
  readonly id: number
  readonly flags: number
  readonly lines: readonly Line[]
}

export interface Plan {
  readonly release: '6' | '10.1'
  readonly options: NetbsdOptions
  readonly fault: string | null
  /** Kinds of calls it is about. */
  readonly spins: boolean
  readonly main: readonly Line[]
  readonly threads: number
}

const MPSAFE = 0x02
const MUSTJOIN = 0x10
const IDLE = 0x01
/** Stacks that boot leaves in use, by CPUs, `main` included. */
const BOOT_STACKS = { 1: 10, 2: 16 } as const

/** What programs are about: one or two of these each, so that its calls meet. */
const THEMES = {
  cells: ['read', 'write', 'update', 'read'],
  mutexes: ['mutex', 'mutex', 'tryenter', 'mutex_owned', 'update'],
  rwlocks: ['rwlock', 'rwlock', 'tryrw', 'update'],
  condvars: ['mutex', 'cv_wait', 'cv_wait', 'cv_signal', 'cv_broadcast', 'cv_has_waiters'],
  channels: ['tsleep', 'tsleep', 'wakeup', 'wakeup', 'mtsleep'],
  pauses: ['kpause', 'kpause', 'update', 'yield'],
  biglock: ['KERNEL_LOCK', 'KERNEL_UNLOCK_ALL', 'update', 'yield', 'kpause'],
  threads: ['create', 'join', 'join', 'newlp', 'startIdle', 'setrunnable', 'cancel', 'destroy'],
  cancel: ['cancel', 'tsleep', 'cv_wait', 'kpause', 'setrunnable'],
  callouts: ['callout_reset', 'callout_stop', 'callout_pending', 'callout_halt', 'callout_invoking', 'update'],
  work: ['enqueue', 'enqueue', 'wait', 'update'],
  soft: ['softint', 'softint', 'spl', 'interrupt', 'read'],
  levels: ['spl', 'nopreempt', 'interrupt', 'update', 'mutex'],
  odd: ['mutex_init', 'mutex_owned', 'printf', 'mutex'],
} as const satisfies Readonly<Record<string, readonly Line['does'][]>>

type Theme = keyof typeof THEMES
const COMMON: readonly Theme[] = [
  'cells',
  'mutexes',
  'rwlocks',
  'condvars',
  'channels',
  'pauses',
  'biglock',
  'threads',
  'cancel',
]
const RARE: readonly Theme[] = ['callouts', 'work', 'soft', 'levels', 'odd']

/** Makes the plan of a seed. */
export class Planner {
  private readonly draw: Draw
  private threads = 0
  private readonly kinds: readonly Exclude<Line['does'], 'if'>[]
  private left: number

  constructor(seed: number) {
    this.draw = new Draw(seed)
    const first = this.draw.oneIn(5) ? this.draw.of(RARE) : this.draw.of(COMMON)
    const second = this.draw.oneIn(8) ? this.draw.of(RARE) : this.draw.of(COMMON)
    this.kinds = [...THEMES[first], ...THEMES[second]]
    this.left = this.draw.between(2, 5)
  }

  plan(): Plan {
    const { draw } = this
    const release = draw.of(['6', '10.1'] as const)
    const ncpu = draw.of([1, 2] as const)
    const limit = draw.oneIn(8) ? { uareas: BOOT_STACKS[ncpu] + draw.between(1, 2) } : {}
    const options: NetbsdOptions = { ncpu, reading: draw.of(['page', 'kernel']), ...limit }
    const fault = draw.oneIn(10) ? 'uarea' : null
    const spins = draw.oneIn(5)
    const main: Line[] = []
    const threads = draw.of([1, 2, 2, 2, 3])
    for (let n = 0; n < threads; n++) main.push(this.creation(0))
    main.push(...this.lines(this.draw.below(3), 0))
    return { release, options, fault, spins, main, threads: this.threads }
  }

  private creation(depth: number): Line {
    const { draw } = this
    const flags = (draw.oneIn(4) ? 0 : MPSAFE) | (draw.oneIn(3) ? MUSTJOIN : 0) | (draw.oneIn(8) ? IDLE : 0)
    const id = this.threads++
    return { does: 'create', thread: { id, flags, lines: this.lines(draw.between(1, 3), depth + 1) } }
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
    switch (does) {
      case 'create':
        return depth < 2 && this.threads < 4 ? this.creation(depth) : { does: 'read', n }
      case 'mutex':
      case 'tryenter':
      case 'KERNEL_LOCK':
        return { does, n, body: this.lines(draw.between(0, 2), depth + 1) }
      case 'rwlock':
      case 'tryrw':
        return { does, n, writes: draw.oneIn(2), body: this.lines(draw.between(0, 2), depth + 1) }
      case 'KERNEL_UNLOCK_ALL':
      case 'nopreempt':
      case 'spl':
        return { does, body: this.lines(draw.between(0, 2), depth + 1) }
      case 'tsleep':
      case 'mtsleep':
      case 'kpause':
      case 'cv_wait':
        return { does, n, timo: draw.of([0, 0, 1, 2]), catches: draw.oneIn(3) }
      default:
        return { does, n }
    }
  }
}

/** Everything that lines do, at whatever depth. */
export function callsOf(lines: readonly Line[]): Line['does'][] {
  return lines.flatMap((line) => {
    const created = line.does === 'create' ? callsOf(line.thread.lines) : []
    const body = 'body' in line ? callsOf(line.body) : []
    const otherwise = line.does === 'if' ? callsOf(line.otherwise) : []
    return [line.does, ...created, ...body, ...otherwise]
  })
}

/** As someone reads it. */
export function print({ release, options, fault, spins, main }: Plan): string {
  const head = `NetBSD ${release} ${JSON.stringify(options)}${fault === null ? '' : ` fault ${fault}`}${spins ? ', m1 spins' : ''}`
  return [head, ...printed(main, '  ')].join('\n')
}

function printed(lines: readonly Line[], indent: string): string[] {
  return lines.flatMap((line) => {
    if (line.does === 'create') {
      const { id, flags } = line.thread
      const words = [flags & MPSAFE ? 'MPSAFE' : '', flags & MUSTJOIN ? 'MUSTJOIN' : '', flags & IDLE ? 'IDLE' : '']
      return [`${indent}create t${id} ${words.join(' ')}`, ...printed(line.thread.lines, `${indent}  `)]
    }
    const { does, ...rest } = line
    const args = Object.entries<unknown>(rest).filter(([key]) => key !== 'body' && key !== 'otherwise')
    const head = `${indent}${does} ${args.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(' ')}`
    const body = 'body' in line ? printed(line.body, `${indent}  `) : []
    const otherwise = line.does === 'if' ? [`${indent}else`, ...printed(line.otherwise, `${indent}  `)] : []
    return [head, ...body, ...otherwise]
  })
}
