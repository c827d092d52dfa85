import type { OpenbsdOptions } from '@kt/openbsd/5.1'
import { Draw } from './harness.js'

/** A call, or a few that belong together. Numbers choose the object. */
export type Line =
  | { readonly does: Block; readonly n: number; readonly body: readonly Line[] }
  | { readonly does: Creation; readonly thread: ThreadPlan }
  | { readonly does: Sleep; readonly n: number; readonly timo: number; readonly catches: boolean }
  | { readonly does: Simple; readonly n: number }

export type Block =
  'mutex' | 'try' | 'rw_read' | 'rw_write' | 'rw_enter' | 'unlocked' | 'locked' | 'spl' | 'syscall' | 'fork' | 'tfork'
export type Creation = 'create' | 'deferred'
export type Sleep = 'tsleep' | 'msleep'
export type Simple =
  | 'read'
  | 'write'
  | 'update'
  | 'wakeup'
  | 'wakeup_one'
  | 'wakeup_n'
  | 'yield'
  | 'newpp'
  | 'psignal'
  | 'stop'
  | 'continue'
  | 'setrunnable'
  | 'settle'
  | 'timeout_add'
  | 'timeout_del'
  | 'timeout_pending'
  | 'workq_add_task'
  | 'workq_queue_task'
  | 'interrupt'
  | 'printf'
  | 'nprocs'
  | 'getpid'
  | 'getthrid'
  | 'wait4'
  | 'kill'
  | 'sigprocmask'
  | 'nanosleep'
  | 'sched_yield'
  | 'user'
  | 'tid'
  | 'thrsleep'
  | 'thrwakeup'

export interface ThreadPlan {
  readonly id: number
  /** Without the big lock, under which there would be little to reduce. */
  readonly isUnlocked: boolean
  readonly lines: readonly Line[]
}

export interface Plan {
  readonly release: '4.2' | '5.1'
  readonly options: OpenbsdOptions
  readonly fault: string | null
  /** Free slots of the process table, null for plenty. */
  readonly slots: number | null
  /** The main function of a user process, null for none. */
  readonly user: readonly Line[] | null
  readonly main: readonly Line[]
  readonly threads: number
}

/** What kernel code is about: one or two of these each, so that its calls meet. */
const THEMES = {
  cells: ['read', 'write', 'update', 'unlocked'],
  mutexes: ['mutex', 'mutex', 'try', 'unlocked'],
  rwlocks: ['rw_read', 'rw_write', 'rw_enter', 'yield', 'rw_write'],
  channels: ['tsleep', 'tsleep', 'wakeup', 'wakeup_one', 'msleep', 'wakeup_n'],
  biglock: ['unlocked', 'unlocked', 'locked', 'update', 'yield'],
  threads: ['create', 'newpp', 'deferred', 'setrunnable', 'settle', 'nprocs'],
  signals: ['psignal', 'tsleep', 'stop', 'continue', 'rw_enter', 'setrunnable'],
  timeouts: ['timeout_add', 'timeout_add', 'timeout_del', 'timeout_pending', 'update'],
  work: ['workq_add_task', 'workq_queue_task', 'update', 'tsleep'],
  levels: ['spl', 'interrupt', 'mutex', 'update', 'printf'],
} as const satisfies Readonly<Record<string, readonly Line['does'][]>>

/** The same for user code. */
const USER_THEMES = {
  processes: ['fork', 'wait4', 'getpid', 'wait4', 'kill'],
  threads: ['tfork', 'getthrid', 'tid', 'thrsleep', 'thrwakeup'],
  kernel: ['syscall', 'syscall', 'sched_yield', 'nanosleep', 'user'],
  signals: ['kill', 'sigprocmask', 'nanosleep', 'fork'],
} as const satisfies Readonly<Record<string, readonly Line['does'][]>>

type Theme = keyof typeof THEMES
const COMMON: readonly Theme[] = ['cells', 'mutexes', 'rwlocks', 'channels', 'biglock', 'threads', 'signals']
const RARE: readonly Theme[] = ['timeouts', 'work', 'levels']

/** Makes the plan of a seed. */
export class Planner {
  private readonly draw: Draw
  private threads = 0
  private readonly kinds: readonly Line['does'][]
  private readonly userKinds: readonly Line['does'][]
  private left: number

