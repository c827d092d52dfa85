import type { Steps } from '@kt/core'
import { Cv } from './condvar.js'
import type { Participation } from './daemons.js'
import type { FreebsdMachine } from './machine.js'
import { MTX_DEF } from './mutex-options.js'
import { Mtx } from './mutex.js'
import * as P from './param.js'

/** Rounds a second when the system goes down, and last ones after the work is done. */
const SHUTDOWN_SPEEDUP = 4

type State = 'running' | 'shutting down' | 'final delay'

/**
 * Writes out vnodes. It has a shutdown handler of its own, which first has it work off what is left; it looks whether
 * it is to be suspended only after that, and some last rounds. What is left is `buffers.vnodes`, one a round.
 */
export function* syncer(machine: FreebsdMachine, { shutdown, check }: Participation): Steps<never> {
  const { buffers, clock, condvar, events, host, mtx, sleep } = machine
  const lock = new Mtx('syncer mtx', MTX_DEF)
  const wakeup = new Cv('syncer')
  let state: State = 'running'
  let finalRounds = 0
  let isFirst = true

  const handler = function* (_arg: null, howto: number): Steps<void> {
    if ((howto & P.RB_NOSYNC) !== 0) return
    yield* mtx.mtx_lock(lock)
    state = 'shutting down'
    yield* mtx.mtx_unlock(lock)
    yield* condvar.cv_broadcast(wakeup)
    yield* shutdown(howto)
  }
  events.register('shutdown_pre_sync', handler, null, P.SHUTDOWN_PRI_LAST)

  yield* mtx.mtx_lock(lock)
  let second = 0
  for (;;) {
    if (isIn(state, 'final delay') && finalRounds === 0) {
      yield* mtx.mtx_unlock(lock)
      yield* check()
      yield* mtx.mtx_lock(lock)
    }
    const now = Math.floor(machine.timeline.now / 1e9)
    if (!isIn(state, 'running') && now !== second) {
      if (isFirst) yield* host.printf('\nSyncing disks, vnodes remaining...')
      isFirst = false
      yield* host.printf('%d ', buffers.vnodes)
    }
    second = now
    if (isIn(state, 'shutting down') && buffers.vnodes === 0) {
      state = 'final delay'
      finalRounds = SHUTDOWN_SPEEDUP
    }
    if (buffers.vnodes > 0) buffers.vnodes--
    if (isIn(state, 'final delay') && finalRounds > 0) finalRounds--
    const ticks = isIn(state, 'running') ? clock.hz : Math.floor(clock.hz / SHUTDOWN_SPEEDUP)
    yield* condvar.cv_timedwait(wakeup, lock, ticks)
    // No wait for it waits once the kernel panics. Ours: it does, and leaves its CPU to the thread that panicked.
    while (machine.panicking !== null) yield* sleep.msleep(wakeup, lock, 0, 'syncer', 0)
  }
}

/** Others change the state while the syncer waits, which a comparison in place would not believe. */
function isIn(state: State, asked: State): boolean {
  return state === asked
}
