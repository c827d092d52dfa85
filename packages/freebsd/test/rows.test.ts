import { runClause, runDivergence, type DivergenceResult } from '@kt/core/contract'
import { describe, expect, test } from 'vitest'
import { freebsd80 } from '../src/contract/index.js'

const ROWS = Array.from({ length: 25 }, (_, at) => `FB8-D-${String(at + 1).padStart(2, '0')}`)

type Saw = DivergenceResult['saw']

/** What is seen where page and kernel do not part. */
function both(what: string): Saw {
  return { page: what, kernel: what }
}

const SEEN: Readonly<Record<string, Saw>> = {
  'FB8-D-01': both(
    'as shipped: bufdaemon, pagedaemon, syncer, vmdaemon a process of its own; ' +
      "Waiting (max 60 seconds) for system process `bufdaemon' to stop...done; as kthread(9) tells it: bufdaemon, " +
      'pagedaemon, syncer, vmdaemon a thread of process 0, kernel; ' +
      "Waiting (max 60 seconds) for system thread `bufdaemon' to stop...done",
  ),
  'FB8-D-02': {
    page: 'thread0: suspend EWOULDBLOCK, resume 0; process 0: suspend EINVAL, resume EINVAL',
    kernel: 'thread0: suspend EINVAL, resume EINVAL; process 0: suspend EINVAL, resume EINVAL',
  },
  'FB8-D-03': {
    page: 'one CPU: 0, parked yes; without a time-out: 0, parked yes; two CPUs: 0, parked yes',
    kernel:
      'one CPU: EWOULDBLOCK, parked yes; without a time-out: hangs: main suspkt, urgent ktsusp; two CPUs: 0, ' +
      'parked yes or EWOULDBLOCK, parked yes',
  },
  'FB8-D-04': {
    page:
      'timo 50: 0, parked yes; timo 0: 0, parked yes; timo 0 with Giant: 0, parked yes; a check: parked yes, ' +
      'with Giant parked yes; kproc_suspend: 0',
    kernel:
      'timo 50: panic FB8-D-04, PDROP requires a non-Giant lock; timo 0: panic FB8-D-04, ' +
      'sleeping without a lock; timo 0 with Giant: panic FB8-D-04, PDROP requires a non-Giant lock; ' +
      'a check: panic FB8-D-04, sleeping without a lock, with Giant parked yes; kproc_suspend: 0',
  },
  'FB8-D-05': {
    page: 'timo 10 EWOULDBLOCK, timo 0 EWOULDBLOCK, parked no, the request stands yes; a check for it: panic FB8-D-07',
    kernel: 'timo 10 0, timo 0 0, parked no, the request stands yes; a check for it: livelock',
  },
  'FB8-D-06': {
    page:
      'resumed at the word: parked no, the request stands no, after another parked no; ' +
      'a suspender that was not answered when the target is resumed: still waits yes, in the end EWOULDBLOCK',
    kernel:
      'resumed at the word: parked yes, the request stands no, after another parked no; ' +
      'a suspender that was not answered when the target is resumed: still waits yes, in the end EWOULDBLOCK',
  },
  'FB8-D-07': {
    page: 'panic FB8-D-07',
    kernel: 'kthread_suspend 0: the caller parks in its place, the thread goes on yes',
  },
  'FB8-D-08': both('main functions receive: kthread_start null, kproc_start null, kproc_create its arg'),
  'FB8-D-09': both(
    'shares of a second that another has meanwhile: beside a kernel thread 0 of 10, ' +
      "beside a user's process in user mode 9 of 10; " +
      "a kernel thread in a user's process that returns: UB:return-to-user-mode",
  ),
  'FB8-D-10': both(
    'a process: the process is gone yes, status 0, saying Kernel thread "returning" (pid 2) exited prematurely.; ' +
      'with another it waits for that: zombie no, saying Kernel thread "returning" (pid 2) exited prematurely.; ' +
      'in process 0: UB:return-from-proc0-thread, saying nothing; lenient: the thread is gone yes, ' +
      'saying Kernel thread "returning" (pid 0) exited prematurely.',
  ),
  'FB8-D-11': {
    page:
      'the handle, when func runs before the call returns: kthread_start there, kthread_add there, ' +
      "kproc_create there, kproc_kthread_add not yet there, its name then 'process'",
    kernel:
      'the handle, when func runs before the call returns: kthread_start not yet there, ' +
      "kthread_add not yet there, kproc_create there, kproc_kthread_add not yet there, its name then 'process'",
  },
  'FB8-D-12': {
    page: 'of 0, 1, 2, 4, 32, 40: amd64 4, 1, 2, 4, 32, 40; i386 2, 1, 2, 4, 32, 40',
    kernel: 'of 0, 1, 2, 4, 32, 40: amd64 4, 4, 2, 4, 32, 32; i386 2, 2, 2, 4, 32, 32',
  },
  'FB8-D-13': both(
    'RFCFDG: EINVAL after 0 ticks, saying nothing; no stack: ENOMEM after 501 ticks, ' +
      'saying vm_thread_new: kstack allocation failed; no room: EAGAIN after 501 ticks, ' +
      'saying maxproc limit exceeded by uid 0, please see tuning(7) and login.conf(5)., ' +
      'then EAGAIN after 501 ticks, saying nothing; all three: EINVAL after 0 ticks, saying nothing; ' +
      'no stack and no room: ENOMEM after 501 ticks, saying vm_thread_new: kstack allocation failed',
  ),
  'FB8-D-14': both(
    "RB_NOSYNC: parked yes, saying Waiting (max 60 seconds) for system thread `target' to stop...done; " +
      "a panic: parked no, saying nothing; a user's thread: parked no, " +
      "saying Waiting (max 60 seconds) for system thread `sh' to stop...done",
  ),
  'FB8-D-15': both(
    'before process 0: kthread_start panic FB8-D-15, kthread_add called too soon; kproc_start panic FB8-D-15, ' +
      'kproc_create called too soon; after it: done, it runs when the devices are configured',
  ),
  'FB8-D-16': both(
    'kthread_exit: at the wakeup it is there yes, later it is there no; ' +
      'kproc_exit: at the wakeup it is there yes, child of init, status 0, later it is there no, child of init, ' +
      'status 768; one with the process lock, on two CPUs: woken yes',
  ),
  'FB8-D-17': both(
    'with the lock held by another: kproc_suspend_check waits for the process lock, then kpsusp; ' +
      'kthread_suspend_check sleeps, ktsusp, then ktsusp',
  ),
  'FB8-D-18': {
    page: 'kthread_suspend EWOULDBLOCK: one who waits for its end woken no and sleeps on it yes, it lives yes',
    kernel: 'kthread_suspend EWOULDBLOCK: one who waits for its end woken yes and sleeps on it no, it lives yes',
  },
  'FB8-D-19': {
    page:
      'since, name before 5.0, name before 8.0: kthread_start 2.2, kthread_start, kthread_start; ' +
      'kthread_shutdown 4.0, shutdown_kproc, kthread_shutdown; kthread_add 4.0, kthread_create, kthread_create; ' +
      'kthread_exit 4.0, kthread_exit, kthread_exit; kthread_resume 4.0, resume_kproc, kthread_resume; ' +
      'kthread_suspend 4.0, shutdown_kproc, kthread_suspend; kthread_suspend_check 4.0, kproc_suspend_loop, ' +
      'kthread_suspend_check',
    kernel:
      'since, name before 5.0, name before 8.0: kthread_start ?, ?, kproc_start; kthread_shutdown 4.0, ' +
      'shutdown_kproc, kproc_shutdown; kthread_add 4.0, kthread_create, kthread_create; kthread_exit 4.0, ' +
      'kthread_exit, kthread_exit; kthread_resume 4.0, resume_kproc, kthread_resume; kthread_suspend 4.0, ' +
      'suspend_kproc, kthread_suspend; kthread_suspend_check 4.0, kproc_suspend_loop, kthread_suspend_check',
  },
  'FB8-D-20': both(
    'kthread_add with RFCFDG, RFHIGHPID, RFNOWAIT, RFPPWAIT: 0, process 0, runs yes, processes made 0; ' +
      'kproc_kthread_add with RFHIGHPID, RFNOWAIT: 0, number from 10 on yes, child of init, runs yes; ' +
      'to that process RFCFDG and RFSTOPPED: 0, runs no',
  ),
  'FB8-D-21': both(
    'with a process to make: 0, RFCFDG EINVAL, no room EAGAIN, no stack ENOMEM; with one: 0, RFCFDG 0, ' +
      'no room 0, no stack ENOMEM',
  ),
  'FB8-D-22': both(
    "kthread_add 'abcdefghijabcdefghi'; kproc_kthread_add 'abcdefghijabcdefghi', listed 'abcdefghijabcdef'; " +
      "a thread named 'thread 1' is 'process' in a graph",
  ),
  'FB8-D-23': both(
    'threads 2, kernel threads of them 1; when one left 1, zombie no; ' +
      'when both did its process ended yes with status 0',
  ),
  'FB8-D-24': {
    page: 'one alone: the process ends yes with status 0; two together: the process ends yes with status 0',
    kernel:
      'one alone: the process ends yes with status 0; ' +
      'two together: panic FB8-D-24 or the process ends yes with status 0',
  },
  'FB8-D-25': {
    page:
      "suspend and resume of a user's thread: EINVAL, EINVAL; of one that has left: EINVAL, EINVAL; " +
      'when another was made since: EINVAL, the other is asked no',
    kernel:
      "suspend and resume of a user's thread: EINVAL, EINVAL; of one that has left: EWOULDBLOCK, 0; " +
      'when another was made since: UB:stale-thread',
  },
}

