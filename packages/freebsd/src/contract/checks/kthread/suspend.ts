import { seededOracle, type Steps } from '@kt/core'
import { describeOutcome, equal, holds, panics, valueOf } from '@kt/core/contract'
import type { Kernel, Td } from '../../../releases/8.0.js'
import { addsDeaf, addsLooper, isAsked, isParked, resumes, suspends, timed } from './suspend-words.js'
import { adds, exits, quiet, runs, waits, type Check } from './words.js'

// DESCRIPTION: the facility to suspend and resume.

const FACILITY = ['kthread_resume', 'kthread_suspend', 'kthread_suspend_check'] as const
/** So many orders of two CPUs. */
const SEEDS = 12

/** FB8-KT-48: it is these three, and they work together. */
export const facility: Check = (trial) => {
  const { functions } = trial.page('kthread(9)')
  equal(functions.filter((name) => /suspend|resume/.test(name)), FACILITY, 'functions with such a name') // prettier-ignore
  runs(trial, function* (k) {
    for (const name of FACILITY) equal(typeof k[name], 'function', name)
    const { td } = yield* addsLooper(k)
    yield* suspends(k, td)
    yield* resumes(k, td)
    holds(!isParked(k, td), 'the thread is parked after kthread_resume')
  })
  trial.saw(FACILITY.join(', '))
}

/** FB8-KT-49: who looks is stopped; who never does runs on, asked or not. */
export const isCooperative: Check = (trial) => {
  const seen = runs(trial, function* (k) {
    const willing = yield* addsLooper(k)
    const deaf = yield* addsDeaf(k)
    yield* suspends(k, willing.td)
    equal(yield* k.kthread_suspend(deaf.td, 50), k.EWOULDBLOCK, 'kthread_suspend of one that never looks')
    holds(isAsked(k, deaf.td), 'the one that never looks was not asked')
    const before = [willing.rounds, deaf.rounds] as const
    yield* k.pause('wait', 100)
    return [willing.rounds - before[0], deaf.rounds - before[1]]
  })
  equal(seen[0], 0, 'rounds of the one that looks')
  holds(seen[1]! >= 8, `rounds of the one that never looks: ${seen[1]}`)
  trial.saw(`while both are asked: ${seen[0]} rounds of the one that looks, ${seen[1]} of the other`)
}

/** FB8-KT-50: with itself as the argument a thread is parked; on behalf of another nobody is (FB8-D-07). */
export const passesCurthread: Check = (trial) => {
  runs(trial, function* (k) {
    equal(k.kthread_suspend_check.length, 1, 'parameters of kthread_suspend_check')
    const { td } = yield* addsLooper(k)
    yield* suspends(k, td)
  })
  const k = quiet(trial)
  const outcome = k.boot(function* () {
    const other = yield* adds(k, () => waits(k, 'never'), 'other')
    function* passesOther() {
      for (;;) {
        yield* k.kthread_suspend_check(other)
        yield* k.pause('round', 10)
      }
    }
    const passer = yield* adds(k, passesOther, 'passer')
    yield* k.pause('wait', 5)
    const error = yield* k.kthread_suspend(other, 100)
    return `kthread_suspend = ${error}; the caller of the check is parked: ${isParkedFor(k, passer, other)}`
  })
  trial.saw(outcome.kind === 'done' ? outcome.value : describeOutcome(outcome))
  panics(outcome, 'FB8-D-07')
}

function isParkedFor(k: Kernel, td: Td, other: Td): boolean {
  return td.td_state === k.TDS_INHIBITED && td.td_wchan === other.td_name_address
}

/** FB8-KT-51: without a request for the thread the check is over at once; with one it is not. */
export const looksForRequest: Check = (trial) => {
  const seen = runs(trial, function* (k) {
    let others = 0
    const returned: string[] = []
    const asked = yield* adds(k, function* () {
      yield* k.pause('long', 50)
      yield* k.kthread_suspend_check(k.curthread)
      returned.push('asked')
      yield* exits(k)
    })
    function* rival() {
      others++
      yield* exits(k)
    }
    // It is asked, and does not know yet.
    equal(yield* k.kthread_suspend(asked, 10), k.EWOULDBLOCK, 'kthread_suspend of a thread that sleeps')
    yield* adds(k, rival, 'rival')
    const before = k.now
    yield* k.kthread_suspend_check(k.curthread)
    equal([k.now - before, others], [0, 0], 'time and runs of others in a check without a request')
    yield* k.pause('wait', 100)
    equal(others, 1, 'runs of the other once it may')
    holds(isParked(k, asked), 'the thread that was asked is not parked')
    return returned
  })
  equal(seen, [], 'checks that returned in spite of a request')
  trial.saw('no request: no time and no switch; request: parked')
}

