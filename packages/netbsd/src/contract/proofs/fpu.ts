import type { Steps } from '@kt/core'
import { equal, type Proof } from '@kt/core/contract'
import type { Kernel } from '../../releases/10.1.js'

/** Promises of the floating-point calls, which only the newer page has. */
export const ofFpu: readonly Proof<Kernel>[] = [
  {
    clauses: ['NB10-KT-54'],
    says: 'Threads that use the units at a time find their registers and their access as each of them left it.',
    options: { fpuPort: 'aarch64' },
    kernel: 'holds',
    *main(k) {
      function* other() {
        yield* computes(k, 7)
        yield* k.kthread_exit(0)
      }
      equal(yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, other, k, null, 'other'), 0, 'kthread_create')
      yield* computes(k, 5)
    },
  },
]

/** Stores in a window and loads again, and looks at its access within and after. */
function* computes(k: Kernel, value: number): Steps<void> {
  const s = yield* k.kthread_fpu_enter()
  yield* k.fpuStore(0, value)
  equal(yield* k.fpuLoad(0), value, 'the register that the thread has stored into')
  equal(k.curlwp.l_flag & k.LW_SYSTEM_FPU, k.LW_SYSTEM_FPU, 'access within the window')
  yield* k.kthread_fpu_exit(s)
  equal(k.curlwp.l_flag & k.LW_SYSTEM_FPU, 0, 'access after the last exit')
}
