import type { Kernel, Proc, Td } from '@kt/freebsd/8.0'
import type { KernelCall, Steps } from '@kt/core'

/**
 * Creates a kernel thread and returns when it sleeps on its own address, where a request to suspend wakes it. Then it
 * does as told and ends.
 */
export function* createThread(k: Kernel, body: (td: Td) => Steps<void> | KernelCall<void>): Steps<Td> {
  const lock = k.mtx('sleeper')
  const isReady = k.cell(false, { name: 'ready' })
  const newtdpp = k.ref<Td>()
  function* main(): Steps<void> {
    const td = k.curthread
    yield* k.mtx_lock(lock)
    yield* isReady.write(true)
    yield* k.wakeup(isReady)
    yield* k.msleep(td, lock, k.PVM | k.PDROP, 'idle', 0)
    yield* body(td)
    yield* k.kthread_exit()
  }
  yield* k.kthread_add(main, null, null, newtdpp, 0, 0, 'target')
  // The target gives the lock back by going to sleep.
  yield* k.mtx_lock(lock)
  while (!(yield* isReady.read())) yield* k.msleep(isReady, lock, k.PVM, 'ready', 0)
  yield* k.mtx_unlock(lock)
  return newtdpp.value!
}

/** The same with a process. */
export function* createProcess(k: Kernel, body: (p: Proc) => Steps<void> | KernelCall<void>): Steps<Proc> {
  const isReady = k.cell(false, { name: 'ready' })
  const newpp = k.ref<Proc>()
  function* main(): Steps<void> {
    const p = k.curproc
    yield* k.PROC_LOCK(p)
    yield* isReady.write(true)
    yield* k.wakeup(isReady)
    yield* k.msleep(p, p.p_mtx, k.PVM | k.PDROP, 'idle', 0)
    yield* body(p)
    yield* k.kproc_exit(0)
  }
  yield* k.kproc_create(main, null, newpp, 0, 0, 'target')
  const p = newpp.value!
  yield* k.PROC_LOCK(p)
  while (!(yield* isReady.read())) yield* k.msleep(isReady, p.p_mtx, k.PVM, 'ready', 0)
  yield* k.PROC_UNLOCK(p)
  return p
}