/** FB8-KT-52: parked it sleeps, with a message of its own, however long that takes; in a debug kernel too (FB8-D-04). */
export const sleepsUntilResumed: Check = (trial) => {
  for (const invariants of [false, true]) {
    for (const scheduler of ['ule', '4bsd']) {
      const k = quiet(trial, { invariants, scheduler })
      const kind = `${scheduler}, ${invariants ? 'with' : 'without'} INVARIANTS`
      const outcome = k.boot(function* () {
        const looper = yield* addsLooper(k)
        const { td, rounds } = looper
        yield* suspends(k, td)
        yield* k.pause('wait', 3600 * k.hz)
        holds(isParked(k, td), `${kind}: not parked after an hour`)
        equal(looper.rounds, rounds, `${kind}: rounds while it is parked`)
        // A wakeup that is no resume does not let it go.
        yield* k.wakeup(td.td_name_address)
        yield* k.wakeup(td)
        yield* k.pause('wait', 1)
        holds(isParked(k, td), `${kind}: not parked after a wakeup`)
        yield* resumes(k, td)
        equal(looper.rounds, rounds + 1, `${kind}: rounds after the resume`)
      })
      trial.saw(`${kind}: ${outcome.kind}`)
      valueOf(outcome)
    }
  }
}

/** FB8-KT-53: each resume lets the check return once. */
export const goesOnAfterResume: Check = (trial) => {
  const seen = runs(trial, function* (k) {
    const looper = yield* addsLooper(k)
    const rounds: number[] = []
    for (let cycle = 0; cycle < 4; cycle++) {
      yield* suspends(k, looper.td)
      const before = looper.rounds
      yield* resumes(k, looper.td)
      rounds.push(looper.rounds - before)
      // And it goes on from there.
      yield* k.pause('wait', 30)
      holds(looper.rounds > before + 1, 'it did not go on')
    }
    return rounds
  })
  equal(seen, [1, 1, 1, 1], 'rounds right after each resume')
  trial.saw(`rounds right after each resume: ${seen.join(', ')}`)
}

/** FB8-KT-54: the one sets the mark that the thread looks at, the other takes it back and wakes it. */
export const notifies: Check = (trial) => {
  runs(trial, function* (k) {
    const { td } = yield* addsLooper(k, 'looper', 100)
    equal(td.td_flags & k.TDF_KTH_SUSP, 0, 'the mark before')
    // The thread does not look before the time is over.
    equal(yield* k.kthread_suspend(td, 10), k.EWOULDBLOCK, 'kthread_suspend')
    equal(td.td_flags & k.TDF_KTH_SUSP, 0x100, 'the mark after kthread_suspend')
    equal(yield* k.kthread_resume(td), 0, 'kthread_resume')
    equal(td.td_flags & k.TDF_KTH_SUSP, 0, 'the mark after kthread_resume')
    yield* k.pause('wait', 100)
    holds(!isParked(k, td), 'it is parked although the request was taken back')
    yield* suspends(k, td)
    equal(td.td_flags & k.TDF_KTH_SUSP, 0x100, 'the mark while it is parked')
    equal(yield* k.kthread_resume(td), 0, 'kthread_resume')
    equal([td.td_flags & k.TDF_KTH_SUSP, td.td_state], [0, k.TDS_RUNQ], 'mark and state after kthread_resume')
  })
  trial.saw('TDF_KTH_SUSP is set by kthread_suspend and cleared by kthread_resume')
}

/** FB8-KT-55: the thread that is named, and no other; one that has left is none (FB8-D-25). */
export const tdIsTheTarget: Check = (trial) => {
  const gone = runs(trial, function* (k) {
    const p = yield* k.kthread_suspend(k.curthread, 1)
    equal(p, k.EWOULDBLOCK, 'kthread_suspend of the caller itself')
    yield* k.kthread_resume(k.curthread)
    const loopers = [yield* addsLooper(k, 'a'), yield* addsLooper(k, 'b'), yield* addsLooper(k, 'c')]
    const parked = () => loopers.map(({ td }) => isParked(k, td))
    const asked = () => loopers.map(({ td }) => isAsked(k, td))
    yield* suspends(k, loopers[1]!.td)
    equal([parked(), asked()], [[false, true, false], [false, true, false]], 'parked and asked: a, b, c') // prettier-ignore
    yield* suspends(k, loopers[2]!.td)
    yield* resumes(k, loopers[1]!.td)
    equal([parked(), asked()], [[false, false, true], [false, false, true]], 'parked and asked: a, b, c') // prettier-ignore
    const left = yield* adds(k, () => exits(k), 'left')
    yield* k.pause('wait', 1)
    holds(k.tdfind(left.td_tid) === null, 'a thread that called kthread_exit is still there')
    return [yield* k.kthread_suspend(left, 10), yield* k.kthread_resume(left), k.EINVAL]
  })
  trial.saw(`of a thread that has left: kthread_suspend = ${gone[0]}, kthread_resume = ${gone[1]}`)
  equal(gone.slice(0, 2), [gone[2], gone[2]], 'kthread_suspend and kthread_resume of a thread that has left')
}