/** Clauses that do not hold in the kernel's reading, by the row that says so. */
const BREAKS: Readonly<Record<string, readonly string[]>> = {
  'FB8-D-03': ['FB8-KT-57'],
  'FB8-D-04': ['FB8-KT-52'],
  'FB8-D-07': ['FB8-KT-50'],
  'FB8-D-11': ['FB8-KT-70'],
  'FB8-D-12': ['FB8-KT-38'],
  'FB8-D-19': ['FB8-KT-76', 'FB8-KT-81', 'FB8-KP-43'],
  'FB8-D-25': ['FB8-KT-55'],
}

const numbered = freebsd80.divergences.filter(({ id }) => id.startsWith('FB8-D-'))
const executed: string[] = []

/** One test for each row: it shows what it says it does, and the readings part where it says so and nowhere else. */
describe(freebsd80.label, () => {
  test.each(numbered.map((row) => [row.id, row] as const))('%s', (id, row) => {
    const { state, saw } = runDivergence(freebsd80, row)
    executed.push(id)
    expect(saw).toEqual(SEEN[id])
    expect(state).toBe('pass')
  })
})

test('every row was run, and there is none but those the pages have', () => {
  expect(executed).toEqual(ROWS)
  expect(Object.keys(SEEN)).toEqual(ROWS)
})

