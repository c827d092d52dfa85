import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse } from 'csv-parse/sync'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { arrowsOf, type Arrow } from '../src/trace/arrows.js'
import { csvOf } from '../src/trace/csv.js'
import { jsonOf, type TraceFile } from '../src/trace/json.js'
import { SHIVIZ_FORMAT, shivizOf } from '../src/trace/shiviz.js'
import { everyRun, recordedRun, type NamedRun } from './runs.js'
import { folder, kt } from './schedules.js'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const file = folder()
let runs: readonly NamedRun[] = []
beforeAll(async () => {
  runs = await everyRun()
})

describe('arrows', () => {
  const inWords = async (word: string): Promise<string[]> => {
    const { events, threads } = await recordedRun(word)
    const end = ({ thread, event }: Arrow['from']): string =>
      `${threads[thread]!.name}: ${events[event]!.kind} ${events[event]!.detail}`.trimEnd()
    return arrowsOf(events).map(({ kind, from, to }) => `${kind}  ${end(from)} -> ${end(to)}`)
  }

  test('of a thread that is made, woken and joined', async () => {
    expect(await inWords('netbsd/join-twice/mend')).toEqual([
      'create  main: create shutdown -> shutdown: switch',
      'create  main: create worker -> worker: switch',
      'wake  worker: wake woken -> main: wake woken',
      'unlock  main: unlock mutex lock -> shutdown: lock mutex lock',
      'exit  worker: exit -> main: join worker',
    ])
  })

  test('never go back in time, and end on another thread than they begin on', () => {
    for (const { run } of runs)
      for (const { from, to } of arrowsOf(run.events)) {
        expect(from.event).toBeLessThanOrEqual(to.event)
        expect(from.thread).not.toBe(to.thread)
      }
  })

  test('of every kind are in what the exhibits do', () => {
    const kinds = new Set(runs.flatMap(({ run }) => arrowsOf(run.events).map(({ kind }) => kind)))
    for (const kind of ['create', 'wake', 'unlock', 'exit']) expect(kinds).toContain(kind)
  })

  test('of a thread that is stopped and let go', async () => {
    const STOPPED = `import { createKernel } from '@kt/openbsd/5.1'
export const make = () => createKernel()
export function* main(k) {
  const target = k.ref()
  yield* k.kthread_create(function* () { yield* k.tsleep('x', k.PWAIT | k.PCATCH, 'x', 0) }, null, target, 'target')
  yield* k.tsleep('nap', 0, 'nap', 1)
  yield* k.psignal(target.value, k.SIGSTOP)
  yield* k.tsleep('nap', 0, 'nap', 1)
  yield* k.psignal(target.value, k.SIGCONT)
  yield* k.tsleep('nap', 0, 'nap', 1)
}
`
    const run = await recordedRun(file('stopped.js', STOPPED))
    expect(new Set(arrowsOf(run.events).map(({ kind }) => kind))).toEqual(new Set(['create', 'stop', 'wake', 'let go']))
    const { spans, threads } = jsonOf(run, SUBJECT)
    const target = threads.find(({ name }) => name === 'target')!.number
    const states = spans.filter(({ thread }) => thread === target).map(({ state, on }) => `${state} ${on}`.trimEnd())
    expect(states).toEqual(['created', 'running', 'sleeping x', 'stopped', 'sleeping x'])
  })
})

const SUBJECT = { scenario: 's', token: 'kt1:x', model: 'smp', ending: 'all is well' } as const