/** FB8-KT-56: so many ticks, and one that has begun already; sooner when the thread answers sooner; 0 is no limit. */
export const timoBoundsTheWait: Check = (trial) => {
  const timos = [1, 10, 250]
  const seen = runs(trial, function* (k) {
    const { td: deaf } = yield* addsDeaf(k)
    const waited: number[] = []
    for (const timo of timos) {
      const { value, ticks } = yield* timed(k, () => k.kthread_suspend(deaf, timo))
      equal(value, k.EWOULDBLOCK, `kthread_suspend for ${timo} ticks`)
      holds(ticks >= timo && ticks <= timo + 1, `kthread_suspend for ${timo} ticks took ${ticks}`)
      waited.push(ticks)
    }
    for (const timo of [200, 0]) {
      const { td } = yield* addsLooper(k, 'slow', 100)
      const { value, ticks } = yield* timed(k, () => k.kthread_suspend(td, timo))
      equal(value, 0, `kthread_suspend of a thread that looks every 100 ticks, for ${timo}`)
      holds(ticks >= 95 && ticks <= 101, `it took ${ticks} ticks`)
      waited.push(ticks)
    }
    return waited
  })
  trial.saw(`ticks until the time is over: ${seen.slice(0, 3).join(', ')}; until the thread answers: ${seen.slice(3).join(', ')}`) // prettier-ignore
}

/** FB8-KT-57: 0 comes once the thread has said that it parks, and it comes whenever it has (FB8-D-03). */
export const isSynchronous: Check = (trial) => {
  const seen = runs(trial, function* (k) {
    const { td: slow } = yield* addsLooper(k, 'slow', 100)
    yield* suspends(k, slow)
    // The kick of the request wakes this one, and it is better than whoever asks.
    const td = yield* adds(k, () => sleepsOnItself(k), 'eager')
    yield* k.pause('wait', 5)
    const error = yield* k.kthread_suspend(td, 50)
    return { error, isParked: isParked(k, td) }
  })
  trial.saw(`one that answers before the caller waits: kthread_suspend = ${seen.error}, parked: ${seen.isParked}`)
  equal(seen, { error: 0, isParked: true }, 'a thread that answers before the caller waits: result, and parked')
  for (let seed = 1; seed <= SEEDS; seed++) {
    const k = quiet(trial, { ncpu: 2, oracle: seededOracle(seed) })
    valueOf(
      k.boot(function* () {
        const { td } = yield* addsLooper(k, 'looper', 1)
        yield* k.work(seed * 137_000)
        yield* suspends(k, td, 50)
      }),
    )
  }
}

function* sleepsOnItself(k: Kernel): Steps<never> {
  const td = k.curthread
  yield* k.sched_prio(td, k.PI_SOFT)
  for (;;) {
    yield* k.kthread_suspend_check(td)
    yield* k.tsleep(td, k.PI_SOFT, 'idle', 0)
  }
}

/** FB8-KT-58: asked, it goes on with what it does, asleep or busy, until it looks. */
export const suspendsItself: Check = (trial) => {
  const k = quiet(trial, { ncpu: 2 })
  const steps: string[] = []
  valueOf(
    k.boot(function* () {
      const td = yield* adds(k, function* () {
        yield* k.pause('sleep', 20)
        steps.push('slept')
        yield* k.work(5_000_000)
        steps.push('worked')
        yield* k.pause('sleep', 20)
        steps.push('slept')
        yield* k.kthread_suspend_check(k.curthread)
        steps.push('resumed')
        yield* exits(k)
      })
      yield* k.pause('wait', 5)
      const { value, ticks } = yield* timed(k, () => k.kthread_suspend(td, 1000))
      equal(value, 0, 'kthread_suspend')
      equal(steps, ['slept', 'worked', 'slept'], 'what the thread did after the request')
      holds(ticks >= 35, `it was suspended after ${ticks} ticks`)
      holds(isParked(k, td), 'it is not parked')
    }),
  )
  trial.saw(`after the request: ${steps.join(', ')}, parked`)
}
