import { describe, expect, test } from 'vitest'
import type { KernelCall, Steps } from '../src/call.js'
import type { MachineOptions } from '../src/machine.js'
import { usualOracle, type Choice } from '../src/oracle.js'
import { WakeReason } from '../src/thread.js'
import { Plain, PreemptivePolicy } from './personality.js'

/** What a scenario that misuses a call is told. */
function complaint(body: (k: Plain) => Steps): unknown {
  const k = new Plain()
  const outcome = k.run(() => body(k))
  return outcome.kind === 'fault' ? outcome.error : outcome.kind
}

describe('a kernel call', () => {
  test('answers where it is made', () => {
    const k = new Plain()
    const outcome = k.run(function* () {
      const reason: WakeReason = yield* k.sleep('x', 2)
      return [reason, yield* k.wakeup('x'), yield* k.nap(1)]
    })
    expect(outcome).toMatchObject({ kind: 'done', value: [WakeReason.timedOut, 0, 'rested'], nowNs: 40_000_000 })
  })

  test('without yield* is found at the next call', () => {
    const error = complaint(function* (k) {
      // eslint-disable-next-line kt/no-floating-iterator -- the mistake that is to be found
      void k.wakeup('x')
      yield* k.sleep('x', 1)
    })
    const says =
      'wakeup() was called without yield* by main (1); before sleep(): a kernel call is made with yield*, as in'
    expect(error).toEqual(new TypeError(`${says} \`yield* wakeup(…)\``))
  })

  test('without yield* is found at the end of the thread', () => {
    const error = complaint(function* (k) {
      yield* k.nothing()
      // eslint-disable-next-line kt/no-floating-iterator -- the mistake that is to be found
      void k.nap(1)
    })
    expect(error).toEqual(new TypeError('nap() was called without yield* by main (1); its thread then ended'))
  })

  test('without yield* is complained of once', () => {
    const k = new Plain()
    const said: unknown[] = []
    const outcome = k.run(function* () {
      // eslint-disable-next-line kt/no-floating-iterator -- the mistake that is to be found
      void k.nothing()
      try {
        yield* k.nothing()
      } catch (error) {
        said.push(error)
      }
      yield* k.nothing()
      return 'went on'
    })
    expect(said).toHaveLength(1)
    expect(outcome).toMatchObject({ kind: 'done', value: 'went on' })
  })

  test('with a plain yield is refused', () => {
    const error = complaint(function* () {
      yield 1 as never
    })
    expect(String(error)).toContain('main (1) yielded a value: a kernel call is made with yield*')
  })

  test('that is composed is not made with a plain yield either', () => {
    const error = complaint(function* (k) {
      k.nap(1).next()
      yield* k.nothing()
    })
    expect(String(error)).toContain('nap() was called without yield* by main (1); a kernel call is made with yield*')
  })

  test.each(['nothing', 'nap'] as const)('%s is made once and not kept', (name) => {
    const error = complaint(function* (k) {
      const kept: KernelCall<unknown> = name === 'nap' ? k.nap(1) : k.nothing()
      yield* kept
      yield* kept
    })
    expect(error).toEqual(new TypeError('a kernel call is made once: call it again instead of keeping it'))
  })

  test('from outside any thread says so', () => {
    const k = new Plain()
    const says = 'was called outside any thread of this kernel: call it in a body given to boot() or run()'
    expect(() => k.nothing()).toThrow(new TypeError(`nothing() ${says}`))
    expect(() => k.nap(1)).toThrow(new TypeError(`nap() ${says}`))
    const other = new Plain()
    const outcome = k.run(function* () {
      yield* other.nothing()
    })
    expect(outcome).toMatchObject({ kind: 'fault', error: new TypeError(`nothing() ${says}`) })
  })

  test('comes back later where something displaced its thread when it was complete', () => {
    const k = new Plain({}, new PreemptivePolicy())
    k.run(function* () {
      k.spawn('better', function* () {
        yield* k.sleep('x')
        k.log.push('better')
      }, { priority: 9 }) // prettier-ignore
      yield* k.nothing()
      k.log.push(`woke ${yield* k.wakeup('x')}`)
    })
    expect(k.log).toEqual(['better', 'woke 1'])
  })
})

describe('the two roads', () => {
  function story(oracle?: ReturnType<typeof usualOracle>): Plain {
    const k = new Plain({ ncpu: 2, ...(oracle === undefined ? {} : { oracle }) }, new PreemptivePolicy())
    k.run(function* () {
      for (const cpu of [0, 1, 1]) {
        k.spawn(`on ${cpu}`, function* () {
          // More calls than a slice has, of both kinds.
          for (let n = 0; n < 700; n++) {
            yield* k.nothing()
            if (n % 100 === 0) yield* k.nap(1)
          }
          k.log.push(`${cpu} at ${k.now}`)
        }, { cpu, priority: cpu }) // prettier-ignore
      }
      for (let n = 0; n < 1500; n++) yield* k.wakeup('nap')
      yield* k.work(5)
      k.log.push('main')
    })
    return k
  }

  test('lead to the same trace, log and number of steps', () => {
    const [usual, announced] = [story(), story(usualOracle())]
    expect(announced.log).toEqual(usual.log)
    expect(announced.machine.trace!.hash()).toBe(usual.machine.trace!.hash())
    expect(announced.machine.steps).toBe(usual.machine.steps)
  })

  test('differ in that another CPU may act before a call that is announced', () => {
    const play = (options: MachineOptions): string[] => {
      const k = new Plain({ ncpu: 2, ...options })
      k.run(function* () {
        k.spawn('other', function* () {
          yield* k.nothing()
          k.log.push('other')
        }, { cpu: 1 }) // prettier-ignore
        yield* k.nothing()
        k.log.push('main')
      })
      return k.log
    }
    const secondCpu = ({ candidates }: Choice): number =>
      Math.max(
        0,
        candidates.findIndex((it) => nameOf(it) === 'cpu1'),
      )
    expect(play({})).toEqual(['main', 'other'])
    expect(play({ oracle: usualOracle() })).toEqual(['main', 'other'])
    expect(play({ oracle: { ...usualOracle(), choose: secondCpu } })).toEqual(['other', 'main'])
  })
})

function nameOf(candidate: unknown): unknown {
  return (candidate as { readonly name?: unknown }).name
}
