/** How many schedules the reduction runs of programs whose least number is known. */
import { explore, type Main } from '@kt/explore'
import type { Kernel } from '@kt/netbsd/10.1'
import * as P from './explore-programs.js'
import { Stopwatch } from './measure.js'

/** A program, and how many of its schedules can be told apart. */
interface Known {
  readonly name: string
  readonly optimum: number
  readonly main: Main<Kernel>
  readonly elsewhere?: Elsewhere
}

/**
 * What other tools needed for the same program in their own language: executions, then seconds where they were taken.
 * Measured elsewhere, on another machine, and stated here: Nidhugg `--optimal`, GenMC 0.10.1 `--sc`, loom 0.7.2 with
 * `std::sync::Arc`, shuttle's DFS.
 */
interface Elsewhere {
  readonly nidhugg?: string
  readonly genmc?: string
  readonly loom?: string
  readonly shuttle?: string
}

/** What came of one. */
export interface Counted {
  readonly name: string
  readonly optimum: number
  readonly schedules: number
  /** Runs that were begun and only repeated another. */
  readonly redundant: number
  readonly isEqual: boolean
  readonly ms: number
  readonly steps: number
  readonly elsewhere: Elsewhere
}

const of = (name: string, optimum: number, program: P.Program, elsewhere: Elsewhere = {}): Known => ({
  name,
  optimum,
  main: P.mainOf(program),
  elsewhere,
})

const known: readonly Known[] = [
  of('mutex 3 1', 6, P.mutex(3, 1), { nidhugg: '6', genmc: '6', loom: '414, 0.04 s', shuttle: '12786, 0.08 s' }),
  of('mutex 3 2', 90, P.mutex(3, 2), { nidhugg: '90', genmc: '90', loom: '7847, 0.55 s', shuttle: '> 8.6 M' }),
  of('mutex 4 1', 24, P.mutex(4, 1), { nidhugg: '24', genmc: '24', loom: '56805, 4.7 s' }),
  of('mutex 4 2', 2520, P.mutex(4, 2), { nidhugg: '2520, 0.24 s', genmc: '2520, 0.24 s', loom: 'too large' }),
  of('mutex 8 1', 40_320, P.mutex(8, 1), { nidhugg: '40320, 5.2 s', genmc: '40320, 4.3 s' }),
  of('lastwrite 7', 5040, P.lastwrite(7), { nidhugg: '5040, 0.38 s', genmc: '5040, 0.10 s' }),
  of('readers 13', 8192, P.readers(13), { nidhugg: '8192, 1.84 s', genmc: '8192, 0.27 s' }),
  of('lastzero 2', 5, P.lastzero(2), { nidhugg: '5', genmc: '5', loom: '521, 0.03 s', shuttle: '8820, 0.05 s' }),
  of('lastzero 3', 12, P.lastzero(3), { nidhugg: '12', genmc: '12', loom: '44438, 3.7 s', shuttle: '7.76 M, 43 s' }),
  of('lastzero 10', 3328, P.lastzero(10), { nidhugg: '3328, 0.47 s', genmc: '3328, 0.14 s' }),
  of('fib 4', 1107, P.fib(4)),
  of('philosophers 5', 31, P.philosophers(5, false)),
  of('philosophers 3, ordered', 6, P.philosophers(3, true), {
    nidhugg: '6',
    genmc: '6',
    loom: '514, 0.04 s',
    shuttle: '2111852, 15 s',
  }),
  of('philosophers 12, ordered', 4094, P.philosophers(12, true), { nidhugg: '4094, 0.92 s', genmc: '4094, 0.77 s' }),
  of('prodcons 1 1 2 1', 8, P.prodcons(1, 1, 2, 1), {
    nidhugg: '8',
    genmc: 'no condvars',
    loom: '120',
    shuttle: '13510, 0.09 s',
  }),
  of('prodcons 1 1 6 1', 2048, P.prodcons(1, 1, 6, 1), { nidhugg: '2048, 0.25 s', genmc: 'no condvars' }),
  // Any of two waiters may be woken, which Nidhugg undercounts.
  of('prodcons 2 2 1 1', 64, P.prodcons(2, 2, 1, 1), { nidhugg: '48', genmc: 'no condvars' }),
  of('indexer 14', 512, P.indexer(14), { nidhugg: '512, 0.80 s', genmc: '512, 1.80 s' }),
  of('indexer 15', 4096, P.indexer(15), { nidhugg: '4096, 8.4 s', genmc: '4096, 13.8 s' }),
  of('filesystem 22', 512, P.filesystem(22), { nidhugg: '512, 0.98 s', genmc: '512, 1.17 s' }),
  of('lost wakeup 3', 27, P.lostWakeup(3)),
  { name: 'timed wait', optimum: 4, main: P.timedWait },
]

/** Explores them all, one after the other. */
export function literature(): Counted[] {
  // The first one would pay for the compiler's work on all.
  explore(P.make, P.mainOf(P.mutex(3, 2)))
  return known.map(({ name, optimum, main, elsewhere = {} }) => {
    const watch = new Stopwatch()
    watch.start()
    const { schedules, redundant, complete, steps } = explore(P.make, main, { schedules: optimum * 2 })
    watch.stop()
    const ms = watch.elapsedNs / 1e6
    return { name, optimum, schedules, redundant, isEqual: complete && schedules === optimum, ms, steps, elsewhere }
  })
}
