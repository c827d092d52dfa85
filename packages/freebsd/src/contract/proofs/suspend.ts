import { equal, holds, type Proof } from '@kt/core/contract'
import type { Td } from '../../td.js'
import { Gate } from './gate.js'
import { added, created, leave, QUIET, type K } from './words.js'

/** Promises of suspension. */
export const ofSuspension: readonly Proof<K>[] = [
  {
    clauses: ['FB8-KT-57', 'FB8-KT-56', 'FB8-D-03'],
    says: 'kthread_suspend of a thread that looks succeeds: the word that it parks is never lost.',
    options: QUIET,
    kernel: 'breaks',
    *main(k) {
      const gate = new Gate(k)
      const td = yield* added(k, 'target', function* () {
        // Asleep where the request is felt, so that the next look is after it.
        yield* gate.openAndSleepOn(k.curthread)
        yield* k.kthread_suspend_check(k.curthread)
      })
      yield* gate.pass()
      equal(yield* k.kthread_suspend(td, 0), 0, 'what kthread_suspend returned')
      equal(td.td_flags & k.TDF_KTH_SUSP, k.TDF_KTH_SUSP, 'whether the request stands')
    },
  },
  {
    clauses: ['FB8-KT-53', 'FB8-KT-54', 'FB8-D-06'],
    says: 'A thread that is resumed goes on, wherever in its check it is.',
    options: QUIET,
    kernel: 'breaks',
    *main(k) {
      const gate = new Gate(k)
      const over = new Gate(k)
      const td = yield* added(k, 'target', function* () {
        yield* gate.openAndSleepOn(k.curthread)
        yield* k.kthread_suspend_check(k.curthread)
        yield* over.openAndSleepOn(gate)
      })
      yield* gate.pass()
      const error = yield* k.kthread_suspend(td, 1)
      holds(error === 0 || error === k.EWOULDBLOCK, `kthread_suspend returned ${error}`)
      equal(yield* k.kthread_resume(td), 0, 'what kthread_resume returned')
      yield* over.pass()
    },
  },
  {
    clauses: ['FB8-KT-49', 'FB8-KT-58'],
    says: 'A thread that does not look is not suspended: the request times out, and the thread goes on.',
    options: QUIET,
    kernel: 'holds',
    *main(k) {
      const over = new Gate(k)
      const td = yield* added(k, 'deaf', function* () {
        yield* k.pause('work', 1)
        yield* over.open()
        yield* k.tsleep(over, k.PWAIT, 'done', 0)
      })
      equal(yield* k.kthread_suspend(td, 1), k.EWOULDBLOCK, 'what kthread_suspend returned')
      yield* over.pass()
    },
  },
  {
    clauses: ['FB8-KT-51'],
    says: 'A check that nobody has asked for is over at once, whoever else is asked.',
    options: QUIET,
    kernel: 'holds',
    schedules: 200,
    *main(k) {
      const over = new Gate(k)
      yield* added(k, 'free', function* () {
        yield* k.kthread_suspend_check(k.curthread)
        yield* over.open()
        yield* leave(k)
      })
      const other = yield* added(k, 'asked', function* () {
        yield* k.tsleep('work', k.PWAIT, 'work', 0)
      })
      yield* k.kthread_suspend(other, 1)
      yield* over.pass()
    },
  },
  {
    clauses: ['FB8-KT-50', 'FB8-D-07'],
    says: 'A check on behalf of another thread is a panic, whatever else runs.',
    options: QUIET,
    kernel: 'breaks',
    endsIn: ['FB8-D-07'],
    *main(k) {
      const named: Td = yield* added(k, 'named', function* () {
        yield* k.tsleep('work', k.PWAIT, 'work', 0)
      })
      yield* added(k, 'caller', function* () {
        yield* k.kthread_suspend_check(named)
        yield* leave(k)
      })
      yield* k.kthread_suspend(named, 1)
    },
  },
  {
    clauses: ['FB8-D-18', 'FB8-O-22'],
    says: 'Who waits for the end of a thread is not woken by a request to suspend it.',
    options: QUIET,
    kernel: 'breaks',
    *main(k) {
      const target = yield* added(k, 'target', function* () {
        yield* k.tsleep('work', k.PWAIT, 'work', 0)
      })
      const gate = new Gate(k)
      yield* added(k, 'waiter', function* () {
        yield* gate.openAndSleepOn(target)
        holds(false, 'who waits for the end of the target was woken, and it lives')
      })
      yield* gate.pass()
      yield* k.kthread_suspend(target, 1)
    },
  },
  {
    clauses: ['FB8-KP-26', 'FB8-KP-27', 'FB8-KP-25', 'FB8-D-17'],
    says: 'kproc_suspend of a process that looks succeeds, and once resumed it goes on: no word of either is lost.',
    options: QUIET,
    kernel: 'holds',
    *main(k) {
      const gate = new Gate(k)
      const over = new Gate(k)
      const p = yield* created(k, 'target', function* () {
        yield* gate.openAndSleepOn(k.curproc)
        yield* k.kproc_suspend_check(k.curproc)
        yield* over.openAndSleepOn(gate)
      })
      yield* gate.pass()
      equal(yield* k.kproc_suspend(p, 0), 0, 'what kproc_suspend returned')
      equal(yield* k.kproc_resume(p), 0, 'what kproc_resume returned')
      yield* over.pass()
    },
  },
]
