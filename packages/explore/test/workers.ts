import { createKernel, type Kernel } from '@kt/netbsd/10.1'
import type { Cell, Steps } from '@kt/core'
import { programOf, type Subject } from '../src/index.js'

/** Threads of NetBSD 10.1 that are made by a `main` which then returns, and nothing more. */

export const make = (): Kernel => createKernel({ ncpu: 2 })

/** What a worker does before it ends. */
export type Work = () => Steps

/** A main that makes workers: `w0`, `w1`, … */
export function workers(bodies: (k: Kernel) => readonly Work[]): (k: Kernel) => Steps<void> {
  return function* (k) {
    for (const [index, body] of bodies(k).entries()) {
      function* worker(): Steps<void> {
        yield* body()
        yield* k.kthread_exit(0)
      }
      yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, worker, null, null, 'w%d', index)
    }
  }
}

/** Workers over atomic cells, whose last values are what a run shows. */
export function showing(names: readonly string[], bodies: (...cells: Cell<number>[]) => readonly Work[]): Subject {
  let cells: readonly Cell<number>[] = []
  const program = programOf(
    make,
    function* (k: Kernel): Steps<void> {
      cells = names.map((name) => k.cell(0, { name, atomic: true }))
      yield* workers(() => bodies(...cells))(k)
    },
    false,
    1000,
  )
  return {
    execute(oracle) {
      const ended = program.execute(oracle)
      const { outcome } = ended
      if (outcome.kind !== 'done') return ended
      return { ...ended, outcome: { ...outcome, value: cells.map(({ value }) => value).join(' ') } }
    },
  }
}
