import type { Proof } from '@kt/core/contract'
import type * as nb6 from '../../releases/6.js'
import { leave, made, type Shared } from './words.js'

/** Promises of kthread_exit and of functions that end. */
export const ofExit: readonly Shared[] = [
  {
    clauses6: ['NB6-KT-04', 'NB6-KT-51'],
    clauses10: ['NB10-KT-04'],
    says: 'kthread_exit comes back in no thread, joined or not.',
    kernel6: 'holds',
    kernel10: 'holds',
    *main(k) {
      const joined = yield* made(k, 'joined', () => leave(k), k.KTHREAD_MUSTJOIN)
      yield* made(k, 'other', () => leave(k))
      yield* k.kthread_join(joined)
    },
  },
  {
    clauses6: ['NB6-KT-22', 'NB6-KT-23', 'NB-D-23'],
    clauses10: ['NB10-KT-25', 'NB10-KT-26', 'NB-D-23'],
    says: 'A function that returns ends every run, in a panic or in what no release defines; one that exits does not.',
    kernel6: 'holds',
    kernel10: 'holds',
    endsIn: ['NB-D-23', 'UB:NB-D-23'],
    *main(k) {
      const proper = yield* made(k, 'proper', () => leave(k), k.KTHREAD_MUSTJOIN)
      yield* k.kthread_join(proper)
      yield* made(k, 'returns', function* () {
        yield* k.yield()
      })
      yield* made(k, 'other', () => leave(k))
    },
  },
  {
    clauses6: ['NB6-KT-52', 'NB-D-22'],
    clauses10: ['NB10-KT-47', 'NB-D-22'],
    says: 'kthread_exit in a user process is a panic, whatever else runs.',
    kernel6: 'breaks',
    kernel10: 'breaks',
    endsIn: ['NB-D-22'],
    *main(k) {
      k.process({ name: 'sh' }, () => leave(k))
      yield* made(k, 'other', () => leave(k))
    },
  },
]

/** Promises of kthread_destroy, which only the older page has. */
export const ofDestroy: readonly Proof<nb6.Kernel>[] = [
  {
    clauses: ['NB6-KT-50'],
    says: 'To destroy a thread that was made runnable is a panic, however far it has come.',
    kernel: 'holds',
    endsIn: ['NB6-KT-50'],
    *main(k) {
      const target = yield* made(k, 'target', () => leave(k))
      yield* k.kthread_destroy(target)
    },
  },
]
