import type { Steps } from '@kt/core'
import { equal, holds, valueOf, type Trial } from '@kt/core/contract'
import type { OpenbsdKernel } from '../../../kernel.js'
import type { Proc } from '../../../proc.js'
import { creates, exits, leaveFree, nprocs, pause, spawn, waits } from './spawn.js'

// RETURN VALUES, all of kthread_create.

type Check = (trial: Trial<OpenbsdKernel>) => void

/** OB-KT-27: 0, and the thread exists. */
export const successIsZero: Check = (trial) => {
  const k = trial.createKernel({ ncpu: 2 })
  const values = valueOf(
    k.boot(function* () {
      const results: number[] = []
      for (let n = 0; n < 5; n++) {
        const newpp = k.ref<Proc>()
        const before = nprocs(k)
        results.push(yield* k.kthread_create(() => exits(k), null, newpp, 'w%d', n))
        equal(nprocs(k), before + 1, 'slots in use')
        holds(k.allproc.includes(newpp.value!), 'no thread was made')
      }
      return results
    }),
  )
  equal(values, [0, 0, 0, 0, 0], 'results')
  trial.saw(`kthread_create = ${values.join(', ')}`)
}

/** OB-KT-28: an error comes back as a positive number, not through `errno`, and leaves nothing behind. */
export const errorIsReturned: Check = (trial) => {
  const k = trial.createKernel({ ncpu: 2 })
  const seen = valueOf(
    k.boot(function* () {
      const results: number[] = []
      k.process({ name: 'sh' }, function* () {
        // Something for errno to hold.
        results.push(yield* k.kill(32_000_000, 0), k.errno)
        leaveFree(k, 0)
        results.push(yield* k.syscall('ioctl', () => refused(k)), k.errno)
      })
      yield* pause(k, 5)
      return results
    }),
  )
  equal(seen, [-1, k.ESRCH, 35, k.ESRCH], 'kill and errno, then kthread_create and errno')
  trial.saw(`kthread_create = ${seen[2]}, and errno is what it was`)
}

/** OB-KT-29: the last slot of the table can be had, one more cannot, whoever has the others (OB-D-03). */
export const eagainAtMaxproc: Check = (trial) => {
  const k = trial.createKernel({ ncpu: 2 })
  valueOf(
    k.boot(function* () {
      k.process({ name: 'user', uid: 1000 }, function* () {
        yield* k.nanosleep(1e12)
      })
      leaveFree(k, 3)
      for (let n = 0; n < 3; n++) yield* spawn(k, () => waits(k, 'go'))
      equal(nprocs(k), k.sysctl('kern.maxproc'), 'slots in use, and slots')
      equal(k.EAGAIN, 35, 'EAGAIN')
      equal(yield* refused(k), k.EAGAIN, 'kthread_create with a full table')
      equal(k.console, ['proc: table is full'], 'the console')
      // Again at once: the same error, without another line.
      equal(yield* refused(k), k.EAGAIN, 'kthread_create with a full table')
      equal(k.console.length, 1, 'lines on the console')
      yield* k.wakeup_one('go')
      yield* pause(k, 1)
      yield* k.settle()
      yield* spawn(k, () => exits(k), 'after')
      trial.saw(
        `kthread_create with all ${String(k.sysctl('kern.maxproc'))} slots taken = ${k.EAGAIN}, with one free = 0`,
      )
    }),
  )
}

/**
 * OB-KT-30: with memory for a stack there is no other error: whoever calls, and however few slots there are. Without
 * it there is one that the page does not list (OB-D-02).
 */
export const eagainIsTheOnlyError: Check = (trial) => {
  const results = new Map<number, Set<number>>()
  for (const uid of [0, 1000]) {
    for (const nprocSoft of [0, 1, 80]) {
      const k = trial.createKernel()
      valueOf(
        k.boot(function* () {
          k.process({ name: 'sh', uid, nprocSoft }, function* () {
            for (const free of [-2, 0, 1, 5, 6]) {
              leaveFree(k, free)
              const error = yield* k.syscall('ioctl', () => creates(k))
              results.set(free, (results.get(free) ?? new Set()).add(error))
            }
          })
          yield* pause(k, 5)
        }),
      )
    }
  }
  const seen = Array.from(results, ([free, errors]) => [free, Array.from(errors)])
  const EAGAIN = 35
  equal(seen, [[-2, [EAGAIN]], [0, [EAGAIN]], [1, [0]], [5, [0]], [6, [0]]], 'results by the number of free slots') // prettier-ignore
  trial.saw(`6 kinds of callers, 5 sizes of the table: 0 while a slot is free, else ${EAGAIN}`)
}

/** Makes a creation that is to fail, and sees that it left nothing behind if it did. @returns What it returned. */
function* refused(k: OpenbsdKernel): Steps<number> {
  let calls = 0
  function* func() {
    calls++
    yield* k.kthread_exit(0)
  }
  const counted = () => [nprocs(k), k.allproc.length, k.uvmexp.forks, ...k.forkstat]
  const before = counted()
  const newpp = k.ref(k.proc0)
  const error = yield* k.kthread_create(func, null, newpp, 'refused')
  if (error === 0) return error
  equal(counted(), before, 'slots, processes and counters after an error')
  holds(newpp.value === k.proc0, 'newpp was written in spite of the error')
  yield* pause(k, 2)
  equal(calls, 0, 'calls of func after an error')
  return error
}
