import fc from 'fast-check'

/** One thing that kernel code does. Steps with a body do it inside a scope that is left again. */
export type KernelStep =
  | { readonly do: 'tsleep'; readonly channel: number; readonly timo: number; readonly catches: boolean }
  | { readonly do: 'msleep'; readonly channel: number; readonly timo: number; readonly flags: number }
  | { readonly do: 'wakeup'; readonly channel: number; readonly n: number }
  | { readonly do: 'yield' }
  | { readonly do: 'preempt' }
  | { readonly do: 'work'; readonly us: number }
  | { readonly do: 'mutex'; readonly lock: number; readonly tries: boolean; readonly body: readonly KernelStep[] }
  | { readonly do: 'rwlock'; readonly lock: number; readonly how: number; readonly body: readonly KernelStep[] }
  | { readonly do: 'KERNEL_LOCK'; readonly body: readonly KernelStep[] }
  | { readonly do: 'KERNEL_UNLOCK'; readonly body: readonly KernelStep[] }
  | { readonly do: 'splraise'; readonly ipl: number; readonly body: readonly KernelStep[] }
  | { readonly do: 'timeout'; readonly timeout: number; readonly ticks: number }
  | { readonly do: 'timeout_del'; readonly timeout: number }
  | { readonly do: 'task'; readonly queue: number; readonly waits: boolean; readonly body: readonly KernelStep[] }
  | { readonly do: 'psignal'; readonly target: number; readonly signo: number }
  | { readonly do: 'setrunnable'; readonly target: number }
  | { readonly do: 'deferred'; readonly body: readonly KernelStep[] }
  | { readonly do: 'interrupt'; readonly afterUs: number; readonly ipl: number; readonly body: readonly KernelStep[] }
  | { readonly do: 'inject'; readonly at: string; readonly when: 'once' | 'maybe' | 2 }
  | { readonly do: 'rthreads'; readonly value: number }
  | { readonly do: 'create'; readonly thread: ThreadPlan }

/** One thing that user code does. */
export type UserStep =
  | { readonly do: 'user'; readonly us: number }
  | { readonly do: 'nanosleep'; readonly us: number }
  | { readonly do: 'sched_yield' }
  | { readonly do: 'ids' }
  | { readonly do: 'fork'; readonly how: 'fork' | 'vfork' | 'rfork'; readonly flags: number; readonly child: UserPlan }
  | { readonly do: 'wait4'; readonly own: boolean; readonly hangs: boolean }
  | { readonly do: '_exit'; readonly status: number }
  | { readonly do: 'kill'; readonly target: Target; readonly signo: number }
  | { readonly do: 'sigaction'; readonly signo: number; readonly handler: Handler; readonly mask: number }
  | { readonly do: 'sigprocmask'; readonly how: number; readonly set: number }
  | { readonly do: 'setuid'; readonly uid: number }
  | { readonly do: 'setsid' }
  | { readonly do: 'setrlimit'; readonly soft: number }
  | { readonly do: 'open' }
  | { readonly do: 'close' }
  | { readonly do: 'munmap' }
  | { readonly do: 'ktrace'; readonly isOn: boolean }
  | { readonly do: 'thread'; readonly raw: boolean; readonly wrong: Wrong; readonly child: UserPlan }
  | { readonly do: 'threxit' }
  | { readonly do: 'thrsleep'; readonly ident: number; readonly ticks: number }
  | { readonly do: 'thrwakeup'; readonly ident: number; readonly n: number }
  | { readonly do: 'syscall'; readonly body: readonly KernelStep[] }

export type Target = 'self' | 'parent' | 'child' | 'thread' | 'group' | 'all' | 'init' | 'kthread' | 'nobody'
type Handler = 'default' | 'ignores' | 'calls' | 'restarts' | 'asks'
/** What is wrong with the arguments of __tfork_thread. */
type Wrong = 'nothing' | 'tid' | 'no tid' | 'stack' | 'flags' | 'params' | 'no tcb' | 'no func'

export interface ThreadPlan {
  readonly ecode: number
  readonly name: string
  readonly steps: readonly KernelStep[]
}

