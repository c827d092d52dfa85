import type { Out, Steps } from '@kt/core'
import type { Lwp } from '@kt/netbsd'
import type { NetbsdKernel } from '../releases.js'
import type { ScheduleWords } from '../words/schedule.js'
import { bigLockWords } from './big-lock.js'
import { fpuWords } from './fpu.js'
import { lwpOf, NetbsdThread } from './threads.js'

export function scheduleWords(k: NetbsdKernel): ScheduleWords {
  return {
    ...bigLockWords(k),
    ...fpuWords(k),
    priorities: { pager: k.PRI_VM, io: k.PRI_BIO, interrupt: k.PRI_SOFTNET },
    *createAs(body, { name = 'worker', priority = k.PRI_NONE, cpu, isTimeShared = false }) {
      const newlp: Out<Lwp> = k.ref<Lwp>()
      function* func(): Steps<void> {
        yield* body()
        yield* k.kthread_exit(0)
      }
      const ci = cpu === undefined ? null : k.cpu_lookup(cpu)
      const flags = k.KTHREAD_MPSAFE | (isTimeShared ? k.KTHREAD_TS : 0)
      const error = yield* k.kthread_create(priority, flags, ci, func, 'arg', newlp, '%s', name)
      return { error, thread: error === 0 ? new NetbsdThread(newlp.value!) : null }
    },
    *sleepAt(address, priority, ticks = 0) {
      return yield* k.tsleep(address, priority, 'sleep', ticks)
    },
    priorityOf(thread) {
      return (thread === undefined ? k.curlwp : lwpOf(thread)).l_priority
    },
    cpu() {
      return k.cpu_index(k.curcpu())
    },
  }
}
