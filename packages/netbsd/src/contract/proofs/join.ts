import { equal } from '@kt/core/contract'
import { leave, made, type Shared } from './words.js'

/** Promises of kthread_join. */
export const ofJoin: readonly Shared[] = [
  {
    clauses6: ['NB6-KT-54', 'NB-D-06'],
    clauses10: ['NB10-KT-48', 'NB-D-06'],
    says: 'When kthread_join returns, the target has terminated.',
    kernel6: 'breaks',
    kernel10: 'breaks',
    *main(k) {
      const target = yield* made(k, 'target', () => leave(k), k.KTHREAD_MUSTJOIN)
      yield* k.kthread_join(target)
      equal(target.l_stat, k.LSZOMB, 'state of the target when kthread_join has returned')
    },
  },
  {
    clauses6: ['NB6-KT-48', 'NB6-KT-55', 'NB6-KT-58'],
    clauses10: ['NB10-KT-46'],
    says: 'kthread_join and kthread_exit meet, whoever comes first: both get on, and never one without the other.',
    kernel6: 'holds',
    kernel10: 'holds',
    *main(k) {
      const state = k.cell('running', { name: 'state' })
      const target = yield* made(
        k,
        'target',
        function* () {
          yield* state.write('exits')
          yield* leave(k)
        },
        k.KTHREAD_MUSTJOIN,
      )
      equal(yield* k.kthread_join(target), 0, 'what kthread_join returned')
      equal(yield* state.read(), 'exits', 'what the target had done by then')
    },
  },
  {
    clauses6: ['NB6-KT-55'],
    clauses10: ['NB10-KT-46'],
    says: 'Two who join two threads at a time both get on, though in 6 they wait for one place.',
    kernel6: 'holds',
    kernel10: 'holds',
    schedules: 250,
    *main(k) {
      const first = yield* made(k, 'first', () => leave(k), k.KTHREAD_MUSTJOIN)
      const second = yield* made(k, 'second', () => leave(k), k.KTHREAD_MUSTJOIN)
      const isJoined = k.cell(false, { name: 'isJoined' })
      function* joiner() {
        yield* k.kthread_join(first)
        yield* isJoined.write(true)
        yield* k.wakeup(isJoined)
        yield* k.kthread_exit(0)
      }
      // It owns the big lock, and so does main from its look to its sleep.
      yield* k.kthread_create(k.PRI_NONE, 0, null, joiner, k, null, 'joiner')
      yield* k.kthread_join(second)
      yield* k.KERNEL_LOCK(1, null)
      while (!(yield* isJoined.read())) yield* k.tsleep(isJoined, 0, 'joiner', 0)
      yield* k.KERNEL_UNLOCK_ONE(null)
    },
  },
  {
    clauses6: ['NB6-KT-56', 'NB-D-07'],
    clauses10: ['NB10-KT-49', 'NB-D-07'],
    says: 'A second kthread_join of one thread is a panic, whichever comes first.',
    kernel6: 'breaks',
    kernel10: 'holds',
    endsIn: ['NB-D-07', 'UB:NB-D-07'],
    *main(k) {
      const target = yield* made(k, 'target', () => leave(k), k.KTHREAD_MUSTJOIN)
      yield* made(k, 'other', function* () {
        yield* k.kthread_join(target)
        yield* leave(k)
      })
      yield* k.kthread_join(target)
    },
  },
  {
    clauses6: ['NB6-KT-57', 'NB-D-08'],
    clauses10: ['NB10-KT-49', 'NB-D-08'],
    says: 'kthread_join of a thread that was not created for it is a panic, whether it still runs or not.',
    kernel6: 'breaks',
    kernel10: 'holds',
    endsIn: ['NB-D-08'],
    *main(k) {
      const target = yield* made(k, 'target', () => leave(k))
      yield* k.kthread_join(target)
    },
  },
]
