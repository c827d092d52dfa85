import type { Steps } from '@kt/core'
import type { Driver, Log } from '../driver.js'
import type { Story } from '../story.js'
import type { KernelThread } from '../words/threads.js'

const SIGHUP = 1
const SIGKILL = 9
const SIGTERM = 15
const SIGSTOP = 17
const SIGCONT = 19
const SIGCHLD = 20

const ALIKE: Story['alike'] = [['netbsd/6', 'netbsd/10.1'], ['openbsd/4.2', 'openbsd/5.1'], ['freebsd/8.0']]

function cells(netbsd: readonly string[], openbsd: readonly string[]): Story['cells'] {
  return {
    'netbsd/6': { clauses: netbsd },
    'netbsd/10.1': { clauses: netbsd },
    'openbsd/4.2': { clauses: openbsd },
    'openbsd/5.1': { clauses: openbsd },
    'freebsd/8.0': { clauses: ['FB8-O-25'], unexplored: 'the FreeBSD kernel of kt posts no signals' },
  }
}

/** Sleeps interruptibly for fifty ticks, and says what came of it. */
function* sleep(os: Driver, log: Log, who?: string): Steps<void> {
  const error = yield* os.signals!.sleep({}, 50)
  yield* log.add(who === undefined ? os.errno(error) : `${who}: ${os.errno(error)}`)
}

/** A kernel thread that does so, asleep by now. */
function* sleeper(os: Driver, log: Log): Steps<KernelThread> {
  const made = yield* os.create(() => sleep(os, log))
  yield* os.pause(10)
  return made.thread!
}

