import type { OpenbsdKernel } from '../releases.js'
import type { ScheduleWords } from '../words/schedule.js'
import { noFpu } from '../words/fpu.js'
import { bigLockWords } from './big-lock.js'
import { procOf, threadWords } from './threads.js'

export function scheduleWords(k: OpenbsdKernel): ScheduleWords {
  const threads = threadWords(k)
  return {
    ...bigLockWords(k),
    ...noFpu,
    priorities: { pager: k.PVM, io: k.PRIBIO, interrupt: k.PSWP },
    // kthread_create has no argument for any of it.
    createAs: (body, { name = 'worker' }) => threads.create(body, { name }),
    *sleepAt(address, priority, ticks = 0) {
      return yield* k.tsleep(address, priority, 'sleep', ticks)
    },
    priorityOf(thread) {
      return (thread === undefined ? k.curproc : procOf(thread)).p_priority
    },
    cpu() {
      return k.curcpu().ci_index
    },
  }
}
