/**
 * Some of the programs for an interleaver without a kernel, step for step the same: a creation, a start and an exit are
 * one each. No generator is made but those of the threads, because each would cost as much as some steps.
 */
import { Lock, type BareProgram, type Strand } from './explore-interleaver.js'

export const mutex = (n: number, rounds: number): BareProgram =>
  function* main(start) {
    const lock = new Lock()
    for (let i = 0; i < n; i++) {
      yield null
      start(locker(lock, rounds))
    }
  }

function* locker(lock: Lock, rounds: number): Strand {
  for (let i = 0; i < rounds; i++) {
    yield lock
    lock.isFree = false
    yield null
    lock.isFree = true
  }
  yield null
}

export const lastzero = (n: number): BareProgram =>
  function* main(start) {
    const a: number[] = []
    for (let i = 0; i <= n; i++) a.push(0)
    yield null
    start(scanner(a))
    for (let j = 0; j < n; j++) {
      yield null
      start(writer(a, j))
    }
  }

function* scanner(a: readonly number[]): Strand {
  for (let i = a.length - 1, seen = 1; seen !== 0; i--) {
    yield null
    seen = a[i]!
  }
  yield null
}

function* writer(a: number[], j: number): Strand {
  yield null
  const value = a[j]!
  yield null
  a[j + 1] = value + 1
  yield null
}

export const orderedPhilosophers = (n: number): BareProgram =>
  function* main(start) {
    const forks: Lock[] = []
    for (let i = 0; i < n; i++) forks.push(new Lock())
    for (let i = 0; i < n; i++) {
      yield null
      const isLast = i === n - 1
      start(philosopher(forks[isLast ? 0 : i]!, forks[isLast ? i : i + 1]!))
    }
  }

function* philosopher(first: Lock, second: Lock): Strand {
  yield first
  first.isFree = false
  yield second
  second.isFree = false
  yield null
  second.isFree = true
  yield null
  first.isFree = true
  yield null
}
