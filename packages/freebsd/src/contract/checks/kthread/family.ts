import { equal, holds } from '@kt/core/contract'
import { ref, type Proc, type Td } from '../../../releases/8.0.js'
import { adds, creates, entry, exits, namesOf, runs, waits, type Check } from './words.js'

// DESCRIPTION, first paragraph: the old family that became kproc(9)'s, and the new one of real threads.

/** Today's names of the old calls, by what follows the prefix. The one that creates was kthread_create. */
const RENAMED = ['create', 'exit', 'resume', 'shutdown', 'start', 'suspend', 'suspend_check']

/** FB8-KT-12: what the old family did goes by kproc_*, each one of it, and the old name of the creation is gone. */
export const renamed: Check = (trial) => {
  const kernel = trial.createKernel()
  const renamedTo = RENAMED.map((name) => `kproc_${name}`)
  const found = namesOf(kernel, 'kproc_').filter((name) => name !== 'kproc_kthread_add')
  equal(found, renamedTo, 'calls under kproc_')
  equal(namesOf(kernel, 'kthread_create'), [], 'calls under the old name')
  const seen = runs(trial, function* (k) {
    const before = k.allproc.length
    const p = yield* creates(k, () => waits(k, 'go'))
    return [k.allproc.length - before, p.p_numthreads]
  })
  equal(seen, [1, 1], 'processes that kproc_create made, and their threads')
  trial.saw(`${renamedTo.join(', ')}; no kthread_create`)
}

/** FB8-KT-13: what the old calls make has all that a process has, and a thread that is added has not. */
export const madeProcesses: Check = (trial) => {
  runs(trial, function* (k) {
    const p = yield* creates(k, () => waits(k, 'go'))
    holds(k.pfind(p.p_pid) === p && p !== k.proc0, 'kproc_create made nothing that is found by its process id')
    equal([p.p_pptr, p.p_flag & k.P_KTHREAD], [k.proc0, k.P_KTHREAD], 'parent and P_KTHREAD')
    const td = yield* adds(k, () => waits(k, 'go'))
    equal([k.pfind(td.td_tid), td.td_proc], [null, k.proc0], 'process with the number of an added thread; its own')
    trial.saw(`kproc_create: process ${p.p_pid}; kthread_add: thread ${td.td_tid} of process 0`)
  })
}

/** FB8-KT-14: no process comes into being, and a thread more is in the one it was added to. */
export const makesRealThreads: Check = (trial) => {
  runs(trial, function* (k) {
    const p = yield* creates(k, () => waits(k, 'go'))
    for (const procp of [k.proc0, p]) {
      const before = [k.allproc.length, procp.p_numthreads]
      const tids = k.kinfo_proc().map(({ ki_tid }) => ki_tid)
      const td = yield* adds(k, () => waits(k, 'go'), 'thread', procp)
      const after = [k.allproc.length, procp.p_numthreads]
      equal(after, [before[0], before[1]! + 1], 'processes, and threads of the one it was added to')
      holds(!tids.includes(td.td_tid), `thread ${td.td_tid} was there before`)
      equal(entry(k, td)?.ki_numthreads, after[1], `threads of process ${procp.p_pid} as its entry tells`)
      trial.saw(`process ${procp.p_pid} went from ${before[1]} threads to ${after[1]}`)
    }
  })
}

/** FB8-KT-15: every renamed call is one of the other page's, and no call of this page is. */
export const otherPage: Check = (trial) => {
  const described = [...trial.page('kproc(9)').functions].sort()
  equal(described, RENAMED.map((name) => `kproc_${name}`), 'functions of kproc(9)') // prettier-ignore
  const kernel = namesOf(trial.createKernel(), 'kproc_').filter((name) => name !== 'kproc_kthread_add')
  equal(kernel, described, 'what the kernel has, and what kproc(9) describes')
  trial.saw(`kproc(9): ${described.join(', ')}`)
}

/** FB8-KT-16: half of it is the other page's business, a process, and half is this one's, a thread. */
export const straddles: Check = (trial) => {
  for (const { page, functions } of trial.contract.pages)
    holds(!functions.includes('kproc_kthread_add'), `${page} has kproc_kthread_add for its own`)
  const seen = runs(trial, function* (k) {
    const procptr = ref<Proc>()
    const made: number[][] = []
    for (const name of ['first', 'second']) {
      const before = [k.allproc.length, k.kinfo_proc().length]
      const error = yield* k.kproc_kthread_add(() => exits(k), null, procptr, ref<Td>(), k.RFSTOPPED, 0, 'p', name)
      equal(error, 0, 'kproc_kthread_add')
      made.push([k.allproc.length - before[0]!, k.kinfo_proc().length - before[1]!])
    }
    return made
  })
  equal(seen, [[1, 1], [0, 1]], 'processes and threads that two calls made') // prettier-ignore
  trial.saw('the first call made a process with a thread, the second a thread')
}
