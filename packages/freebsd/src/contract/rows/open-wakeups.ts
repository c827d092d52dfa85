import { ref, type Steps } from '@kt/core'
import type { Trial } from '@kt/core/contract'
import type { Proc } from '../../releases/8.0.js'
import { added, createdKproc, errnoName, neverChecks, tell, timed, type K } from './open-words.js'

/** FB8-O-09: how long it takes until the target parks, by what it sleeps on for a second. */
export function hurriedSleeps(trial: Trial<K>): string {
  const thread = (sleepsOn: 'itself' | 'something else') =>
    tell(trial, {}, function* (k) {
      const td = yield* added(k, 'worker', function* () {
        for (;;) {
          yield* k.kthread_suspend_check(k.curthread)
          yield* k.tsleep(sleepsOn === 'itself' ? k.curthread : sleepsOn, k.PVM, 'work', k.hz)
        }
      })
      yield* k.pause('until it sleeps', 5)
      return yield* timed(k, () => k.kthread_suspend(td, 0) as Steps<number>)
    })
  const process = (sleepsOn: 'itself' | 'something else') =>
    tell(trial, {}, function* (k) {
      const p = yield* createdKproc(k, 'worker', function* () {
        for (;;) {
          yield* k.kproc_suspend_check(k.curproc)
          yield* k.tsleep(sleepsOn === 'itself' ? k.curproc : sleepsOn, k.PVM, 'work', k.hz)
        }
      })
      yield* k.pause('until it sleeps', 5)
      return yield* timed(k, () => k.kproc_suspend(p, 0) as Steps<number>)
    })
  const seen = (['itself', 'something else'] as const).map(
    (what) => `asleep on ${what}: thread ${thread(what)}, process ${process(what)}`,
  )
  return seen.join('; ')
}

/** Far more than two threads need that wait for each other. */
const ALTERNATIONS_MAX = 5000

/** FB8-O-11 */
export function twoThreadsOfAProcess(trial: Trial<K>): string {
  const story = (count: number) => {
    let turns = 0
    let ticks = 0
    const words = tell(trial, { stepsMax: ALTERNATIONS_MAX }, function* (k) {
      const procptr = ref<Proc>()
      const func = function* () {
        for (;;) {
          turns++
          ticks = k.ticks
          yield* k.kproc_suspend_check(k.curproc)
          yield* k.pause('work', 10)
        }
      }
      for (let n = 0; n < count; n++) yield* k.kproc_kthread_add(func, null, procptr, null, 0, 0, 'pair', 't%d', n)
      return errnoName(k, yield* k.kproc_suspend(procptr.value!, 100))
    })
    return `${words}${turns > 0 && ticks < 100 ? '' : ', and time goes on'}`
  }
  return `one thread: ${story(1)}; two: ${story(2)}`
}

/** FB8-O-13 */
export function orderOfWakeups(trial: Trial<K>): string {
  const story = (priorities: readonly number[], wakes: (k: K) => Steps<void>) =>
    tell(trial, {}, function* (k) {
      const order: string[] = []
      for (const [n, priority] of priorities.entries()) {
        const name = 'abc'[n]!
        yield* added(k, name, function* () {
          yield* k.sched_prio(k.curthread, priority)
          yield* k.tsleep('chan', 0, 'chan', 0)
          order.push(name)
          yield* k.kthread_exit()
        })
        yield* k.pause('until it sleeps', 1)
      }
      yield* wakes(k)
      return order.join()
    })
  const all = story([68, 68, 68], function* (k) {
    yield* k.wakeup('chan')
    yield* k.pause('until they ran', 1)
  })
  const one = story([68, 64, 64], function* (k) {
    for (let n = 0; n < 3; n++) {
      yield* k.wakeup_one('chan')
      yield* k.pause('until it ran', 1)
    }
  })
  return `all: ${all}; one at a time, the first of them worst: ${one}`
}

/** FB8-O-23: the target does not look before the request has been taken back. */
export function processResumedTooSoon(trial: Trial<K>): string {
  return tell(trial, {}, function* (k) {
    const p = yield* createdKproc(k, 'worker', neverChecks(k))
    yield* added(k, 'resumer', function* () {
      yield* k.pause('work', 5)
      yield* k.kproc_resume(p)
      yield* k.kthread_exit()
    })
    const words = yield* timed(k, () => k.kproc_suspend(p, 100) as Steps<number>)
    const [td] = p.p_threads
    return `suspend ${words}, the process ${td!.td_wmesg === 'kpsusp' ? 'is parked' : 'was never parked'}`
  })
}
