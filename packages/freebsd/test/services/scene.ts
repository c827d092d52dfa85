import { createKernel, type FreebsdOptions, type Kernel, type Steps } from '../../src/releases/8.0.js'
import { pause, spawn, valueOf } from './runs.js'

/** Main of a quiet machine has the scene set, looks at it, and what it saw is returned. */
export function seen<T>(scene: (k: Kernel) => Steps<T>, options: FreebsdOptions = {}): T {
  return valueOf(createKernel({ daemons: 'none', ...options }).boot(scene))
}

/** Looks at threads in one state each: main runs and holds a lock that one is blocked on. */
export function* everyState<T>(k: Kernel, look: () => T): Steps<T> {
  const chan = { kind: 'chan' }
  const m = k.mtx('a long lock name')
  yield* spawn(k, 'interruptible', () => k.tsleep(chan, k.PCATCH, 'a long message', 0))
  yield* spawn(k, 'deaf', () => k.tsleep(chan, 0, 'deaf', 0))
  yield* pause(k, 1)
  yield* k.mtx_lock(m)
  yield* spawn(
    k,
    'blocked',
    function* () {
      yield* k.mtx_lock(m)
      yield* k.mtx_unlock(m)
    },
    60,
  )
  yield* spawn(k, 'queued', function* () {}, 100)
  yield* k.kthread_add(function* () {}, null, null, null, k.RFSTOPPED, 0, 'never started')
  const value = look()
  yield* k.mtx_unlock(m)
  return value
}