export interface UserPlan {
  readonly status: number
  readonly steps: readonly UserStep[]
}

export interface ProcessPlan extends UserPlan {
  readonly uid: number
  /** Soft limit of processes, 0 for the usual one. */
  readonly nprocSoft: number
  readonly traced: boolean
}

export interface Scenario {
  readonly release: '4.2' | '5.1'
  readonly reading: 'page' | 'kernel'
  readonly ncpu: number
  readonly arch: 'amd64' | 'i386'
  readonly seed: number
  readonly freeTimers: boolean
  /** Table slots that are free when the threads begin, 0 for as many as there are. */
  readonly slots: number
  readonly threads: readonly ThreadPlan[]
  readonly processes: readonly ProcessPlan[]
}

const small = (max: number): fc.Arbitrary<number> => fc.nat({ max })
const us: fc.Arbitrary<number> = fc.constantFrom(0, 100, 3000, 10_000, 25_000, 150_000, 1_200_000)
const timo: fc.Arbitrary<number> = fc.constantFrom(0, 1, 1, 2, 3, 7)
const signal: fc.Arbitrary<number> = fc.constantFrom(1, 2, 9, 11, 15, 17, 17, 18, 19, 19, 20, 21, 30, 31, 32)

type Fields<S> = { readonly [F in Exclude<keyof S, 'do'>]: fc.Arbitrary<S[F]> }

/** A step of a kind, with its fields. */
function kernel<K extends KernelStep['do']>(kind: K, fields: Fields<Extract<KernelStep, { do: K }>>) {
  return fc.record({ do: fc.constant(kind), ...fields }) as unknown as fc.Arbitrary<KernelStep>
}
function user<K extends UserStep['do']>(kind: K, fields: Fields<Extract<UserStep, { do: K }>>) {
  return fc.record({ do: fc.constant(kind), ...fields }) as unknown as fc.Arbitrary<UserStep>
}

/** Steps that wait for nothing but time: what handlers and holders of mutexes may do. */
const brief: fc.Arbitrary<KernelStep> = fc.oneof(
  kernel('wakeup', { channel: small(2), n: fc.constantFrom(-1, -1, 1, 2) }),
  kernel('work', { us: fc.constantFrom(0, 100, 3000) }),
  kernel('timeout', { timeout: small(1), ticks: small(3) }),
  kernel('psignal', { target: small(7), signo: signal }),
)
const briefSteps: fc.Arbitrary<readonly KernelStep[]> = fc.array(brief, { maxLength: 3 })

const bounds = { maxDepth: 3, depthSize: 'small', withCrossShrink: true } as const

