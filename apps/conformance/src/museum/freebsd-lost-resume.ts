import { createKernel } from '@kt/freebsd/8.0'
import { exhibit, type Exhibit } from './exhibit.js'
import { createProcess, createThread } from './freebsd-sleeper.js'

export const lostResume: Exhibit = exhibit({
  id: 'freebsd/lost-resume',
  title: 'A thread is resumed just before it parks',
  release: 'FreeBSD 8.0',
  tells:
    'In kthread_suspend_check() the target has seen the flag and given its word, and has yet to sleep. The resume that comes now clears the flag and wakes nobody; the target sleeps with the flag clear until somebody resumes it once more (FB8-D-06). The check of kproc(9) looks and sleeps under the lock of the process.',
  shows: 'lost-wakeup',
  make: () => createKernel({ ncpu: 2, reading: 'kernel', daemons: 'none' }),
  *mistake(k) {
    const td = yield* createThread(k, (self) => k.kthread_suspend_check(self))
    // With a time limit, so that the word may be lost without harm.
    yield* k.kthread_suspend(td, 1)
    yield* k.kthread_resume(td)
  },
  *mend(k) {
    const p = yield* createProcess(k, (self) => k.kproc_suspend_check(self))
    yield* k.kproc_suspend(p, 1)
    yield* k.kproc_resume(p)
  },
  options: { strategy: 'dfs', preemptions: 2 },
  token: 'kt1:freebsd/lost-resume:MIkj5qGu',
})
