import type { Steps } from '@kt/core'
import { equal, holds } from '@kt/core/contract'
import { ref, type Kernel, type Proc, type Td } from '../../../releases/8.0.js'
import { creates, runs, waits, type Check } from './words.js'

// DESCRIPTION, kproc_kthread_add.

/** FB8-KT-42: in a process that is there it does what kthread_add does: both add a thread that has all alike. */
export const isLikeKthreadAdd: Check = (trial) => {
  runs(trial, function* (k) {
    const p = yield* creates(k, () => waits(k, 'go'))
    const calls: unknown[] = []
    function* func(arg: unknown) {
      calls.push([arg, k.curthread.td_name])
      yield* waits(k, 'go')
    }
    const processes = k.allproc.length
    const tdpps = [ref<Td>(), ref<Td>()]
    const procptr = ref<Proc>(p)
    equal(yield* k.kthread_add(func, 'arg', p, tdpps[0]!, 0, 6, 'w%d', 1), 0, 'kthread_add')
    equal(yield* k.kproc_kthread_add(func, 'arg', procptr, tdpps[1]!, 0, 6, 'unused', 'w%d', 1), 0, 'kproc_kthread_add')
    yield* k.pause('turn', 1)
    const [one, other] = tdpps.map(({ value }) => described(value!))
    equal(other, one, 'the thread that kproc_kthread_add made, beside that of kthread_add')
    equal(calls, [['arg', 'w1'], ['arg', 'w1']], 'argument and name in both calls of func') // prettier-ignore
    equal([k.allproc.length, p.p_numthreads, p.p_comm], [processes, 3, 'daemon'], 'processes, threads, its name')
    holds(procptr.value === p, 'the pointer to the process was changed')
    trial.saw(`two threads more in process ${p.p_pid}`)
  })
}

function described(td: Td): Record<string, unknown> {
  const { td_name, td_proc, td_pflags, td_kstack_pages, td_priority, td_base_pri, td_pri_class, td_state, td_wmesg } =
    td
  const inherited = [td_priority, td_base_pri, td_pri_class]
  return { td_name, pid: td_proc.p_pid, td_pflags, td_kstack_pages, inherited, td_state, td_wmesg }
}

/** FB8-KT-43: the first call makes the process, the second finds it. */
export const createsKproc: Check = (trial) => {
  runs(trial, function* (k) {
    const procptr = ref<Proc>()
    const processes = k.allproc.length
    const first = yield* addsBy(k, procptr, 'first')
    const p = procptr.value
    holds(p !== null && p !== k.proc0 && k.pfind(p.p_pid) === p, 'no process was made and stored')
    equal([p.p_flag & k.P_KTHREAD, p.p_numthreads], [k.P_KTHREAD, 1], 'P_KTHREAD, and threads')
    holds(first.td_proc === p, 'the thread is not in it')
    const second = yield* addsBy(k, procptr, 'second')
    holds(procptr.value === p && second.td_proc === p, 'the second thread is not in the same process')
    equal([p.p_numthreads, k.allproc.length - processes], [2, 1], 'threads of it, and processes that were made')
    equal(p.p_threads.map(({ td_name }) => td_name), ['second', 'first'], 'its threads') // prettier-ignore
    trial.saw(`process ${p.p_pid} with the first call, in it a thread more with the second`)
  })
}

/** FB8-KT-44: what this page leaves out the other has: procname, for one, names a process that has to be made. */
export const fullerElsewhere: Check = (trial) => {
  holds(
    trial.contract.pages.some(({ page }) => page === 'kproc(9)'),
    'the release has no kproc(9)',
  )
  runs(trial, function* (k) {
    const procptr = ref<Proc>()
    yield* addsBy(k, procptr, 'first', 'made')
    yield* addsBy(k, procptr, 'second', 'found')
    const p = procptr.value!
    equal([p.p_comm, p.p_numthreads], ['made', 2], 'name of the process after two calls, and its threads')
    trial.saw(`process '${p.p_comm}'`)
  })
}

/** Adds a sleeping thread by kproc_kthread_add. */
function* addsBy(k: Kernel, procptr: { value: Proc | null }, name: string, procname = 'p'): Steps<Td> {
  const tdptr = ref<Td>()
  const error = yield* k.kproc_kthread_add(() => waits(k, 'go'), null, procptr, tdptr, 0, 0, procname, name)
  equal(error, 0, `kproc_kthread_add of ${name}`)
  return tdptr.value!
}
