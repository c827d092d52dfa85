import type { Story } from '../story.js'
import { FREEBSD, NETBSD, OPENBSD } from './alike.js'
import { by, cellsOf } from './ending.js'

const NO_KPROC = { clauses: [], lacks: 'kproc_create' }

export const returnStories: readonly Story[] = [
  {
    id: 'return/returns',
    topic: 'return',
    asks: 'What if the function of a thread returns instead of calling exit?',
    differ:
      'It must not on any of them, and no kernel catches it: control falls into a return to user mode that never was. Where the page forbids it kt panics and says whose function it was.',
    bites:
      'In later releases of FreeBSD a function that returns ends its thread; who relies on that ports a crash to the others, and to FreeBSD 8.0.',
    alike: [NETBSD, OPENBSD, FREEBSD],
    cells: cellsOf(
      by('NB6-KT-22', 'NB6-KT-23', 'NB-D-23'),
      by('NB10-KT-25', 'NB10-KT-26', 'NB-D-23'),
      by('OB-KT-20', 'OB-D-09', 'OB-Q-01'),
      by('FB8-KT-47', 'FB8-D-10'),
    ),
    *tell(os) {
      yield* os.create(function* () {}, { returns: true })
      yield* os.pause(1)
      return 'nobody has noticed yet'
    },
  },
  {
    id: 'return/process',
    topic: 'return',
    asks: 'What if the main function of a kernel process returns?',
    differ:
      'FreeBSD says on the console that it ended prematurely, and ends the whole process; NetBSD and OpenBSD have no kernel processes in which threads are put.',
    bites: 'It takes the other threads of the process along, or rather waits until they have left.',
    alike: [[...NETBSD, ...OPENBSD], FREEBSD],
    cells: cellsOf(NO_KPROC, NO_KPROC, NO_KPROC, by('FB8-KP-22', 'FB8-D-10')),
    schedules: 'own',
    *tell(os) {
      yield* os.runProcess!([function* () {}], ['return'])
      const line = yield* os.look(() => os.k.console.find((text) => text.includes('driver')))
      return `the process ends${line === undefined ? '' : `: ${line.trim().replace(/\d+/, '…')}`}`
    },
  },
]
