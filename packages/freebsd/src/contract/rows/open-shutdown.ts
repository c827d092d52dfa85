import type { Trial } from '@kt/core/contract'
import { ending } from '@kt/core/contract'
import { added, neverChecks, tell, type K } from './open-words.js'

/** Lines that say how long a daemon was waited for. */
function waitLines(k: K): string {
  return k.console.filter((line) => line.startsWith('Waiting')).join(' / ')
}

/** FB8-O-21 */
export function handlerOutlivesThread(trial: Trial<K>): string {
  const k = trial.createKernel({ daemons: 'none' })
  let downAt = 0
  const outcome = k.boot(function* () {
    yield* added(k, 'short', function* () {
      yield* k.EVENTHANDLER_REGISTER('shutdown_pre_sync', k.kthread_shutdown, k.curthread, k.SHUTDOWN_PRI_LAST)
      yield* k.kthread_exit()
    })
    yield* k.pause('until it is gone', 5)
    yield* k.EVENTHANDLER_REGISTER('shutdown_post_sync', afterwards, null, k.SHUTDOWN_PRI_FIRST)
    const before = k.now
    function* afterwards() {
      downAt = Math.round((k.now - before) / 1e9)
      yield* k.work(0)
    }
    yield* k.reboot(k.RB_NOSYNC)
  })
  return `${waitLines(k)}, after ${downAt} s: ${ending(outcome)}`
}

/** FB8-O-28 */
export function sixtySeconds(trial: Trial<K>): string {
  const seen = [1000, 100].map((hz) => {
    const words = tell(trial, { hz }, function* (k) {
      const td = yield* added(k, 'deaf', neverChecks(k))
      const before = k.ticks
      yield* k.kthread_shutdown(td, 0)
      return `${k.ticks - before} ticks`
    })
    return `hz ${hz}: ${words}`
  })
  return seen.join('; ')
}

/** FB8-O-29 */
export function strangeWaits(trial: Trial<K>): string {
  const seen = [-1, 0].map((seconds) => {
    const k = trial.createKernel({ daemons: 'none' })
    let ticks = 'never comes back'
    const outcome = k.boot(function* () {
      k.sysctl('kern.shutdown.kproc_shutdown_wait', seconds)
      const td = yield* added(k, 'deaf', neverChecks(k))
      const before = k.ticks
      yield* k.kthread_shutdown(td, 0)
      ticks = `after ${k.ticks - before} ticks`
    })
    return `${seconds}: ${waitLines(k)} ${ticks}, ${ending(outcome)}`
  })
  const obliging = tell(trial, {}, function* (k) {
    k.sysctl('kern.shutdown.kproc_shutdown_wait', 0)
    const td = yield* added(k, 'obliging', function* () {
      yield* k.pause('work', 100_000)
      yield* k.kthread_suspend_check(k.curthread)
    })
    yield* k.kthread_shutdown(td, 0)
    return waitLines(k)
  })
  return `${seen.join('; ')}; 0 and one that parks late: ${obliging}`
}
