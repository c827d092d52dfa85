import { createKernel } from '@kt/freebsd/8.0'
import { exhibit, type Exhibit } from './exhibit.js'
import { createProcess, createThread } from './freebsd-sleeper.js'

export const lostAcknowledgement: Exhibit = exhibit({
  id: 'freebsd/lost-acknowledgement',
  title: 'The target parks before its suspender waits to be told',
  release: 'FreeBSD 8.0',
  tells:
    'kthread_suspend() sets a flag, wakes the target and only then goes to sleep, with no lock over the three. A target that is fast acknowledges to nobody, and a suspender without a time limit waits for ever (FB8-D-03). kproc_suspend() does the three under the lock of the process, and 9.0 took that over.',
  shows: 'lost-wakeup',
  make: () => createKernel({ ncpu: 2, reading: 'kernel', daemons: 'none' }),
  *mistake(k) {
    const td = yield* createThread(k, (self) => k.kthread_suspend_check(self))
    yield* k.kthread_suspend(td, 0)
  },
  *mend(k) {
    const p = yield* createProcess(k, (self) => k.kproc_suspend_check(self))
    yield* k.kproc_suspend(p, 0)
  },
  token: 'kt1:freebsd/lost-acknowledgement:EEyDqCSR',
})
