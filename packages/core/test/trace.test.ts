import { describe, expect, test } from 'vitest'
import { Plain } from './personality.js'
import type { Steps } from '../src/call.js'

/** Two threads that sleep and wake each other, a number of times. */
function story(times: number, channel: unknown = {}): Plain {
  const k = new Plain()
  const on = channel as object
  k.run(function* () {
    k.spawn('other', function* () {
      for (let n = 0; n < times; n++) {
        yield* k.sleep(on, 1)
        yield* k.wakeup('back')
      }
    })
    for (let n = 0; n < times; n++) yield* k.sleep('back', 3)
  })
  return k
}

const hashOf = (k: Plain): string => k.machine.trace!.hash()

describe('a trace', () => {
  test('tells what happened, in order', () => {
    const k = new Plain()
    const mutex = k.mutex('m')
    k.run(function* () {
      k.machine.trace!.mark(k.machine.running, 'here')
      yield* k.sleep('channel', 1)
      yield* k.lock(mutex)
      k.machine.trace!.lock(k.machine.running!, mutex)
    })
    const lines = [...k.machine.trace!.events()].map((e) => [e.timeNs / 1e6, e.cpu, e.kind, e.thread, e.name, e.detail])
    expect(lines).toEqual([
      [0, 0, 'create', 1, 'main', 'main'],
      [0, 0, 'switch', 1, 'main', ''],
      [0, 0, 'mark', 1, 'main', 'here'],
      [0, 0, 'sleep', 1, 'main', 'channel'],
      [0, 0, 'switch', -1, 'idle', ''],
      [10, 0, 'wake', 1, 'main', 'timedOut'],
      [10, 0, 'switch', 1, 'main', ''],
      [10, 0, 'lock', 1, 'main', 'mutex m'],
      [10, 0, 'exit', 1, 'main', ''],
      [10, 0, 'switch', -1, 'idle', ''],
    ])
  })

  test('has one hash for equal runs, whatever objects they were about', () => {
    expect(hashOf(story(3))).toBe(hashOf(story(3)))
    expect(hashOf(story(3, { kind: 'condvar' }))).toBe(hashOf(story(3)))
    expect(hashOf(story(3))).toMatch(/^[0-9a-f]{16}$/)
  })

  test('has another where anything differs: the events, a text, an object seen before, a time', () => {
    const one = (body: (k: Plain) => Steps): string => {
      const k = new Plain()
      k.run(() => body(k))
      return hashOf(k)
    }
    const hashes = [
      hashOf(story(3)),
      hashOf(story(4)),
      hashOf(story(3, 'text')),
      hashOf(story(3, 'back')),
      one(function* (k) {
        yield* k.sleep('x', 1)
      }),
      one(function* (k) {
        yield* k.sleep('y', 1)
      }),
      one(function* (k) {
        yield* k.sleep('x', 2)
      }),
      one(function* (k) {
        yield* k.work(1)
        yield* k.sleep('x', 1)
      }),
    ]
    expect(new Set(hashes).size).toBe(hashes.length)
  })

  test('goes on where its memory does: at and around the ends of chunks', () => {
    const k = new Plain()
    const trace = k.machine.trace!
    expect(trace.length).toBe(0)
    for (let n = 0; n < 3000; n++) {
      trace.mark(null, String(n))
      if ([0, 1022, 1023, 1024, 2047, 2048].includes(n)) expect(trace.length).toBe(n + 1)
    }
    const details = [...trace.events()].map(({ detail }) => detail)
    expect(details).toEqual(Array.from({ length: 3000 }, (_, n) => String(n)))
    expect([...trace.events(2047)].map(({ detail }) => detail)).toEqual(details.slice(2047))
    expect([...trace.events(3000)]).toEqual([])
  })

  test('is not kept where nobody asked for it', () => {
    expect(new Plain({ trace: false }).machine.trace).toBeNull()
  })
})

describe('what a program that draws a trace needs besides', () => {
  test('who brought an event about: the thread that executed, nobody for the clock', () => {
    const k = new Plain()
    k.machine.recordsCalls = true
    k.run(function* () {
      k.spawn('sleeper', function* () {
        yield* k.sleep('by main', 0)
        yield* k.sleep('by the clock', 1)
      })
      yield* k.sleep('let it sleep', 1)
      yield* k.wakeup('by main')
      yield* k.sleep('let it end', 3)
    })
    const wakes = [...k.machine.trace!.records()].filter(
      ({ kind, thread }) => kind === 'wake' && thread?.name !== 'main',
    )
    expect(wakes.map(({ by }) => by?.name ?? null)).toEqual(['main', null])
    const create = [...k.machine.trace!.records()].find(
      ({ kind, thread }) => kind === 'create' && thread?.name !== 'main',
    )
    expect(create?.by?.name).toBe('main')
  })

  test('the threads that were there when a run began, and how many events lay before it', () => {
    const k = new Plain()
    k.run(function* () {
      k.spawn('daemon', function* () {
        yield* k.sleep('for ever', 0)
      })
    })
    const { trace } = k.machine
    expect(trace!.before).toEqual({ events: 0, threads: [] })
    const { length } = trace!
    k.run(function* () {})
    expect(trace!.before.events).toBe(length)
    expect(trace!.before.threads).toMatchObject([{ name: 'daemon', isAsleep: true, wmesg: 'wait' }])
  })
})

test('a machine can begin to record later, and goes on with a trace that it has', () => {
  const k = new Plain({ trace: false })
  k.run(function* () {})
  expect(k.machine.trace).toBeNull()
  k.machine.record()
  k.run(function* () {})
  const { trace } = k.machine
  expect([...trace!.events()].map(({ kind }) => kind)).toContain('exit')
  k.machine.record()
  expect(k.machine.trace).toBe(trace)
})
