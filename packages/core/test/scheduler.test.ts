import { describe, expect, test } from 'vitest'
import type { Cpu } from '../src/cpu.js'
import { raise } from '../src/interrupt.js'
import { workInUserMode } from '../src/operations.js'
import { Preemption, type KernelPolicy } from '../src/policy.js'
import { RunQueue } from '../src/run-queue.js'
import { ThreadMark, ThreadState, type Thread } from '../src/thread.js'
import { Plain, PlainPolicy, PreemptivePolicy, type Task } from './personality.js'

const MS = 1_000_000

/** Threads go where they are put; an idle CPU takes what waits elsewhere. */
class StealingPolicy extends PreemptivePolicy {
  override steal = (cpu: Cpu): Thread | null => {
    for (const { queue } of cpu.machine.cpus) {
      for (const thread of queue.threads()) {
        if (thread.is(ThreadMark.bound)) continue
        queue.remove(thread)
        return thread
      }
    }
    return null
  }
}

/** A better thread waits until the running one is in user mode. */
class PolitePolicy extends PlainPolicy {
  override preemption: KernelPolicy['preemption'] = () => Preemption.atUserReturn
}

describe('a CPU', () => {
  test('runs its threads by rank, and equals in the order in which they came', () => {
    const k = new Plain()
    k.run(function* () {
      for (const [name, priority] of [['a', 3], ['b', 7], ['c', 3], ['d', 31]] as const) // prettier-ignore
        k.spawn(name, function* () {
          k.log.push(name)
          yield* k.yield()
          k.log.push(name)
        }, { priority }) // prettier-ignore
      yield* k.sleep('end', 1)
    })
    expect(k.log.join('')).toBe('ddbbacac')
  })

  test('goes on with what is left of its work when a better thread has displaced it', () => {
    const k = new Plain({}, new PreemptivePolicy())
    k.run(function* () {
      k.spawn('better', function* () {
        yield* k.sleep('x', 1)
        yield* k.work(3 * MS)
        k.log.push(`better at ${k.now / MS}`)
      }, { priority: 9 }) // prettier-ignore
      yield* k.nothing()
      yield* k.work(25 * MS)
      k.log.push(`main at ${k.now / MS}`)
    })
    expect(k.log).toEqual(['better at 13', 'main at 28'])
  })

  test('that shares one run queue with the others takes the best thread there is', () => {
    const k = new Plain({ ncpu: 2 }, new PlainPolicy(), new RunQueue(32))
    k.run(function* () {
      for (const [name, priority] of [['low', 2], ['high', 9], ['middle', 5]] as const) // prettier-ignore
        k.spawn(name, function* () {
          k.log.push(`${name} on ${k.machine.cpu.index} at ${k.now / MS}`)
          yield* k.work(5 * MS)
        }, { priority }) // prettier-ignore
      // Main keeps its CPU: the other one works off the queue, and then both do.
      yield* k.work(7 * MS)
    })
    expect(k.log).toEqual(['high on 1 at 0', 'middle on 1 at 5', 'low on 0 at 7'])
  })

  test('that idles takes the second thread put on the queue of another idle one', () => {
    const k = new Plain({ ncpu: 3 }, new StealingPolicy())
    const where: number[] = []
    k.run(function* () {
      yield* k.sleep('let the others idle', 1)
      for (const name of ['a', 'b'])
        k.spawn(name, function* () {
          where.push(k.machine.cpu.index)
          yield* k.work(5 * MS)
          k.log.push(`${name} at ${(k.now - 10 * MS) / MS}`)
        }, { cpu: 1 }) // prettier-ignore
      yield* k.work(20 * MS)
    })
    expect(where.toSorted()).toEqual([1, 2])
    expect(k.log).toEqual(['a at 5', 'b at 5'])
  })

  test('that idles takes a thread that was displaced elsewhere', () => {
    const k = new Plain({ ncpu: 2 }, new StealingPolicy())
    k.run(function* () {
      yield* k.sleep('let the other idle', 1)
      raise(k.machine.cpus[0]!, {
        name: 'intr',
        ipl: 1,
        *body() {
          k.spawn('better', function* () {
            yield* k.work(5 * MS)
          }, { priority: 9, bound: true }) // prettier-ignore
          yield* k.nothing()
        },
      })
      yield* k.work(2 * MS)
      k.log.push(`main at ${(k.now - 10 * MS) / MS} on ${k.machine.cpu.name}`)
    })
    expect(k.log).toEqual(['main at 2 on cpu1'])
  })

  test('gives way in user mode to a thread that an interrupt made runnable', () => {
    const k = new Plain({}, new PolitePolicy())
    k.run(function* () {
      k.spawn('other', function* () {
        yield* k.sleep('x')
        k.log.push(`other at ${k.now}`)
      })
      yield* k.sleep('other sleeps', 1)
      raise(k.machine.cpus[0]!, {
        name: 'intr',
        ipl: 1,
        *body() {
          yield* k.wakeup('x')
        },
      })
      k.machine.enter(workInUserMode).a = 20 * MS
      yield* k.machine.port
      k.log.push(`main at ${k.now}`)
    })
    expect(k.log).toEqual([`other at ${10 * MS}`, `main at ${30 * MS}`])
  })
})

describe('a change of rank', () => {
  function queued(k: Plain): { a: Task; b: Task; order: () => (string | null)[] } {
    const [a, b] = ['a', 'b'].map((name) => k.spawn(name, function* () { yield* k.nothing() }, { priority: 5 })) // prettier-ignore
    return { a: a!, b: b!, order: () => Array.from(k.machine.cpus[0]!.queue.threads(), ({ name }) => name) }
  }

  test('moves a runnable thread behind those of its new rank', () => {
    const k = new Plain()
    const { a, order } = queued(k)
    a.priority = 4
    k.machine.scheduler.rankChanged(a)
    expect(order()).toEqual(['b', 'a'])
    a.priority = 5
    k.machine.scheduler.rankChanged(a)
    expect(order()).toEqual(['b', 'a'])
  })

  test('leaves a thread in its place whose rank is lent', () => {
    const k = new Plain()
    const { a, order } = queued(k)
    a.lentRank = 5
    a.priority = 1
    k.machine.scheduler.rankChanged(a)
    expect(order()).toEqual(['a', 'b'])
  })
})

test('a time-out that came first is what ended the sleep, and a wakeup disarms it', () => {
  const k = new Plain()
  const reasons: number[] = []
  const outcome = k.run(function* () {
    const sleeper = k.spawn('sleeper', function* () {
      for (let n = 0; n < 2; n++) reasons.push(yield* k.sleep('x', 2))
    })
    yield* k.sleep('main', 1)
    yield* k.wakeup('x')
    expect(sleeper.timer?.isArmed).toBe(false)
    yield* k.sleep('main', 9)
    expect(sleeper.state).toBe(ThreadState.dead)
  })
  expect(outcome.kind).toBe('done')
  expect(reasons).toEqual([1, 2])
})
