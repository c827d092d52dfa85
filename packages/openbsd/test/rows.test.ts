import { runDivergence, type Contract, type DivergenceResult } from '@kt/core/contract'
import { describe, expect, test } from 'vitest'
import { contracts } from '../src/contract/index.js'

const ids = (prefix: string, from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => prefix + String(from + at).padStart(2, '0'))

const KTHREAD = ids('OB-D-', 1, 15)
const TFORK = ids('OB-D-', 20, 35)
const QUESTIONS = ids('OB-Q-', 1, 27)
/** Those about kthread(9); the others ask about __tfork_thread(3). */
const KTHREAD_QUESTIONS = [...ids('OB-Q-', 1, 16), ...ids('OB-Q-', 25, 26)]

type Saw = DivergenceResult['saw']

/** What is seen where page and kernel do not part. */
function both(what: string): Saw {
  return { page: what, kernel: what }
}

const processOrInterrupt = (kernel: string) =>
  `a process: 0; in an interrupt: ${kernel}; with a mutex held: ${kernel}, without DIAGNOSTIC ${kernel}`
const opened = (names: string) => `the thread opens descriptor 1 and has 2; process 0 has ${names}`
const returned = (i386: string, off: string) =>
  `amd64: it is gone, its process goes on; i386: ${i386}; the last one: the process exits with status 0; ` +
  `kern.rthreads off: ${off}`

/** What each row shows, on both releases unless a release has its own below. */
const SEEN: Readonly<Record<string, Saw>> = {
  'OB-D-01': { page: opened('/dev/console'), kernel: opened('/dev/console and /dev/klog') },
  'OB-D-02': both('no kernel stack: ENOMEM, nothing created, nothing said'),
  'OB-D-03': both('full with 4 processes: kthread_create EAGAIN; with 3 kernel threads and a process: fork -1 EAGAIN'),
  'OB-D-04': { page: 'func receives null', kernel: 'func receives its own process' },
  'OB-D-05': both('shared, after its setrlimit its own: 5, process 0 has 80'),
  'OB-D-06': both('to swap out: a kernel thread no, a process yes, one that exited no'),
  'OB-D-07': both(
    'kill(0) in group 0 -1 ESRCH, kill(-1) -1 ESRCH: pending no, asleep yes; ' +
      'kill(pid) 0: pending yes, tsleep -1; psignal: pending yes',
  ),
  'OB-D-08': both(
    "WARNING: thread `failing' (PID) exits with status 263; status 0x700 stored, freed yes; " +
      'init, of a child that exits with 5: wait4 gives 5, then -1 ECHILD',
  ),
  'OB-D-09': { page: 'panic OB-D-09', kernel: 'UB:OB-D-09' },
  'OB-D-10': {
    page: 'panic OB-KT-22: kthread_create: process 1 does not exist yet',
    kernel: 'process 1, init is 2; at its end panic OB-D-10: init died (signal 0, exit 3)',
  },
  'OB-D-11': both(
    'attach goes on; put off at attach: called by process 0, init there; ' +
      'after boot: called by main, init there; main goes on',
  ),
  'OB-D-12': both('at attach panic OB-D-12: unable to allocate kthread_q; after boot called 1 time, without memory'),
  'OB-D-13': both('after exit and reaping: freed yes, found by its number no; a signal to it: UB:OB-D-13'),
  'OB-D-14': {
    page: processOrInterrupt('panic OB-D-14'),
    kernel:
      'a process: 0; in an interrupt: UB:OB-D-14; with a mutex held: panic OB-D-14, without DIAGNOSTIC UB:OB-D-14',
  },
  'OB-D-15': both("returns 0, named 'abcdefghijklmnop'"),
  'OB-D-20': both(
    'MAXUPRC 80; no login 80, class default 128, class staff 128, then 512 by setrlimit, uid 0 1299 of 1310',
  ),
  'OB-D-21': both(
    'uid 1000: a process, its child, a zombie and 2 threads, then EAGAIN; process 0: 5 more, then EAGAIN',
  ),
  'OB-D-22': both('NULL: -1 EFAULT, unmapped: -1 EFAULT, nothing created'),
  'OB-D-23': {
    page: 'tf_tid unmapped: returns -1 EFAULT, nothing created, SIGSEGV to the creator no',
    kernel: 'tf_tid unmapped: returns the number, a thread that ran yes, SIGSEGV to the creator yes',
  },
  'OB-D-24': both('EFAULT, EINVAL, ENOTSUP, EAGAIN with a log line, EAGAIN, ENOMEM, a thread'),
  'OB-D-25': both(
    'no kernel stack: -1 ENOMEM, with the soft limit raised -1 ENOMEM, nothing created, nothing said; ' +
      'with one: a thread',
  ),
  'OB-D-26': {
    page: 'NULL becomes NULL; an address stays yes',
    kernel: 'NULL becomes an address; an address stays yes',
  },
  'OB-D-27': both(
    'number less 1000000 is its own yes; ps has it as process of all, kdump the bare one yes; ' +
      'kill(thread) 0, kill(bare) -1 ESRCH, wait4 -1 ECHILD',
  ),
  'OB-D-28': both('creator: CALL  __tfork(), RET   __tfork TID; thread: RET   rfork 0, CALL  __threxit(0)'),
  'OB-D-29': {
    page: 'the handler runs on the new stack, then startfunc on the new stack',
    kernel: "the handler runs on its creator's, then startfunc on the new stack",
  },
  'OB-D-30': {
    page: returned('it is gone, its process goes on', 'it is gone, its process goes on'),
    kernel: returned('UB:OB-D-30', 'UB:OB-D-30'),
  },
  'OB-D-31': both('sys/unistd.h for __tfork_thread and __tfork; callable: __tfork_thread, a thread yes'),
  'OB-D-32': both('__tfork counts as kernel threads, fork as forks, rfork as rforks'),
  'OB-D-33': both('kern.rthreads 0: -1 ENOTSUP; 1: a thread'),
  'OB-D-34': both('10 numbers, all of an int yes, from 1000001 to 1032766 yes'),
  'OB-D-35': both('limit 2: while the dead thread is not reaped -1 EAGAIN; later a thread'),
}

