import fc from 'fast-check'

/** One thing that kernel code does. Steps with a body do it inside a scope that is left again. */
export type Step =
  | { readonly do: 'tsleep'; readonly channel: number; readonly pri: number; readonly timo: number }
  | {
      readonly do: 'msleep'
      readonly channel: number
      readonly pri: number
      readonly timo: number
      readonly how: Interlock
    }
  | { readonly do: 'wakeup'; readonly channel: number; readonly one: boolean }
  | { readonly do: 'pause'; readonly timo: number }
  | { readonly do: 'work'; readonly us: number }
  | { readonly do: 'relinquish' }
  | { readonly do: 'uio_yield' }
  | { readonly do: 'prio'; readonly pri: number }
  | { readonly do: 'cpuset'; readonly mask: number }
  | { readonly do: 'mtx'; readonly lock: number; readonly tries: boolean; readonly body: readonly Step[] }
  | { readonly do: 'rw'; readonly lock: number; readonly writes: boolean; readonly body: readonly Step[] }
  | { readonly do: 'sx'; readonly lock: number; readonly alone: boolean; readonly body: readonly Step[] }
  | { readonly do: 'Giant'; readonly body: readonly Step[] }
  | { readonly do: 'spin'; readonly body: readonly Step[] }
  | { readonly do: 'critical'; readonly body: readonly Step[] }
  | { readonly do: 'cv'; readonly timo: number }
  | { readonly do: 'cv_signal'; readonly all: boolean }
  | { readonly do: 'callout'; readonly callout: number; readonly ticks: number }
  | { readonly do: 'callout_stop'; readonly callout: number; readonly drains: boolean }
  | { readonly do: 'task'; readonly task: number }
  | { readonly do: 'interrupt'; readonly afterUs: number; readonly channel: number }
  | { readonly do: 'check' }
  | { readonly do: 'suspend'; readonly target: number; readonly timo: number }
  | { readonly do: 'resume'; readonly target: number }
  | { readonly do: 'inject'; readonly when: 'once' | 'maybe' | 2 }
  | { readonly do: 'kthread_add'; readonly where: 'proc0' | 'own'; readonly stopped: boolean; readonly child: Plan }
  | { readonly do: 'kproc_create'; readonly flags: number; readonly child: Plan }
  | { readonly do: 'kproc_kthread_add'; readonly child: Plan }
  | { readonly do: 'kproc_exit'; readonly ecode: number }

type Interlock = 'mtx' | 'sx' | 'rw' | 'dropped'

/** What a thread does, and how it ends: by the call, or in a process of its own by returning. */
export interface Plan {
  readonly name: string
  readonly ends: 'exit' | 'returns'
  readonly steps: readonly Step[]
}

export interface Scenario {
  readonly reading: 'page' | 'kernel'
  readonly scheduler: 'ule' | '4bsd'
  readonly preemption: boolean | 'full'
  readonly daemons: 'stock' | 'page' | 'none'
  readonly ncpu: number
  readonly seed: number
  readonly freeTimers: boolean
  /** Processes that may be made, 0 for as many as there are. */
  readonly slots: number
  /** How the run ends: as it does, or by shutting the system down. */
  readonly end: 'done' | 'reboot' | 'halt' | 'panic'
  readonly threads: readonly Plan[]
  readonly processes: readonly Plan[]
}

const small = (max: number): fc.Arbitrary<number> => fc.nat({ max })
const us: fc.Arbitrary<number> = fc.constantFrom(0, 100, 700, 3000, 12_000, 120_000)
const timo: fc.Arbitrary<number> = fc.constantFrom(0, 1, 1, 2, 5, -1)
const sleepPri: fc.Arbitrary<number> = fc.constantFrom(0, 68, 76, 104, 0x100, 68 | 0x100)
const runPri: fc.Arbitrary<number> = fc.constantFrom(20, 52, 64, 68, 68, 92, 104, 150, 180, 230)

type Fields<S> = { readonly [F in Exclude<keyof S, 'do'>]: fc.Arbitrary<S[F]> }

/** A step of a kind, with its fields. */
function step<K extends Step['do']>(kind: K, fields: Fields<Extract<Step, { do: K }>>): fc.Arbitrary<Step> {
  return fc.record({ do: fc.constant(kind), ...fields }) as unknown as fc.Arbitrary<Step>
}

