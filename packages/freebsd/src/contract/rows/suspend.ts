import { ref, seededOracle, type Steps } from '@kt/core'
import { ending, type Trial } from '@kt/core/contract'
import type { Td } from '../../td.js'
import {
  added,
  created,
  isAsked,
  isParked,
  obeys,
  quiet,
  setPriority,
  sleeps,
  tell,
  waitResult,
  yesNo,
  type Doing,
  type K,
} from './words.js'

/** So many that every ending is met. */
const SEEDS = 24

/** FB8-D-03: the target is quicker than its suspender, by priority on one CPU, by chance on two. */
export function lostWord(trial: Trial<K>): string {
  const ends = new Set<string>()
  for (let seed = 1; seed <= SEEDS; seed++)
    ends.add(tell(trial, { ncpu: 2, oracle: seededOracle(seed) }, (k) => suspendAtRandom(k)))
  const [limited, unlimited] = [20, 0].map((timo) => tell(trial, {}, (k) => suspendUrgent(k, timo)))
  return `one CPU: ${limited}; without a time-out: ${unlimited}; two CPUs: ${[...ends].toSorted().join(' or ')}`
}

/** The kick of the request wakes somebody urgent, who parks before his suspender waits. */
function* suspendUrgent(k: K, timo: number): Steps<string> {
  const td = yield* added(k, 'urgent', function* () {
    yield* setPriority(k, k.curthread, k.PSWP)
    for (;;) {
      yield* k.tsleep(k.curthread, k.PSWP, 'kick', 0)
      yield* k.kthread_suspend_check(k.curthread)
    }
  })
  yield* k.pause('start', 5)
  return yield* suspendIt(k, td, timo)
}

/** The target looks all the time. */
function* suspendAtRandom(k: K): Steps<string> {
  const td = yield* added(k, 'target', function* () {
    for (;;) {
      yield* k.kthread_suspend_check(k.curthread)
      yield* k.work(500_000)
    }
  })
  return yield* suspendIt(k, td, 20)
}

function* suspendIt(k: K, td: Td, timo: number): Steps<string> {
  const error = yield* k.kthread_suspend(td, timo)
  yield* k.pause('settle', 5)
  return `${waitResult(error)}, parked ${yesNo(isParked(td))}`
}

/** FB8-D-04: every call on a kernel that checks its assertions. */
export function withInvariants(trial: Trial<K>): string {
  const seen = (story: (k: K, td: Td) => Steps<string>) => {
    const outcome = quiet(trial, { invariants: true }).boot(function* (k) {
      return yield* story(k, yield* added(k, 'target', obeys(k)))
    })
    if (outcome.kind === 'panic') return `panic ${outcome.clause}, ${outcome.message}`
    return outcome.kind === 'done' ? outcome.value : ending(outcome)
  }
  const suspended = (timo: number) =>
    seen(function* (k, td) {
      return yield* suspendIt(k, td, timo)
    })
  const withGiant = seen(function* (k, td) {
    yield* k.mtx_lock(k.Giant)
    const words = yield* suspendIt(k, td, 0)
    yield* k.mtx_unlock(k.Giant)
    return words
  })
  // Without a call that could ask it to: the mark alone.
  const checked = (withLock: boolean) =>
    seen(function* (k) {
      const td = yield* added(k, 'asked', function* () {
        k.curthread.td_flags |= k.TDF_KTH_SUSP
        if (withLock) yield* k.mtx_lock(k.Giant)
        yield* k.kthread_suspend_check(k.curthread)
      })
      yield* k.pause('check', 5)
      return `parked ${yesNo(isParked(td))}`
    })
  const process = seen(function* (k) {
    const p = yield* created(k, 'process', function* () {
      for (;;) {
        yield* k.kproc_suspend_check(k.curproc)
        yield* k.pause('lap', 10)
      }
    })
    return waitResult(yield* k.kproc_suspend(p, 50))
  })
  return (
    `timo 50: ${suspended(50)}; timo 0: ${suspended(0)}; timo 0 with Giant: ${withGiant}; ` +
    `a check: ${checked(false)}, with Giant ${checked(true)}; kproc_suspend: ${process}`
  )
}

