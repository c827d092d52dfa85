import type { Driver, Log } from '../driver.js'
import type { Story } from '../story.js'

/** A story that begins while the system boots: what is readied on the cold machine, and what to say when it is up. */
function whileBooting(ready: (os: Driver, log: Log) => void): Pick<Story, 'schedules' | 'cold' | 'tell'> {
  return {
    schedules: 'own',
    cold(os) {
      const log = os.log()
      ready(os, log)
      return log
    },
    *tell(os, booted) {
      yield* os.pause(20)
      return (yield* booted!.lines()).join(', then ')
    },
  }
}

export const bootStories: readonly Story[] = [
  {
    id: 'boot/attach',
    topic: 'boot',
    asks: 'What comes of a thread that is created in the attach function of a device?',
    differ:
      'On NetBSD and FreeBSD the creation succeeds, and the thread runs when the system is no longer cold; the page of OpenBSD forbids it, whose kernel makes the thread process 1 and goes down when that exits.',
    bites:
      'An attach function that creates its thread, as it may on NetBSD and FreeBSD, takes the place of init on OpenBSD: there kthread_create_deferred() is the call.',
    alike: [
      ['netbsd/6', 'netbsd/10.1', 'freebsd/8.0'],
      ['openbsd/4.2', 'openbsd/5.1'],
    ],
    cells: {
      'netbsd/6': { clauses: ['NB-G-16'] },
      'netbsd/10.1': { clauses: ['NB-G-16'] },
      'openbsd/4.2': { clauses: ['OB-KT-22', 'OB-D-10'] },
      'openbsd/5.1': { clauses: ['OB-KT-22', 'OB-D-10'] },
      'freebsd/8.0': {
        clauses: ['FB8-D-15', 'FB8-O-15'],
        nearest: 'a SYSINIT at the place where devices are attached',
      },
    },
    ...whileBooting((os, log) => {
      os.attach(function* () {
        const { error } = yield* os.create(() => log.add('the thread runs'))
        yield* log.add(`the creation returns ${os.errno(error)}`)
        yield* os.pause(1)
        yield* log.add('attach is over')
      })
    }),
  },
  {
    id: 'boot/deferred',
    topic: 'boot',
    asks: 'How does a driver create a thread as soon as that can be done?',
    differ:
      'NetBSD calls what config_interrupts() put off from a thread of its own, OpenBSD what kthread_create_deferred() put off from process 0, and FreeBSD the SYSINIT of the driver from thread0; the thread runs when that has ended.',
    bites:
      'A deferred function that sleeps keeps those waiting that were deferred after it on OpenBSD and FreeBSD; on NetBSD they go on beside it.',
    alike: [
      ['netbsd/6', 'netbsd/10.1'],
      ['openbsd/4.2', 'openbsd/5.1', 'freebsd/8.0'],
    ],
    cells: {
      'netbsd/6': { clauses: [], nearest: 'config_interrupts() of autoconf(9), whose threads call the function' },
      'netbsd/10.1': { clauses: [], nearest: 'config_interrupts() of autoconf(9), whose threads call the function' },
      'openbsd/4.2': { clauses: ['OB-KT-23', 'OB-KT-24', 'OB-KT-25'] },
      'openbsd/5.1': { clauses: ['OB-KT-23', 'OB-KT-24', 'OB-KT-25'] },
      'freebsd/8.0': { clauses: ['FB8-KT-18'], nearest: 'a SYSINIT late in the boot' },
    },
    ...whileBooting((os, log) => {
      os.attach(() => log.add('devices attach'))
      os.attachDeferring(function* () {
        yield* log.add(`${os.here().name} calls the function`)
        yield* os.create(() => log.add('the thread runs'))
        yield* log.add('the function is over')
      })
    }),
  },
  {
    id: 'boot/order',
    topic: 'boot',
    asks: 'Of two deferred functions, does the second wait for the first to end?',
    differ: 'On OpenBSD and FreeBSD it does, also while the first sleeps; on NetBSD another thread takes it meanwhile.',
    bites: 'Two drivers that rely on one another need a lock on NetBSD, where their deferred functions overlap.',
    alike: [
      ['netbsd/6', 'netbsd/10.1'],
      ['openbsd/4.2', 'openbsd/5.1', 'freebsd/8.0'],
    ],
    cells: {
      'netbsd/6': { clauses: [], nearest: 'config_interrupts() of autoconf(9), whose threads call the function' },
      'netbsd/10.1': { clauses: [], nearest: 'config_interrupts() of autoconf(9), whose threads call the function' },
      'openbsd/4.2': { clauses: ['OB-Q-07', 'OB-Q-08'] },
      'openbsd/5.1': { clauses: ['OB-Q-07', 'OB-Q-08'] },
      'freebsd/8.0': { clauses: ['FB8-O-26'], nearest: 'two SYSINITs at one place' },
    },
    ...whileBooting((os, log) => {
      os.attachDeferring(function* () {
        yield* log.add('the first begins')
        yield* os.pause(2)
        yield* log.add('the first ends')
      })
      os.attachDeferring(() => log.add('the second is called'))
    }),
  },
  {
    id: 'boot/nested',
    topic: 'boot',
    asks: 'When is a function called that a deferred function defers?',
    differ: 'At once everywhere, before those that were deferred earlier and still wait: nothing is put off any more.',
    bites: null,
    alike: [['netbsd/6', 'netbsd/10.1', 'openbsd/4.2', 'openbsd/5.1', 'freebsd/8.0']],
    cells: {
      'netbsd/6': { clauses: [], nearest: 'config_interrupts() of autoconf(9), whose threads call the function' },
      'netbsd/10.1': { clauses: [], nearest: 'config_interrupts() of autoconf(9), whose threads call the function' },
      'openbsd/4.2': { clauses: ['OB-Q-07'] },
      'openbsd/5.1': { clauses: ['OB-Q-07'] },
      'freebsd/8.0': { clauses: [], nearest: 'a SYSINIT that loads a module with another' },
    },
    ...whileBooting((os, log) => {
      os.attachDeferring(function* () {
        yield* log.add('the first defers')
        yield* os.defer(() => log.add('the nested one is called'))
        yield* log.add('the first ends')
      })
      os.attachDeferring(() => log.add('the second is called'))
    }),
  },
  {
    id: 'boot/late',
    topic: 'boot',
    asks: 'What does deferring do when the system is up?',
    differ: 'The function is called at once everywhere, by whoever defers it, who goes on when it has returned.',
    bites: 'A lock that is held over the call is held in the function too, which boot calls without it.',
    alike: [['netbsd/6', 'netbsd/10.1', 'openbsd/4.2', 'openbsd/5.1', 'freebsd/8.0']],
    cells: {
      'netbsd/6': { clauses: [], nearest: 'config_interrupts() of autoconf(9), whose threads call the function' },
      'netbsd/10.1': { clauses: [], nearest: 'config_interrupts() of autoconf(9), whose threads call the function' },
      'openbsd/4.2': { clauses: ['OB-D-11'] },
      'openbsd/5.1': { clauses: ['OB-D-11'] },
      'freebsd/8.0': { clauses: [], nearest: 'a module with a SYSINIT, which runs when it is loaded' },
    },
    *tell(os) {
      const log = os.log()
      const { handle } = os.here()
      yield* os.defer(() => log.add(`${os.here().handle === handle ? 'the caller' : 'another thread'} calls it`))
      yield* log.add('the caller goes on')
      return (yield* log.lines()).join(', then ')
    },
  },
]
