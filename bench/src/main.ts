/**
 * Measures kt beside the bare engine and beside its peers, and holds the ratios against the goals.
 *
 *     pnpm run bench [--rounds 7] [--json FILE] [NAME …]
 *
 * With names only the cases whose name contains one of them are measured, and no ratios are taken.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { million, sleepers } from './children.js'
import { cases as freebsdCases } from './freebsd.bench.js'
import { goals, mark, type Figures } from './goals.js'
import { cases as kernelCases } from './kernel.bench.js'
import { clockName, figure, measure, type Figure } from './measure.js'
import { cases as openbsdCases } from './openbsd.bench.js'
import { cases as peerCases } from './peers.bench.js'
import { pthreadCases } from './pthread.js'
import { cases as rawCases } from './raw.bench.js'

const { values, positionals: names } = parseArgs({
  options: { rounds: { type: 'string', default: '7' }, json: { type: 'string' } },
  allowPositionals: true,
})
const rounds = Number(values.rounds)
if (!Number.isInteger(rounds) || rounds < 1) throw new RangeError(`--rounds takes a whole number, not ${values.rounds}`)

const all = [...rawCases, ...kernelCases, ...openbsdCases, ...freebsdCases, ...peerCases, ...pthreadCases()]
const cases = names.length === 0 ? all : all.filter(({ name }) => names.some((part) => name.includes(part)))
if (cases.length === 0) throw new RangeError(`no case has ${names.join(' or ')} in its name`)

const CHILD_ROUNDS = 3
const NAME_WIDTH = 56
const COLUMN_WIDTH = 11

const figures = await measure(cases, rounds)
if (names.length === 0) await measureChildren(figures)
printFigures()
const ratios = names.length === 0 ? takeRatios() : []
if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(report(), null, 2) + '\n')

/** Memory does not need many rounds: it hardly moves. */
async function measureChildren(into: Map<string, Figure>): Promise<void> {
  const bytes: number[] = []
  const seconds: number[] = []
  const megabytes: number[] = []
  for (let round = 0; round < CHILD_ROUNDS; round++) {
    bytes.push((await sleepers()).bytes)
    const run = await million()
    seconds.push(run.seconds)
    megabytes.push(run.peakMegabytes)
  }
  into.set('kt 10.1: sleeping thread', figure('bytes', bytes))
  into.set('kt 10.1: a million threads', figure('seconds', seconds))
  into.set('kt 10.1: a million threads, peak', figure('megabytes', megabytes))
}

function printFigures(): void {
  console.log(`${clockName}, nanoseconds an operation where no other unit is named; ${rounds} rounds`)
  print(['', 'median', 'minimum', 'for each'])
  for (const [name, { unit, median, min }] of figures) print([name, short(median), short(min), unit])
}

/** Ratios of the medians and of the minima; the goals judge the first. */
function takeRatios() {
  const median: Figures = (name) => figures.get(name)?.median ?? Number.NaN
  const min: Figures = (name) => figures.get(name)?.min ?? Number.NaN
  console.log()
  print(['', 'medians', 'minima', 'good', 'superb', ''])
  return goals.map((goal) => {
    const { name, good, superb, higher } = goal
    const ratio = { name, ofMedians: goal.of(median), ofMinima: goal.of(min), good, superb }
    const verdict = Number.isNaN(ratio.ofMedians) ? 'not measured' : mark(goal, ratio.ofMedians)
    const sign = higher === true ? '≥' : '≤'
    print([name, short(ratio.ofMedians), short(ratio.ofMinima), `${sign} ${good}`, `${sign} ${superb}`, verdict])
    return { ...ratio, verdict }
  })
}

function report() {
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    clockName,
    figures: Object.fromEntries(figures),
    ratios,
  }
}

function short(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(2)
}

function print([name, ...columns]: readonly string[]): void {
  console.log(`${name!.padEnd(NAME_WIDTH)}${columns.map((column) => column.padStart(COLUMN_WIDTH)).join('')}`)
}
