import { describe, expect, test } from 'vitest'
import type { Operation } from '../src/call.js'
import { waiting, type Outcome } from '../src/outcome.js'
import { ThreadMark, ThreadState, WakeReason } from '../src/thread.js'
import { Plain, PlainPolicy, type Task } from './personality.js'

const MS = 1_000_000

/** Counts whom the machine makes runnable. */
class CountingPolicy extends PlainPolicy {
  readonly wokenTasks: (string | null)[] = []
  override woken(task?: Task): void {
    if (task !== undefined) this.wokenTasks.push(task.name)
  }
}

/** A sleeper that logs what ended its sleep, and main, which is given it once it sleeps. */
function story(ticks: number, main: (k: Plain, sleeper: Task) => void, policy = new CountingPolicy()) {
  const k = new Plain({}, policy)
  const outcome = k.run(function* () {
    const sleeper = k.spawn('sleeper', function* () {
      const reason = yield* k.sleep('x', ticks)
      k.log.push(`reason ${reason} at ${k.now / MS}`)
    })
    yield* k.sleep('sleeper sleeps', 1)
    main(k, sleeper)
    yield* k.sleep('all is said', 9)
    return k.log
  })
  // What main expects in vain would otherwise end the run and no test.
  passOn(outcome)
  return { k, outcome, policy }
}

function passOn(outcome: Outcome<unknown>): void {
  if (outcome.kind === 'fault') throw outcome.error
}

function wakeAll(k: Plain): void {
  k.machine.sleepers.wakeAll(k.machine.channels.find('x')!)
}

describe('a stopped sleeper', () => {
  test('stays on its queue, and sleeps on when it is let go', () => {
    story(0, (k, sleeper) => {
      const { sleepers, channels } = k.machine
      const queue = channels.find('x')!
      sleepers.stop(sleeper)
      expect([sleeper.state, sleeper.is(ThreadMark.asleep)]).toEqual([ThreadState.stopped, true])
      expect([queue.head, queue.length, sleeper.sleepQueue]).toEqual([sleeper, 1, queue])
      sleepers.letGo(sleeper)
      expect([sleeper.state, sleeper.is(ThreadMark.asleep)]).toEqual([ThreadState.sleeping, false])
      expect([queue.head, queue.length]).toEqual([sleeper, 1])
      wakeAll(k)
      expect(sleeper.state).toBe(ThreadState.runnable)
    })
  })

  test('that is woken leaves its queue, and runs when it is let go', () => {
    const { k, outcome, policy } = story(0, (k, sleeper) => {
      k.machine.sleepers.stop(sleeper)
      wakeAll(k)
      expect([sleeper.state, sleeper.is(ThreadMark.asleep)]).toEqual([ThreadState.stopped, false])
      expect([sleeper.sleepQueue, k.machine.channels.find('x')!.length]).toEqual([null, 0])
      expect(k.machine.cpus[0]!.queue.length).toBe(0)
      // The policy hears of it when it becomes runnable, once.
      expect(k.policy).toMatchObject({ wokenTasks: ['main'] })
      k.machine.sleepers.letGo(sleeper)
      expect(sleeper.state).toBe(ThreadState.runnable)
    })
    expect(outcome).toMatchObject({ kind: 'done', value: [`reason ${WakeReason.woken} at 10`] })
    expect(policy.wokenTasks).toEqual(['main', 'sleeper', 'main'])
    const events = Array.from(k.machine.trace!.events()).filter(
      ({ kind, name }) => name === 'sleeper' && kind !== 'switch',
    )
    expect(events.map(({ kind, detail }) => `${kind} ${detail}`.trimEnd())).toEqual([
      'create sleeper',
      'sleep x',
      'stop',
      'wake woken',
      'let go',
      'exit',
    ])
  })

  test('that nobody lets go does not run, however it is woken', () => {
    const { outcome } = story(0, (k, sleeper) => {
      k.machine.sleepers.stop(sleeper)
      wakeAll(k)
    })
    expect(outcome).toMatchObject({ kind: 'done', value: [] })
  })

  test('has its time-out fire, which ends the sleep underneath', () => {
    const k = new Plain()
    const outcome = k.run(function* () {
      const sleeper = k.spawn('sleeper', function* () {
        k.log.push(`reason ${yield* k.sleep('x', 3)} at ${k.now / MS}`)
      })
      yield* k.sleep('sleeper sleeps', 1)
      k.machine.sleepers.stop(sleeper)
      expect(sleeper.timer?.isArmed).toBe(true)
      yield* k.sleep('its time comes', 5)
      expect([sleeper.state, sleeper.is(ThreadMark.asleep), sleeper.sleepQueue]).toEqual([
        ThreadState.stopped,
        false,
        null,
      ])
      expect(k.log).toEqual([])
      k.machine.sleepers.letGo(sleeper)
      yield* k.sleep('all is said', 1)
      return k.log
    })
    passOn(outcome)
    expect(outcome).toMatchObject({ kind: 'done', value: [`reason ${WakeReason.timedOut} at 60`] })
  })

  test('that is let go before its time-out sleeps until then', () => {
    const { outcome } = story(4, (k, sleeper) => {
      k.machine.sleepers.stop(sleeper)
      k.machine.sleepers.letGo(sleeper)
    })
    expect(outcome).toMatchObject({ kind: 'done', value: [`reason ${WakeReason.timedOut} at 40`] })
  })

  test('that is woken has its time-out disarmed', () => {
    story(4, (k, sleeper) => {
      k.machine.sleepers.stop(sleeper)
      wakeAll(k)
      expect(sleeper.timer?.isArmed).toBe(false)
    })
  })

  test('keeps its place among the sleepers', () => {
    const k = new Plain()
    const outcome = k.run(function* () {
      const tasks = ['a', 'b', 'c'].map((name) =>
        k.spawn(name, function* () {
          yield* k.sleep('x')
          k.log.push(name)
        }),
      )
      yield* k.sleep('they sleep', 1)
      const { sleepers, channels } = k.machine
      sleepers.stop(tasks[1]!)
      const queue = channels.find('x')!
      expect(Array.from(queue.threads(), ({ name }) => name)).toEqual(['a', 'b', 'c'])
      expect(sleepers.chooseSleeper(queue)).toBe(tasks[0])
      yield* k.wakeup('x')
      yield* k.sleep('those run who may', 1)
      expect(k.log).toEqual(['a', 'c'])
      sleepers.letGo(tasks[1]!)
      yield* k.sleep('and now the other', 1)
    })
    passOn(outcome)
    expect(k.log).toEqual(['a', 'c', 'b'])
  })
})

