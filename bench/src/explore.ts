/**
 * Measures exploring: schedules against the least number known, the time of a step beside a bare interleaver and beside
 * fast-check's scheduler, the reduction's work beside a plain search, and how soon known mistakes are seen.
 *
 *     pnpm run bench:explore [--rounds 7] [--json FILE]
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { literature, type Counted } from './explore-literature.js'
import { EXECUTIONS_MAX, museum, museumStrategies, SEEDS, type Found } from './explore-museum.js'
import { BOOT, fastCheckRatios, speedCases, speedGoals } from './explore-speed.js'
import { workers, type WorkersFigures } from './explore-workers.js'
import { mark, type Figures, type Goal } from './goals.js'
import { clockName, measure, type Figure } from './measure.js'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '7' }, json: { type: 'string' } },
})
const rounds = Number(values.rounds)
if (!Number.isInteger(rounds) || rounds < 1) throw new RangeError(`--rounds takes a whole number, not ${values.rounds}`)

const WORKERS_GOAL: Goal = {
  name: 'two workers : one',
  good: 1.5,
  superb: 1.8,
  higher: true,
  of: (figure) => figure('one') / figure('two'),
}

const counted = literature()
printLiterature(counted)
const cases = speedCases()
const figures = await measure(cases, rounds)
const steps = stepFigures()
printSteps()
const ratios = takeRatios()
const workersFigures = workers()
if (workersFigures !== null) printWorkers(workersFigures)
const found = museum()
printMuseum(found)
if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(report(), null, 2) + '\n')

function printLiterature(all: readonly Counted[]): void {
  console.log(
    `Schedules of 'dpor', ${clockName}; the others' executions and seconds were measured elsewhere, on another machine`,
  )
  const row = table(26, [8, 8, 8, 10, 8, 16, 16, 16, 16])
  row('', 'optimum', 'dpor', '', 'redundant', 'ms', 'Nidhugg', 'GenMC', 'loom', 'shuttle DFS')
  for (const { name, optimum, schedules, isEqual, redundant, ms, elsewhere } of all) {
    const { nidhugg = '', genmc = '', loom = '', shuttle = '' } = elsewhere
    const verdict = isEqual ? 'equal' : 'NOT'
    row(name, optimum, schedules, verdict, redundant, ms.toFixed(0), nidhugg, genmc, loom, shuttle)
  }
}

/** What is measured by the execution, by the step. */
function stepFigures() {
  return cases.flatMap((each) => {
    const { unit, median, min } = figures.get(each.name)!
    if (!('stepsEach' in each)) return []
    const { name, stepsEach } = each
    return { name, unit, stepsEach, medianNs: median / stepsEach, minNs: min / stepsEach, perSecond: 1e9 / median }
  })
}

function printSteps(): void {
  const boot: Figure = figures.get(BOOT)!
  console.log(`\n${clockName}, nanoseconds a step; ${rounds} rounds`)
  const row = table(44, [10, 10, 10, 14])
  row('', 'steps', 'median', 'minimum', 'executions/s')
  for (const { name, stepsEach, medianNs, minNs, perSecond } of steps)
    row(name, stepsEach.toFixed(1), short(medianNs), short(minNs), perSecond.toFixed(0))
  console.log(
    `A kernel is created and booted in ${short(boot.median / 1000)} microseconds, minimum ${short(boot.min / 1000)}`,
  )
}

/** Ratios of the medians and of the minima; the goals judge the first. */
function takeRatios() {
  const byName = new Map(steps.map((each) => [each.name, each]))
  const median: Figures = (name) => byName.get(name)?.medianNs ?? Number.NaN
  const min: Figures = (name) => byName.get(name)?.minNs ?? Number.NaN
  console.log()
  const row = table(56, [10, 10, 8, 8, 10])
  row('', 'medians', 'minima', 'good', 'superb', '')
  const judged = speedGoals.map((goal) => {
    const { name, good, superb } = goal
    const ratio = { name, ofMedians: goal.of(median), ofMinima: goal.of(min), good, superb }
    const verdict = mark(goal, ratio.ofMedians)
    row(name, short(ratio.ofMedians), short(ratio.ofMinima), `≤ ${good}`, `≤ ${superb}`, verdict)
    return { ...ratio, verdict }
  })
  const beside = fastCheckRatios.map(({ name, of }) => {
    const ratio = { name, ofMedians: of(median), ofMinima: of(min) }
    row(name, short(ratio.ofMedians), short(ratio.ofMinima), '', '', '')
    return ratio
  })
  return { judged, beside }
}

function printWorkers({ oneMs, twoMs }: WorkersFigures): void {
  const speedup = WORKERS_GOAL.of((name) => (name === 'one' ? oneMs : twoMs))
  const { name, good, superb } = WORKERS_GOAL
  console.log(`\n${name}: ${short(speedup)} (≥ ${good} good, ≥ ${superb} superb): ${mark(WORKERS_GOAL, speedup)}`)
}

function printMuseum(all: readonly Found[]): void {
  console.log(`\nExecutions until a mistake is first seen; of random and pct the median of ${SEEDS} seeds`)
  const row = table(
    34,
    museumStrategies.map(() => 10),
  )
  row('', ...museumStrategies)
  for (const { id, executions } of all)
    row(
      id,
      ...museumStrategies.map((strategy) => {
        const number = executions[strategy]
        if (strategy === 'first' && number === Infinity) return 'no'
        return number === Infinity ? `> ${EXECUTIONS_MAX}` : number
      }),
    )
}

function report() {
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    clockName,
    literature: counted,
    boot: figures.get(BOOT),
    steps,
    ratios,
    workers: workersFigures,
    museum: found,
  }
}

function short(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(2)
}

/** Prints rows of a name and columns of so many characters. */
function table(
  nameWidth: number,
  widths: readonly number[],
): (name: string, ...columns: readonly (string | number)[]) => void {
  return (name, ...columns) => {
    const cells = columns.map((column, at) => String(column).padStart(widths[at]!))
    console.log(`${name.padEnd(nameWidth)}${cells.join('')}`)
  }
}
