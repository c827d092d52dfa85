import type { Body } from './toy.js'

/** The programs of the literature on partial-order reduction, for the toy world. */
export type Program = () => readonly (() => Body)[]

const times = <T>(n: number, make: (index: number) => T): T[] => Array.from({ length: n }, (_, index) => make(index))

/** n threads take and release one lock k times. */
export const mutex =
  (n: number, k: number): Program =>
  () =>
    times(
      n,
      () =>
        function* () {
          for (let i = 0; i < k; i++) {
            yield { call: 'lock', lock: 'm' }
            yield { call: 'unlock', lock: 'm' }
          }
        },
    )

/** n threads write one variable k times. */
export const lastwrite =
  (n: number, k: number): Program =>
  () =>
    times(
      n,
      () =>
        function* () {
          for (let i = 0; i < k; i++) yield { call: 'write', variable: 'x' }
        },
    )

/** n threads with a variable each. */
export const separate =
  (n: number): Program =>
  () =>
    times(
      n,
      (i) =>
        function* () {
          yield { call: 'write', variable: `x${i}` }
          yield { call: 'read', variable: `x${i}` }
        },
    )

/** One writer, n readers. */
export const readers =
  (n: number): Program =>
  () => [
    function* () {
      yield { call: 'write', variable: 'x' }
    },
    ...times(
      n,
      () =>
        function* (): Body {
          yield { call: 'read', variable: 'x' }
        },
    ),
  ]

/** n writers a[j] = a[j−1] + 1, and a reader that looks from the end for the first 0. */
export const lastzero =
  (n: number): Program =>
  () => {
    const a = times(n + 1, () => 0)
    return [
      function* () {
        for (let i = n; (yield { call: 'read', variable: `a${i}`, apply: () => a[i] }) !== 0;) i--
      },
      ...times(
        n,
        (j) =>
          function* (): Body {
            const value = (yield { call: 'read', variable: `a${j}`, apply: () => a[j] }) as number
            yield { call: 'write', variable: `a${j + 1}`, apply: () => (a[j + 1] = value + 1) }
          },
      ),
    ]
  }

/** 128 slots with a lock each; each thread puts 4 messages into slots by hashing, going on when one is taken. */
export const indexer =
  (n: number): Program =>
  () => {
    const table = times(128, () => 0)
    return times(
      n,
      (tid) =>
        function* () {
          for (let m = 0; m < 4; m++) {
            const w = m * 11 + tid
            let h = (w * 7) % 128
            for (;;) {
              let isTaken = false
              yield { call: 'lock', lock: `slot ${h}` }
              if (table[h] === 0) {
                table[h] = w + 1
                isTaken = true
              }
              yield { call: 'unlock', lock: `slot ${h}` }
              if (isTaken) break
              h = (h + 1) % 128
            }
          }
        },
    )
  }

/** 32 inodes and 26 blocks with a lock each; each thread gives its inode a block if that has none. */
export const filesystem =
  (n: number): Program =>
  () => {
    const inodes = times(32, () => 0)
    const busy = times(26, () => false)
    return times(
      n,
      (tid) =>
        function* () {
          const i = tid % 32
          yield { call: 'lock', lock: `inode ${i}` }
          if (inodes[i] === 0) {
            let b = (i * 2) % 26
            for (;;) {
              yield { call: 'lock', lock: `block ${b}` }
              if (!busy[b]) {
                busy[b] = true
                inodes[i] = b + 1
                yield { call: 'unlock', lock: `block ${b}` }
                break
              }
              yield { call: 'unlock', lock: `block ${b}` }
              b = (b + 1) % 26
            }
          }
          yield { call: 'unlock', lock: `inode ${i}` }
        },
    )
  }

/** n philosophers eat once; in order, the last takes the right fork first. */
export const philosophers =
  (n: number, isOrdered: boolean): Program =>
  () =>
    times(
      n,
      (i) =>
        function* () {
          const forks = [`fork ${i}`, `fork ${(i + 1) % n}`]
          if (isOrdered && i === n - 1) forks.reverse()
          for (const lock of forks) yield { call: 'lock', lock }
          for (const lock of forks.toReversed()) yield { call: 'unlock', lock }
        },
    )

/** Producers and consumers of k items a producer, over one lock and two condition variables. */
export const prodcons =
  (
    producers: number,
    consumers: number,
    k: number,
    capacity: number,
    signal: 'signal' | 'signalAny' = 'signal',
  ): Program =>
  () => {
    let items = 0
    function* turn(isHeldUp: () => boolean, waitsFor: string, act: () => void, tells: string): Body {
      yield { call: 'lock', lock: 'm' }
      while (isHeldUp()) yield { call: 'wait', condition: waitsFor, lock: 'm' }
      act()
      yield { call: signal, condition: tells }
      yield { call: 'unlock', lock: 'm' }
    }
    return [
      ...times(
        producers,
        () =>
          function* (): Body {
            for (let i = 0; i < k; i++)
              yield* turn(
                () => items === capacity,
                'not full',
                () => items++,
                'not empty',
              )
          },
      ),
      ...times(
        consumers,
        () =>
          function* (): Body {
            for (let i = 0; i < (k * producers) / consumers; i++)
              yield* turn(
                () => items === 0,
                'not empty',
                () => items--,
                'not full',
              )
          },
      ),
    ]
  }

/** i += j and j += i, k rounds. */
export const fib =
  (k: number): Program =>
  () => {
    const value: Record<string, number> = { i: 1, j: 1 }
    const adder = (to: string, from: string) =>
      function* (): Body {
        for (let round = 0; round < k; round++) {
          yield { call: 'read', variable: to }
          const seen = (yield { call: 'read', variable: from, apply: () => value[from] }) as number
          yield { call: 'write', variable: to, apply: () => (value[to] = value[to]! + seen) }
        }
      }
    return [adder('i', 'j'), adder('j', 'i')]
  }

/** n threads sleep unless a flag is set, one sets it and wakes them. */
export const lostWakeup =
  (n: number): Program =>
  () => {
    let flag = false
    return [
      ...times(
        n,
        (i) =>
          function* (): Body {
            const isSet = yield { call: 'read', variable: 'flag', apply: () => flag }
            if (isSet === true) return
            yield { call: 'sleep', channel: 'c' }
            // To return from a sleep is a step of its own.
            yield { call: 'read', variable: `own ${i}` }
          },
      ),
      function* () {
        yield { call: 'write', variable: 'flag', apply: () => (flag = true) }
        yield { call: 'wakeup', channel: 'c' }
      },
    ]
  }

/** A timed wait against a signal. */
export const timedWait: Program = () => [
  function* () {
    yield { call: 'lock', lock: 'm' }
    yield { call: 'wait', condition: 'c', lock: 'm', isTimed: true }
    yield { call: 'unlock', lock: 'm' }
  },
  function* () {
    yield { call: 'lock', lock: 'm' }
    yield { call: 'signal', condition: 'c' }
    yield { call: 'unlock', lock: 'm' }
  },
]
