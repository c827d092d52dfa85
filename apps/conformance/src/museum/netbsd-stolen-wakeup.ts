import { createKernel, type Kernel } from '@kt/netbsd/10.1'
import type { Steps } from '@kt/core'
import { exhibit, type Exhibit } from './exhibit.js'

function* program(k: Kernel, looksAgain: boolean): Steps<void> {
  const lock = k.mutex('lock')
  const cv = k.condvar('jobs')
  const jobs = k.cell(0, { name: 'jobs' })
  function* worker(): Steps<void> {
    yield* k.mutex_enter(lock)
    if (looksAgain) while ((yield* jobs.read()) === 0) yield* k.cv_wait(cv, lock)
    else if ((yield* jobs.read()) === 0) yield* k.cv_wait(cv, lock)
    const left = (yield* jobs.read()) - 1
    if (left < 0) yield* k.panic('worker: took a job from an empty queue')
    yield* jobs.write(left)
    yield* k.mutex_exit(lock)
    yield* k.kthread_exit(0)
  }
  function* put(): Steps<void> {
    yield* k.mutex_enter(lock)
    yield* jobs.write((yield* jobs.read()) + 1)
    yield* k.cv_signal(cv)
    yield* k.mutex_exit(lock)
  }
  yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, worker, null, null, 'worker/%d', 0)
  yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, worker, null, null, 'worker/%d', 1)
  yield* put()
  yield* put()
}

export const stolenWakeup: Exhibit = exhibit({
  id: 'netbsd/stolen-wakeup',
  title: 'A worker that was woken does not look again',
  release: 'NetBSD 10.1',
  tells:
    'A worker sleeps, a job comes, and before the worker has the mutex again another one has taken the job. That a wakeup came says nothing about the queue: the condition is looked at again in a loop, as the workqueues of the kernel and its page daemon do.',
  shows: 'panic',
  make: () => createKernel({ ncpu: 2 }),
  mistake: (k) => program(k, false),
  mend: (k) => program(k, true),
  token: 'kt1:netbsd/stolen-wakeup:EDEURCpBu40-4l',
})
