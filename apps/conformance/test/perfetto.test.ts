import { Ajv2020 } from 'ajv/dist/2020.js'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { arrowsOf } from '../src/trace/arrows.js'
import { usualClock } from '../src/trace/clock.js'
import { chromeTraceOf, type ChromeEvent, type ChromeTrace } from '../src/trace/perfetto.js'
import { everyRun, recordedRun, type NamedRun } from './runs.js'
import { folder, kt } from './schedules.js'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

// The rules of the Trace Event Format, as far as they are about what is written here.

const text = { type: 'string', minLength: 1 }
const whole = { type: 'integer', minimum: 0 }
const time = { type: 'number', minimum: 0 }
const timed = { name: text, cat: text, pid: whole, tid: whole, ts: time }
const entry = (properties: object, optional: readonly string[] = []): object => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  additionalProperties: false,
})
const label = (name: string, args: object): object =>
  entry({ ph: { const: 'M' }, name: { const: name }, pid: whole, tid: whole, args: entry(args) })
const FORMAT = {
  type: 'object',
  required: ['traceEvents', 'displayTimeUnit', 'otherData'],
  additionalProperties: false,
  properties: {
    displayTimeUnit: { enum: ['ms', 'ns'] },
    otherData: { type: 'object', additionalProperties: { type: 'string' } },
    traceEvents: {
      type: 'array',
      items: {
        oneOf: [
          label('process_name', { name: text }),
          label('thread_name', { name: text }),
          label('process_sort_index', { sort_index: whole }),
          label('thread_sort_index', { sort_index: whole }),
          entry({ ...timed, ph: { const: 'X' }, dur: time, args: { type: 'object' } }),
          entry({ ...timed, ph: { const: 'i' }, s: { enum: ['t', 'p', 'g'] } }),
          entry({ ...timed, ph: { const: 's' }, id: whole }),
          entry({ ...timed, ph: { const: 'f' }, id: whole, bp: { const: 'e' } }),
        ],
      },
    },
  },
}
const isInFormat = new Ajv2020({ allErrors: false, strict: false }).compile(FORMAT)

type Timed = Exclude<ChromeEvent, { readonly ph: 'M' }>
type Slice = Extract<ChromeEvent, { readonly ph: 'X' }>

function isTimed(event: ChromeEvent): event is Timed {
  return event.ph !== 'M'
}

/** What breaks the rules, in words. */
function brokenIn({ traceEvents }: ChromeTrace): string[] {
  const broken: string[] = []
  const events = traceEvents.filter(isTimed)
  const track = ({ pid, tid }: { pid: number; tid: number }): string => `${pid}/${tid}`
  const named = new Set(traceEvents.filter(({ name }) => name === 'thread_name').map(track))
  const groups = new Set(traceEvents.filter(({ name }) => name === 'process_name').map(({ pid }) => pid))
  const slices = new Map<string, Slice[]>()
  let lastTs = 0
  for (const event of events) {
    if (!named.has(track(event))) broken.push(`track ${track(event)} has no name`)
    if (!groups.has(event.pid)) broken.push(`process ${event.pid} has no name`)
    if (event.ts < lastTs) broken.push(`${event.name} at ${event.ts} comes after ${lastTs}`)
    lastTs = event.ts
    if (event.ph === 'X') slices.set(track(event), [...(slices.get(track(event)) ?? []), event])
  }
  for (const [where, own] of slices) {
    const around: number[] = []
    for (const { ts, dur, name } of own) {
      const end = ts + dur
      while (around.length > 0 && around.at(-1)! <= ts + 1e-6) around.pop()
      if (around.length > 0 && end > around.at(-1)! + 1e-6) broken.push(`${name} on ${where} overlaps the one before`)
      // Only calls lie within each other: nobody is in two states, and a CPU has one thread.
      if (around.length > 0 && !where.startsWith('3/')) broken.push(`${name} on ${where} lies within another`)
      if (dur <= 0) broken.push(`${name} on ${where} takes no time, and cannot be seen`)
      around.push(end)
    }
  }
  const open = new Map<number, Timed>()
  const ids = new Set<number>()
  for (const event of events) {
    if (event.ph !== 's' && event.ph !== 'f') continue
    const around = (slices.get(track(event)) ?? []).some(({ ts, dur }) => ts <= event.ts && event.ts < ts + dur)
    if (!around) broken.push(`an end of arrow ${event.id} at ${event.ts} lies in no slice of ${track(event)}`)
    if (event.ph === 's') {
      if (ids.has(event.id)) broken.push(`arrow ${event.id} begins twice`)
      ids.add(event.id)
      open.set(event.id, event)
      continue
    }
    const begin = open.get(event.id)
    if (begin === undefined || begin.name !== event.name || begin.cat !== event.cat || begin.ts > event.ts)
      broken.push(`arrow ${event.id} ends and has not begun as it should`)
    open.delete(event.id)
  }
  return open.size === 0 ? broken : [...broken, `arrows ${[...open.keys()].join(', ')} never end`]
}

