import { describe, expect, test } from 'vitest'
import { raise } from '../src/interrupt.js'
import { seededOracle } from '../src/oracle.js'
import { Plain } from './personality.js'

const MS = 1_000_000

describe('time', () => {
  test('passes by work and by waiting, and not by calls', () => {
    const k = new Plain()
    const times: number[] = []
    k.run(function* () {
      yield* k.nothing()
      times.push(k.now)
      yield* k.work(1234)
      times.push(k.now)
      yield* k.sleep('x', 3)
      times.push(k.now)
    })
    expect(times).toEqual([0, 1234, 30 * MS])
  })

  test('is told to the policy by ticks of busy CPUs and by seconds', () => {
    const k = new Plain()
    k.run(function* () {
      yield* k.work(2500 * MS)
      yield* k.sleep('x', 100)
    })
    expect(k.policy.ticks).toBe(250)
    expect(k.policy.seconds).toBe(3)
  })

  test.each([1, 3, 7, 60, 64, 1024, 9999])('goes on at %i ticks a second', (hz) => {
    const k = new Plain({ hz, stepsMax: 100_000 })
    const outcome = k.run(function* () {
      for (let n = 1; n <= 70; n++) {
        yield* k.sleep('x', 1)
        k.log.push(String(k.machine.clock.ticks))
      }
      yield* k.work(Math.ceil(k.machine.clock.tickNs * 70))
    })
    expect(outcome.kind).toBe('done')
    expect(k.log).toEqual(Array.from({ length: 70 }, (_, n) => String(n + 1)))
    expect(k.policy.ticks).toBeGreaterThanOrEqual(69)
  })
})

describe('an interrupt', () => {
  test('is taken in the midst of work, which then goes on', () => {
    const k = new Plain()
    const cpu = k.machine.cpus[0]!
    k.run(function* () {
      raise(cpu, {
        name: 'intr',
        ipl: 3,
        *body() {
          k.log.push(`handler at ${k.now}, level ${cpu.ipl}`)
          yield* k.work(7)
        },
      })
      yield* k.work(10)
      k.log.push(`main at ${k.now}, level ${cpu.ipl}`)
    })
    expect(k.log).toEqual(['handler at 0, level 3', 'main at 17, level 0'])
  })

  test('waits for a lower level, the most urgent first and equals in order', () => {
    const k = new Plain()
    const cpu = k.machine.cpus[0]!
    k.run(function* () {
      cpu.ipl = 4
      for (const [name, ipl] of [['a', 2], ['b', 3], ['c', 3], ['d', 5]] as const) // prettier-ignore
        raise(cpu, { name, ipl, *body() { k.log.push(name); yield* k.nothing() } }) // prettier-ignore
      yield* k.nothing()
      k.log.push('at level 4')
      cpu.ipl = 0
      yield* k.nothing()
      k.log.push('at level 0')
    })
    expect(k.log).toEqual(['d', 'at level 4', 'b', 'c', 'a', 'at level 0'])
  })
})

