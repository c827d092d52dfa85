import { equal, type Proof } from '@kt/core/contract'
import { added, created, leave, leaveProcess, QUIET, type K } from './words.js'

/** Promises of the ends of threads and processes. */
export const ofExit: readonly Proof<K>[] = [
  {
    clauses: ['FB8-KT-06', 'FB8-KT-45'],
    says: 'kthread_exit comes back in no thread.',
    options: QUIET,
    kernel: 'holds',
    *main(k) {
      yield* added(k, 'one', () => leave(k))
      yield* added(k, 'two', () => leave(k))
    },
  },
  {
    clauses: ['FB8-KP-05', 'FB8-KP-22'],
    says: 'kproc_exit comes back in no process.',
    options: QUIET,
    kernel: 'holds',
    *main(k) {
      yield* created(k, 'one', () => leaveProcess(k))
    },
  },
  {
    clauses: ['FB8-KT-75', 'FB8-D-16'],
    says: 'Who goes to sleep on a thread with the lock that it needs before its end is woken by that.',
    options: QUIET,
    kernel: 'holds',
    *main(k) {
      const lock = k.mtx('lock')
      yield* k.mtx_lock(lock)
      const td = yield* added(k, 'leaving', function* () {
        yield* k.mtx_lock(lock)
        yield* k.mtx_unlock(lock)
        yield* leave(k)
      })
      equal(yield* k.msleep(td, lock, k.PWAIT | k.PDROP, 'its end', 0), 0, 'what the sleep returned')
    },
  },
  {
    clauses: ['FB8-KP-24', 'FB8-D-16'],
    says: 'Who goes to sleep on a process with its lock, before it can end, is woken by its end.',
    options: QUIET,
    kernel: 'holds',
    *main(k) {
      const lock = k.mtx('lock')
      yield* k.mtx_lock(lock)
      const p = yield* created(k, 'leaving', function* () {
        yield* k.mtx_lock(lock)
        yield* k.mtx_unlock(lock)
        yield* leaveProcess(k)
      })
      yield* k.mtx_lock(p.p_mtx)
      yield* k.mtx_unlock(lock)
      equal(yield* k.msleep(p, p.p_mtx, k.PWAIT | k.PDROP, 'its end', 0), 0, 'what the sleep returned')
    },
  },
  {
    clauses: ['FB8-D-24'],
    says: 'The last of two threads that leave together takes the process along.',
    options: QUIET,
    kernel: 'breaks',
    *main(k) {
      const lock = k.mtx('lock')
      function* leaves() {
        yield* k.mtx_lock(lock)
        yield* k.mtx_unlock(lock)
        yield* leave(k)
      }
      yield* k.mtx_lock(lock)
      const p = yield* created(k, 'one', leaves)
      yield* added(k, 'two', leaves, p)
      yield* k.mtx_unlock(lock)
    },
  },
]