/** Steps that wait for nothing: what handlers do, and who holds a spin mutex. */
const brief: fc.Arbitrary<Step> = fc.oneof(
  step('wakeup', { channel: small(2), one: fc.boolean() }),
  step('work', { us: fc.constantFrom(0, 100, 700) }),
  step('callout', { callout: small(1), ticks: small(3) }),
)
const briefSteps: fc.Arbitrary<readonly Step[]> = fc.array(brief, { maxLength: 2 })

const { anything } = fc.letrec<{ anything: Step; steps: readonly Step[]; plan: Plan }>((tie) => ({
  steps: fc.array(tie('anything'), { maxLength: 4, depthIdentifier: 'step' }),
  plan: fc.record({
    name: fc.constantFrom('w%d', 'a name of twenty%d', ''),
    ends: fc.constantFrom('exit' as const, 'exit' as const, 'returns' as const),
    steps: tie('steps'),
  }),
  anything: fc.oneof(
    { depthIdentifier: 'step', depthSize: 'small', withCrossShrink: true },
    step('wakeup', { channel: small(2), one: fc.boolean() }),
    step('work', { us }),
    step('pause', { timo: fc.constantFrom(1, 2, 5) }),
    step('relinquish', {}),
    step('uio_yield', {}),
    step('check', {}),
    step('tsleep', { channel: small(2), pri: sleepPri, timo }),
    step('msleep', {
      channel: small(2),
      pri: sleepPri,
      timo,
      how: fc.constantFrom('mtx' as const, 'sx' as const, 'rw' as const, 'dropped' as const),
    }),
    step('prio', { pri: runPri }),
    step('cpuset', { mask: fc.constantFrom(1, 2, 3, 7) }),
    step('mtx', { lock: small(1), tries: fc.boolean(), body: tie('steps') }),
    step('rw', { lock: small(1), writes: fc.boolean(), body: tie('steps') }),
    step('sx', { lock: small(1), alone: fc.boolean(), body: tie('steps') }),
    step('Giant', { body: tie('steps') }),
    step('spin', { body: briefSteps }),
    step('critical', { body: briefSteps }),
    step('cv', { timo: fc.constantFrom(1, 2, 7) }),
    step('cv_signal', { all: fc.boolean() }),
    step('callout', { callout: small(1), ticks: small(3) }),
    step('callout_stop', { callout: small(1), drains: fc.boolean() }),
    step('task', { task: small(1) }),
    step('interrupt', { afterUs: fc.constantFrom(0, 50, 2500), channel: small(2) }),
    step('suspend', { target: small(7), timo: fc.constantFrom(1, 2, 9, -1) }),
    step('resume', { target: small(7) }),
    step('inject', { when: fc.constantFrom('once' as const, 'maybe' as const, 2 as const) }),
    step('kthread_add', {
      where: fc.constantFrom('proc0' as const, 'own' as const),
      stopped: fc.boolean(),
      child: tie('plan'),
    }),
    step('kproc_create', { flags: fc.constantFrom(0, 0x40, 0x40000, 0x1000), child: tie('plan') }),
    step('kproc_kthread_add', { child: tie('plan') }),
    step('kproc_exit', { ecode: small(300) }),
  ),
}))

const plan: fc.Arbitrary<Plan> = fc.record({
  name: fc.constantFrom('w%d', 'a name of twenty%d', ''),
  ends: fc.constantFrom('exit' as const, 'exit' as const, 'returns' as const),
  steps: fc.array(anything, { maxLength: 6 }),
})

export const scenarios: fc.Arbitrary<Scenario> = fc.record({
  reading: fc.constantFrom('page' as const, 'kernel' as const),
  scheduler: fc.constantFrom('ule' as const, '4bsd' as const),
  preemption: fc.constantFrom(true as const, true as const, false as const, 'full' as const),
  daemons: fc.constantFrom('none' as const, 'none' as const, 'stock' as const, 'page' as const),
  ncpu: fc.integer({ min: 1, max: 3 }),
  seed: fc.nat(),
  freeTimers: fc.boolean(),
  slots: fc.constantFrom(0, 0, 0, 1, 3),
  end: fc.constantFrom('done' as const, 'done' as const, 'reboot' as const, 'halt' as const, 'panic' as const),
  threads: fc.array(plan, { maxLength: 4 }),
  processes: fc.array(plan, { maxLength: 3 }),
})

/** A scenario as the text of a literal. */
export function print(scenario: Scenario): string {
  return fc.stringify(scenario)
}
