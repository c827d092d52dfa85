import { expect, test } from 'vitest'
import type { Outcome } from '@kt/core'
import type { Proc } from '../src/public.js'
import type { Vmspace } from '../src/memory.js'
import { createKernel as createKernel42 } from '../src/releases/4.2.js'
import { createKernel } from '../src/releases/5.1.js'
import { machineOf, watch } from './invariants.js'

/** What a scenario expects in vain ends its run; it has to end the test. */
function value<T>(outcome: Outcome<T>): T {
  if (outcome.kind === 'fault') throw outcome.error
  if (outcome.kind !== 'done') throw new Error(`the run ended as ${outcome.kind}`)
  return outcome.value
}

test.each([createKernel42, createKernel])(
  'a process that nobody waits for is a child of one parent until it is freed',
  (create) => {
    const k = create()
    // It is over and freed in one instant: only a look between the steps sees it.
    const check = watch(machineOf(k))
    const outcome = k.boot(function* () {
      k.process({ name: 'p' }, function* () {
        yield* k.rfork(k.RFPROC | k.RFNOWAIT, function* () {
          yield* k.nanosleep(50_000_000)
        })
      })
      yield* k.tsleep('p is over', k.PWAIT, 'test', 2)
      const child = k.allproc.find((p) => p.isUser && p !== k.initproc)!
      const isOfInit = child.p_p.ps_pptr === k.initproc!.p_p
      yield* k.tsleep('child is over', k.PWAIT, 'test', 9)
      return [isOfInit, child.isFree, k.initproc!.p_p.ps_children.size]
    })
    check()
    expect(value(outcome)).toEqual([true, true, 0])
  },
)

test('a thread of a user process refers to its address space until it is reaped', () => {
  const k = createKernel()
  const counts: number[] = []
  const count = (p: Proc): void => {
    counts.push((p.p_vmspace as Vmspace).vm_refcnt)
  }
  const outcome = k.boot(function* () {
    k.sysctl('kern.rthreads', 1)
    const process = k.process({ name: 'p' }, function* () {
      count(k.curproc)
      const stack = yield* k.mmap(16_384)
      const params = { tf_tcb: null, tf_tid: null, tf_flags: 0 }
      yield* k.__tfork_thread(params, stack.end, function* () { yield* k.nanosleep(50_000_000) }, 0) // prettier-ignore
      count(k.curproc)
      yield* k.nanosleep(200_000_000)
    })
    const main = process!.ps_mainproc!
    yield* k.tsleep('the thread is over', k.PWAIT, 'test', 10)
    yield* k.settle()
    count(main)
  })
  value(outcome)
  expect(counts).toEqual([1, 2, 1])
})

test('a signal that comes while a thread gives way on its way to user mode is acted on under the big lock', () => {
  const k = createKernel({ ncpu: 2 })
  const outcome = k.boot(function* () {
    yield* k.kthread_create(busy, 0, null, 'busy')
    const process = k.process({ name: 'p' }, function* () {
      yield* k.nanosleep(10_000_000)
      yield* k.syscall('ioctl', function* () { yield* k.wakeup('go') }) // prettier-ignore
    })
    const p = process!.ps_mainproc!
    yield* k.kthread_create(stopper, p, null, 'stopper')
    yield* k.tsleep('p stops', k.PWAIT, 'test', 5)
    const seen = [p.p_stat, p.bigLocks]
    yield* k.psignal(p, k.SIGKILL)
    return seen
  })
  // Keeps the other CPU, so that the stopper comes to that of p.
  function* busy() {
    yield* k.KERNEL_UNLOCK()
    yield* k.work(100_000_000)
    yield* k.kthread_exit(0)
  }
  function* stopper(p: Proc) {
    yield* k.tsleep('go', k.PWAIT, 'go', 0)
    yield* k.psignal(p, k.SIGSTOP)
    yield* k.kthread_exit(0)
  }
  expect(value(outcome)).toEqual([k.SSTOP, 1])
})

test('a bad access whose signal is ignored comes again for ever', () => {
  const k = createKernel({ stepsMax: 5000 })
  const outcome = k.boot(function* () {
    k.sysctl('kern.rthreads', 1)
    k.process({ name: 'p' }, function* () {
      yield* k.sigaction(k.SIGSEGV, { handler: 'SIG_IGN', flags: 0, mask: 0 }, null)
      const params = { tf_tcb: null, tf_tid: null, tf_flags: 0 }
      yield* k.rawTfork(params, function* () { yield* k.getpid() }) // prettier-ignore
      yield* k.__tfork_thread(params, k.sp, null, 0)
      yield* k.nanosleep(1_000_000_000)
    })
    yield* k.tsleep('p is over', k.PWAIT, 'test', 1)
  })
  expect(outcome).toMatchObject({ kind: 'livelock', thread: { name: 'p' } })
})
