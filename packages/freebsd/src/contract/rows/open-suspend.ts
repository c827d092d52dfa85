import type { Steps } from '@kt/core'
import type { Trial } from '@kt/core/contract'
import { added, checks, errnoName, isAsked, isParked, neverChecks, tell, timed, type K } from './open-words.js'

/** FB8-O-01 */
export function neverLooks(trial: Trial<K>): string {
  const story = (timo: number) =>
    tell(trial, {}, function* (k) {
      const td = yield* added(k, 'worker', neverChecks(k))
      const words = yield* timed(k, () => k.kthread_suspend(td, timo) as Steps<number>)
      return `${words}, ${isAsked(k, td) ? 'the request stands' : 'the request is gone'}`
    })
  return `10 ticks: ${story(10)}; no limit: ${story(0)}`
}

/** FB8-O-02: the target looks for the first time when the request has been taken back. */
export function resumedTooSoon(trial: Trial<K>): string {
  const story = (timo: number) =>
    tell(trial, {}, function* (k) {
      let went = 'did not look'
      const td = yield* added(k, 'worker', function* () {
        yield* k.pause('work', 20)
        const before = k.ticks
        yield* k.kthread_suspend_check(k.curthread)
        went = k.ticks === before ? 'went on' : 'parked'
        yield* k.kthread_exit()
      })
      let resumed = -1
      yield* added(k, 'resumer', function* () {
        yield* k.pause('work', 5)
        resumed = yield* k.kthread_resume(td)
        yield* k.kthread_exit()
      })
      const error = yield* k.kthread_suspend(td, timo)
      return `resume ${resumed}, suspend ${errnoName(k, error)}, the thread ${went}`
    })
  return `100 ticks: ${story(100)}; no limit: ${story(0)}`
}

/** FB8-O-04 */
export function suspendedTwice(trial: Trial<K>): string {
  const again = tell(trial, {}, function* (k) {
    const td = yield* added(k, 'worker', checks(k))
    const errors = [yield* k.kthread_suspend(td, 100), yield* k.kthread_suspend(td, 100)]
    yield* k.kthread_resume(td)
    yield* k.pause('look', 1)
    return `${errors.map((error) => errnoName(k, error)).join(' then ')}, one resume: ${isParked(td) ? 'parked' : 'free'}`
  })
  const together = tell(trial, {}, function* (k) {
    const td = yield* added(k, 'worker', checks(k))
    yield* k.pause('until it works', 5)
    let other = -1
    yield* added(k, 'second', function* () {
      other = yield* k.kthread_suspend(td, 100)
      yield* k.kthread_exit()
    })
    const errors = [yield* k.kthread_suspend(td, 100)]
    yield* k.pause('look', 1)
    return [...errors, other].map((error) => errnoName(k, error)).join(' and ')
  })
  return `a parked one: ${again}; two at a time: ${together}`
}

/** FB8-O-05 */
export function suspendsItself(trial: Trial<K>): string {
  const story = (timo: number) =>
    tell(trial, {}, function* (k) {
      let words = 'nothing'
      const td = yield* added(k, 'worker', function* () {
        words = yield* timed(k, () => k.kthread_suspend(k.curthread, timo) as Steps<number>)
        yield* k.kthread_suspend_check(k.curthread)
        yield* k.kthread_exit()
      })
      // With no limit main waits as long as the thread does.
      yield* k.tsleep('the story', k.PWAIT, 'story', timo === 0 ? 0 : 100)
      return `${words}, at its next look ${isParked(td) ? 'it parks' : 'it goes on'}`
    })
  return `10 ticks: ${story(10)}; no limit: ${story(0)}`
}

/** FB8-O-06 */
export function timoValues(trial: Trial<K>): string {
  const seen = [1000, 100].map((hz) => {
    const words = tell(trial, { hz }, function* (k) {
      const td = yield* added(k, 'worker', neverChecks(k))
      const results: string[] = []
      for (const timo of [10, 1, -5]) {
        results.push(`${timo}: ${yield* timed(k, () => k.kthread_suspend(td, timo) as Steps<number>)}`)
      }
      return results.join(', ')
    })
    return `hz ${hz}: ${words}`
  })
  const noLimit = tell(trial, {}, function* (k) {
    const td = yield* added(k, 'worker', function* () {
      yield* k.pause('work', 100_000)
      yield* k.kthread_suspend_check(k.curthread)
      yield* k.kthread_exit()
    })
    return yield* timed(k, () => k.kthread_suspend(td, 0) as Steps<number>)
  })
  return `${seen.join('; ')}; 0: ${noLimit}`
}

