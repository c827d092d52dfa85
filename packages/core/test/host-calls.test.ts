import { describe, expect, test } from 'vitest'
import type { Steps } from '../src/call.js'
import { beBusy, hostCalls, type HostFunctions } from '../src/host-calls.js'
import type { MachineOptions } from '../src/machine.js'
import { work } from '../src/operations.js'
import { Plain, PreemptivePolicy } from './personality.js'

const MS = 1_000_000

/** A plain system with the host's calls. */
function withHost(options: MachineOptions = {}): { k: Plain; h: HostFunctions } {
  const k = new Plain(options)
  return { k, h: hostCalls(k.machine, { min: 1, max: 7, usual: 4 }) }
}

/** What a scenario ends with, in words where it threw. */
function ending(body: (h: HostFunctions, k: Plain) => Steps): unknown {
  const { k, h } = withHost()
  const outcome = k.run(() => body(h, k))
  return outcome.kind === 'fault' ? outcome.error : outcome.kind
}

describe('work and DELAY', () => {
  test('keep the CPU busy, one in nanoseconds and the other in microseconds', () => {
    const { k, h } = withHost()
    const times: number[] = []
    k.run(function* () {
      yield* h.work(0)
      times.push(k.now)
      yield* h.work(7)
      times.push(k.now)
      yield* h.DELAY(3)
      times.push(k.now)
    })
    expect(times).toEqual([0, 7, 3007])
  })

  test.each([-1, 0.5, NaN, Infinity, '5'])('refuse %s, before anything begins', (ns) => {
    const error = ending(function* (h) {
      yield* h.work(ns as number)
    })
    expect(error).toEqual(new RangeError(`work: a whole number of nanoseconds, not ${ns}`))
  })

  test('are displaced by a better thread and go on with what is left', () => {
    const k = new Plain({}, new PreemptivePolicy())
    k.run(function* () {
      k.spawn('better', function* () {
        yield* k.sleep('x', 1)
        yield* k.work(2 * MS)
      }, { priority: 9 }) // prettier-ignore
      yield* k.nothing()
      yield* beBusy(k.machine, work, 15 * MS)
      k.log.push(`main at ${k.now / MS}`)
    })
    expect(k.log).toEqual(['main at 17'])
  })
})

describe('interrupt', () => {
  test('comes at once, or after a time, at its level and on its CPU', () => {
    const { k, h } = withHost({ ncpu: 2 })
    const { cpus } = k.machine
    const say = (name: string) =>
      function* (): Steps<void> {
        k.log.push(`${name} on ${k.machine.cpu.name} at ${k.now}, level ${k.machine.cpu.ipl}`)
        yield* k.nothing()
      }
    k.run(function* () {
      h.interrupt(say('now'))
      yield* k.nothing()
      k.log.push('main')
      h.interrupt(say('later'), { afterNs: 5, ipl: 6, name: 'timer' })
      h.interrupt(say('elsewhere'), { afterNs: 7, ci: cpus[1]! })
      yield* h.work(10)
      k.log.push(`main at ${k.now}`)
    })
    expect(k.log).toEqual([
      'now on cpu0 at 0, level 4',
      'main',
      'later on cpu0 at 5, level 6',
      'elsewhere on cpu1 at 7, level 4',
      'main at 10',
    ])
    const names = Array.from(k.machine.trace!.events(), ({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['intr', 'timer']))
  })

  test('is refused at a level that there is not, on a foreign CPU, and before now', () => {
    const { h } = withHost()
    function* body(): Steps<void> {}
    expect(() => h.interrupt(body, { ipl: 0 })).toThrow('ipl must be a whole number from 1 to 7, not 0')
    expect(() => h.interrupt(body, { ipl: 8 })).toThrow(RangeError)
    expect(() => h.interrupt(body, { afterNs: -1 })).toThrow('afterNs must be a whole number')
    const foreign = new Plain().machine.cpus[0]!
    expect(() => h.interrupt(body, { ci: foreign })).toThrow(new TypeError('interrupt: ci is not a CPU of this kernel'))
  })
})

describe('printf and panic', () => {
  test('print on the console in their format, objects by their addresses', () => {
    const { k, h } = withHost()
    const [a, b] = [{}, {}]
    k.run(function* () {
      yield* h.printf('%d of %s', 5, 'them')
      yield* h.printf(', %p %p %p\n', a, b, a)
    })
    const [pa, pb] = [k.machine.addressOf(a), k.machine.addressOf(b)].map((address) => `0x${address.toString(16)}`)
    expect(k.machine.console.lines).toEqual([`5 of them, ${pa} ${pb} ${pa}`])
    expect(pa).not.toBe(pb)
  })

  test('stop the kernel with the words, and no clause', () => {
    const { k, h } = withHost()
    const outcome = k.run(function* () {
      yield* h.panic('%s: %d', 'lost', 3)
      k.log.push('went on')
    })
    expect(outcome).toMatchObject({ kind: 'panic', message: 'lost: 3', clause: null, thread: { name: 'main' } })
    expect(k.machine.console.lines).toEqual(['panic: lost: 3'])
    expect(k.log).toEqual([])
  })

  test('without yield* are found, and nothing is printed', () => {
    const { k, h } = withHost()
    const outcome = k.run(function* () {
      // eslint-disable-next-line kt/no-floating-iterator -- the mistake that is to be found
      void h.printf('never\n')
      yield* k.nothing()
    })
    expect(outcome.kind === 'fault' && String(outcome.error)).toContain('printf() was called without yield* by main')
    expect(k.machine.console.lines).toEqual([])
  })
})

describe('views and tools', () => {
  test('inject makes an allocation of that name fail, and knows no other', () => {
    const { k, h } = withHost()
    h.inject({ at: 'memory' })
    expect([k.machine.faults.fails('memory'), k.machine.faults.fails('memory')]).toEqual([true, false])
    expect(() => h.inject({ at: 'luck' })).toThrow(/there is no fault 'luck'/)
  })

  test('ref is a cell, null or with a value', () => {
    const { h } = withHost()
    expect([h.ref(), h.ref(5)]).toEqual([{ value: null }, { value: 5 }])
  })

  test('locks and waiting tell of those who hold and wait', () => {
    const { k, h } = withHost()
    const lock = k.mutex('m')
    let seen: unknown = null
    const outcome = k.run(function* () {
      yield* k.lock(lock)
      k.spawn('other', function* () {
        yield* k.lock(lock)
        yield* k.unlock(lock)
      })
      yield* k.sleep('other waits', 1)
      seen = [h.locks(), h.waiting().map(({ name }) => name)]
      yield* k.unlock(lock)
    })
    expect(seen).toEqual([[{ name: 'm', owner: 'main (1)', waiters: ['other (2)'], spinners: [] }], ['main', 'other']])
    expect(outcome.kind).toBe('done')
    expect([h.locks(), h.waiting()]).toEqual([[], []])
  })

  test('mark puts a line into the trace, and needs none', () => {
    const { k, h } = withHost()
    k.run(function* () {
      h.mark('here')
      yield* k.nothing()
    })
    const marks = Array.from(k.machine.trace!.events()).filter(({ kind }) => kind === 'mark')
    expect(marks).toMatchObject([{ name: 'main', detail: 'here' }])
    const { h: untraced } = withHost({ trace: false })
    expect(() => untraced.mark('nowhere')).not.toThrow()
  })
})
