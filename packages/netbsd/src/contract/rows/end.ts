import { ref, type Steps } from '@kt/core'
import { ending, type Trial } from '@kt/core/contract'
import type { Lwp } from '../../lwp.js'
import type * as nb6 from '../../releases/6.js'
import { ends, tell, type K } from './words.js'

/** Makes a thread that is to be joined, or whatever `flags` say. */
function* created(k: K, flags: number, name: string): Steps<Lwp> {
  const newlp = ref<Lwp>()
  yield* k.kthread_create(k.PRI_NONE, flags | k.KTHREAD_MPSAFE, null, ends(k), 'arg', newlp, '%s', name)
  return newlp.value!
}

/** NB-D-06: the joiner is urgent enough to run as soon as the target has passed the barrier. */
export function joinReturnsWhen(trial: Trial<K>): string {
  return tell(trial, {}, function* (k) {
    const target = yield* created(k, k.KTHREAD_MUSTJOIN, 'target')
    const seen = ref<number>()
    function* urgent() {
      yield* k.kthread_join(target)
      seen.value = target.l_stat
      yield* k.kthread_exit(0)
    }
    yield* k.kthread_create(128, k.KTHREAD_MPSAFE, null, urgent, 'arg', null, 'urgent')
    yield* k.kpause('wait', false, 1, null)
    return seen.value === k.LSZOMB
      ? 'the target is LSZOMB when join returns'
      : `the target has l_stat ${seen.value} when join returns`
  })
}

/** NB-D-07 */
export function joinTwice(trial: Trial<K>): string {
  const atOnce = tell(trial, {}, function* (k) {
    const target = yield* created(k, k.KTHREAD_MUSTJOIN, 'target')
    yield* k.kthread_join(target)
    yield* k.kthread_join(target)
    return 'returns'
  })
  const later = tell(trial, {}, function* (k) {
    const target = yield* created(k, k.KTHREAD_MUSTJOIN, 'target')
    yield* k.kthread_join(target)
    yield* k.kpause('wait', false, 1, null)
    yield* created(k, k.KTHREAD_IDLE, 'next')
    yield* k.kthread_join(target)
    return 'returns'
  })
  return `again at once: ${atOnce}; after the LWP was freed: ${later}`
}

/** NB-D-08 */
export function joinWithoutMustjoin(trial: Trial<K>): string {
  const story = function* (k: K): Steps<string> {
    const target = yield* created(k, 0, 'plain')
    yield* k.kthread_join(target)
    return 'returns'
  }
  return `DIAGNOSTIC: ${tell(trial, {}, story)}; else: ${tell(trial, { diagnostic: false }, story)}`
}

/** NB-D-09 */
export function destroyFromUserProcess(trial: Trial<nb6.Kernel>): string {
  const k = trial.createKernel()
  const outcome = k.boot(function* () {
    const newlp = ref<Lwp>()
    yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_IDLE, null, ends(k), 'arg', newlp, 'victim')
    k.process({ name: 'sh' }, function* () {
      yield* k.kthread_destroy(newlp.value!)
    })
    yield* k.kpause('wait', false, 1, null)
    return newlp.value!.l_stat
  })
  if (outcome.kind !== 'done') return ending(outcome)
  return outcome.value === k.LSZOMB ? 'the target is LSZOMB' : `the target has l_stat ${outcome.value}`
}

/** NB-D-21 */
export function exitCode(trial: Trial<K>): string {
  const k = trial.createKernel()
  const outcome = k.boot(function* () {
    function* failing() {
      yield* k.kthread_exit(7)
    }
    const newlp = ref<Lwp>()
    yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MUSTJOIN | k.KTHREAD_MPSAFE, null, failing, 'arg', newlp, 'failing')
    yield* k.kpause('wait', false, 1, null)
    const before = k.console.length
    return `warned ${before} time before the join, which returns ${yield* k.kthread_join(newlp.value!)}`
  })
  return outcome.kind === 'done' ? outcome.value : ending(outcome)
}

/** NB-D-22 */
export function exitOfUserProcess(trial: Trial<K>): string {
  return tell(trial, {}, function* (k) {
    const proc = k.process({ name: 'sh' }, function* () {
      yield* k.kthread_exit(0)
    })
    yield* k.kpause('wait', false, 1, null)
    return k.processes.includes(proc) ? 'the process lives on' : 'the process is gone, in silence'
  })
}

/** NB-D-23 */
export function functionReturns(trial: Trial<K>): string {
  return tell(trial, {}, function* (k) {
    function* returning(): Steps<void> {
      yield* k.yield()
    }
    yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, returning, 'arg', null, 'returning')
    yield* k.kpause('wait', false, 1, null)
    return 'goes on'
  })
}

/** NB-D-26 */
export function joinResult(trial: Trial<K>): string {
  return tell(trial, {}, function* (k) {
    const target = yield* created(k, k.KTHREAD_MUSTJOIN, 'target')
    return `returns ${yield* k.kthread_join(target)}`
  })
}

/** NB-D-25 */
export function pageDate(trial: Trial<K>): string {
  const { date, functions } = trial.page('kthread(9)')
  return `${functions.length} functions on a page of ${date}`
}