  constructor(seed: number) {
    this.draw = new Draw(seed)
    const first = this.draw.oneIn(4) ? this.draw.of(RARE) : this.draw.of(COMMON)
    const second = this.draw.oneIn(8) ? this.draw.of(RARE) : this.draw.of(COMMON)
    this.kinds = [...THEMES[first], ...THEMES[second]]
    this.userKinds = USER_THEMES[this.draw.of(Object.keys(USER_THEMES) as (keyof typeof USER_THEMES)[])]
    this.left = this.draw.between(2, 6)
  }

  plan(): Plan {
    const { draw } = this
    const release = draw.of(['4.2', '5.1'] as const)
    const ncpu = draw.of([1, 2, 2] as const)
    const lenient = draw.oneIn(8)
    const options: OpenbsdOptions = { ncpu, reading: draw.of(['page', 'kernel']), ...(lenient ? { lenient } : {}) }
    const fault = draw.oneIn(10) ? draw.of(['uarea', 'workq_task'] as const) : null
    const slots = draw.oneIn(8) ? draw.between(1, 2) : null
    const hasUser = draw.oneIn(5)
    if (hasUser) this.left = Math.min(this.left, 4)
    const user = hasUser ? this.lines(draw.between(1, 2), 1, true) : null
    const main: Line[] = []
    for (let n = draw.between(hasUser ? 0 : 1, hasUser ? 1 : 3); n > 0; n--) main.push(this.creation(0))
    main.push(...this.lines(draw.below(3), 0, false))
    return { release, options, fault, slots, user, main, threads: this.threads }
  }

  private creation(depth: number, does: Creation = 'create'): Line {
    const id = this.threads++
    const isUnlocked = does === 'create' && !this.draw.oneIn(3)
    return { does, thread: { id, isUnlocked, lines: this.lines(this.draw.between(1, 3), depth + 1, false) } }
  }

  private lines(count: number, depth: number, isUser: boolean): Line[] {
    const lines: Line[] = []
    for (let n = 0; n < count && this.left > 0; n++) lines.push(this.line(depth, isUser))
    return lines
  }

  private line(depth: number, isUser: boolean): Line {
    const { draw } = this
    this.left--
    const does = isUser && !draw.oneIn(6) ? draw.of(this.userKinds) : isUser ? 'syscall' : draw.of(this.kinds)
    const n = draw.oneIn(3) ? 1 : 0
    switch (does) {
      case 'create':
      case 'deferred':
        return depth < 2 && this.threads < 4 ? this.creation(depth, does) : { does: 'read', n }
      case 'fork':
      case 'tfork':
        if (depth >= 3 || this.threads >= 4) return { does: 'getpid', n }
        return { does, n: this.threads++, body: this.lines(draw.below(2), depth + 1, true) }
      case 'tsleep':
      case 'msleep':
        return { does, n, timo: draw.of([0, 0, 1, 2]), catches: draw.oneIn(2) }
      case 'mutex':
      case 'try':
      case 'rw_read':
      case 'rw_write':
      case 'rw_enter':
      case 'unlocked':
      case 'locked':
      case 'spl':
      case 'syscall':
        return { does, n, body: this.lines(draw.between(0, 2), depth + 1, false) }
      default:
        return { does, n }
    }
  }
}

/** Everything that lines do, at whatever depth. */
export function callsOf(lines: readonly Line[]): Line['does'][] {
  return lines.flatMap((line) => {
    const created = 'thread' in line ? callsOf(line.thread.lines) : []
    const body = 'body' in line ? callsOf(line.body) : []
    return [line.does, ...created, ...body]
  })
}

/** As someone reads it. */
export function print({ release, options, fault, slots, user, main }: Plan): string {
  const head = `OpenBSD ${release} ${JSON.stringify(options)}${fault === null ? '' : ` fault ${fault}`}${slots === null ? '' : `, ${slots} slots`}`
  const process = user === null ? [] : ['  user', ...printed(user, '    ')]
  return [head, ...process, ...printed(main, '  ')].join('\n')
}

function printed(lines: readonly Line[], indent: string): string[] {
  return lines.flatMap((line) => {
    if ('thread' in line) {
      const { id, isUnlocked, lines: body } = line.thread
      return [`${indent}${line.does} t${id}${isUnlocked ? ' unlocked' : ''}`, ...printed(body, `${indent}  `)]
    }
    const { does, ...rest } = line
    const args = Object.entries(rest).filter(([key]) => key !== 'body')
    const head = `${indent}${does} ${args.map(([key, value]) => `${key}=${String(value)}`).join(' ')}`
    return [head, ...('body' in line ? printed(line.body, `${indent}  `) : [])]
  })
}