/** FB8-O-07 */
export function resumedForNothing(trial: Trial<K>): string {
  return tell(trial, {}, function* (k) {
    const td = yield* added(k, 'worker', checks(k))
    const resumed = yield* k.kthread_resume(td)
    const suspended = yield* k.kthread_suspend(td, 100)
    return `resume ${resumed}; suspend after it ${suspended}, ${isParked(td) ? 'parked' : 'not parked'}`
  })
}

/** FB8-O-08 */
export function requestStands(trial: Trial<K>): string {
  return tell(trial, {}, function* (k) {
    let rounds = 0
    const td = yield* added(k, 'worker', function* () {
      for (;;) {
        yield* k.pause('work', 50)
        yield* k.kthread_suspend_check(k.curthread)
        rounds++
      }
    })
    const suspended = yield* k.kthread_suspend(td, 10)
    yield* k.pause('until it looks', 100)
    const parkedAt = rounds
    const words = isParked(td) ? 'it parks all the same' : 'it does not park'
    const resumed = yield* k.kthread_resume(td)
    yield* k.pause('until it looks again', 100)
    return `${errnoName(k, suspended)}, ${words}; resume ${resumed}, ${rounds > parkedAt ? 'it goes on' : 'it stays'}`
  })
}

/** FB8-O-10 */
export function parksWithLocks(trial: Trial<K>): string {
  const mutex = tellWithConsole(trial, function* (k) {
    const m = k.mtx('m')
    const td = yield* added(k, 'worker', function* () {
      yield* k.mtx_lock(m)
      yield* k.pause('work', 5)
      yield* k.kthread_suspend_check(k.curthread)
      yield* k.mtx_unlock(m)
      yield* k.kthread_exit()
    })
    yield* k.kthread_suspend(td, 0)
    yield* k.mtx_lock(m)
    return 'had it'
  })
  const giant = tell(trial, {}, function* (k) {
    let afterwards = 'did not go on'
    const td = yield* added(k, 'worker', function* () {
      yield* k.mtx_lock(k.Giant)
      yield* k.pause('work', 5)
      yield* k.kthread_suspend_check(k.curthread)
      afterwards = (yield* k.mtx_owned(k.Giant)) ? 'had again' : 'lost'
      yield* k.mtx_unlock(k.Giant)
      yield* k.kthread_exit()
    })
    yield* k.kthread_suspend(td, 0)
    const had = (yield* k.mtx_trylock(k.Giant)) !== 0
    yield* k.mtx_unlock(k.Giant)
    yield* k.kthread_resume(td)
    yield* k.pause('until it ends', 5)
    return `${had ? 'free meanwhile' : 'not free'}, ${afterwards}`
  })
  return `a mutex: ${mutex}; Giant: ${giant}`
}

function tellWithConsole(trial: Trial<K>, story: (k: K) => Steps<string>): string {
  const k = trial.createKernel({ daemons: 'none' })
  const outcome = k.boot(story)
  if (outcome.kind !== 'panic') return outcome.kind === 'done' ? outcome.value : outcome.kind
  const line = k.console.find((text) => text.startsWith('Sleeping thread')) ?? 'nothing said'
  return `${line.replace(/tid \d+/, 'tid N')}, panic ${outcome.message}`
}

/** FB8-O-27: a parked thread for half a minute, and a busy one for comparison. */
export function parkedThreadInViews(trial: Trial<K>): string {
  const load = (parks: boolean) =>
    tell(trial, {}, function* (k) {
      let isOver = false
      const td = yield* added(k, 'worker', function* () {
        yield* k.pause('work', 5)
        if (parks) yield* k.kthread_suspend_check(k.curthread)
        while (!isOver) {
          yield* k.work(10_000_000)
          yield* k.sched_relinquish()
        }
        yield* k.kthread_exit()
      })
      if (parks) yield* k.kthread_suspend(td, 0)
      else yield* k.sched_prio(td, k.PRI_MIN_TIMESHARE)
      yield* k.pause('for half a minute', 30 * k.hz)
      const view = k.kinfo_proc().find(({ ki_tid }) => ki_tid === td.td_tid)!
      const counted = String(k.sysctl('vm.loadavg')).startsWith('0.00') ? 'no load' : 'load'
      isOver = true
      return `ki_stat ${view.ki_stat} ${view.ki_wmesg || '-'}, ${counted}`
    })
  return `parked: ${load(true)}; busy: ${load(false)}`
}