describe('ShiViz', () => {
  interface Entry {
    readonly host: string
    readonly clock: Readonly<Record<string, number>>
    readonly event: string
  }

  /** As ShiViz reads a log: the expression from its first line, applied to what comes after the second. */
  function read(log: string): Entry[] {
    const [format = '', delimiter, ...rest] = log.split('\n')
    expect(delimiter).toBe('')
    const body = rest.join('\n')
    const found = [...body.matchAll(new RegExp(format, 'g'))]
    // Nothing lies between the entries.
    expect(found.map(([whole]) => `${whole}\n`).join('')).toBe(body)
    return found.map(({ groups }) => ({
      host: groups!['host']!,
      clock: JSON.parse(groups!['clock']!) as Entry['clock'],
      event: groups!['event']!,
    }))
  }

  test('every run reads back: clocks count a host’s own events and know only events there are', () => {
    for (const { name, run } of runs) {
      const counts = new Map<string, number>()
      for (const { host, clock } of read(shivizOf(run))) {
        const own = (counts.get(host) ?? 0) + 1
        expect({ name, host, own: clock[host] }).toEqual({ name, host, own })
        for (const [other, count] of Object.entries(clock))
          if (other !== host) expect(count).toBeLessThanOrEqual(counts.get(other) ?? 0)
        counts.set(host, own)
      }
    }
  })

  test('a clock never forgets, and every arrow is carried along', () => {
    for (const { name, run } of runs) {
      const last = new Map<string, Entry['clock']>()
      const entries = read(shivizOf(run))
      for (const { host, clock } of entries) {
        for (const [other, count] of Object.entries(last.get(host) ?? {}))
          expect(clock[other]).toBeGreaterThanOrEqual(count)
        last.set(host, clock)
      }
      // A clock takes in something of another host exactly where an arrow ends, or a thread runs first.
      const jumps = entries.filter(({ host, clock }, at) => {
        const before = entries.slice(0, at).findLast((entry) => entry.host === host)?.clock ?? {}
        return Object.entries(clock).some(([other, count]) => other !== host && count > (before[other] ?? 0))
      })
      const ends = new Set(arrowsOf(run.events).map(({ to }) => `${to.thread} ${to.event}`))
      expect({ name, jumps: jumps.length <= ends.size }).toEqual({ name, jumps: true })
      if (ends.size > 0) expect(jumps.length).toBeGreaterThan(0)
    }
  })

  test('an arrow orders the two events, and what is not ordered stays so', async () => {
    const entries = read(shivizOf(await recordedRun('netbsd/join-twice/mend')))
    const find = (host: string, event: string): Entry => {
      const found = entries.find((entry) => entry.host === host && entry.event === event)
      if (found === undefined) throw new Error(`${host} has no '${event}'`)
      return found
    }
    const isBefore = (a: Entry, b: Entry): boolean => (b.clock[a.host] ?? 0) >= a.clock[a.host]!
    const [exit, joined] = [find('worker', 'exit'), find('main', 'join worker')]
    expect([isBefore(exit, joined), isBefore(joined, exit)]).toEqual([true, false])
    const shutdown = find('shutdown', 'call kthread_exit(0)')
    expect([isBefore(exit, shutdown), isBefore(shutdown, exit)]).toEqual([false, false])
    expect(find('worker', 'wakes main').clock['main']).toBe(find('worker', 'runs for the first time').clock['main'])
  })

  test('hosts are words, and no two threads are one', async () => {
    const HOSTILE = `import { createKernel } from '@kt/netbsd/10.1'
export const make = () => createKernel()
export function* main(k) {
  for (const name of ['two words', 'two words', '{"a":1}', '', '\\n', '\\u001b[31m'])
    yield* k.kthread_create(k.PRI_NONE, 0, null, function* () { yield* k.kthread_exit(0) }, null, null, '%s', name)
}
`
    const run = await recordedRun(file('hostile.js', HOSTILE))
    const hosts = new Set(read(shivizOf(run)).map(({ host }) => host))
    expect(hosts.size).toBe(7)
    for (const host of hosts) expect(host).toMatch(/^[\w.:/@#-]+$/)
    expect(parse(csvOf(run), { columns: true })).toHaveLength(run.events.length)
  })

  test('the expression is the one that ShiViz knows', () => {
    expect(SHIVIZ_FORMAT).toBe('(?<host>\\S*) (?<clock>{.*})\\n(?<event>.*)')
  })
})

test('CSV reads back, with a line for each event and the breaks that RFC 4180 wants', () => {
  for (const { run } of runs) {
    const text = csvOf(run)
    const rows = parse<Record<string, string>>(text, { columns: true, record_delimiter: '\r\n' })
    expect(rows.map((row) => [row['event'], row['kind'], row['detail'], row['time_ns']])).toEqual(
      run.events.map(({ number, kind, detail, timeNs }) => [String(number), kind, detail, String(timeNs)]),
    )
    expect(text.endsWith('\r\n')).toBe(true)
  }
})

describe('JSON', () => {
  const path = join(import.meta.dirname, '../schema/trace.schema.json')
  const schema = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
  const validate = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true }).compile(schema)

  test('is as its schema says, and numbers lead somewhere', () => {
    for (const { name, run } of runs) {
      const made = JSON.parse(JSON.stringify(jsonOf(run, SUBJECT))) as TraceFile
      validate(made)
      expect({ name, errors: validate.errors }).toEqual({ name, errors: null })
      const { threads, events, arrows, spans, calls } = made
      expect(threads.map(({ number }) => number)).toEqual([...threads.keys()])
      expect(events.map(({ number }) => number)).toEqual([...events.keys()])
      const isThread = (number: number | null): boolean => number === null || number < threads.length
      expect(events.every(({ thread, by, joined }) => [thread, by, joined].every(isThread))).toBe(true)
      expect(arrows.every(({ from, to }) => isThread(from.thread) && to.event < events.length)).toBe(true)
      expect([...spans, ...calls].every(({ from, to }) => from < to && to <= events.length)).toBe(true)
    }
  })

  test('of which the schema refuses what it does not know, and what is missing', () => {
    const made = jsonOf(runs[0]!.run, SUBJECT)
    expect(validate({ ...made, extra: 1 })).toBe(false)
    expect(validate({ ...made, arrows: undefined })).toBe(false)
    expect(validate({ ...made, schema: 'kt-trace/2' })).toBe(false)
  })
})