function ties(release: '4.2' | '5.1') {
  const newer = <T>(weight: number, arbitrary: fc.Arbitrary<T>) => (release === '5.1' ? [{ weight, arbitrary }] : [])
  return fc.letrec<{
    kernelStep: KernelStep
    kernelSteps: readonly KernelStep[]
    thread: ThreadPlan
    userStep: UserStep
    userSteps: readonly UserStep[]
    child: UserPlan
  }>((tie) => {
    const body = tie('kernelSteps')
    return {
      kernelStep: fc.oneof(
        bounds,
        { weight: 3, arbitrary: kernel('yield', {}) },
        { weight: 1, arbitrary: kernel('preempt', {}) },
        { weight: 6, arbitrary: brief },
        { weight: 5, arbitrary: kernel('tsleep', { channel: small(2), timo, catches: fc.boolean() }) },
        { weight: 3, arbitrary: kernel('work', { us }) },
        { weight: 2, arbitrary: kernel('psignal', { target: small(7), signo: signal }) },
        { weight: 1, arbitrary: kernel('setrunnable', { target: small(7) }) },
        { weight: 1, arbitrary: kernel('timeout_del', { timeout: small(1) }) },
        { weight: 2, arbitrary: kernel('mutex', { lock: small(1), tries: fc.boolean(), body: briefSteps }) },
        { weight: 4, arbitrary: kernel('rwlock', { lock: small(1), how: small(7), body }) },
        { weight: 1, arbitrary: kernel('KERNEL_LOCK', { body }) },
        { weight: 1, arbitrary: kernel('KERNEL_UNLOCK', { body }) },
        { weight: 1, arbitrary: kernel('splraise', { ipl: small(10), body: briefSteps }) },
        { weight: 2, arbitrary: kernel('task', { queue: small(1), waits: fc.boolean(), body }) },
        { weight: 1, arbitrary: kernel('deferred', { body }) },
        {
          weight: 2,
          arbitrary: kernel('interrupt', {
            afterUs: fc.constantFrom(0, 0, 500, 10_000, 12_345),
            ipl: fc.constantFrom(1, 4, 4, 6, 10),
            body: briefSteps,
          }),
        },
        {
          weight: 1,
          arbitrary: kernel('inject', {
            at: fc.constantFrom('uarea', 'workq_task'),
            when: fc.constantFrom('once' as const, 'maybe' as const, 2 as const),
          }),
        },
        { weight: 3, arbitrary: kernel('create', { thread: tie('thread') }) },
        ...newer(3, kernel('msleep', { channel: small(2), timo, flags: small(3) })),
        ...newer(1, kernel('rthreads', { value: fc.constantFrom(0, 1, 1) })),
      ),
      kernelSteps: fc.array(tie('kernelStep'), { maxLength: 5, depthIdentifier: 'steps' }),
      thread: plan(tie('kernelSteps')),
      userStep: fc.oneof(
        bounds,
        { weight: 4, arbitrary: user('user', { us }) },
        { weight: 3, arbitrary: user('nanosleep', { us }) },
        { weight: 1, arbitrary: user('sched_yield', {}) },
        { weight: 1, arbitrary: user('ids', {}) },
        { weight: 3, arbitrary: user('wait4', { own: fc.boolean(), hangs: fc.boolean() }) },
        { weight: 1, arbitrary: user('_exit', { status: fc.constantFrom(0, 7, 256, 300) }) },
        {
          weight: 4,
          arbitrary: user('kill', {
            target: fc.constantFrom<Target>(
              'self', 'parent', 'child', 'child', 'thread', 'thread', 'group', 'all', 'init', 'kthread', 'nobody',
            ), // prettier-ignore
            signo: fc.oneof({ weight: 6, arbitrary: signal }, { weight: 1, arbitrary: fc.constant(0) }),
          }),
        },
        {
          weight: 3,
          arbitrary: user('sigaction', {
            signo: signal,
            handler: fc.constantFrom<Handler>('default', 'ignores', 'calls', 'calls', 'restarts', 'asks'),
            mask: fc.constantFrom(0, 1 << 14, -1),
          }),
        },
        {
          weight: 2,
          arbitrary: user('sigprocmask', { how: fc.integer({ min: 0, max: 3 }), set: fc.constantFrom(0, 1 << 14, -1) }),
        },
        { weight: 1, arbitrary: user('setuid', { uid: small(2) }) },
        { weight: 1, arbitrary: user('setsid', {}) },
        { weight: 1, arbitrary: user('setrlimit', { soft: small(6) }) },
        { weight: 1, arbitrary: user('open', {}) },
        { weight: 1, arbitrary: user('close', {}) },
        { weight: 1, arbitrary: user('ktrace', { isOn: fc.boolean() }) },
        { weight: 4, arbitrary: user('syscall', { body: tie('kernelSteps') }) },
        {
          weight: 5,
          arbitrary: user('fork', {
            how: fc.constantFrom('fork', 'fork', 'vfork', 'rfork'),
            flags: fc.constantFrom(0, 0x4, 0x6, 0x14, 0x16, 0xc, 0x8c, 0x84, 0x24, 0x9e),
            child: tie('child'),
          }),
        },
        ...newer(
          6,
          user('thread', {
            raw: fc.boolean(),
            wrong: fc.constantFrom<Wrong>(
              'nothing', 'nothing', 'nothing', 'nothing', 'nothing', 'nothing', 'no tid', 'no tcb',
              'tid', 'stack', 'flags', 'params', 'no func',
            ), // prettier-ignore
            child: tie('child'),
          }),
        ),
        ...newer(2, user('threxit', {})),
        ...newer(2, user('munmap', {})),
        ...newer(2, user('thrsleep', { ident: small(1), ticks: timo })),
        ...newer(2, user('thrwakeup', { ident: small(1), n: small(1) })),
      ),
      userSteps: fc.array(tie('userStep'), { maxLength: 5, depthIdentifier: 'userSteps' }),
      child: fc.record({ status: fc.constantFrom(0, 0, 3, 256), steps: tie('userSteps') }),
    }
  })
}

