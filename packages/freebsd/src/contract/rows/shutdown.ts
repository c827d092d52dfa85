import type { Steps } from '@kt/core'
import type { Trial } from '@kt/core/contract'
import type { Td } from '../../td.js'
import { added, isParked, obeys, quiet, yesNo, type Doing, type K } from './words.js'

/** FB8-D-14: a thread that is to be suspended when the system goes down, by how it goes down; and who cannot be. */
export function howItGoesDown(trial: Trial<K>): string {
  const down = (go: (k: K) => Doing, whom: (k: K) => Steps<Td> = (k) => added(k, 'target', obeys(k))) => {
    const k = quiet(trial)
    const seen: string[] = []
    k.boot(function* () {
      const td = yield* whom(k)
      yield* k.EVENTHANDLER_REGISTER('shutdown_pre_sync', k.kthread_shutdown, td, k.SHUTDOWN_PRI_LAST)
      yield* k.EVENTHANDLER_REGISTER('shutdown_post_sync', looks, td, k.SHUTDOWN_PRI_LAST)
      yield* k.pause('up', 50)
      yield* go(k)
    })
    function* looks(td: Td): Steps<void> {
      seen.push(`parked ${yesNo(isParked(td))}`)
      yield* []
    }
    const lines = k.console.filter((line) => line.startsWith('Waiting'))
    return `${seen.join()}, saying ${lines.join() || 'nothing'}`
  }
  const nosync = down((k) => k.reboot(k.RB_NOSYNC | k.RB_HALT))
  const panic = down((k) => k.panic('over something else'))
  const user = down(
    (k) => k.reboot(k.RB_HALT),
    function* (k) {
      const p = k.process({ name: 'sh' }, function* () {
        yield* k.pause('sh', 10 * k.hz)
      })!
      yield* []
      return p.p_threads[0]!
    },
  )
  return `RB_NOSYNC: ${nosync}; a panic: ${panic}; a user's thread: ${user}`
}