describe('a thread that does not sleep', () => {
  test('and waits to run leaves the run queue, and joins it at the tail when it is let go', () => {
    const k = new Plain()
    const outcome = k.run(function* () {
      const [a] = ['a', 'b', 'c'].map((name) =>
        k.spawn(name, function* () {
          k.log.push(name)
          yield* k.nothing()
        }),
      )
      const { queue } = k.machine.cpus[0]!
      k.machine.sleepers.stop(a!)
      expect([a!.state, a!.is(ThreadMark.asleep), a!.rank]).toEqual([ThreadState.stopped, false, -1])
      expect(Array.from(queue.threads(), ({ name }) => name)).toEqual(['b', 'c'])
      k.machine.sleepers.letGo(a!)
      expect(Array.from(queue.threads(), ({ name }) => name)).toEqual(['b', 'c', 'a'])
      yield* k.sleep('they run', 1)
    })
    passOn(outcome)
    expect(k.log).toEqual(['b', 'c', 'a'])
  })

  test.each([1, 2])('and runs gives up its CPU, and its call is over when it is let go, with %i CPUs', (ncpu) => {
    const k = new Plain({ ncpu })
    const outcome = k.run(function* () {
      const self = k.spawn('self', function* () {
        yield* k.takeBig(2)
        k.machine.enter(stopSelf)
        k.log.push(`let go as ${String(yield* k.machine.port)} at ${k.now / MS}`)
        k.log.push(`big lock ${k.bigLock.depth}`)
        yield* k.giveBig(2)
      })
      k.spawn('other', function* () {
        k.log.push(`other at ${k.now / MS}, big lock ${k.bigLock.depth}`)
        yield* k.nothing()
      })
      yield* k.sleep('self stops', 3)
      expect([self.state, self.is(ThreadMark.asleep)]).toEqual([ThreadState.stopped, false])
      k.machine.sleepers.letGo(self)
      yield* k.sleep('self ends', 1)
    })
    passOn(outcome)
    expect(k.log).toEqual(['other at 0, big lock 0', 'let go as answer at 30', 'big lock 2'])
  })
})

test('an outcome reports a stopped thread, in what call it is, and what it holds', () => {
  const k = new Plain()
  const lock = k.mutex('m')
  const outcome = k.run(function* () {
    const sleeper = k.spawn('sleeper', function* () {
      yield* k.lock(lock)
      yield* k.sleep('x')
    })
    const queued = k.spawn('queued', function* () {
      yield* k.nothing()
    })
    k.machine.sleepers.stop(queued)
    yield* k.sleep('sleeper sleeps', 1)
    k.machine.sleepers.stop(sleeper)
    yield* k.lock(lock)
  })
  const stopped = { state: 'stopped', wmesg: null, waitsFor: 'somebody who lets it go on' }
  expect(outcome).toMatchObject({
    kind: 'deadlock',
    stuck: [
      { name: 'main', state: 'sleeping', waitsFor: 'mutex m, held by sleeper (2)' },
      { name: 'sleeper', ...stopped, call: 'sleep', holds: ['m'] },
      { name: 'queued', ...stopped, call: null, holds: [] },
    ],
  })
  expect(waiting(k.machine)).toEqual(outcome.kind === 'deadlock' && outcome.stuck)
})

/** Stops the thread that makes it. */
const stopSelf: Operation = {
  name: 'stopSelf',
  start(machine, thread) {
    machine.sleepers.stop(thread)
    thread.result = 'answer'
    return false
  },
  resume: () => true,
}
