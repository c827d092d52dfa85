/** What else one could use, doing the same work: Effect's fibers, co, js-csp. */
import co from 'co'
import { Deferred, Effect, Fiber, Queue } from 'effect'
import csp from 'js-csp'
import type { Case } from './measure.js'

// Effect: a queue each way, as its documentation has fibers talk to each other.

const effectPingPong = (switches: number) =>
  Effect.gen(function* () {
    const ping = yield* Queue.unbounded<number>()
    const pong = yield* Queue.unbounded<number>()
    const player = (own: Queue.Queue<number>, other: Queue.Queue<number>) =>
      Effect.gen(function* () {
        for (let n = 0; n < switches; n += 2) {
          yield* Queue.take(own)
          yield* Queue.offer(other, n)
        }
      })
    const players = [yield* Effect.forkChild(player(ping, pong)), yield* Effect.forkChild(player(pong, ping))]
    yield* Queue.offer(ping, 0)
    for (const fiber of players) yield* Fiber.join(fiber)
  })

const effectRing = (fibers: number, yields: number) =>
  Effect.gen(function* () {
    const start = yield* Deferred.make<undefined>()
    const member = Effect.gen(function* () {
      yield* Deferred.await(start)
      for (let n = 0; n < yields; n += fibers) yield* Effect.yieldNow
    })
    const members = []
    for (let n = 0; n < fibers; n++) members.push(yield* Effect.forkChild(member))
    yield* Deferred.succeed(start, undefined)
    for (const fiber of members) yield* Fiber.join(fiber)
  })

const effectLives = (count: number) =>
  Effect.gen(function* () {
    const body = Effect.gen(function* () {
      yield* Effect.void
    })
    for (let n = 0; n < count; n++) yield* Fiber.join(yield* Effect.forkChild(body))
  })

// co has no channels: two coroutines hand a callback to each other.

class Mailbox {
  private hasMail = false
  private receiver: (() => void) | null = null

  /** What co takes for something to wait for: a function of a callback. */
  readonly receive = (callback: () => void): void => {
    if (!this.hasMail) this.receiver = callback
    else {
      this.hasMail = false
      callback()
    }
  }

  send(): void {
    const { receiver } = this
    this.receiver = null
    if (receiver === null) this.hasMail = true
    else receiver()
  }
}

async function coPingPong(switches: number): Promise<void> {
  const ping = new Mailbox()
  const pong = new Mailbox()
  const player = (own: Mailbox, other: Mailbox) =>
    co(function* () {
      for (let n = 0; n < switches; n += 2) {
        yield own.receive
        // A callback that called the other back at once would nest them without end.
        queueMicrotask(() => other.send())
      }
    })
  const players = [player(ping, pong), player(pong, ping)]
  ping.send()
  await Promise.all(players)
}

async function coLives(count: number): Promise<void> {
  await co(function* () {
    for (let n = 0; n < count; n++) yield co(body)
  })
}

function* body(): Generator<never, number, undefined> {
  return 0
}

function cspPingPong(switches: number): Promise<void> {
  const ping = csp.chan<number>()
  const pong = csp.chan<number>()
  const done = csp.go(function* () {
    for (let n = 0; n < switches; n += 2) {
      yield csp.put(ping, n)
      yield csp.take(pong)
    }
    return true
  })
  csp.go(function* () {
    for (let n = 0; n < switches; n += 2) {
      yield csp.take(ping)
      yield csp.put(pong, n)
    }
  })
  return new Promise((resolve) => csp.takeAsync(done, () => resolve()))
}

function cspLives(count: number): Promise<void> {
  const done = csp.go(function* () {
    for (let n = 0; n < count; n++) {
      yield csp.take(
        csp.go(function* () {
          return true
        }),
      )
    }
    return true
  })
  return new Promise((resolve) => csp.takeAsync(done, () => resolve()))
}

export const cases: readonly Case[] = [
  { name: 'Effect: ping-pong', unit: 'switch', operations: 10_000, run: (n) => Effect.runPromise(effectPingPong(n)) },
  {
    name: 'Effect: yield, ring of 2',
    unit: 'yield',
    operations: 50_000,
    run: (n) => Effect.runPromise(effectRing(2, n)),
  },
  {
    name: 'Effect: yield, ring of 1000',
    unit: 'yield',
    operations: 50_000,
    run: (n) => Effect.runPromise(effectRing(1000, n)),
  },
  { name: 'Effect: fork and join', unit: 'life', operations: 10_000, run: (n) => Effect.runPromise(effectLives(n)) },
  { name: 'co: ping-pong', unit: 'switch', operations: 50_000, run: coPingPong },
  { name: 'co: start and wait', unit: 'life', operations: 20_000, run: coLives },
  { name: 'js-csp: ping-pong', unit: 'switch', operations: 10_000, run: cspPingPong },
  { name: 'js-csp: go and take', unit: 'life', operations: 10_000, run: cspLives },
]
