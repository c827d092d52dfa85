import { createKernel, Word, type Kernel } from '@kt/openbsd/5.1'
import type { Steps } from '@kt/core'
import { exhibit, type Exhibit } from './exhibit.js'

const STACK_BYTES = 8192

function* program(k: Kernel, asksKernel: boolean): Steps<void> {
  function* main(): Steps<void> {
    const stack = yield* k.mmap(STACK_BYTES)
    const tid = new Word(yield* k.mmap(STACK_BYTES), 0)
    function* body(): Steps<void> {
      if (tid.value !== (yield* k.getthrid())) throw new Error('the thread does not know its number')
    }
    const tf_tid = asksKernel ? tid : null
    const number = yield* k.__tfork_thread({ tf_tcb: null, tf_tid, tf_flags: 0 }, stack.end, body, null)
    // In user mode it may lose its CPU before it has stored anything.
    yield* k.user(1)
    if (!asksKernel) tid.value = number
    yield* k.__threxit(null)
  }
  k.sysctl('kern.rthreads', 1)
  k.process({ name: 'prog' }, main)
}

export const tidOfReturnValue: Exhibit = exhibit({
  id: 'openbsd/tid-of-return-value',
  title: 'A thread looks for its number where its maker stores it',
  release: 'OpenBSD 5.1',
  tells:
    'The maker stores what __tfork_thread() returns; by then the new thread may have run, and has found something else where its number should be. That is what tf_tid is for: the kernel stores the number there before either thread is in user mode (OB-TF-18).',
  shows: 'assertion',
  make: () => createKernel({ ncpu: 2 }),
  mistake: (k) => program(k, false),
  mend: (k) => program(k, true),
  options: { strategy: 'dfs', preemptions: 1 },
  token: 'kt1:openbsd/tid-of-return-value:EIEE4C26mH',
})
