import { ending, describeOutcome, type Trial } from '@kt/core/contract'
import { ref } from '@kt/core'
import type { Lwp } from '../../lwp.js'
import { ends, tell, type K } from './words.js'

/** NB-D-01 */
export function nullArgument(trial: Trial<K>): string {
  return tell(trial, {}, function* (k) {
    let received: unknown = undefined
    let self: unknown = undefined
    function* func(arg: Lwp) {
      received = arg
      self = k.curlwp
      yield* k.kthread_exit(0)
    }
    yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, func, null, null, 'null')
    yield* k.yield()
    return received === self && received !== undefined
      ? 'func receives its own LWP'
      : `func receives ${String(received)}`
  })
}

/** NB-D-02 */
export function processLimits(trial: Trial<K>): string {
  return tell(trial, {}, function* (k) {
    k.sysctl('kern.maxproc', k.processes.length)
    const system = yield* k.kthread_create(k.PRI_NONE, 0, null, ends(k), 'arg', null, 'a')
    k.sysctl('kern.maxproc', 1044)
    k.sysctl('proc.0.rlimit.maxproc.soft', k.processes.length)
    const user = yield* k.kthread_create(k.PRI_NONE, 0, null, ends(k), 'arg', null, 'b')
    return `system limit reached: ${system}; RLIMIT_NPROC reached: ${user}`
  })
}

/** NB-D-03 */
export function noStack(trial: Trial<K>): string {
  return tell(trial, {}, function* (k) {
    k.inject({ at: 'uarea' })
    const newlp = ref<Lwp>()
    const before = k.proc0.p_nlwps
    const error = yield* k.kthread_create(k.PRI_NONE, 0, null, ends(k), 'arg', newlp, 'a')
    const isClean = newlp.value === null && k.proc0.p_nlwps === before
    return `no stack: ${error}, ${isClean ? 'nothing created' : 'something left behind'}`
  })
}

/** NB-D-04 */
export function nullName(trial: Trial<K>): string {
  return tell(trial, {}, function* (k) {
    const newlp = ref<Lwp>()
    const error = yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_IDLE, null, ends(k), 'arg', newlp, null as never)
    return `returns ${error}, name '${newlp.value!.l_name}'`
  })
}

/** NB-D-05 */
export function nullOutPointer(trial: Trial<K>): string {
  const withAssertions = trial.createKernel()
  const asserted = withAssertions.boot(function* (k) {
    yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MUSTJOIN as number, null, ends(k), 'arg', null, 'half')
  })
  const half = withAssertions.ps().find(({ lname }) => lname === 'half')
  const without = tell(trial, { diagnostic: false }, function* (k) {
    yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MUSTJOIN as number, null, ends(k), 'arg', null, 'half')
    yield* k.kpause('wait', false, 100, null)
    const thread = k.ps().find(({ lname }) => lname === 'half')
    return `a thread that can never exit (${thread?.wchan ?? 'gone'})`
  })
  return `DIAGNOSTIC: ${ending(asserted)}, the thread exists in ${half?.lstate ?? 'no state'}; else: ${without}`
}

/** NB-D-14 */
export function idleWithoutCpu(trial: Trial<K>): string {
  return tell(trial, {}, function* (k) {
    const newlp = ref<Lwp>()
    const error = yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_IDLE, null, ends(k), 'arg', newlp, 'idle')
    return `returns ${error}, l_stat ${newlp.value!.l_stat}`
  })
}

/** NB-D-15 */
export function interruptNeedsMpsafe(trial: Trial<K>): string {
  const k = trial.createKernel()
  const outcome = k.boot(function* () {
    yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_INTR, null, ends(k), 'arg', null, 'intr')
  })
  trial.saw(describeOutcome(outcome))
  return `INTR alone: ${ending(outcome)}`
}

/** NB-D-19 */
export function longName(trial: Trial<K>): string {
  return tell(trial, {}, function* (k) {
    const newlp = ref<Lwp>()
    yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_IDLE, null, ends(k), 'arg', newlp, 'abcdefghij%s', 'klmnopqrst')
    return `'${newlp.value!.l_name}'`
  })
}

/** NB-D-20: a thread of priority 128 preempts its creator before the handle is stored. */
export function runsBeforeHandle(trial: Trial<K>): string {
  return tell(trial, {}, function* (k) {
    const newlp = ref<Lwp>()
    let seen: unknown = 'did not run'
    function* early() {
      seen = newlp.value
      yield* k.kthread_exit(0)
    }
    yield* k.kthread_create(128, k.KTHREAD_MPSAFE, null, early, 'arg', newlp, 'early')
    const after = newlp.value === null ? 'null' : 'the handle'
    return `the thread sees ${String(seen)}, the creator then has ${after}`
  })
}

/** NB-D-27 */
export function limitsOfProcess0(trial: Trial<K>): string {
  return tell(trial, {}, function* (k) {
    k.sysctl('proc.0.rlimit.maxlwp.soft', 1)
    const error = yield* k.kthread_create(k.PRI_NONE, 0, null, ends(k), 'arg', null, 'a')
    return `RLIMIT_NTHR of process 0 reached: ${error}`
  })
}

/** NB-D-28 */
export function anyCaller(trial: Trial<K>): string {
  return tell(trial, {}, function* (k) {
    const newlp = ref<Lwp>()
    k.process({ name: 'sh', uid: 1000 }, function* () {
      yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_IDLE, null, ends(k), 'arg', newlp, 'asked')
    })
    while (newlp.value === null) yield* k.kpause('wait', false, 1, null)
    return `created for a user process, belongs to process ${newlp.value.process.pid}`
  })
}
