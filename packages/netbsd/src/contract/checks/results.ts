import { ref, type Steps } from '@kt/core'
import { equal, holds, valueOf, type Trial } from '@kt/core/contract'
import type { NetbsdKernel } from '../../kernel.js'
import type { Lwp } from '../../lwp.js'
import { exits, living, spawn } from './spawn.js'

// RETURN VALUES.

/** NB6-KT-59, NB10-KT-57: 0, and the thread exists. */
export function successIsZero(trial: Trial<NetbsdKernel>): void {
  const k = trial.createKernel({ ncpu: 2 })
  const values = valueOf(
    k.boot(function* () {
      const results: number[] = []
      for (const flags of [0, k.KTHREAD_MPSAFE, k.KTHREAD_TS, k.KTHREAD_IDLE, k.KTHREAD_MUSTJOIN]) {
        const newlp = ref<Lwp>()
        results.push(yield* k.kthread_create(k.PRI_NONE, flags, k.cpu_lookup(1), exits, k, newlp, 'w'))
        holds(newlp.value !== null && living(k).includes(newlp.value), `flags ${flags} made no thread`)
      }
      return results
    }),
  )
  equal(values, [0, 0, 0, 0, 0], 'results')
  trial.saw(`kthread_create = ${values.join(', ')}`)
}

/** NB6-KT-60, NB10-KT-58: an error comes back as a positive number; nothing was created, nothing stored, no call made. */
export function errorIsReturned(trial: Trial<NetbsdKernel>): void {
  const k = trial.createKernel({ ncpu: 2 })
  valueOf(
    k.boot(function* () {
      k.inject({ at: 'uarea', when: 2 })
      const first = yield* refused(k)
      const second = yield* refused(k)
      equal([first, second], [k.ENOMEM, k.ENOMEM], 'results without memory for a stack')
      holds(first > 0, 'the errno is not positive')
      // The next one works: the error has left nothing behind.
      yield* spawn(k, () => exits(k))
      trial.saw(`kthread_create without memory = ${first} (ENOMEM), then 0`)
    }),
  )
}

/**
 * NB6-KT-61, NB10-KT-59: with as many processes as `kern.maxproc` allows, no thread is created; with one less, it is.
 */
export function eagainAtMaxproc(trial: Trial<NetbsdKernel>): void {
  const k = trial.createKernel({ ncpu: 2 })
  valueOf(
    k.boot(function* () {
      equal(k.sysctl('kern.maxproc', k.processes.length + 1), 0, 'setting kern.maxproc')
      yield* fillsLimit(k, 1000, trial, 'kern.maxproc')
    }),
  )
}

/**
 * NB6-KT-62, NB10-KT-60: with as many processes of root, as whom the thread would run, as RLIMIT_NPROC of process 0
 * allows, no thread is created; with one less, it is. Processes of others do not count.
 */
export function eagainAtRlimit(trial: Trial<NetbsdKernel>): void {
  const k = trial.createKernel({ ncpu: 2 })
  valueOf(
    k.boot(function* () {
      const roots = k.processes.filter(({ credentials }) => credentials.realUid === 0).length
      for (let n = 0; n < 3; n++) k.process({ name: 'other', uid: 1000 }, () => waits(k))
      equal(k.sysctl('proc.0.rlimit.maxproc.soft', roots + 1), 0, 'setting RLIMIT_NPROC')
      yield* fillsLimit(k, 0, trial, 'RLIMIT_NPROC')
    }),
  )
}

/** One place is left: a creation succeeds, a process takes the place, a creation fails, the process ends. */
function* fillsLimit(k: NetbsdKernel, uid: number, trial: Trial<NetbsdKernel>, limit: string): Steps<void> {
  yield* spawn(k, () => exits(k), { name: 'before' })
  k.process({ name: 'last', uid }, () => waits(k))
  yield* k.kpause('last', false, 1, null)
  const error = yield* refused(k)
  trial.saw(`kthread_create at ${limit} = ${error}`)
  equal(error, k.EAGAIN, `kthread_create at ${limit}`)
  equal(k.EAGAIN, 35, 'EAGAIN')
  yield* k.wakeup(k)
  yield* k.kpause('ends', false, 1, null)
  yield* spawn(k, () => exits(k), { name: 'after' })
}

function* waits(k: NetbsdKernel): Steps<void> {
  yield* k.tsleep(k, 0, 'waits', 0)
}

/** Makes a creation that is to fail, and sees that it left nothing behind if it did. @returns What it returned. */
function* refused(k: NetbsdKernel): Steps<number> {
  let calls = 0
  function* func() {
    calls++
    yield* k.kthread_exit(0)
  }
  const before = living(k).length
  const dummy = k.lwp0
  const newlp = ref(dummy)
  const error = yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, func, null, newlp, 'refused')
  if (error === 0) return error
  equal(living(k).length, before, 'LWPs of process 0 after an error')
  holds(newlp.value === dummy, 'newlp was written in spite of the error')
  yield* k.kpause('func', false, 2, null)
  equal(calls, 0, 'calls of func after an error')
  return error
}
