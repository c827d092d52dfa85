/** Who is first where two things happen at once, as far as core decides it. */
import { describe, expect, test } from 'vitest'
import { raise, raiseSoft, Thread, ThreadMark, type Cpu, type Steps } from '../src/index.js'
import { Plain, PlainPolicy, PreemptivePolicy } from './personality.js'

const MS = 1_000_000
const SECOND = 1000 * MS

describe('at one instant', () => {
  test('a second is told first, then the ticks by CPU number, then what is due', () => {
    const log: string[] = []
    class Noting extends PlainPolicy {
      override secondsPassed(): void {
        log.push('second')
      }
      override tick(cpu?: Cpu): void {
        if (k.now === SECOND) log.push(`tick of ${cpu?.name}`)
      }
    }
    const k = new Plain({ ncpu: 3 }, new Noting())
    k.run(function* () {
      for (const cpu of [2, 1]) {
        k.spawn(`on ${cpu}`, function* () {
          yield* k.work(1500 * MS)
        }, { cpu }) // prettier-ignore
      }
      k.spawn('sleeper', function* () {
        yield* k.sleep('x', 100)
        log.push('sleeper')
      }, { cpu: 0 }) // prettier-ignore
      yield* k.sleep('main', 200)
    })
    expect(log.slice(0, 4)).toEqual(['second', 'tick of cpu1', 'tick of cpu2', 'sleeper'])
  })
})

describe('of several CPUs with something to do', () => {
  function* twice(k: Plain, name: string): Steps<void> {
    for (let n = 0; n < 2; n++) {
      k.log.push(name)
      yield* k.yield()
    }
  }

  test('the next one around makes the next step', () => {
    const k = new Plain({ ncpu: 3 })
    k.run(function* () {
      for (const cpu of [2, 0, 1]) k.spawn(`on ${cpu}`, () => twice(k, `cpu${cpu}`), { cpu, bound: true })
      yield* k.sleep('main', 1)
    })
    expect(k.log).toEqual(['cpu1', 'cpu2', 'cpu0', 'cpu1', 'cpu2', 'cpu0'])
  })

  test('that spin for one lock the next one around has it', () => {
    const k = new Plain({ ncpu: 3 })
    const lock = k.mutex('m', true)
    k.run(function* () {
      for (const cpu of [2, 0]) {
        k.spawn(`on ${cpu}`, function* () {
          yield* k.lock(lock)
          k.log.push(`cpu${cpu}`)
          yield* k.unlock(lock)
        }, { cpu, bound: true }) // prettier-ignore
      }
      yield* k.lock(lock)
      yield* k.work(MS)
      yield* k.unlock(lock)
    }, { cpu: 1, bound: true }) // prettier-ignore
    expect(k.log).toEqual(['cpu2', 'cpu0'])
  })
})

test('of what wants a CPU a hardware interrupt is first, then a soft one, then a better thread', () => {
  const k = new Plain({}, new PreemptivePolicy())
  const cpu = k.machine.cpus[0]!
  const soft = new Thread(-1, 'soft', k.machine.interruptProcess, cpu)
  soft.mark(ThreadMark.bound, true)
  function noting(name: string): () => Steps<void> {
    return function* () {
      k.log.push(name)
      yield* k.nothing()
    }
  }
  soft.a = noting('soft')
  const level = { bit: 1, ipl: 1, thread: soft }
  cpu.softLevels.push(level)
  k.run(function* () {
    cpu.ipl = 7
    raiseSoft(cpu, level)
    k.spawn('better', noting('better'), { priority: 9 })
    raise(cpu, { name: 'hard', ipl: 2, body: noting('hard') })
    cpu.ipl = 0
    yield* k.nothing()
    k.log.push('main')
  })
  expect(k.log).toEqual(['hard', 'soft', 'better', 'main'])
})
