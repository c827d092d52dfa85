import type { Driver } from '../driver.js'
import type { Story } from '../story.js'
import { ALL, FREEBSD, NETBSD, OPENBSD } from './alike.js'
import { by, cellsOf, OPENBSD_WAIT } from './ending.js'
import type { Steps } from '@kt/core'

const NO_CODE = 'kthread_exit() takes no code, and the driver drops its own'

/** What the console has after a thread has ended with a code. */
function* printed(os: Driver, code: number): Steps<string> {
  const made = yield* os.create(() => os.exit(code), { isAwaited: true })
  yield* os.wait(made.thread!)
  const line = yield* os.look(() => os.k.console.find((text) => text.includes('worker')))
  // Numbers of threads and processes say nothing.
  return line === undefined ? 'nothing is printed' : line.trim().replace(/\(\d+\)/, '(…)')
}

export const exitCodeStories: readonly Story[] = [
  {
    id: 'exit-code/console',
    topic: 'exit-code',
    asks: 'A thread ends with a code that is not 0: is that printed?',
    differ:
      'NetBSD and OpenBSD print a warning, NetBSD with the number of the thread and OpenBSD with a process id; kthread_exit() of FreeBSD takes no code.',
    bites:
      'An errno value that is handed to kthread_exit() is a warning on the console of NetBSD and OpenBSD, and nothing else.',
    alike: [NETBSD, OPENBSD, FREEBSD],
    cells: cellsOf(by('NB6-KT-53', 'NB-D-21'), by('NB-D-21'), by('OB-KT-21', 'OB-D-08'), {
      ...by('FB8-KT-06'),
      nearest: NO_CODE,
    }),
    tell: (os) => printed(os, 3),
  },
  {
    id: 'exit-code/zero',
    topic: 'exit-code',
    asks: 'A thread ends with code 0: is that printed?',
    differ: 'None of them prints it.',
    bites: null,
    alike: [ALL],
    cells: cellsOf(by('NB-D-21'), by('NB-D-21'), by('OB-D-08'), { ...by('FB8-KT-06'), nearest: NO_CODE }),
    tell: (os) => printed(os, 0),
  },
  {
    id: 'exit-code/waiter',
    topic: 'exit-code',
    asks: 'Does one who waits for a thread learn its exit code?',
    differ:
      'kthread_join() of NetBSD returns 0 whatever the code was; OpenBSD and FreeBSD have no call that returns anything.',
    bites: 'What a thread has to say when it ends it leaves in the softc, under the lock of that.',
    alike: [NETBSD, [...OPENBSD, ...FREEBSD]],
    cells: cellsOf(
      by('NB6-KT-53', 'NB-D-21', 'NB-D-26'),
      by('NB-D-21', 'NB-D-26'),
      { ...by('OB-KT-33', 'OB-D-08'), nearest: OPENBSD_WAIT },
      { ...by('FB8-KT-06'), nearest: NO_CODE },
    ),
    *tell(os) {
      const made = yield* os.create(() => os.exit(3), { isAwaited: true })
      const value = yield* os.wait(made.thread!)
      return value === null ? 'no call returns it' : `the code is 3, and the wait returns ${value}`
    },
  },
]
