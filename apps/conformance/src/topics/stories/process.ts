import type { Story } from '../story.js'
import { FREEBSD, NETBSD, OPENBSD } from './alike.js'
import { by, cellsOf } from './ending.js'

const NO_KPROC = { clauses: [], lacks: 'kproc_exit' }

/** What ends with what: threads and the processes that have them. */
export const processStories: readonly Story[] = [
  {
    id: 'exit/process',
    topic: 'exit',
    asks: 'Does a process end with a kernel thread?',
    differ:
      'On OpenBSD a kernel thread is a process, which ends with it; on NetBSD and FreeBSD it is a thread of process 0, which stays.',
    bites:
      'What a driver of OpenBSD keeps by process, as a process id, is the same for all kernel threads on NetBSD and FreeBSD.',
    alike: [[...NETBSD, ...FREEBSD], OPENBSD],
    cells: cellsOf(by('NB6-KT-06'), by('NB10-KT-08'), by('OB-KT-06', 'OB-KT-20'), by('FB8-KT-45')),
    schedules: 'own',
    *tell(os) {
      const mayEnd = os.happening('may_end')
      const before = yield* os.look(() => os.pids().length)
      yield* os.create(() => mayEnd.wait())
      const meanwhile = yield* os.look(() => os.pids().length)
      yield* mayEnd.raise()
      yield* os.pause(os.k.hz)
      const after = yield* os.look(() => os.pids().length)
      if (meanwhile === before) return 'there is no process of its own'
      return after < meanwhile ? 'its own process ends with it' : 'its own process stays without it'
    },
  },
  {
    id: 'exit/last',
    topic: 'exit',
    asks: 'The threads of a kernel process leave as threads: what becomes of the process?',
    differ:
      'FreeBSD ends a process with its last thread, though its kernel can miss which one is the last; on NetBSD all kernel threads are in process 0, and on OpenBSD each is a process of its own.',
    bites:
      'Two threads that leave a process of FreeBSD at once can panic the kernel: let one of them end the process by kproc_exit(), which waits for the other.',
    alike: [[...NETBSD, ...OPENBSD], FREEBSD],
    cells: cellsOf(NO_KPROC, NO_KPROC, NO_KPROC, by('FB8-KT-45', 'FB8-D-24')),
    // Of the composed calls of FreeBSD the kernel's reading has more schedules than that.
    schedulesMax: 300,
    *tell(os) {
      yield* os.runProcess!([function* () {}, function* () {}], ['thread exit', 'thread exit'])
      return 'it ends with the last of them'
    },
  },
  {
    id: 'exit/whole',
    topic: 'exit',
    asks: 'One thread ends its whole process: are the others done when one goes on who waits for the process?',
    differ:
      'On FreeBSD kproc_exit() wakes who waits for the process first of all, and waits for the other threads after that; NetBSD and OpenBSD have no kernel processes with several threads.',
    bites:
      'A wakeup on a process of FreeBSD does not mean that its threads have left the module: wait for each of them before the last one calls kproc_exit().',
    alike: [[...NETBSD, ...OPENBSD], FREEBSD],
    cells: cellsOf(NO_KPROC, NO_KPROC, NO_KPROC, by('FB8-KP-22', 'FB8-KP-24', 'FB8-D-16')),
    schedulesMax: 300,
    *tell(os) {
      const log = os.log()
      yield* os.runProcess!([function* () {}, () => log.add('work')], ['process exit', 'thread exit'])
      const done = yield* log.lines()
      return done.length === 1 ? 'the other one has done its work' : 'the other one is still at work'
    },
  },
]
