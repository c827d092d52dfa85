import { ref } from '@kt/core'
import { equal } from '@kt/core/contract'
import type { Lwp } from '../../lwp.js'
import { leave, made, type Shared } from './words.js'

/** Promises of kthread_create. */
export const ofCreate: readonly Shared[] = [
  {
    clauses6: ['NB6-KT-34', 'NB-D-20'],
    clauses10: ['NB10-KT-34', 'NB-D-20'],
    says: 'A runnable thread starts, and may do so before kthread_create has stored its handle, or after.',
    kernel6: 'holds',
    kernel10: 'holds',
    reaches: ['before', 'after'],
    *main(k) {
      const newlp = ref<Lwp>()
      const found = k.cell<Lwp | null>(null, { name: 'found' })
      function* func() {
        yield* found.write(newlp.value)
        yield* k.kthread_exit(0)
      }
      const flags = k.KTHREAD_MPSAFE | k.KTHREAD_MUSTJOIN
      equal(yield* k.kthread_create(k.PRI_NONE, flags, null, func, k, newlp, 'soon'), 0, 'kthread_create')
      yield* k.kthread_join(newlp.value!)
      const seen = yield* found.read()
      if (seen !== null) equal(seen === newlp.value, true, 'whether the handle it found is its own')
      return seen === null ? 'before' : 'after'
    },
  },
  {
    clauses6: ['NB6-KT-28'],
    clauses10: ['NB10-KT-30'],
    says: 'To ask for a thread that must be joined and to give no place for its handle is a panic, whatever else runs.',
    kernel6: 'holds',
    kernel10: 'holds',
    endsIn: ['NB-D-05'],
    *main(k) {
      function* asks() {
        yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MUSTJOIN as number, null, () => leave(k), k, null, 'lost')
        yield* leave(k)
      }
      yield* made(k, 'asks', asks)
      yield* made(k, 'other', () => leave(k))
    },
  },
  {
    clauses6: ['NB6-KT-30', 'NB-D-04'],
    clauses10: ['NB10-KT-32', 'NB-D-04'],
    says: 'A creation without a format is a panic, whatever else runs.',
    kernel6: 'breaks',
    kernel10: 'breaks',
    endsIn: ['NB-D-04'],
    *main(k) {
      function* asks() {
        yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, () => leave(k), k, null, null as never)
        yield* leave(k)
      }
      yield* made(k, 'asks', asks)
      yield* made(k, 'other', () => leave(k))
    },
  },
  {
    clauses6: ['NB6-KT-32'],
    clauses10: ['NB10-KT-33'],
    says: 'A thread that is created idle does not run, whatever else does.',
    kernel6: 'holds',
    kernel10: 'holds',
    *main(k) {
      const ran = k.cell(false, { name: 'ran' })
      const other = yield* made(k, 'other', () => leave(k), k.KTHREAD_MUSTJOIN)
      const func = function* () {
        yield* ran.write(true)
      }
      const idle = yield* made(k, 'idle', func, k.KTHREAD_IDLE)
      yield* k.kthread_join(other)
      equal([yield* ran.read(), idle.l_stat], [false, k.LSIDL], 'whether it ran, and its state')
    },
  },
  {
    clauses6: ['NB6-KT-36'],
    clauses10: ['NB10-KT-37'],
    says: 'What threads without KTHREAD_MPSAFE do between two sleeps, no other of them sees half done.',
    kernel6: 'holds',
    kernel10: 'holds',
    *main(k) {
      const total = k.cell(0, { name: 'total' })
      const left = k.cell(2, { name: 'left', atomic: true })
      function* adds() {
        const before = yield* total.read()
        yield* total.write(before + 1)
        // It owns the big lock here too, and so does main when it looks.
        if ((yield* left.update((n) => n - 1)) === 0) yield* k.wakeup(left)
        yield* k.kthread_exit(0)
      }
      yield* k.KERNEL_LOCK(1, null)
      for (const name of ['one', 'two']) yield* k.kthread_create(k.PRI_NONE, 0, null, adds, k, null, name)
      if ((yield* left.read()) !== 0) yield* k.tsleep(left, 0, 'adds', 0)
      equal(yield* total.read(), 2, 'what two threads that add 1 each have made of 0')
      yield* k.KERNEL_UNLOCK_ONE(null)
    },
  },
]
