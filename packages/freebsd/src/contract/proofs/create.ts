import { ref } from '@kt/core'
import { equal, type Proof } from '@kt/core/contract'
import type { Proc } from '../../proc.js'
import type { Td } from '../../td.js'
import { leave, leaveProcess, QUIET, type K } from './words.js'

/** Promises of the calls that create threads and processes. */
export const ofCreation: readonly Proof<K>[] = [
  {
    clauses: ['FB8-KT-70', 'FB8-KT-24', 'FB8-D-11'],
    says: 'The variable of a descriptor has the thread when its main function begins.',
    options: QUIET,
    kernel: 'breaks',
    *main(k) {
      const global_threadpp = ref<Td>()
      function* func() {
        equal(global_threadpp.value === k.curthread, true, 'whether the main function finds its thread in the variable')
        yield* leave(k)
      }
      yield* k.kthread_start({ arg0: 'daemon', func, global_threadpp })
    },
  },
  {
    clauses: ['FB8-KP-13', 'FB8-KP-18'],
    says: 'The variable of a new process has it when its function begins.',
    options: QUIET,
    kernel: 'holds',
    *main(k) {
      const newpp = ref<Proc>()
      function* func() {
        equal(newpp.value === k.curproc, true, 'whether the function finds its process in the variable')
        yield* leaveProcess(k)
      }
      yield* k.kproc_create(func, null, newpp, 0, 0, 'daemon')
    },
  },
  {
    clauses: ['FB8-KP-29', 'FB8-KP-31', 'FB8-KT-43'],
    says: 'kproc_kthread_add makes a process where there is none, and from then on adds to that one.',
    options: QUIET,
    kernel: 'holds',
    *main(k) {
      const procptr = ref<Proc>()
      function* stays() {
        yield* k.tsleep(procptr, k.PWAIT, 'for good', 0)
      }
      const first = yield* k.kproc_kthread_add(stays, null, procptr, null, 0, 0, 'process', 'one')
      const process = procptr.value!
      const second = yield* k.kproc_kthread_add(stays, null, procptr, null, 0, 0, 'unused', 'two')
      equal([first, second, process.p_threads.length], [0, 0, 2], 'results, and threads of the process')
      equal(procptr.value === process, true, 'whether it is the same process')
    },
  },
]
