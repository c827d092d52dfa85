import { ending, type Trial } from '@kt/core/contract'
import { ref } from '@kt/core'
import type { Lwp } from '../../lwp.js'
import type * as nb10 from '../../releases/10.1.js'
import { ends, tell, type K } from './words.js'

const MS = 1_000_000

/** NB-D-11: the thread holds the big lock in its function, not while it sleeps, and not before its function. */
export function bigLockWhileRunning(trial: Trial<K>): string {
  return tell(trial, {}, function* (k) {
    const holds: number[] = []
    function* func() {
      holds.push(k.curlwp.l_blcnt)
      yield* k.tsleep('wait', 0, 'wait', 0)
      yield* k.kthread_exit(0)
    }
    yield* k.kthread_create(k.PRI_NONE, 0, null, func, 'arg', null, 'giant')
    const owned = () => k.locks().some(({ name }) => name === 'kernel_lock')
    const before = owned()
    yield* k.yield()
    return `before its first run ${owned() || before ? 'held' : 'free'}, in func ${holds[0]} hold, asleep ${owned() ? 'held' : 'free'}`
  })
}

/** NB-D-12 */
export function timeSharedDefault(trial: Trial<K>): string {
  return tell(trial, { ncpu: 2 }, function* (k) {
    const newlp = ref<Lwp>()
    function* hog() {
      yield* k.work(2000 * MS)
      yield* k.kthread_exit(0)
    }
    yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_TS | k.KTHREAD_MPSAFE, k.cpu_lookup(1), hog, 'arg', newlp, 'hog')
    const samples = [newlp.value!.l_priority_base]
    for (const ticks of [6, 12]) {
      yield* k.kpause('sample', false, ticks, null)
      samples.push(newlp.value!.l_priority_base)
    }
    return `base priority ${samples.join(', then ')}`
  })
}

/** NB-D-13 */
export function lentPriority(trial: Trial<K>): string {
  return tell(trial, {}, function* (k) {
    const mtx = k.mutex('m')
    const owner = ref<Lwp>()
    function* low() {
      yield* k.mutex_enter(mtx)
      yield* k.kpause('hold', false, 10, null)
      yield* k.mutex_exit(mtx)
      yield* k.kthread_exit(0)
    }
    function* high() {
      yield* k.mutex_enter(mtx)
      yield* k.mutex_exit(mtx)
      yield* k.kthread_exit(0)
    }
    yield* k.kthread_create(100, k.KTHREAD_MPSAFE, null, low, 'arg', owner, 'low')
    yield* k.kpause('wait', false, 1, null)
    yield* k.kthread_create(120, k.KTHREAD_MPSAFE, null, high, 'arg', null, 'high')
    yield* k.kpause('wait', false, 1, null)
    const during = [owner.value!.l_priority_base, owner.value!.l_priority]
    yield* k.kpause('wait', false, 20, null)
    return `base ${during[0]}, effective ${during[1]} while 120 waits`
  })
}

/** NB-D-10 */
export function startingIdle(trial: Trial<K>): string {
  const byHook = tell(trial, {}, function* (k) {
    let ran = 'does not run'
    function* func() {
      ran = 'runs'
      yield* k.kthread_exit(0)
    }
    const newlp = ref<Lwp>()
    yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_IDLE, null, func, 'arg', newlp, 'idle')
    yield* k.startIdle(newlp.value!)
    yield* k.yield()
    return ran
  })
  const bySetrunnable = tell(trial, {}, function* (k) {
    const newlp = ref<Lwp>()
    yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_IDLE, null, ends(k), 'arg', newlp, 'idle')
    yield* k.setrunnable(newlp.value!)
    return 'runs'
  })
  return `started by hand it ${byHook}; setrunnable: ${bySetrunnable}`
}

/** NB-D-29 */
export function offlineCpu(trial: Trial<K>): string {
  return tell(trial, { ncpu: 2 }, function* (k) {
    const ci = k.cpu_lookup(1)!
    k.setOffline(ci, true)
    const on: number[] = []
    function* func() {
      on.push(k.curcpu().ci_index)
      yield* k.kthread_exit(0)
    }
    yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, ci, func, 'arg', null, 'bound')
    yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, func, 'arg', null, 'free')
    yield* k.kpause('wait', false, 2, null)
    return `with cpu1 offline the bound and the unbound thread run on ${on.toSorted().reverse().join(' and ')}`
  })
}

/** NB-D-24 */
export function notSwapped(trial: Trial<K>): string {
  return tell(trial, {}, function* (k) {
    yield* k.kpause('wait', false, 6000, null)
    const states = new Set(k.ps().map(({ lstate }) => lstate))
    return `after a minute of idling, states ${[...states].toSorted().join(', ')}`
  })
}

/** NB-D-16 */
export function unitByPort(trial: Trial<nb10.Kernel>): string {
  return (['aarch64', 'x86'] as const)
    .map((fpuPort) => {
      const k = trial.createKernel({ fpuPort })
      const outcome = k.boot(function* () {
        const s = yield* k.kthread_fpu_enter()
        yield* k.fpuStore(0, 1)
        yield* k.kthread_fpu_exit(s)
      })
      return `${fpuPort}: ${outcome.kind === 'done' ? 'usable' : ending(outcome)}`
    })
    .join('; ')
}

/** NB-D-17 */
export function unitCallers(trial: Trial<nb10.Kernel>): string {
  const fromUser = trial.createKernel()
  const user = fromUser.boot(function* (k) {
    k.process({ name: 'sh' }, function* () {
      yield* k.kthread_fpu_enter()
    })
    yield* k.kpause('wait', false, 1, null)
  })
  const fromInterrupt = trial.createKernel()
  const interrupt = fromInterrupt.boot(function* (k) {
    k.interrupt(function* () {
      yield* k.kthread_fpu_enter()
    })
    yield* k.kpause('wait', false, 1, null)
  })
  return `from a user process: ${ending(user)}; from an interrupt: ${ending(interrupt)}`
}

/** NB-D-18 */
export function unitOfDeadThread(trial: Trial<nb10.Kernel>): string {
  const k = trial.createKernel()
  k.boot(function* () {
    function* leaky() {
      yield* k.kthread_fpu_enter()
      yield* k.fpuStore(0, 42)
      yield* k.kthread_exit(0)
    }
    yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, leaky, 'arg', null, 'leaky')
    yield* k.yield()
  })
  return `register 0 of the unit holds ${k.cpus()[0]!.fpu![0]} after the thread's end`
}