export const signalsStories: readonly Story[] = [
  {
    id: 'signals/delivered',
    topic: 'signals',
    asks: 'The kernel posts SIGTERM to a kernel thread: does the thread notice?',
    differ:
      "NetBSD's process 0 takes no signals, so its threads never notice; on OpenBSD psignal() leaves it pending, which an ordinary sleep does not show and the next tsleep() with PCATCH does; FreeBSD was not asked.",
    bites: 'On OpenBSD a signal to a kernel thread is not lost but late: the first interruptible sleep after it fails.',
    alike: ALIKE,
    cells: cells(['NB-G-14'], ['OB-D-07', 'OB-Q-15']),
    schedules: 'own',
    *tell(os) {
      const log = os.log()
      const made = yield* os.create(function* () {
        yield* log.add(os.errno(yield* os.sleepOn({}, 50)))
        yield* sleep(os, log)
      })
      yield* os.pause(10)
      yield* os.signals!.post(made.thread!, SIGTERM)
      yield* os.pause(200)
      const [ordinary = 'never ends', interruptible = 'never ends'] = yield* log.lines()
      return `an ordinary sleep: ${ordinary}; an interruptible one: ${interruptible}`
    },
  },
  {
    id: 'signals/interrupts-sleep',
    topic: 'signals',
    asks: 'A kernel thread sleeps with PCATCH when a signal is posted: does the sleep end, and the next one?',
    differ:
      'On NetBSD no signal ends a sleep of a kernel thread; on OpenBSD it does, with ERESTART, and because nothing ever takes the signal, so does every such sleep after it; FreeBSD was not asked.',
    bites: 'On OpenBSD a loop that sleeps with PCATCH and takes errors for spurious spins from the first signal on.',
    alike: ALIKE,
    cells: cells(['NB-G-14'], ['OB-D-07', 'OB-Q-15']),
    schedules: 'own',
    *tell(os) {
      const log = os.log()
      const made = yield* os.create(function* () {
        yield* sleep(os, log)
        yield* sleep(os, log)
      })
      yield* os.pause(10)
      yield* os.signals!.post(made.thread!, SIGTERM)
      yield* os.pause(200)
      const [first = 'never ends', second = 'never ends'] = yield* log.lines()
      return `the sleep: ${first}; the next: ${second}`
    },
  },
  {
    id: 'signals/user',
    topic: 'signals',
    asks: 'A user process in a system call and a kernel thread sleep alike: which sleep does a signal end?',
    differ: 'On OpenBSD both, on NetBSD that of the user process only; FreeBSD was not asked.',
    bites:
      'Code that a system call and a kernel thread share is interrupted in the one and, on NetBSD, never in the other: there the thread has to be woken.',
    alike: ALIKE,
    cells: cells(['NB-G-14'], ['OB-D-07', 'OB-Q-15']),
    schedules: 'own',
    *tell(os) {
      const log = os.log()
      const signals = os.signals!
      const process = signals.userProcess(() => sleep(os, log, 'user process'))
      const made = yield* os.create(() => sleep(os, log, 'kernel thread'))
      yield* os.pause(10)
      yield* signals.post(process, SIGTERM)
      yield* signals.post(made.thread!, SIGTERM)
      yield* os.pause(100)
      return (yield* log.lines()).toSorted().join('; ')
    },
  },
  {
    id: 'signals/mask',
    topic: 'signals',
    asks: 'Which signals does a kernel thread hold back or ignore?',
    differ:
      "NetBSD's take no notice of any; OpenBSD's hold none back and ignore what is ignored by default, such as SIGCHLD, while SIGCONT does nothing to a thread that was not stopped; FreeBSD was not asked.",
    bites:
      'An OpenBSD kernel thread is born with every signal open, and has no sigprocmask() to close them: who does not want them sleeps without PCATCH.',
    alike: ALIKE,
    cells: cells(['NB-G-14'], ['OB-D-07']),
    schedules: 'own',
    *tell(os) {
      const signals = { SIGHUP, SIGKILL, SIGTERM, SIGCHLD, SIGCONT }
      const interrupting: string[] = []
      for (const [name, signo] of Object.entries(signals)) {
        const log = os.log()
        const thread = yield* sleeper(os, log)
        yield* os.signals!.post(thread, signo)
        yield* os.pause(100)
        const [answer] = yield* log.lines()
        if (answer === 'ERESTART') interrupting.push(name)
      }
      const others = Object.keys(signals).filter((name) => !interrupting.includes(name))
      const noticed = interrupting.length === 0 ? 'notices none' : `notices ${interrupting.join(', ')}`
      return `${noticed} of ${interrupting.length + others.length}; not ${others.join(', ')}`
    },
  },
  {
    id: 'signals/kill',
    topic: 'signals',
    asks: 'Can SIGKILL end a kernel thread?',
    differ:
      'No: it ends no kernel thread of any system. On OpenBSD it ends an interruptible sleep, and drivers that expect it leave by themselves; on NetBSD it is not even noticed.',
    bites: 'There is no way to kill a kernel thread from outside: it has to be told, and to go.',
    alike: ALIKE,
    cells: cells(['NB-G-14'], ['OB-D-07', 'OB-Q-15']),
    schedules: 'own',
    *tell(os) {
      const log = os.log()
      const thread = yield* sleeper(os, log)
      yield* os.signals!.post(thread, SIGKILL)
      yield* os.pause(100)
      const [answer] = yield* log.lines()
      if (answer === undefined) return 'the thread is gone'
      return `the thread goes on; its sleep ended with ${answer}`
    },
  },
  {
    id: 'signals/stop',
    topic: 'signals',
    asks: 'Can SIGSTOP stop a kernel thread, and SIGCONT let it go on?',
    differ:
      'On OpenBSD a thread in an interruptible sleep is stopped until SIGCONT; on NetBSD nothing happens; FreeBSD was not asked, whose kproc_suspend() uses the bit of SIGSTOP for a request that the process itself looks for.',
    bites:
      'On OpenBSD a wakeup does not bring a stopped thread back: whoever waits for it waits until somebody sends SIGCONT.',
    alike: ALIKE,
    cells: cells(['NB-G-14'], ['OB-D-07']),
    schedules: 'own',
    *tell(os) {
      const log = os.log()
      const signals = os.signals!
      const thread = yield* sleeper(os, log)
      yield* signals.post(thread, SIGSTOP)
      yield* os.pause(100)
      const stopped = (yield* log.lines()).length === 0
      yield* signals.post(thread, SIGCONT)
      yield* os.pause(100)
      const goesOn = (yield* log.lines()).length > 0
      if (!stopped) return 'SIGSTOP does not stop it'
      return `SIGSTOP stops it, and SIGCONT ${goesOn ? 'lets it go on' : 'does not let it go on'}`
    },
  },
  {
    id: 'signals/everybody',
    topic: 'signals',
    asks: 'SIGTERM is sent to every process: do kernel threads get it?',
    differ:
      "Nowhere: kill(2) to everybody passes over the system's processes on OpenBSD, and on NetBSD process 0 takes none; FreeBSD was not asked.",
    bites: null,
    alike: [['netbsd/6', 'netbsd/10.1', 'openbsd/4.2', 'openbsd/5.1'], ['freebsd/8.0']],
    cells: cells(['NB-G-14'], ['OB-KT-11', 'OB-D-07']),
    schedules: 'own',
    *tell(os) {
      const log = os.log()
      const signals = os.signals!
      signals.userProcess(() => sleep(os, log, 'user process'))
      yield* os.create(() => sleep(os, log, 'kernel thread'))
      yield* os.pause(10)
      yield* signals.postToAll(SIGTERM)
      yield* os.pause(100)
      return (yield* log.lines()).toSorted().join('; ')
    },
  },
]
