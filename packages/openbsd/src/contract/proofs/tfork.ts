import { ref, type Out, type Steps } from '@kt/core'
import { equal, holds, type Proof } from '@kt/core/contract'
import type { Kernel } from '../../releases/5.1.js'
import type { StartFunction } from '../../tfork.js'

/** Promises of __tfork_thread(3). */
export const ofTfork: readonly Proof<Kernel>[] = [
  {
    clauses: ['OB-TF-18'],
    says: 'Whoever is first in user mode, the new thread or its creator, finds the number where tf_tid points.',
    kernel: 'holds',
    reaches: ['creator first', 'thread first'],
    *main(k) {
      const order = k.cell<readonly string[]>([], { name: 'order', atomic: true })
      /** Cells are the kernel's: user code gets there by a system call, from which nobody comes back here. */
      const came = (who: string): Steps<number> =>
        k.syscall('ioctl', function* () {
          const all = yield* order.update((before) => [...before, who])
          if (all.length === 2) yield* k.wakeup(order)
          yield* k.tsleep('for good', k.PWAIT, 'for good', 0)
          return 0
        }) as Steps<number>
      startUser(k, function* () {
        const tid = ref<number>()
        function* startfunc() {
          equal(tid.value, k.curproc.p_pid + k.THREAD_PID_OFFSET, 'what the thread finds at tf_tid, beside its number')
          yield* came('thread')
        }
        const made = yield* thread(k, startfunc, tid)
        equal(tid.value, made, 'what the creator finds at tf_tid, beside what it was told')
        yield* came('creator')
      })
      // The big lock is held from the look to the sleep, as by whoever wakes.
      while ((yield* order.read()).length < 2) yield* k.tsleep(order, k.PWAIT, 'looks', 0)
      return `${order.value[0]!} first`
    },
  },
  {
    clauses: ['OB-TF-27'],
    says: 'The call returns once, and in its caller.',
    kernel: 'holds',
    *main(k) {
      startUser(k, function* () {
        const caller = k.curproc
        function* startfunc() {
          yield* k.__thrsleep('for good', 0, null, null)
        }
        const returns = k.cell(0, { name: 'returns', atomic: true })
        const made = yield* thread(k, startfunc, null)
        equal(k.curproc === caller, true, 'whether it is the caller that the call returns in')
        holds(made > 0, 'the call failed')
        yield* k.syscall('ioctl', function* () {
          equal(yield* returns.update((n) => n + 1), 1, 'times that the call has returned')
          yield* k.tsleep('for good', k.PWAIT, 'for good', 0)
          return 0
        })
      })
    },
  },
]

/** Starts a user process that may make threads. */
function startUser(k: Kernel, body: () => Steps): void {
  k.sysctl('kern.rthreads', 1)
  k.process({ name: 'prog' }, body)
}

/** Makes a thread of the calling process, on a stack of its own. */
function* thread(k: Kernel, startfunc: StartFunction<string>, tf_tid: Out<number> | null): Steps<number> {
  const { end } = yield* k.mmap(0x4000)
  return yield* k.__tfork_thread({ tf_tcb: 'tcb', tf_tid, tf_flags: 0 }, end, startfunc, 'startarg')
}
