import type { Out, Steps } from '@kt/core'
import type { Td } from '@kt/freebsd/8.0'
import type { FreebsdKernel } from '../releases.js'
import type { CreationWords } from '../words/creation.js'
import { FreebsdThread, tdOf } from './threads.js'

const STATES = ['TDS_INACTIVE', 'TDS_INHIBITED', 'TDS_CAN_RUN', 'TDS_RUNQ', 'TDS_RUNNING'] as const

export function creationWords(k: FreebsdKernel): CreationWords {
  function endingIn(body: () => Steps) {
    return function* (): Steps<void> {
      yield* body()
      yield* k.kthread_exit()
    }
  }
  return {
    *createBy(func, { arg = {}, fmt = 'worker', args = [], out = k.ref<Td>(), flags = 0 } = {}) {
      const newtdpp = out as Out<Td> | null
      const error = yield* k.kthread_add(func, arg, null, newtdpp, flags, 0, fmt, ...args)
      return { error, thread: error === 0 && newtdpp !== null ? new FreebsdThread(newtdpp.value!) : null }
    },
    *createStopped(body) {
      const newtdpp = k.ref<Td>()
      yield* k.kthread_add(endingIn(body), 'arg', null, newtdpp, k.RFSTOPPED, 0, 'worker')
      return new FreebsdThread(newtdpp.value!)
    },
    *start(thread) {
      const td = tdOf(thread)
      yield* k.thread_lock(td)
      yield* k.sched_add(td, k.SRQ_BORING)
      yield* k.thread_unlock(td)
    },
    stateOf: (thread) => STATES.find((name) => k[name] === tdOf(thread).td_state)!,
    here() {
      const { p_pid, p_comm, p_pptr } = k.curproc
      return {
        handle: k.curthread,
        name: k.curthread.td_name,
        process: { pid: p_pid, name: p_comm, ppid: p_pptr?.p_pid ?? null },
      }
    },
    asUser(body) {
      k.process({ name: 'user', uid: 1000 }, body)
    },
    userThread(body) {
      // A process of a user takes kernel threads like any other.
      k.process({ name: 'user', uid: 1000 }, function* () {
        yield* k.kthread_add(endingIn(body), 'arg', k.curproc, null, 0, 0, 'worker')
        // Else the process ends, and the thread with it.
        yield* k.pause('pause', k.hz)
      })
    },
    failNextStack() {
      k.inject({ at: 'kstack' })
    },
  }
}