test('the readings part on these rows and on no others of the numbered ones', () => {
  const parts = numbered.filter(({ differs }) => differs).map(({ id }) => Number(id.slice(-2)))
  expect(parts).toEqual([2, 3, 4, 5, 6, 7, 11, 12, 18, 19, 24, 25])
})

test('rows break these clauses and no others', () => {
  const breaking = numbered.filter(({ breaks }) => breaks.length > 0)
  expect(Object.fromEntries(breaking.map(({ id, breaks }) => [id, breaks]))).toEqual(BREAKS)
})

test.each(Object.values(BREAKS).flat())('%s holds on the page and is broken by the kernel', (id) => {
  const clause = freebsd80.clauses.find((other) => other.id === id)!
  expect(runClause(freebsd80, clause, 'page').state).toBe('pass')
  const { state, message } = runClause(freebsd80, clause, 'kernel')
  expect(state, message ?? 'it holds').toBe('contradicts')
})

test('what a row breaks is a clause of the release, and its readings part', () => {
  const { clauses, divergences } = freebsd80
  const known = clauses.map(({ id }) => id)
  expect(divergences.flatMap(({ breaks }) => breaks).filter((id) => !known.includes(id))).toEqual([])
  expect(divergences.filter(({ differs, breaks }) => !differs && breaks.length > 0)).toEqual([])
})
