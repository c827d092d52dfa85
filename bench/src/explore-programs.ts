/** Programs of the literature on partial-order reduction, written with the calls of NetBSD 10.1. */
import type { Cell } from '@kt/core'
import { createKernel, type kcondvar_t, type Kernel, type Steps } from '@kt/netbsd/10.1'

type Body = () => Steps
/** The threads of a program, which main creates one after the other and does not wait for. */
export type Program = (k: Kernel) => readonly Body[]

/** A kernel on which every program runs: how many CPUs it has does not matter to an explorer. */
export const make = (): Kernel => createKernel({ ncpu: 2 })

/** Main of a program. */
export function mainOf(program: Program): (k: Kernel) => Steps<void> {
  return function* main(k) {
    for (const [index, body] of program(k).entries()) {
      const thread: Body = function* () {
        yield* body()
        yield* k.kthread_exit(0)
      }
      yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, thread, null, null, 'w%d', index)
    }
  }
}

const times = <T>(n: number, one: (index: number) => T): T[] => Array.from({ length: n }, (_, index) => one(index))

/** Variables of the literature are atomic: an order of two accesses is a schedule, not a mistake. */
const variable = (k: Kernel, name: string, value = 0): Cell<number> => k.cell(value, { name, atomic: true })

/** n threads take and release one lock k times. */
export const mutex =
  (n: number, rounds: number): Program =>
  (k) => {
    const lock = k.mutex('m')
    return times(
      n,
      () =>
        function* () {
          for (let i = 0; i < rounds; i++) {
            yield* k.mutex_enter(lock)
            yield* k.mutex_exit(lock)
          }
        },
    )
  }

/** n threads write one variable. */
export const lastwrite =
  (n: number): Program =>
  (k) => {
    const x = variable(k, 'x')
    return times(
      n,
      (i) =>
        function* () {
          yield* x.write(i)
        },
    )
  }

/** One writer, n readers. */
export const readers =
  (n: number): Program =>
  (k) => {
    const x = variable(k, 'x')
    const reader: Body = function* () {
      yield* x.read()
    }
    const writer: Body = function* () {
      yield* x.write(1)
    }
    return [writer, ...times(n, () => reader)]
  }

/** n writers a[j + 1] = a[j] + 1, and a reader that looks from the end for the first 0. */
export const lastzero =
  (n: number): Program =>
  (k) => {
    const a = times(n + 1, (i) => variable(k, `a${i}`))
    const reader: Body = function* () {
      for (let i = n; (yield* a[i]!.read()) !== 0;) i--
    }
    const writer = (j: number): Body =>
      function* () {
        const value = yield* a[j]!.read()
        yield* a[j + 1]!.write(value + 1)
      }
    return [reader, ...times(n, writer)]
  }

/** i += j and j += i, so many rounds. */
export const fib =
  (rounds: number): Program =>
  (k) => {
    const i = variable(k, 'i', 1)
    const j = variable(k, 'j', 1)
    const adder = (to: Cell<number>, from: Cell<number>): Body =>
      function* () {
        for (let round = 0; round < rounds; round++) {
          const mine = yield* to.read()
          const other = yield* from.read()
          yield* to.write(mine + other)
        }
      }
    return [adder(i, j), adder(j, i)]
  }

/** n philosophers eat once. In order, the last takes the right fork first. */
export const philosophers =
  (n: number, isOrdered: boolean): Program =>
  (k) => {
    const forks = times(n, (i) => k.mutex(`fork ${i}`))
    return times(
      n,
      (i) =>
        function* () {
          const mine = [forks[i]!, forks[(i + 1) % n]!]
          if (isOrdered && i === n - 1) mine.reverse()
          for (const fork of mine) yield* k.mutex_enter(fork)
          for (const fork of mine.toReversed()) yield* k.mutex_exit(fork)
        },
    )
  }

