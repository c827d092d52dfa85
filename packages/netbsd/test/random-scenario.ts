import fc from 'fast-check'

/** One thing a thread does. Steps with a body do it inside a scope that is left again. */
export type Step =
  | { readonly do: 'tsleep'; readonly channel: number; readonly timo: number; readonly catches: boolean }
  | { readonly do: 'wakeup'; readonly channel: number }
  | { readonly do: 'kpause'; readonly ticks: number; readonly catches: boolean }
  | { readonly do: 'yield' }
  | { readonly do: 'work'; readonly us: number }
  | { readonly do: 'user'; readonly us: number }
  | { readonly do: 'mutex'; readonly lock: number; readonly body: readonly Step[] }
  | { readonly do: 'spin'; readonly lock: number; readonly body: readonly Step[] }
  | { readonly do: 'rwlock'; readonly lock: number; readonly writes: boolean; readonly body: readonly Step[] }
  | { readonly do: 'cv_wait'; readonly cv: number; readonly timo: number; readonly catches: boolean }
  | { readonly do: 'cv_signal'; readonly cv: number }
  | { readonly do: 'cv_broadcast'; readonly cv: number }
  | { readonly do: 'KERNEL_LOCK'; readonly holds: number; readonly body: readonly Step[] }
  | { readonly do: 'KERNEL_UNLOCK_ALL'; readonly body: readonly Step[] }
  | { readonly do: 'kpreempt_disable'; readonly body: readonly Step[] }
  | { readonly do: 'splraiseipl'; readonly ipl: number; readonly body: readonly Step[] }
  | { readonly do: 'softint'; readonly handler: number }
  | { readonly do: 'workqueue'; readonly queue: number; readonly body: readonly Step[] }
  | { readonly do: 'callout'; readonly callout: number; readonly ticks: number }
  | { readonly do: 'callout_stop'; readonly callout: number }
  | { readonly do: 'fpu'; readonly value: number; readonly body: readonly Step[] }
  | {
      readonly do: 'interrupt'
      readonly afterUs: number
      readonly ipl: number
      readonly cpu: number
      readonly body: readonly Step[]
    }
  | { readonly do: 'cancel' }
  | { readonly do: 'create'; readonly thread: ThreadPlan }

export interface ThreadPlan {
  readonly pri: number
  /** KTHREAD_* ORed together. */
  readonly flags: number
  /** CPU it is bound to, taken modulo their number; −1 for none. */
  readonly bound: number
  readonly ecode: number
  readonly steps: readonly Step[]
}

export interface Scenario {
  readonly release: '6' | '10.1'
  readonly reading: 'page' | 'kernel'
  readonly ncpu: number
  readonly seed: number
  readonly freeTimers: boolean
  readonly threads: readonly ThreadPlan[]
  /** User processes. */
  readonly processes: readonly (readonly Step[])[]
}

const MPSAFE = 0x02
const TS = 0x08
const MUSTJOIN = 0x10
const IDLE = 0x01

const small = (max: number): fc.Arbitrary<number> => fc.nat({ max })
const us: fc.Arbitrary<number> = fc.constantFrom(0, 100, 3000, 10_000, 25_000, 150_000)
const timo: fc.Arbitrary<number> = fc.constantFrom(0, 1, 1, 2, 3, 7)

/** Steps that wait for nothing but time: what handlers, spin mutexes and raised levels allow. */
const brief: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('wakeup' as const), channel: small(2) }),
  fc.record({ do: fc.constant('work' as const), us: fc.constantFrom(0, 100, 3000) }),
  fc.record({ do: fc.constant('cv_signal' as const), cv: small(1) }),
  fc.record({ do: fc.constant('cv_broadcast' as const), cv: small(1) }),
  fc.record({ do: fc.constant('softint' as const), handler: small(3) }),
  fc.record({ do: fc.constant('callout' as const), callout: small(1), ticks: small(3) }),
)
const briefSteps = fc.array(brief, { maxLength: 3 })
/** What a hardware interrupt may do besides. */
const atInterrupt: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    brief,
    fc.record({ do: fc.constant('spin' as const), lock: fc.constant(1), body: briefSteps }),
    fc.record({ do: fc.constant('KERNEL_LOCK' as const), holds: fc.constant(1), body: briefSteps }),
  ),
  { maxLength: 3 },
)

