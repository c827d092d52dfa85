import { ref, type Steps } from '@kt/core'
import type { Trial } from '@kt/core/contract'
import type { Proc, Td } from '../../releases/8.0.js'
import { added, createdKproc, ends, errnoName, isAsked, neverChecks, tell, timed, type K } from './open-words.js'

/** A thread that has ended, and been switched away from. */
function* dead(k: K): Steps<Td> {
  const td = yield* added(k, 'short', ends(k))
  yield* k.pause('until it is gone', 2)
  return td
}

/** FB8-O-03 */
export function afterItsEnd(trial: Trial<K>): string {
  const before = tell(trial, {}, function* (k) {
    const td = yield* dead(k)
    const suspended = yield* k.kthread_suspend(td, 10)
    return `suspend ${errnoName(k, suspended)}, resume ${errnoName(k, yield* k.kthread_resume(td))}`
  })
  let number = ''
  const after = (call: (k: K, td: Td) => Steps<number>) =>
    tell(trial, {}, function* (k) {
      const td = yield* dead(k)
      const next = yield* added(k, 'next', neverChecks(k))
      number = next.td_tid === td.td_tid ? 'and its number' : 'but not its number'
      const error = yield* call(k, td)
      return `${errnoName(k, error)}${isAsked(k, next) ? ', and the other is asked' : ''}`
    })
  const suspended = after((k, td) => k.kthread_suspend(td, 10) as Steps<number>)
  const resumed = after((k, td) => k.kthread_resume(td) as Steps<number>)
  return `ended: ${before}; its structure ${number} another's: suspend ${suspended}, resume ${resumed}`
}

/** FB8-O-12 */
export function endsWhileAsked(trial: Trial<K>): string {
  const thread = (timo: number) =>
    tell(trial, {}, function* (k) {
      const td = yield* added(k, 'worker', function* () {
        yield* k.pause('work', 5)
        yield* k.kthread_exit()
      })
      return yield* timed(k, () => k.kthread_suspend(td, timo) as Steps<number>)
    })
  const process = (timo: number) =>
    tell(trial, {}, function* (k) {
      const p = yield* createdKproc(k, 'worker', function* () {
        yield* k.pause('work', 5)
        yield* k.kproc_exit(0)
      })
      return yield* timed(k, () => k.kproc_suspend(p, timo) as Steps<number>)
    })
  return `thread: ${thread(100)}, no limit ${thread(0)}; process: ${process(100)}, no limit ${process(0)}`
}

/** FB8-O-20 */
export function addsToEnding(trial: Trial<K>): string {
  const ending = tell(trial, {}, function* (k) {
    const procptr = ref<Proc>()
    const lasts = (ticks: number) =>
      function* () {
        yield* k.pause('work', ticks)
        yield* k.kthread_exit()
      }
    const first = function* () {
      yield* k.pause('work', 1)
      yield* k.kproc_exit(0)
    }
    yield* k.kproc_kthread_add(first, null, procptr, null, 0, 0, 'pair', 'first')
    const p = procptr.value!
    yield* added(k, 'second', lasts(20), p)
    yield* k.pause('until it is ending', 10)
    const waits = p.p_suspcount
    yield* added(k, 'third', lasts(50), p)
    yield* k.pause('until the second left', 20)
    const still = p.p_state === k.PRS_ZOMBIE ? 'it is over' : 'it still waits'
    yield* k.pause('until the third left', 50)
    return `${waits} waits for the others, after the second ${still}, after the third ${p.p_state === k.PRS_ZOMBIE ? 'it is over' : 'it still waits'}`
  })
  let state = ''
  const zombie = tell(trial, {}, function* (k) {
    const p = yield* createdKproc(k, 'short', function* () {
      yield* k.pause('work', 1)
      yield* k.kproc_exit(0)
    })
    // Woken as the last thing before the end, and before init is.
    yield* k.tsleep(p, k.PVM, 'gone', 0)
    state = p.p_state === k.PRS_ZOMBIE && k.allproc.includes(p) ? 'a zombie' : 'something else'
    return errnoName(k, yield* k.kthread_add(ends(k), null, p, null, 0, 0, 'late'))
  })
  return `ending: ${ending}; ${state}: ${zombie}`
}

/** FB8-O-22 */
export function wakeupIsNoProof(trial: Trial<K>): string {
  const story = (disturbs: boolean) =>
    tell(trial, {}, function* (k) {
      const td = yield* added(k, 'worker', function* () {
        yield* k.pause('work', 50)
        yield* k.kthread_exit()
      })
      let words = 'sleeps on'
      yield* added(k, 'waiter', function* () {
        const error = yield* k.tsleep(td, k.PWAIT, 'exit', 0)
        words = `woken with ${error}, the thread ${k.tdfind(td.td_tid) === td ? 'lives' : 'is gone'}`
        yield* k.kthread_exit()
      })
      yield* k.pause('until both sleep', 5)
      if (disturbs) yield* k.kthread_suspend(td, 10)
      else yield* k.pause('until it ended', 60)
      return words
    })
  return `suspend: the waiter ${story(true)}; exit: ${story(false)}`
}

/** FB8-O-24 */
export function exitWithGiant(trial: Trial<K>): string {
  const story = (invariants: boolean) =>
    tell(trial, { invariants }, function* (k) {
      yield* added(k, 'worker', function* () {
        yield* k.mtx_lock(k.Giant)
        yield* k.kthread_exit()
      })
      yield* k.pause('until it ends', 5)
      return 'accepted'
    })
  return `${story(false)}; INVARIANTS: ${story(true)}`
}

/** FB8-O-25: one sleeps so that it may be interrupted, one does not; a third ends the process. */
export function signals(trial: Trial<K>): string {
  return tell(trial, {}, function* (k) {
    const calls = ['psignal', 'tdsignal', 'kill', 'kern_psignal'].filter((name) => name in k)
    const procptr = ref<Proc>()
    const log: string[] = []
    const sleeps = (pri: number) =>
      function* () {
        const before = k.ticks
        const results = [yield* k.tsleep('work', pri, 'work', 100)]
        const after = k.ticks - before
        if (pri & k.PCATCH) results.push(yield* k.tsleep('work', pri, 'work', 100))
        const words = results.map((error) => errnoName(k, error)).join(' then ')
        log.push(`${pri & k.PCATCH ? 'PCATCH' : 'without'} ${words}${after < 100 ? ' at once' : ''}`)
        yield* k.kthread_exit()
      }
    const first = function* () {
      yield* k.pause('work', 20)
      yield* k.kproc_exit(0)
    }
    yield* k.kproc_kthread_add(first, null, procptr, null, 0, 0, 'trio', 'first')
    const p = procptr.value!
    yield* added(k, 'second', sleeps(k.PWAIT | k.PCATCH), p)
    yield* added(k, 'third', sleeps(k.PWAIT), p)
    yield* k.pause('until they sleep', 5)
    // The mark of a request to suspend is a signal's, and interrupts nobody.
    yield* k.kproc_suspend(p, 5)
    const isInterrupted = log.length > 0
    yield* k.pause('until all is over', 200)
    return `calls for it: ${calls.join() || 'none'}; kproc_suspend ${isInterrupted ? 'interrupts' : 'interrupts nobody'}; kproc_exit: ${log.join(', ')}`
  })
}