/** Producers and consumers of so many items a producer, over one lock and two condition variables. */
export const prodcons =
  (producers: number, consumers: number, items: number, capacity: number): Program =>
  (k) => {
    const lock = k.mutex('m')
    const notFull = k.condvar('not full')
    const notEmpty = k.condvar('not empty')
    // Behind the lock: no two accesses to it can come in another order than those to the lock.
    let stored = 0
    function* turn(isHeldUp: () => boolean, waitsFor: kcondvar_t, act: () => void, tells: kcondvar_t): Steps<void> {
      yield* k.mutex_enter(lock)
      while (isHeldUp()) yield* k.cv_wait(waitsFor, lock)
      act()
      yield* k.cv_signal(tells)
      yield* k.mutex_exit(lock)
    }
    const producer: Body = function* () {
      for (let i = 0; i < items; i++)
        yield* turn(
          () => stored === capacity,
          notFull,
          () => stored++,
          notEmpty,
        )
    }
    const consumer: Body = function* () {
      for (let i = 0; i < (items * producers) / consumers; i++)
        yield* turn(
          () => stored === 0,
          notEmpty,
          () => stored--,
          notFull,
        )
    }
    return [...times(producers, () => producer), ...times(consumers, () => consumer)]
  }

/** n threads sleep unless a flag is set; one sets it and wakes them. */
export const lostWakeup =
  (n: number): Program =>
  (k) => {
    const flag = variable(k, 'flag')
    const sleeper: Body = function* () {
      if ((yield* flag.read()) === 0) yield* k.tsleep('flag', k.PRI_NONE, 'flag', 0)
    }
    const waker: Body = function* () {
      yield* flag.write(1)
      yield* k.wakeup('flag')
    }
    return [...times(n, () => sleeper), waker]
  }

/** A timed wait against a signal. Main is the one that waits, because time passes until it returns. */
export function* timedWait(k: Kernel): Steps<void> {
  const lock = k.mutex('m')
  const condition = k.condvar('c')
  const waker: Body = function* () {
    yield* k.mutex_enter(lock)
    yield* k.cv_signal(condition)
    yield* k.mutex_exit(lock)
    yield* k.kthread_exit(0)
  }
  yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, waker, null, null, 'waker')
  yield* k.mutex_enter(lock)
  yield* k.cv_timedwait(condition, lock, 5)
  yield* k.mutex_exit(lock)
}

/** 128 slots with a lock each; each thread puts 4 messages into slots by hashing, going on when one is taken. */
export const indexer =
  (n: number): Program =>
  (k) => {
    const slots = times(SLOTS, (h) => ({ lock: k.mutex(`slot ${h}`), message: 0 }))
    return times(
      n,
      (tid) =>
        function* () {
          for (let m = 0; m < MESSAGES; m++) {
            const message = m * 11 + tid
            for (let h = (message * 7) % SLOTS, isStored = false; !isStored; h = (h + 1) % SLOTS) {
              const slot = slots[h]!
              yield* k.mutex_enter(slot.lock)
              if (slot.message === 0) {
                slot.message = message + 1
                isStored = true
              }
              yield* k.mutex_exit(slot.lock)
            }
          }
        },
    )
  }

const SLOTS = 128
const MESSAGES = 4

/** 32 inodes and 26 blocks with a lock each; each thread gives its inode a block if that has none. */
export const filesystem =
  (n: number): Program =>
  (k) => {
    const inodes = times(INODES, (i) => ({ lock: k.mutex(`inode ${i}`), block: -1 }))
    const blocks = times(BLOCKS, (b) => ({ lock: k.mutex(`block ${b}`), isBusy: false }))
    return times(
      n,
      (tid) =>
        function* () {
          const inode = inodes[tid % INODES]!
          yield* k.mutex_enter(inode.lock)
          for (let b = (tid * 2) % BLOCKS; inode.block < 0; b = (b + 1) % BLOCKS) {
            const block = blocks[b]!
            yield* k.mutex_enter(block.lock)
            if (!block.isBusy) {
              block.isBusy = true
              inode.block = b
            }
            yield* k.mutex_exit(block.lock)
          }
          yield* k.mutex_exit(inode.lock)
        },
    )
  }

const INODES = 32
const BLOCKS = 26