function plan(steps: fc.Arbitrary<readonly KernelStep[]>): fc.Arbitrary<ThreadPlan> {
  return fc.record({
    ecode: fc.constantFrom(0, 0, 0, 3, -1, 300),
    name: fc.constantFrom('t%d', 'a thread with a long name %d'),
    steps,
  })
}

const TIES = { '4.2': ties('4.2'), '5.1': ties('5.1') }

/** Scenarios of a release, as data. */
export function scenarios(release: '4.2' | '5.1'): fc.Arbitrary<Scenario> {
  const { kernelSteps, userSteps } = TIES[release]
  return fc
    .record({
      release: fc.constant(release),
      reading: fc.constantFrom('page' as const, 'kernel' as const),
      ncpu: fc.integer({ min: 1, max: 4 }),
      arch: fc.constantFrom('amd64' as const, 'amd64' as const, 'i386' as const),
      seed: small(1_000_000),
      freeTimers: fc.boolean(),
      slots: fc.constantFrom(0, 0, 0, 9, 4, 1),
      threads: fc.array(plan(kernelSteps), { maxLength: 4 }),
      processes: fc.array(
        fc.record({
          uid: small(2),
          nprocSoft: fc.constantFrom(0, 0, 0, 2, 4),
          traced: fc.boolean(),
          status: fc.constantFrom(0, 3),
          steps: userSteps,
        }),
        { maxLength: 3 },
      ),
    })
    .map((scenario) => ({ ...scenario, [fc.toStringMethod]: () => print(scenario) }))
}

/** A scenario as someone reads it: one line for each step. */
export function print(scenario: Scenario): string {
  const { release, reading, ncpu, arch, seed, freeTimers, slots, threads, processes } = scenario
  const words = [
    `OpenBSD ${release}${reading === 'kernel' ? ' as its kernel did' : ''}`,
    `${ncpu} CPUs`,
    ...(arch === 'i386' ? [arch] : []),
    `seed ${seed}`,
    ...(freeTimers ? ['free timers'] : []),
    ...(slots > 0 ? [`${slots} slots`] : []),
  ]
  return [
    words.join(', '),
    ...threads.flatMap((thread, at) => printPlan(`thread ${at}`, thread, '')),
    ...processes.flatMap((process, at) => printPlan(`process ${at}`, process, '')),
  ].join('\n')
}

type AnyPlan = ThreadPlan | UserPlan | ProcessPlan

function printPlan(title: string, { steps, ...fields }: AnyPlan, indent: string): string[] {
  return [`${indent}${[title, ...printFields(fields)].join(' ')}`, ...printSteps(steps, `${indent}  `)]
}

function printFields(fields: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(fields).map(([key, value]) => `${key} ${JSON.stringify(value)}`)
}

function printSteps(steps: readonly (KernelStep | UserStep)[], indent: string): string[] {
  return steps.flatMap((step) => {
    if (step.do === 'create') return printPlan('create', step.thread, indent)
    const { do: call, ...rest } = step
    const fields = Object.fromEntries(Object.entries(rest).filter(([key]) => key !== 'body' && key !== 'child'))
    const line = indent + [call, ...printFields(fields)].join(' ')
    if ('child' in step) return [line, ...printPlan('child', step.child, `${indent}  `)]
    return 'body' in step ? [line, ...printSteps(step.body, `${indent}  `)] : [line]
  })
}
