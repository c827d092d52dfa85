/** What stories about the end of a thread have in common. */
import type { Steps } from '@kt/core'
import type { Driver } from '../driver.js'
import type { PerRelease } from '../releases.js'
import type { Cell } from '../story.js'
import type { KernelThread } from '../words/threads.js'

/** How far a thread has come, as a person says it. */
export function* howFar(os: Driver, thread: KernelThread): Steps<string> {
  return yield* os.look(() => {
    const { lives, isListed, isFreed } = os.ending(thread)
    if (lives) return `it ${callOf(os, thread) ?? 'can still run'}`
    if (isFreed) return 'nothing is left of it'
    return isListed ? 'it has ended, and ps still shows it' : 'it has ended, and ps no longer shows it'
  })
}

/** The call in which a thread sleeps, null if it does not. */
function callOf(os: Driver, thread: KernelThread): string | null {
  const report = os.k.waiting().find(({ name, state }) => name === thread.name() && state === 'sleeping')
  return report?.call == null ? null : `sleeps in ${report.call}`
}

/** Memory of a driver or of its module: there until it is freed, and whoever touches it after that has a page fault. */
export interface Memory {
  touch(): Steps<void>
  free(): Steps<void>
}

export function memory(os: Driver, name: string): Memory {
  const isThere = os.k.cell(true, { name, atomic: true })
  return {
    *touch() {
      if (!(yield* isThere.read())) yield* os.k.panic(`trap: page fault in ${name} that is gone`)
    },
    *free() {
      yield* isThere.write(false)
    },
  }
}

/** Cells, where the page of both releases of OpenBSD says the same. */
export function cellsOf(netbsd6: Cell, netbsd10: Cell, openbsd: Cell, freebsd: Cell): PerRelease<Cell> {
  return {
    'netbsd/6': netbsd6,
    'netbsd/10.1': netbsd10,
    'openbsd/4.2': openbsd,
    'openbsd/5.1': openbsd,
    'freebsd/8.0': freebsd,
  }
}

/** A cell that cites clauses, rows and notes. */
export function by(...clauses: readonly string[]): Cell {
  return { clauses }
}

/** Waiting for a thread, where there is no call for it. */
export const OPENBSD_WAIT = 'a flag of the driver and a wakeup(), both under the big lock'
export const FREEBSD_WAIT = 'a flag under a mutex, and a sleep on the thread, which kthread_exit() wakes'
