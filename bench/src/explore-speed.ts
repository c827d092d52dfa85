/** How long a step of an explored run takes, beside a bare interleaver and fast-check's scheduler. */
import { explore, type ExploreOptions } from '@kt/explore'
import type { Kernel, Steps } from '@kt/netbsd/10.1'
import * as bare from './explore-bare-programs.js'
import { scheduled, stepsOf, type Shape } from './explore-fast-check.js'
import { interleave, type BareProgram } from './explore-interleaver.js'
import * as P from './explore-programs.js'
import type { Goal } from './goals.js'
import type { Case } from './measure.js'
import { finish } from './scenarios.js'

/** One program three times over. */
interface Trio {
  readonly name: string
  readonly main: (k: Kernel) => Steps<void>
  readonly bare: BareProgram
  /** Null where threads make different numbers of calls. */
  readonly shape: Shape | null
}

const trios: readonly Trio[] = [
  { name: 'mutex 2 2', main: P.mainOf(P.mutex(2, 2)), bare: bare.mutex(2, 2), shape: { threads: 2, calls: 4 } },
  { name: 'mutex 3 2', main: P.mainOf(P.mutex(3, 2)), bare: bare.mutex(3, 2), shape: { threads: 3, calls: 4 } },
  { name: 'lastzero 5', main: P.mainOf(P.lastzero(5)), bare: bare.lastzero(5), shape: null },
  {
    name: 'philosophers 5, ordered',
    main: P.mainOf(P.philosophers(5, true)),
    bare: bare.orderedPhilosophers(5),
    shape: { threads: 5, calls: 4 },
  },
]

const EXECUTIONS = 200
/** One of them takes as long as a step or two with a kernel. */
const BARE_EXECUTIONS = 5000

/** A case of which each operation is an execution of so many steps. */
export interface StepCase extends Case {
  readonly stepsEach: number
}

function booted(): Kernel {
  const k = P.make()
  finish(k.boot())
  return k
}

/** Executions on kernels that were booted before the watch is started, or each on one that boots within. */
function exploring(name: string, main: Trio['main'], options: ExploreOptions, isBootIn: boolean): StepCase {
  const explored = (executions: number, make: () => Kernel) =>
    explore(make, main, { ...options, schedules: executions })
  const { steps, schedules } = explored(EXECUTIONS, P.make)
  return {
    name: `kt: ${name}${isBootIn ? ', with boot' : ''}`,
    unit: 'execution',
    operations: schedules,
    stepsEach: steps / schedules,
    run(executions, watch) {
      if (isBootIn) {
        explored(executions, P.make)
        return
      }
      const kernels = Array.from({ length: executions }, booted)
      watch.start()
      // What an outcome's first run is told by takes another one or two.
      explored(executions, () => kernels.pop() ?? booted())
      watch.stop()
    },
  }
}

function bareCase({ name, bare: program }: Trio): StepCase {
  let steps = 0
  for (let seed = 1; seed <= BARE_EXECUTIONS; seed++) steps += interleave(program, seed)
  return {
    name: `bare: ${name}`,
    unit: 'execution',
    operations: BARE_EXECUTIONS,
    stepsEach: steps / BARE_EXECUTIONS,
    run(executions) {
      for (let seed = 1; seed <= executions; seed++) interleave(program, seed)
    },
  }
}

function fastCheckCase(name: string, shape: Shape): StepCase {
  return {
    name: `fast-check: ${name}`,
    unit: 'execution',
    operations: EXECUTIONS,
    stepsEach: stepsOf(shape),
    run: (executions) => scheduled(shape, executions),
  }
}

const RANDOM: ExploreOptions = { strategy: 'random' }
const REDUCED = 'mutex 4 2'
const reducedMain = P.mainOf(P.mutex(4, 2))

export const BOOT = 'kt: boot'

/** Made when asked for, because the steps of each have to be counted. */
export function speedCases(): (Case | StepCase)[] {
  return [
    { name: BOOT, unit: 'boot', operations: EXECUTIONS, run: (n) => void Array.from({ length: n }, booted) },
    ...trios.flatMap((trio) => [
      bareCase(trio),
      exploring(trio.name, trio.main, RANDOM, false),
      exploring(trio.name, trio.main, RANDOM, true),
      ...(trio.shape === null ? [] : [fastCheckCase(trio.name, trio.shape)]),
    ]),
    exploring(`${REDUCED}, dfs`, reducedMain, { strategy: 'dfs' }, false),
    exploring(`${REDUCED}, dpor`, reducedMain, { strategy: 'dpor' }, false),
    exploring(`${REDUCED}, dfs`, reducedMain, { strategy: 'dfs' }, true),
    exploring(`${REDUCED}, dpor`, reducedMain, { strategy: 'dpor' }, true),
  ]
}

const toBare =
  (name: string, suffix: string): Goal['of'] =>
  (perStep) =>
    perStep(`kt: ${name}${suffix}`) / perStep(`bare: ${name}`)

/** All of them of nanoseconds a step. */
export const speedGoals: readonly Goal[] = [
  ...trios.flatMap(({ name }): Goal[] => [
    { name: `${name} : bare interleaver`, good: 5, superb: 3, of: toBare(name, '') },
    { name: `${name} with boot : bare interleaver`, good: 5, superb: 3, of: toBare(name, ', with boot') },
  ]),
  ...['', ', with boot'].map((suffix): Goal => ({
    name: `${REDUCED}${suffix}, dpor : dfs`,
    good: 4,
    superb: 2,
    of: (perStep) => perStep(`kt: ${REDUCED}, dpor${suffix}`) / perStep(`kt: ${REDUCED}, dfs${suffix}`),
  })),
]

/** Without goals: how many times as long a step of fast-check's scheduler takes. */
export const fastCheckRatios: readonly { readonly name: string; readonly of: Goal['of'] }[] = trios
  .filter(({ shape }) => shape !== null)
  .flatMap(({ name }) =>
    ['', ', with boot'].map((suffix) => ({
      name: `fast-check : ${name}${suffix}`,
      of: (perStep) => perStep(`fast-check: ${name}`) / perStep(`kt: ${name}${suffix}`),
    })),
  )
