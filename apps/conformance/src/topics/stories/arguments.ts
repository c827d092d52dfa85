import type { Out, Steps } from '@kt/core'
import type { Driver } from '../driver.js'
import type { Story } from '../story.js'

/** Creates a thread with an argument, and says what its function received. */
function* received(os: Driver, arg: object | null, out: Out<object> = os.k.ref()): Steps<string> {
  const log = os.log()
  yield* os.createBy(
    function* (given) {
      if (given === null) yield* log.add('null')
      else if (given === arg) yield* log.add('the very object')
      else yield* log.add(given === os.here().handle ? 'the thread itself' : 'something else')
      yield* os.exit(0)
    },
    { arg, out: out },
  )
  yield* os.pause(5)
  return `func receives ${(yield* log.lines()).join()}`
}

export const argumentsStories: readonly Story[] = [
  {
    id: 'arguments/identity',
    topic: 'arguments',
    asks: 'Does the argument arrive as it was given?',
    differ: 'Everywhere the function gets the very pointer that the creator gave.',
    bites: null,
    alike: [['netbsd/6', 'netbsd/10.1', 'openbsd/4.2', 'openbsd/5.1', 'freebsd/8.0']],
    cells: {
      'netbsd/6': { clauses: ['NB6-KT-24'] },
      'netbsd/10.1': { clauses: ['NB10-KT-27'] },
      'openbsd/4.2': { clauses: ['OB-KT-16'] },
      'openbsd/5.1': { clauses: ['OB-KT-16'] },
      'freebsd/8.0': { clauses: ['FB8-KT-32'] },
    },
    schedules: 'own',
    tell: (os) => received(os, { unit: 0 }),
  },
  {
    id: 'arguments/null',
    topic: 'arguments',
    asks: 'What does the function receive for a null argument?',
    differ:
      'On NetBSD kthread_create() hands it the thread itself, and the OpenBSD kernel does so against its page; on FreeBSD kthread_add() hands over null.',
    bites:
      'A function that tests its argument for null to know whether there is a device finds one on NetBSD and OpenBSD, which is the thread.',
    alike: [
      ['netbsd/6', 'netbsd/10.1'],
      ['openbsd/4.2', 'openbsd/5.1', 'freebsd/8.0'],
    ],
    cells: {
      'netbsd/6': { clauses: ['NB6-KT-25', 'NB-D-01'] },
      'netbsd/10.1': { clauses: ['NB10-KT-28', 'NB-D-01'] },
      'openbsd/4.2': { clauses: ['OB-KT-16', 'OB-D-04'] },
      'openbsd/5.1': { clauses: ['OB-KT-16', 'OB-D-04'] },
      'freebsd/8.0': { clauses: ['FB8-KT-32'] },
    },
    schedules: 'own',
    tell: (os) => received(os, null),
  },
  {
    id: 'arguments/handle',
    topic: 'arguments',
    asks: 'Does a thread get its own handle if the argument is read from the variable that receives it?',
    differ:
      'No: what the variable held before is handed over. That is null, so that on NetBSD, and in the OpenBSD kernel against its page, the thread gets itself all the same; on FreeBSD it gets null.',
    bites:
      'A call that works on NetBSD and OpenBSD because a null argument becomes the thread hands over null on FreeBSD.',
    alike: [
      ['netbsd/6', 'netbsd/10.1'],
      ['openbsd/4.2', 'openbsd/5.1', 'freebsd/8.0'],
    ],
    cells: {
      'netbsd/6': { clauses: ['NB-D-01'] },
      'netbsd/10.1': { clauses: ['NB-D-01'] },
      'openbsd/4.2': { clauses: ['OB-D-04', 'OB-Q-06'] },
      'openbsd/5.1': { clauses: ['OB-D-04', 'OB-Q-06'] },
      'freebsd/8.0': { clauses: ['FB8-KT-32'] },
    },
    schedules: 'own',
    *tell(os) {
      const out = os.k.ref<object>()
      return yield* received(os, out.value, out)
    },
  },
]
