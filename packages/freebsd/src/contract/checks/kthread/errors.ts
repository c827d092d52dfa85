import { equal, holds } from '@kt/core/contract'
import { ref, type Td } from '../../../releases/8.0.js'
import { addsLooper, isAsked, isParked, timed, userThread } from './suspend-words.js'
import { exits, runs, type Check } from './words.js'

// ERRORS.

/** FB8-KT-72: a thread of a user has nothing to resume. */
export const resumeOfNoKernelThread: Check = (trial) => {
  const seen = runs(trial, function* (k) {
    const user = userThread(k)
    const init = k.initproc!.p_threads[0]!
    return [k.EINVAL, yield* k.kthread_resume(user), yield* k.kthread_resume(init)]
  })
  equal(seen, [22, 22, 22], 'EINVAL, kthread_resume of a thread of a user, and of init')
  trial.saw(`kthread_resume of a thread of a user = ${seen[1]}`)
}

/** FB8-KT-73: nor can it be suspended: no time passes, no mark is left; a kernel thread in its process can. */
export const suspendOfNoKernelThread: Check = (trial) => {
  const seen = runs(trial, function* (k) {
    const user = userThread(k)
    const init = k.initproc!.p_threads[0]!
    const results: number[] = []
    for (const td of [user, init]) {
      for (const timo of [0, 100]) {
        const { value, ticks } = yield* timed(k, () => k.kthread_suspend(td, timo))
        equal([ticks, isAsked(k, td)], [0, false], 'ticks it took, and the mark')
        results.push(value)
      }
    }
    const { td } = yield* addsLooper(k, 'guest', 10, user.td_proc)
    equal(yield* k.kthread_suspend(td, 100), 0, 'kthread_suspend of a kernel thread in the process of a user')
    holds(isParked(k, td), 'the kernel thread is not parked')
    // Its process could not go.
    equal(yield* k.kthread_resume(td), 0, 'kthread_resume of a kernel thread in the process of a user')
    return results
  })
  equal(seen, [22, 22, 22, 22], 'kthread_suspend of a thread of a user, and of init')
  trial.saw(`kthread_suspend of a thread of a user = ${seen[0]}`)
}

/** FB8-KT-74: without a stack nothing is made, and nothing else is changed. */
export const addWithoutMemory: Check = (trial) => {
  const seen = runs(trial, function* (k) {
    let calls = 0
    function* func() {
      calls++
      yield* exits(k)
    }
    const state = () => [k.proc0.p_numthreads, k.allproc.length, k.kinfo_proc().length, k.sysctl('vm.kstacks')]
    const newtdpp = ref<Td>(k.thread0)
    const before = state()
    k.inject({ at: 'kstack' })
    const error = yield* k.kthread_add(func, null, null, newtdpp, 0, 0, 'refused')
    equal(error, k.ENOMEM, 'kthread_add without memory for the stack')
    equal(state(), before, 'threads, processes, lines of the listing and stacks')
    holds(newtdpp.value === k.thread0, 'the out-pointer was written')
    yield* k.pause('wait', 10)
    equal(calls, 0, 'calls of func')
    equal(k.console, ['vm_thread_new: kstack allocation failed'], 'the console')
    // There is memory again.
    equal(yield* k.kthread_add(func, null, null, newtdpp, 0, 0, 'next'), 0, 'kthread_add with memory')
    yield* k.pause('wait', 10)
    equal(calls, 1, 'calls of func')
    return error
  })
  equal(seen, 12, 'ENOMEM')
  trial.saw(`kthread_add = ${seen}, with a line on the console`)
}
