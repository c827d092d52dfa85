import type { Cell, Out, Steps } from '@kt/core'
import type { Proc } from '@kt/openbsd'
import type { OpenbsdKernel } from '../releases.js'
import type { CreationWords } from '../words/creation.js'
import { OpenbsdThread, procOf } from './threads.js'

const STATES = ['SIDL', 'SRUN', 'SSLEEP', 'SSTOP', 'SZOMB', 'SDEAD', 'SONPROC'] as const

/** A thread whose function waits to be told to begin. */
class WaitingThread extends OpenbsdThread {
  constructor(
    handle: Proc,
    readonly isStarted: Cell<boolean>,
  ) {
    super(handle, null)
  }
}

export function creationWords(k: OpenbsdKernel): CreationWords {
  return {
    // The call takes no flags.
    *createBy(func, { arg = {}, fmt = 'worker', args = [], out = k.ref<Proc>() } = {}) {
      const newpp = out as Out<Proc> | null
      const error = yield* k.kthread_create(func, arg, newpp, fmt, ...args)
      const isThere = error === 0 && newpp !== null
      return { error, thread: isThere ? new OpenbsdThread(newpp.value!, null) : null }
    },
    *createStopped(body) {
      const newpp = k.ref<Proc>()
      const isStarted = k.cell(false, { name: 'is_started', atomic: true })
      function* func(): Steps<void> {
        while (!(yield* isStarted.read())) yield* k.tsleep(isStarted, k.PWAIT, 'start', 0)
        yield* body()
        yield* k.kthread_exit(0)
      }
      yield* k.kthread_create(func, 'arg', newpp, 'worker')
      return new WaitingThread(newpp.value!, isStarted)
    },
    *start(thread) {
      const { isStarted } = thread as WaitingThread
      yield* isStarted.write(true)
      yield* k.wakeup(isStarted)
    },
    stateOf: (thread) => STATES.find((name) => k[name] === procOf(thread).p_stat)!,
    here() {
      const { curproc } = k
      const { pid, name, ps_pptr } = curproc.p_p
      return { handle: curproc, name: curproc.p_comm, process: { pid, name, ppid: ps_pptr?.pid ?? null } }
    },
    asUser(body) {
      k.process({ name: 'user', uid: 1000 }, function* () {
        yield* k.syscall('ioctl', body)
      })
    },
    userThread(body) {
      k.process({ name: 'user', uid: 1000 }, function* () {
        // A story is not told to a release without the call.
        if (!('__tfork_thread' in k)) return
        // The system boots without threads of users.
        k.sysctl('kern.rthreads', 1)
        const stack = yield* k.mmap(STACK_BYTES)
        function* startfunc(): Steps<void> {
          yield* k.syscall('ioctl', body)
        }
        yield* k.__tfork_thread({ tf_tcb: stack, tf_tid: null, tf_flags: 0 }, stack.end, startfunc, null)
        // Else the process ends, and the thread with it.
        yield* k.nanosleep(NANOSECONDS)
      })
    },
    failNextStack() {
      k.inject({ at: 'uarea' })
    },
  }
}

const STACK_BYTES = 0x4000
const NANOSECONDS = 1_000_000_000