let runs: readonly NamedRun[] = []
beforeAll(async () => {
  runs = await everyRun()
})

describe('what Perfetto opens', () => {
  test.each(['steps', 'virtual'] as const)('every run follows the rules of the format, by the clock %s', (clock) => {
    for (const { name, run } of runs) {
      const made = chromeTraceOf(run, clock, {})
      isInFormat(JSON.parse(JSON.stringify(made)))
      expect({ name, errors: isInFormat.errors, broken: brokenIn(made) }).toEqual({ name, errors: null, broken: [] })
    }
  })

  test('the rules are broken by a trace that breaks them', () => {
    const { run } = runs.find(({ name }) => name === 'freebsd/lost-resume smp')!
    const made = chromeTraceOf(run, 'steps', {})
    const without = (drop: (event: ChromeEvent) => boolean): ChromeTrace => ({
      ...made,
      traceEvents: made.traceEvents.filter((event) => !drop(event)),
    })
    expect(brokenIn(without(({ name }) => name === 'thread_name'))).not.toEqual([])
    expect(brokenIn(without(({ ph }) => ph === 'f'))).not.toEqual([])
    expect(brokenIn(without(({ ph }) => ph === 'X'))).not.toEqual([])
    expect(isInFormat({ ...made, traceEvents: [{ ph: 'X', ts: 1 }] })).toBe(false)
  })

  test('every arrow is drawn, once', () => {
    for (const { name, run } of runs) {
      const { traceEvents } = chromeTraceOf(run, 'steps', {})
      const drawn = traceEvents.filter(({ ph }) => ph === 's').length
      expect({ name, drawn }).toEqual({ name, drawn: arrowsOf(run.events).length })
    }
    expect(runs.some(({ run }) => arrowsOf(run.events).length > 5)).toBe(true)
  })

  test('a step takes a millisecond, so that @n is where the ruler says so', async () => {
    const run = await recordedRun('netbsd/join-twice/mend')
    const { traceEvents } = chromeTraceOf(run, 'steps', {})
    const join = traceEvents.filter(isTimed).find(({ name }) => name === 'join worker')!
    const step = run.events.find(({ kind }) => kind === 'join')!.step
    expect(Math.ceil(join.ts / 1000)).toBe(step)
    expect(join.ts % 1000).toBeGreaterThan(0)
  })
})

describe('the clock that is taken if none is asked for', () => {
  const WORK = `import { createKernel } from '@kt/netbsd/10.1'
export const make = () => createKernel()
export function* main(k) {
  yield* k.work(3_000_000)
  yield* k.printf('done')
}
`
  const file = folder()

  test('is virtual time where somebody keeps a CPU busy', async () => {
    const run = await recordedRun(file('work.js', WORK))
    expect(usualClock(run)).toBe('virtual')
    const main = chromeTraceOf(run, 'virtual', {}).traceEvents.find(({ ph, name }) => ph === 'X' && name === 'running')
    expect(Math.round((main as Slice).dur)).toBe(3000)
  })

  test('is steps where time passes only while all sleep', async () => {
    expect(usualClock(await recordedRun('netbsd/join-twice/mend'))).toBe('steps')
    expect(usualClock(await recordedRun('freebsd/lost-resume', 'smp'))).toBe('steps')
  })

  test('--clock says otherwise, and the file says which it was', async () => {
    for (const [words, clock] of [
      [[], 'steps: a step takes 1 ms'],
      [['--clock', 'virtual'], 'virtual time'],
    ] as const) {
      const { code, out } = await kt('trace', 'netbsd/lock-order', '--perfetto', '-', ...words)
      expect(code).toBe(0)
      const { otherData } = JSON.parse(out) as ChromeTrace
      expect(otherData).toMatchObject({ clock, scenario: 'netbsd/lock-order', model: 'smp' })
    }
  })
})
