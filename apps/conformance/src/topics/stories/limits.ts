import type { Steps } from '@kt/core'
import type { Driver } from '../driver.js'
import type { Story } from '../story.js'
import { ALL } from './alike.js'

export const limitsStories: readonly Story[] = [
  {
    id: 'limits/processes',
    topic: 'limits',
    asks: 'What does a creation return when the system has as many processes as it may?',
    differ:
      'EAGAIN by the pages of NetBSD, whose kernels do not look, and on OpenBSD, where a thread takes a slot as a process does; kthread_add() of FreeBSD makes no process and succeeds.',
    bites:
      'On OpenBSD users who fill the process table keep a driver from starting its thread: EAGAIN is worth another try.',
    alike: [['netbsd/6', 'netbsd/10.1', 'openbsd/4.2', 'openbsd/5.1'], ['freebsd/8.0']],
    cells: {
      'netbsd/6': { clauses: ['NB6-KT-61', 'NB-D-02'] },
      'netbsd/10.1': { clauses: ['NB10-KT-59', 'NB-D-02'] },
      'openbsd/4.2': { clauses: ['OB-KT-29', 'OB-D-03'] },
      'openbsd/5.1': { clauses: ['OB-KT-29', 'OB-D-03'] },
      'freebsd/8.0': { clauses: ['FB8-KT-14', 'FB8-KT-62'] },
    },
    options: { maxproc: 40 },
    schedules: 'own',
    *tell(os) {
      yield* os.fillProcesses()
      return nameOf(os, (yield* os.create(() => os.pause(1))).error)
    },
  },
  {
    id: 'limits/kernel-process',
    topic: 'limits',
    asks: 'And the creation of a kernel process, and how long does it take to fail?',
    differ:
      'kproc_create() of FreeBSD returns EAGAIN after half a second; on OpenBSD every kernel thread is a process, and kthread_create() returns EAGAIN at once; NetBSD has no kernel processes.',
    bites: 'On FreeBSD whoever tries again in a loop waits half a second each time.',
    alike: [['netbsd/6', 'netbsd/10.1'], ['openbsd/4.2', 'openbsd/5.1'], ['freebsd/8.0']],
    cells: {
      'netbsd/6': { clauses: [], lacks: 'kproc_create' },
      'netbsd/10.1': { clauses: [], lacks: 'kproc_create' },
      'openbsd/4.2': { clauses: ['OB-KT-06', 'OB-KT-29'], nearest: 'kthread_create(): its thread is a process' },
      'openbsd/5.1': { clauses: ['OB-KT-06', 'OB-KT-29'], nearest: 'kthread_create(): its thread is a process' },
      'freebsd/8.0': { clauses: ['FB8-KP-40', 'FB8-D-13'] },
    },
    options: { maxproc: 40 },
    schedules: 'own',
    *tell(os) {
      yield* os.fillProcesses()
      const begun = os.k.now
      const { error } = yield* os.createKernelProcess(() => os.pause(1))
      const ms = Math.floor((os.k.now - begun) / 1_000_000)
      return `${nameOf(os, error)}${ms === 0 ? ' at once' : ` after ${ms} ms`}`
    },
  },
  {
    id: 'limits/root',
    topic: 'limits',
    asks: 'What if it is root, whose process 0 is, that has as many processes as RLIMIT_NPROC allows?',
    differ:
      'EAGAIN by the pages of NetBSD only, and not by its kernels; root is exempt on OpenBSD, and kthread_add() of FreeBSD looks at no limit.',
    bites: null,
    alike: [
      ['netbsd/6', 'netbsd/10.1'],
      ['openbsd/4.2', 'openbsd/5.1', 'freebsd/8.0'],
    ],
    cells: {
      'netbsd/6': { clauses: ['NB6-KT-62', 'NB-D-02'] },
      'netbsd/10.1': { clauses: ['NB10-KT-60', 'NB-D-02'] },
      'openbsd/4.2': { clauses: ['OB-KT-09'] },
      'openbsd/5.1': { clauses: ['OB-KT-09'] },
      'freebsd/8.0': { clauses: ['FB8-KT-62'] },
    },
    schedules: 'own',
    *tell(os) {
      yield* os.fillRoot()
      return nameOf(os, (yield* os.create(() => os.pause(1))).error)
    },
  },
  {
    id: 'limits/uid',
    topic: 'limits',
    asks: 'Does a thread count against the limit of the user whose system call creates it?',
    differ: "Nowhere: who asks is not looked at, and the thread is process 0's.",
    bites: null,
    alike: [ALL],
    cells: {
      'netbsd/6': { clauses: ['NB6-KT-08', 'NB6-KT-11'] },
      'netbsd/10.1': { clauses: ['NB10-KT-09', 'NB10-KT-12'] },
      'openbsd/4.2': { clauses: ['OB-KT-07', 'OB-KT-09', 'OB-KT-14'] },
      'openbsd/5.1': { clauses: ['OB-KT-07', 'OB-KT-09', 'OB-KT-14'] },
      'freebsd/8.0': { clauses: ['FB8-KT-30'] },
    },
    schedules: 'own',
    *tell(os) {
      const log = os.log()
      os.asUserAtLimit(function* () {
        yield* log.add(nameOf(os, (yield* os.create(() => os.pause(1))).error))
      })
      yield* os.pause(10)
      const [returned] = yield* log.lines()
      return returned === '0' ? 'it does not count' : `the creation returns ${returned}`
    },
  },
  {
    id: 'limits/memory',
    topic: 'limits',
    asks: 'What does a creation return, and what does the console say, when there is no stack to be had?',
    differ:
      'ENOMEM everywhere, though only the page of FreeBSD says so; only FreeBSD prints a line, "vm_thread_new: kstack allocation failed".',
    bites: 'Test for any value but 0: ENOMEM is on no page of NetBSD and OpenBSD.',
    alike: [['netbsd/6', 'netbsd/10.1', 'openbsd/4.2', 'openbsd/5.1'], ['freebsd/8.0']],
    cells: {
      'netbsd/6': { clauses: ['NB6-KT-60', 'NB-D-03'] },
      'netbsd/10.1': { clauses: ['NB10-KT-58', 'NB-D-03'] },
      'openbsd/4.2': { clauses: ['OB-KT-30', 'OB-D-02'] },
      'openbsd/5.1': { clauses: ['OB-KT-30', 'OB-D-02'] },
      'freebsd/8.0': { clauses: ['FB8-KT-74'] },
    },
    schedules: 'own',
    *tell(os) {
      const before = os.k.console.length
      const { error } = yield* createWithoutStack(os)
      const said = os.k.console.slice(before)
      return `${nameOf(os, error)}, and ${said.length === 0 ? 'nothing on the console' : `"${said.join(' ')}"`}`
    },
  },
  {
    id: 'limits/half-done',
    topic: 'limits',
    asks: 'Is anything left of a creation that failed?',
    differ: 'Nowhere: the system lists what it listed before, and the out-pointer is as it was.',
    bites: null,
    alike: [ALL],
    cells: {
      'netbsd/6': { clauses: ['NB6-KT-60'] },
      'netbsd/10.1': { clauses: ['NB10-KT-58'] },
      'openbsd/4.2': { clauses: ['OB-KT-28'] },
      'openbsd/5.1': { clauses: ['OB-KT-28'] },
      'freebsd/8.0': { clauses: ['FB8-KT-74'] },
    },
    schedules: 'own',
    *tell(os) {
      const before = os.k.psText()
      const out = { value: null as unknown }
      yield* createWithoutStack(os, out)
      if (out.value !== null) return 'a handle'
      return os.k.psText() === before ? 'nothing' : 'something that ps shows'
    },
  },
  {
    id: 'limits/retry',
    topic: 'limits',
    asks: 'And does the next creation succeed?',
    differ: 'Everywhere, if there is a stack again: a failure holds on to nothing.',
    bites: null,
    alike: [ALL],
    cells: {
      'netbsd/6': { clauses: ['NB6-KT-59'] },
      'netbsd/10.1': { clauses: ['NB10-KT-57'] },
      'openbsd/4.2': { clauses: ['OB-KT-27'] },
      'openbsd/5.1': { clauses: ['OB-KT-27'] },
      'freebsd/8.0': { clauses: ['FB8-KT-62'] },
    },
    *tell(os) {
      const first = yield* createWithoutStack(os)
      const ran = os.happening('ran')
      const second = yield* os.create(() => ran.raise())
      if (first.error === 0 || second.error !== 0) return nameOf(os, second.error)
      yield* ran.wait()
      return 'it succeeds, and the thread runs'
    },
  },
]

/** What a creation returned: where one value has two names, the one that pages of creations use. */
function nameOf(os: Driver, error: number): string {
  const name = os.errno(error)
  return name === 'EWOULDBLOCK' ? 'EAGAIN' : name
}

function* createWithoutStack(os: Driver, out: { value: unknown } | null = null): Steps<{ readonly error: number }> {
  os.failNextStack()
  return yield* os.create(() => os.pause(1), { out })
}
