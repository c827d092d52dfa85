import type { Out, Steps } from '@kt/core'
import type { Td } from '@kt/freebsd/8.0'
import type { FreebsdKernel } from '../releases.js'
import type { ScheduleWords } from '../words/schedule.js'
import { noFpu } from '../words/fpu.js'
import { bigLockWords } from './big-lock.js'
import { tdOf } from './threads.js'

export function scheduleWords(k: FreebsdKernel): ScheduleWords {
  return {
    ...bigLockWords(k),
    ...noFpu,
    priorities: { pager: k.PVM, io: k.PRIBIO, interrupt: k.PI_NET },
    // As taskqueue(9) does it: what kthread_add does not take is set before the thread is queued.
    *createAs(body, { name = 'worker', priority, cpu, isTimeShared = false }) {
      const newtdp: Out<Td> = k.ref<Td>()
      function* func(): Steps<void> {
        yield* body()
        yield* k.kthread_exit()
      }
      const error = yield* k.kthread_add(func, 'arg', null, newtdp, k.RFSTOPPED, 0, '%s', name)
      if (error !== 0) return { error, thread: null }
      const td = newtdp.value!
      if (cpu !== undefined) yield* k.cpuset_setthread(td.td_tid, 1 << cpu)
      yield* k.thread_lock(td)
      if (isTimeShared) yield* k.sched_class(td, k.PRI_TIMESHARE)
      if (priority !== undefined) yield* k.sched_prio(td, priority)
      yield* k.sched_add(td, k.SRQ_BORING)
      yield* k.thread_unlock(td)
      return { error, thread: { handle: td, name: () => td.td_name } }
    },
    *sleepAt(address, priority, ticks = 0) {
      return yield* k.tsleep(address, priority, 'sleep', ticks)
    },
    priorityOf(thread) {
      return (thread === undefined ? k.curthread : tdOf(thread)).td_priority
    },
    cpu() {
      return k.curcpu().pc_cpuid
    },
  }
}