describe('kt trace', () => {
  test('tells a run in lines: step, time, CPU, thread, what', async () => {
    const { code, out, err } = await kt('trace', 'netbsd/join-twice/mend')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const lines = out.split('\n')
    expect(lines[0]).toBe('step      time/us  cpu   thread          event     what')
    expect(lines).toContain('   2          0.0  cpu0  worker (28)     create    worker  by main (27)')
    expect(lines).toContain('  12          0.0  cpu1  main (27)       wake      woken  by worker (28)')
    expect(lines).toContain('  20          0.0  cpu1  main (27)       return    kthread_join 0')
  })

  test('writes several files at once, the same bytes each time', async () => {
    const written = async (): Promise<string[]> => {
      const files = ['a.json', 'a.log', 'a.csv', 'b.json'].map((name) => file(name, ''))
      const [perfetto, shiviz, csv, json] = files as [string, string, string, string]
      const words = ['--perfetto', perfetto, '--shiviz', shiviz, '--csv', csv, '--json', json]
      const { code, out } = await kt('trace', 'freebsd/lost-resume', ...words)
      expect({ code, out }).toEqual({ code: 0, out: `52 events of 33 steps written to ${files.join(', ')}\n` })
      return files.map((path) => readFileSync(path, 'utf8'))
    }
    const first = await written()
    expect(await written()).toEqual(first)
    expect(JSON.parse(first[3]!)).toMatchObject({ schema: 'kt-trace/1', scenario: 'freebsd/lost-resume' })
  })

  test('replays a token, which a traced run has as well', async () => {
    const { out } = await kt('trace', 'netbsd/stolen-wakeup', '--seed', '4', '--json', '-')
    const { token, steps } = JSON.parse(out) as TraceFile
    const again = await kt('trace', token, '--json', '-')
    expect(JSON.parse(again.out)).toMatchObject({ token, steps })
    expect(again.out).toBe(out)
  })

  test.each([
    [['trace'], /missing required argument 'run'/],
    [['trace', 'netbsd/lock-odrer'], /^no scenario 'netbsd\/lock-odrer'; .* nearest is netbsd\/lock-order$/],
    [['trace', 'kt1:torn'], /^'kt1:torn': this token is torn/],
    [['trace', 'netbsd/lock-order', './x.ts'], /^'netbsd\/lock-order' is no token; expected one scenario/],
    [['trace', 'netbsd/lock-order', '--clock', 'steps'], /^--clock is for --perfetto$/],
    [['trace', 'netbsd/lock-order', '--perfetto', '-', '--clock', 'wall'], /^--clock takes one of virtual, steps/],
    [['trace', 'netbsd/lock-order', '--csv', '-', '--json', '-'], /^two formats were to go to '-'/],
    [['trace', 'netbsd/lock-order', '--csv', '/missing/x.csv'], /^cannot write '\/missing\/x.csv' \(ENOENT\)/],
    [['trace', 'netbsd/lock-order', '--csv', '/tmp'], /^cannot write '\/tmp' \(EISDIR\)/],
    [['trace', 'netbsd/lock-order', '--model', 'two'], /^--model takes one of any, smp, up/],
    [['trace', '/tmp'], /^cannot load '\/tmp'; expected a file that ends in/],
  ])('%j is one line and exit 2', async (words, line) => {
    const { code, out, err } = await kt(...words)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(/^kt: [^\n]+\n$/)
    expect(err.slice(4, -1)).toMatch(line)
  })
})
