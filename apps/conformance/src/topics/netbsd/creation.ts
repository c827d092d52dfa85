import type { Out, Steps } from '@kt/core'
import type { Lwp } from '@kt/netbsd'
import type { NetbsdKernel } from '../releases.js'
import type { CreationWords } from '../words/creation.js'
import { lwpOf, NetbsdThread } from './threads.js'

const STATES = ['LSIDL', 'LSRUN', 'LSSLEEP', 'LSZOMB', 'LSONPROC'] as const

export function creationWords(k: NetbsdKernel): CreationWords {
  function endingIn(body: () => Steps) {
    return function* (): Steps<void> {
      yield* body()
      yield* k.kthread_exit(0)
    }
  }
  return {
    *createBy(func, { arg = {}, fmt = 'worker', args = [], out = k.ref<Lwp>(), isAwaited = false, flags = 0 } = {}) {
      const newlp = out as Out<Lwp> | null
      const all: number = k.KTHREAD_MPSAFE | (isAwaited ? k.KTHREAD_MUSTJOIN : 0) | flags
      const error = yield* k.kthread_create(k.PRI_NONE, all, null, func, arg, newlp, fmt, ...args)
      return { error, thread: error === 0 && newlp !== null ? new NetbsdThread(newlp.value!) : null }
    },
    *createStopped(body) {
      const newlp = k.ref<Lwp>()
      const flags = k.KTHREAD_MPSAFE | k.KTHREAD_IDLE
      yield* k.kthread_create(k.PRI_NONE, flags, null, endingIn(body), 'arg', newlp, 'worker')
      return new NetbsdThread(newlp.value!)
    },
    *start(thread) {
      // No page has a call for it: what the kernel's own callers do with its locks and its queue.
      yield* k.startIdle(lwpOf(thread))
    },
    stateOf: (thread) => STATES.find((name) => k[name] === lwpOf(thread).l_stat)!,
    here() {
      const { pid, name } = k.curproc
      // Kernel threads have no parent, and whose child process 0 would be nobody asks.
      return { handle: k.curlwp, name: k.curlwp.l_name, process: { pid, name, ppid: null } }
    },
    asUser(body) {
      k.process({ name: 'user', uid: 1000 }, body)
    },
    userThread(body) {
      // Whoever asks, a kernel thread belongs to process 0.
      k.process({ name: 'user', uid: 1000 }, function* () {
        yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, endingIn(body), 'arg', null, 'worker')
      })
    },
    failNextStack() {
      k.inject({ at: 'uarea' })
    },
  }
}