const { steps } = fc.letrec<{ step: Step; steps: readonly Step[]; thread: ThreadPlan }>((tie) => {
  const body = tie('steps')
  return {
    step: fc.oneof(
      { maxDepth: 3, depthSize: 'small', withCrossShrink: true },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('yield' as const) }) },
      { weight: 6, arbitrary: brief },
      {
        weight: 3,
        arbitrary: fc.record({ do: fc.constant('tsleep' as const), channel: small(2), timo, catches: fc.boolean() }),
      },
      {
        weight: 3,
        arbitrary: fc.record({
          do: fc.constant('kpause' as const),
          ticks: fc.integer({ min: 1, max: 12 }),
          catches: fc.boolean(),
        }),
      },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('work' as const), us }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('user' as const), us }) },
      {
        weight: 3,
        arbitrary: fc.record({ do: fc.constant('cv_wait' as const), cv: small(1), timo, catches: fc.boolean() }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('callout_stop' as const), callout: small(1) }) },
      { weight: 4, arbitrary: fc.record({ do: fc.constant('mutex' as const), lock: small(2), body }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('spin' as const), lock: small(1), body: briefSteps }) },
      {
        weight: 4,
        arbitrary: fc.record({ do: fc.constant('rwlock' as const), lock: small(1), writes: fc.boolean(), body }),
      },
      {
        weight: 3,
        arbitrary: fc.record({ do: fc.constant('KERNEL_LOCK' as const), holds: fc.integer({ min: 1, max: 2 }), body }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('KERNEL_UNLOCK_ALL' as const), body }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('kpreempt_disable' as const), body }) },
      {
        weight: 1,
        arbitrary: fc.record({
          do: fc.constant('splraiseipl' as const),
          ipl: fc.integer({ min: 0, max: 8 }),
          body: briefSteps,
        }),
      },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('workqueue' as const), queue: small(1), body }) },
      {
        weight: 2,
        arbitrary: fc.record({ do: fc.constant('fpu' as const), value: fc.integer({ min: 1, max: 99 }), body }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          do: fc.constant('interrupt' as const),
          afterUs: fc.constantFrom(0, 0, 500, 10_000, 12_345),
          ipl: fc.constantFrom(6, 6, 7, 8),
          cpu: small(3),
          body: atInterrupt,
        }),
      },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('create' as const), thread: tie('thread') }) },
    ),
    steps: fc.array(tie('step'), { maxLength: 5, depthIdentifier: 'steps' }),
    thread: plan(tie('steps')),
  }
})

function plan(body: fc.Arbitrary<readonly Step[]>): fc.Arbitrary<ThreadPlan> {
  return fc.record({
    pri: fc.constantFrom(-1, -1, 96, 0, 40, 63, 97, 127, 128, 150, 223),
    flags: fc
      .subarray([MPSAFE, TS, MUSTJOIN, IDLE], { minLength: 0 })
      .map((chosen) => chosen.reduce((all, flag) => all | flag, 0)),
    bound: fc.constantFrom(-1, -1, 0, 1, 2),
    ecode: fc.constantFrom(0, 0, 0, 3),
    steps: body,
  })
}

/** Scenarios of a release, as data. */
export function scenarios(release: '6' | '10.1'): fc.Arbitrary<Scenario> {
  return fc
    .record({
      release: fc.constant(release),
      reading: fc.constantFrom('page' as const, 'kernel' as const),
      ncpu: fc.integer({ min: 1, max: 4 }),
      seed: small(1_000_000),
      freeTimers: fc.boolean(),
      threads: fc.array(plan(steps), { minLength: 0, maxLength: 5 }),
      processes: fc.array(steps, { maxLength: 2 }),
    })
    .map((scenario) => ({ ...scenario, [fc.toStringMethod]: () => print(scenario) }))
}

const FLAGS = [
  [IDLE, 'IDLE'],
  [MPSAFE, 'MPSAFE'],
  [TS, 'TS'],
  [MUSTJOIN, 'MUSTJOIN'],
] as const

/** A scenario as someone reads it: one line for each step. */
export function print(scenario: Scenario): string {
  const { release, reading, ncpu, seed, freeTimers, threads, processes } = scenario
  const timers = freeTimers ? ', free timers' : ''
  return [
    `NetBSD ${release}${reading === 'kernel' ? ' as its kernel did' : ''}, ${ncpu} CPUs, seed ${seed}${timers}`,
    ...threads.flatMap((thread, at) => printThread(`thread ${at}`, thread, '')),
    ...processes.flatMap((body, at) => [`process ${at}`, ...printSteps(body, '  ')]),
  ].join('\n')
}

function printThread(title: string, thread: ThreadPlan, indent: string): string[] {
  const flags = FLAGS.flatMap(([bit, word]) => ((thread.flags & bit) === 0 ? [] : [word])).join('|') || '0'
  const bound = thread.bound < 0 ? '' : `, bound to cpu${thread.bound}`
  return [
    `${indent}${title}: pri ${thread.pri}, flags ${flags}${bound}, exits with ${thread.ecode}`,
    ...printSteps(thread.steps, `${indent}  `),
  ]
}

function printSteps(body: readonly Step[], indent: string): string[] {
  return body.flatMap((step) => {
    if (step.do === 'create') return printThread('create', step.thread, indent)
    const { do: call, ...rest } = step
    const args = Object.entries<unknown>(rest).filter(([key]) => key !== 'body')
    const line = [call, ...args.map(([key, value]) => `${key} ${JSON.stringify(value)}`)].join(' ')
    return [indent + line, ...('body' in step ? printSteps(step.body, `${indent}  `) : [])]
  })
}