/** FB8-D-05: before the devices are configured nobody sleeps, and the target cannot have run. */
export function whileCold(trial: Trial<K>): string {
  const seen: string[] = []
  const boot = (early: (k: K, td: Td) => Steps) => {
    const k = quiet(trial, { stepsMax: 20_000 })
    function* suspends() {
      yield* early(k, yield* added(k, 'target', obeys(k)))
    }
    k.SYSINIT('suspends', k.SI_SUB_DRIVERS, k.SI_ORDER_ANY, suspends, null)
    return k.boot()
  }
  boot(function* (k, td) {
    const results = []
    for (const timo of [10, 0]) results.push(`timo ${timo} ${waitResult(yield* k.kthread_suspend(td, timo))}`)
    seen.push(`${results.join(', ')}, parked ${yesNo(isParked(td))}, the request stands ${yesNo(isAsked(k, td))}`)
  })
  const check = boot(function* (k, td) {
    yield* k.kthread_suspend(td, 10)
    yield* k.kthread_suspend_check(td)
  })
  return `${seen.join()}; a check for it: ${ending(check)}`
}

/** FB8-D-06: whoever is told that the target parks is quicker than the target; and one who waits in vain. */
export function lostResume(trial: Trial<K>): string {
  const early = tell(trial, {}, function* (k) {
    const td = yield* added(k, 'target', obeys(k))
    // The word lets it preempt the target, which has yet to sleep.
    yield* setPriority(k, k.curthread, k.PSWP)
    yield* k.kthread_suspend(td, 50)
    yield* k.kthread_resume(td)
    yield* k.pause('settle', 50)
    const missed = `parked ${yesNo(isParked(td))}, the request stands ${yesNo(isAsked(k, td))}`
    yield* k.kthread_resume(td)
    yield* k.pause('settle', 5)
    return `${missed}, after another parked ${yesNo(isParked(td))}`
  })
  const waiting = tell(trial, {}, function* (k) {
    const td = yield* added(k, 'deaf', sleeps(k))
    const result = ref<string>()
    yield* added(k, 'suspender', function* () {
      result.value = waitResult(yield* k.kthread_suspend(td, 50))
      yield* k.kthread_exit()
    })
    yield* k.pause('asked', 10)
    yield* k.kthread_resume(td)
    yield* k.pause('settle', 10)
    const waits = yesNo(result.value === null)
    yield* k.pause('settle', 50)
    return `still waits ${waits}, in the end ${result.value}`
  })
  return `resumed at the word: ${early}; a suspender that was not answered when the target is resumed: ${waiting}`
}

/** FB8-D-17: what each of the two checks needs of the lock of the process. */
export function lockOfCheck(trial: Trial<K>): string {
  const checks = (check: (k: K) => Doing, suspend: (k: K, td: Td) => Doing) =>
    tell(trial, {}, function* (k) {
      const work = {}
      const p = yield* created(k, 'target', function* () {
        yield* setPriority(k, k.curthread, k.PSWP)
        yield* k.msleep(work, null, k.PSWP, 'work', 0)
        yield* check(k)
        yield* k.msleep(work, null, k.PSWP, 'idle', 0)
      })
      yield* k.pause('start', 5)
      const td = p.p_threads[0]!
      yield* suspend(k, td)
      yield* k.mtx_lock(p.p_mtx)
      // It preempts, and comes to its check with the lock held by somebody else.
      yield* k.wakeup(work)
      const state = td.td_lockname === null ? `sleeps, ${td.td_wmesg}` : `waits for the ${td.td_lockname}`
      yield* k.mtx_unlock(p.p_mtx)
      return `${state}, then ${td.td_wmesg}`
    })
  const process = checks(
    (k) => k.kproc_suspend_check(k.curproc),
    (k, td) => k.kproc_suspend(td.td_proc, 1),
  )
  const thread = checks(
    (k) => k.kthread_suspend_check(k.curthread),
    (k, td) => k.kthread_suspend(td, 1),
  )
  return `with the lock held by another: kproc_suspend_check ${process}; kthread_suspend_check ${thread}`
}

/** FB8-D-18: somebody who sleeps on the address of the thread, as one that waits for its end. */
export function kick(trial: Trial<K>): string {
  return tell(trial, {}, function* (k) {
    const target = yield* added(k, 'target', function* () {
      for (;;) yield* k.pause('deaf', 10)
    })
    let isWoken = false
    const waiter = yield* added(k, 'waiter', function* () {
      yield* k.tsleep(target, k.PWAIT, 'its end', 0)
      isWoken = true
      yield* k.kthread_exit()
    })
    yield* k.pause('start', 5)
    const error = yield* k.kthread_suspend(target, 10)
    const isAlive = k.tdfind(target.td_tid) === target
    return (
      `kthread_suspend ${waitResult(error)}: one who waits for its end woken ${yesNo(isWoken)} ` +
      `and sleeps on it ${yesNo(waiter.td_wchan === target)}, it lives ${yesNo(isAlive)}`
    )
  })
}
