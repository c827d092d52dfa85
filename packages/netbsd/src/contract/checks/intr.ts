import { equal, panics, valueOf, type Trial } from '@kt/core/contract'
import type { NetbsdKernel } from '../../kernel.js'
import type { Lwp } from '../../lwp.js'

type Check = (trial: Trial<NetbsdKernel>) => void

/** Marked with LP_INTR; what a device interrupt may not do it may not do either. */
export const intrMarksThread: Check = (trial) => {
  const k = trial.createKernel()
  const [marked, plain] = valueOf(
    k.boot(function* main() {
      const withIntr = k.ref<Lwp>()
      const without = k.ref<Lwp>()
      const idle = k.KTHREAD_MPSAFE | k.KTHREAD_IDLE
      function* func() {
        yield* k.kthread_exit(0)
      }
      yield* k.kthread_create(k.PRI_NONE, idle | k.KTHREAD_INTR, null, func, null, withIntr, 'intr')
      yield* k.kthread_create(k.PRI_NONE, idle, null, func, null, without, 'plain')
      return [withIntr.value!.l_pflag & k.LP_INTR, without.value!.l_pflag & k.LP_INTR]
    }),
  )
  equal([marked, plain], [k.LP_INTR, 0], 'LP_INTR with the flag, and without')
  for (const call of ['cv_wait', 'tsleep', 'kpause'] as const) {
    const woken = sleepIn(trial, call, 0)
    equal(woken.kind === 'done' ? woken.value : woken.kind, 'slept', `${call} in a thread without the flag`)
    panics(sleepIn(trial, call, 0x04), 'NB-G-03')
  }
  trial.saw(`LP_INTR 0x${k.LP_INTR.toString(16)} set; cv_wait, tsleep and kpause in such a thread stop the kernel`)
}

/** Refused to a thread that needs the big lock, which no thread of the kernel's own interrupt code does. */
export const intrIsInternal: Check = (trial) => {
  const accepted = trial.createKernel()
  equal(valueOf(createWith(accepted, accepted.KTHREAD_INTR | accepted.KTHREAD_MPSAFE)), 0, 'INTR with MPSAFE')
  const refused = trial.createKernel()
  panics(createWith(refused, refused.KTHREAD_INTR), 'NB-D-15')
  trial.saw('0 with KTHREAD_MPSAFE; without it a panic')
}

/** The whole sentence of the later page. */
export const intrMarksAndIsInternal: Check = (trial) => {
  intrMarksThread(trial)
  intrIsInternal(trial)
}

function createWith(k: NetbsdKernel, flags: number) {
  return k.boot(function* main() {
    function* func() {
      yield* k.kthread_exit(0)
    }
    return yield* k.kthread_create(k.PRI_NONE, flags | k.KTHREAD_IDLE, null, func, null, null, 'intr')
  })
}

/** A thread that sleeps for a tick in one of three ways. */
function sleepIn(trial: Trial<NetbsdKernel>, call: 'cv_wait' | 'tsleep' | 'kpause', intr: number) {
  const k = trial.createKernel()
  return k.boot(function* main() {
    const mtx = k.mutex('m')
    const cv = k.condvar('sleeper')
    let seen = 'never ran'
    function* func() {
      if (call === 'cv_wait') {
        yield* k.mutex_enter(mtx)
        yield* k.cv_timedwait(cv, mtx, 1)
        yield* k.mutex_exit(mtx)
      } else if (call === 'tsleep') yield* k.tsleep('sleeper', 0, 'sleeper', 1)
      else yield* k.kpause('sleeper', false, 1, null)
      seen = 'slept'
      yield* k.kthread_exit(0)
    }
    yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE | intr, null, func, null, null, 'sleeper')
    yield* k.kpause('wait', false, 5, null)
    return seen
  })
}
