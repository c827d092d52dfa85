import type { Trial } from '@kt/core/contract'
import { added, errnoName, isAsked, obeys, tell, waitResult, yesNo, type K } from './words.js'

/** FB8-D-02: the first thread and the first process. */
export function firstThread(trial: Trial<K>): string {
  return tell(trial, {}, function* (k) {
    const thread = [yield* k.kthread_suspend(k.thread0, 10), yield* k.kthread_resume(k.thread0)]
    const process = [yield* k.kproc_suspend(k.proc0, 10), yield* k.kproc_resume(k.proc0)]
    const words = ([suspended, resumed]: number[]) => `suspend ${waitResult(suspended!)}, resume ${errnoName(resumed!)}`
    return `thread0: ${words(thread)}; process 0: ${words(process)}`
  })
}

/** FB8-D-07: a check with somebody else. */
export function checkForAnother(trial: Trial<K>): string {
  return tell(trial, {}, function* (k) {
    let laps = 0
    const named = yield* added(k, 'named', function* () {
      for (;;) {
        laps++
        yield* k.pause('lap', 10)
      }
    })
    const caller = yield* added(k, 'caller', function* () {
      yield* k.pause('request', 5)
      yield* k.kthread_suspend_check(named)
      yield* k.kthread_exit()
    })
    const error = yield* k.kthread_suspend(named, 50)
    const before = laps
    yield* k.pause('laps', 50)
    const place = caller.td_wchan === named.td_name_address ? 'parks in its place' : 'does not park'
    return `kthread_suspend ${waitResult(error)}: the caller ${place}, the thread goes on ${yesNo(laps > before)}`
  })
}

/** FB8-D-25: a user's thread, one that has left, and one whose structure is another's. */
export function whatIsAKernelThread(trial: Trial<K>): string {
  const users = tell(trial, {}, function* (k) {
    const p = k.process({ name: 'sh' }, function* () {
      yield* k.pause('sh', 100)
    })!
    const td = p.p_threads[0]!
    return [yield* k.kthread_suspend(td, 10), yield* k.kthread_resume(td)].map(waitResult).join(', ')
  })
  const gone = function* (k: K) {
    const td = yield* added(k, 'short', function* () {
      yield* k.kthread_exit()
    })
    yield* k.pause('its end', 10)
    return td
  }
  const left = tell(trial, {}, function* (k) {
    const td = yield* gone(k)
    return [yield* k.kthread_suspend(td, 10), yield* k.kthread_resume(td)].map(waitResult).join(', ')
  })
  const used = tell(trial, {}, function* (k) {
    const td = yield* gone(k)
    const next = yield* added(k, 'next', obeys(k))
    const error = yield* k.kthread_suspend(td, 10)
    return `${waitResult(error)}, the other is asked ${yesNo(isAsked(k, next))}`
  })
  return `suspend and resume of a user's thread: ${users}; of one that has left: ${left}; when another was made since: ${used}`
}