describe('a run', () => {
  test('that cannot end says who is stuck, on what, and who has it', () => {
    const k = new Plain()
    const [a, b] = [k.mutex('a'), k.mutex('b')]
    const outcome = k.run(function* () {
      yield* k.lock(a)
      k.spawn('other', function* () {
        yield* k.lock(b)
        yield* k.lock(a)
      })
      yield* k.sleep('pause', 1)
      yield* k.lock(b)
    })
    expect(outcome).toMatchObject({
      kind: 'deadlock',
      stuck: [
        { name: 'main', state: 'sleeping', wmesg: 'lock', waitsFor: 'mutex b, held by other (2)', holds: ['a'] },
        { name: 'other', state: 'sleeping', wmesg: 'lock', waitsFor: 'mutex a, held by main (1)', holds: ['b'] },
      ],
    })
  })

  test('names what sleepers and spinners wait for', () => {
    const k = new Plain({ ncpu: 2 })
    const spin = k.mutex('s', true)
    const outcome = k.run(function* () {
      k.spawn('keeper', function* () {
        yield* k.lock(spin)
        yield* k.sleep({ kind: 'condvar', name: 'cv' })
      })
      yield* k.sleep('pause', 1)
      k.spawn('spinner', function* () {
        yield* k.lock(spin)
      }, { cpu: 1 }) // prettier-ignore
      yield* k.sleep('never')
    })
    expect(
      outcome.kind === 'deadlock' && outcome.stuck.map(({ name, state, waitsFor }) => [name, state, waitsFor]),
    ).toEqual([
      ['main', 'sleeping', "a wakeup on 'never'"],
      ['keeper', 'sleeping', 'a wakeup on condvar cv'],
      ['spinner', 'spinning', 'mutex s, held by keeper (2)'],
    ])
  })

  test('that never ends is a livelock, and the kernel can be run again', () => {
    const k = new Plain({ stepsMax: 5000 })
    const outcome = k.run(function* () {
      for (;;) yield* k.yield()
    })
    expect(outcome).toMatchObject({ kind: 'livelock', thread: { name: 'main' } })
    expect(outcome.steps).toBeGreaterThanOrEqual(4999)
    expect(outcome.steps).toBeLessThanOrEqual(5001)
  })

  test('ends with the fault of its scenario', () => {
    const k = new Plain()
    const error = new Error('mine')
    const outcome = k.run(function* () {
      yield* k.nothing()
      throw error
    })
    expect(outcome).toMatchObject({ kind: 'fault', error, thread: { name: 'main', state: 'running' } })
    expect(() => k.run(function* () { yield* k.nothing() })).toThrow('this kernel has stopped: fault') // prettier-ignore
  })

  test('stops at a panic even if the scenario catches it', () => {
    const k = new Plain()
    const outcome = k.run(function* () {
      try {
        yield* k.panic()
      } catch {
        k.log.push('caught')
      }
      yield* k.nothing()
      k.log.push('went on')
    })
    expect(outcome).toMatchObject({
      kind: 'panic',
      message: 'on purpose',
      clause: 'CLAUSE-1',
      thread: { name: 'main' },
    })
    expect(k.machine.console.lines).toEqual(['panic: on purpose'])
    expect(k.log).toEqual(['caught'])
  })

  test('may be followed by another on the machine it left', () => {
    const k = new Plain()
    const first = k.run(function* () {
      k.spawn('waiter', function* () {
        yield* k.sleep('x')
        k.log.push('woken')
      })
      yield* k.sleep('y', 1)
      return 1
    })
    const second = k.run(function* () {
      return yield* k.wakeup('x')
    })
    expect([first, second]).toMatchObject([
      { kind: 'done', value: 1, nowNs: 10 * MS },
      { kind: 'done', value: 1, nowNs: 10 * MS },
    ])
    expect(k.log).toEqual(['woken'])
  })

  test('is not for the threads of a run', () => {
    const k = new Plain()
    const outcome = k.run(function* () {
      yield* k.nothing()
      k.run(function* () {
        yield* k.nothing()
      })
    })
    expect(outcome.kind === 'fault' && String(outcome.error)).toContain('this kernel is running already')
  })

  test('refuses a body that is no generator function', () => {
    const k = new Plain()
    const outcome = k.run((() => 5) as never)
    expect(outcome.kind === 'fault' && String(outcome.error)).toContain('is not a generator function: write function*')
  })

  test.each([{ ncpu: 0 }, { ncpu: 33 }, { ncpu: 1.5 }, { hz: 0 }, { hz: 10_001 }, { stepsMax: 0 }, { stepsMax: NaN }])(
    'has options within bounds, not %j',
    (options) => {
      expect(() => new Plain(options)).toThrow(RangeError)
    },
  )

  test('has a token that tells its oracle', () => {
    const token = (k: Plain) => k.run(function* () { yield* k.nothing() }).token // prettier-ignore
    expect(token(new Plain())).toBe('kt1:usual')
    expect(token(new Plain({ oracle: seededOracle(9) }))).toBe('kt1:seed=9')
  })
})

test('a thread that makes calls and never waits leaves the other CPUs their turns', () => {
  const k = new Plain({ ncpu: 2 })
  let isSet = false
  const outcome = k.run(function* () {
    k.spawn('other', function* () {
      yield* k.nothing()
      isSet = true
    }, { cpu: 1 }) // prettier-ignore
    let calls = 0
    for (; !isSet; calls++) yield* k.nothing()
    return calls
  })
  expect(outcome.kind).toBe('done')
  expect(outcome.kind === 'done' && outcome.value).toBeLessThanOrEqual(1000)
})