const SEEN_IN_42: Readonly<Record<string, Saw>> = {
  'OB-D-01': both(opened('/dev/console')),
  'OB-D-14': { page: processOrInterrupt('panic OB-D-14'), kernel: processOrInterrupt('UB:OB-D-14') },
}

const executed: Readonly<Record<string, string[]>> = { '4.2': [], '5.1': [] }

/** One test for each row: it shows what it says it does, and the readings part where it says so and nowhere else. */
function suite<K>(contract: Contract<K>, own: Readonly<Record<string, Saw>>): void {
  describe(contract.label, () => {
    test.each(contract.divergences.map((row) => [row.id, row] as const))('%s', (id, row) => {
      const { state, saw } = runDivergence(contract, row)
      executed[contract.release]!.push(id)
      expect(state, `${saw.page} | ${saw.kernel}`).toBe('pass')
      if (id.startsWith('OB-D-')) expect(saw).toEqual(own[id] ?? SEEN[id])
    })
  })
}

const [openbsd42, openbsd51] = contracts
suite(openbsd42, SEEN_IN_42)
suite(openbsd51, {})

test('every row was run, and there is none but those the pages have', () => {
  expect(executed['4.2']!.toSorted()).toEqual([...KTHREAD, ...KTHREAD_QUESTIONS])
  expect(executed['5.1']!.toSorted()).toEqual([...KTHREAD, ...TFORK, ...QUESTIONS])
  expect(Object.keys(SEEN)).toEqual([...KTHREAD, ...TFORK])
})

test('the readings part on these rows and on no others of the numbered ones', () => {
  const parts = (divergences: readonly { readonly id: string; readonly differs: boolean }[]) =>
    divergences.filter(({ id, differs }) => id.startsWith('OB-D-') && differs).map(({ id }) => id)
  const ofKthread = ['OB-D-04', 'OB-D-09', 'OB-D-10', 'OB-D-14']
  expect(parts(openbsd42.divergences)).toEqual(ofKthread)
  expect(parts(openbsd51.divergences)).toEqual(['OB-D-01', ...ofKthread, 'OB-D-23', 'OB-D-26', 'OB-D-29', 'OB-D-30'])
})

test('what a row breaks is a clause of the release, and its readings part', () => {
  for (const { clauses, divergences } of contracts) {
    const known = clauses.map(({ id }) => id)
    expect(divergences.flatMap(({ breaks }) => breaks).filter((id) => !known.includes(id))).toEqual([])
    expect(divergences.filter(({ differs, breaks }) => !differs && breaks.length > 0)).toEqual([])
  }
})
