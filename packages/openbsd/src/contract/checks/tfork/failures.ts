import { ref, type Steps } from '@kt/core'
import { equal } from '@kt/core/contract'
import type { __tfork, Kernel } from '../../../releases/5.1.js'
import { newStack, params } from './story.js'

// Ways to make a creation fail, one for each reason there is, and both roads to it.

/** The function and the system call under it: what each returns in the caller. For user code. */
export const ROADS = {
  *__tfork_thread(k: Kernel, wanted: __tfork | null, func: () => Steps): Steps<number> {
    return yield* k.__tfork_thread(wanted, yield* newStack(k), func, null)
  },
  *__tfork(k: Kernel, wanted: __tfork | null, func: () => Steps): Steps<number> {
    return yield* k.rawTfork(wanted, func)
  },
} as const

export const roads: readonly (keyof typeof ROADS)[] = ['__tfork_thread', '__tfork']

/** A reason to fail. The process has one thread then, and is not root's. */
export interface Failure {
  readonly name: string
  readonly errno: 'EFAULT' | 'EINVAL' | 'ENOTSUP' | 'EAGAIN' | 'ENOMEM'
  /** Brings it about; and ends it. For user code. */
  readonly begin?: (k: Kernel) => Steps
  readonly end?: (k: Kernel) => Steps
  /** Parameters that make it, given good ones. */
  readonly spoil?: (good: __tfork) => __tfork | null
}

/** Every reason, in the order in which the kernel looks for them (OB-D-24). The page does not list the first (OB-D-22). */
export const FAILURES: readonly Failure[] = [
  { name: 'params is NULL', errno: 'EFAULT', spoil: () => null },
  { name: 'tf_flags is 1', errno: 'EINVAL', spoil: (good) => ({ ...good, tf_flags: 1 }) },
  {
    name: 'kern.rthreads is 0',
    errno: 'ENOTSUP',
    *begin(k) {
      k.sysctl('kern.rthreads', 0)
    },
    *end(k) {
      k.sysctl('kern.rthreads', 1)
    },
  },
  {
    name: 'the table is full',
    errno: 'EAGAIN',
    *begin(k) {
      k.sysctl('kern.maxproc', Number(k.sysctl('kern.nprocs')))
    },
    *end(k) {
      k.sysctl('kern.maxproc', MAXPROC)
    },
  },
  {
    name: 'the user has as many as he may',
    errno: 'EAGAIN',
    begin: (k) => limitNproc(k, 1),
    end: (k) => limitNproc(k, k.MAXUPRC),
  },
  {
    name: 'no memory for a kernel stack',
    errno: 'ENOMEM',
    *begin(k) {
      k.inject({ at: 'uarea' })
    },
  },
]

/** kern.maxproc as 5.1 has it at boot. */
const MAXPROC = 1310

/** Sets the soft limit of processes of one user. */
export function* limitNproc(k: Kernel, soft: number): Steps<void> {
  const error = yield* k.setrlimit(k.RLIMIT_NPROC, { rlim_cur: soft, rlim_max: MAXPROC })
  equal(error, 0, `setting RLIMIT_NPROC to ${soft}`)
}

/** What came of a creation that was to fail. */
export interface Refusal {
  /** What the caller got, and its errno after that. */
  readonly value: number
  readonly errno: number
  /** What was in the word that tf_tid points to: 12345 before. */
  readonly tid: number | null
  /** How often the new thread's function was called, if there was a thread. */
  readonly calls: { n: number }
}

/** Makes a creation while there is a reason for it to fail, and takes the reason away. */
export function* refused(k: Kernel, road: keyof typeof ROADS, failure: Failure): Steps<Refusal> {
  const { begin, end, spoil = (good: __tfork) => good } = failure
  const calls = { n: 0 }
  const word = ref(12_345)
  if (begin !== undefined) yield* begin(k)
  const value = yield* ROADS[road](k, spoil(params(word, 'tcb')), function* () {
    calls.n++
  })
  const { errno } = k
  if (end !== undefined) yield* end(k)
  return { value, errno, tid: word.value, calls }
}

/** A thread that does nothing until its process ends. */
export function stays(k: Kernel): () => Steps {
  return function* () {
    for (;;) yield* k.__thrsleep('for good', 0, null, null)
  }
}

/** Creates threads that stay until one fails: the numbers of the others. */
export function* fill(k: Kernel, road: keyof typeof ROADS = '__tfork_thread'): Steps<readonly number[]> {
  const tids: number[] = []
  for (;;) {
    const tid = yield* ROADS[road](k, params(), stays(k))
    if (tid === -1) return tids
    tids.push(tid)
  }
}
