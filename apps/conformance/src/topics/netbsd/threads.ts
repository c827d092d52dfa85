import type { Out, Steps } from '@kt/core'
import type { Lwp } from '@kt/netbsd'
import type { NetbsdKernel } from '../releases.js'
import type { Happening, KernelThread, Lock, ThreadWords } from '../words/threads.js'

/** An LWP of process 0. */
export class NetbsdThread implements KernelThread {
  constructor(readonly handle: Lwp) {}

  name(): string {
    return this.handle.l_name
  }
}

export function threadWords(k: NetbsdKernel): ThreadWords {
  return {
    *create(body, { name = 'worker', isAwaited = false, out = null, last, returns = false } = {}) {
      const newlp = (out ?? k.ref<Lwp>()) as Out<Lwp>
      function* func(): Steps<void> {
        yield* body()
        if (last !== undefined) yield* last()
        if (!returns) yield* k.kthread_exit(0)
      }
      // Who has no big lock in mind says so: KTHREAD_MPSAFE.
      const flags: number = isAwaited ? k.KTHREAD_MPSAFE | k.KTHREAD_MUSTJOIN : k.KTHREAD_MPSAFE
      const error = yield* k.kthread_create(k.PRI_NONE, flags, null, func, 'arg', newlp, '%s', name)
      return { error, thread: error === 0 ? new NetbsdThread(newlp.value!) : null }
    },
    *exit(code) {
      return yield* k.kthread_exit(code)
    },
    *wait(thread) {
      return yield* k.kthread_join(lwpOf(thread))
    },
    *pause(ticks) {
      yield* k.kpause('pause', false, ticks, null)
    },
    *sleepOn(address, ticks = 0) {
      return yield* k.tsleep(address, k.PRI_KTHREAD, 'sleep', ticks)
    },
    *wakeup(address) {
      yield* k.wakeup(address)
    },
    lock: (name) => lock(k, name),
    happening: (name) => happening(k, name),
  }
}

export function lwpOf({ handle }: KernelThread): Lwp {
  return handle as Lwp
}

function lock(k: NetbsdKernel, name: string): Lock {
  const mtx = k.mutex(name)
  return {
    *enter() {
      yield* k.mutex_enter(mtx)
    },
    *leave() {
      yield* k.mutex_exit(mtx)
    },
  }
}

/** A flag under a mutex, and a condition variable. */
function happening(k: NetbsdKernel, name: string): Happening {
  const mtx = k.mutex(`${name}_lock`)
  const cv = k.condvar(name)
  const hasHappened = k.cell(false, { name })
  return {
    *raise() {
      yield* k.mutex_enter(mtx)
      yield* hasHappened.write(true)
      yield* k.cv_broadcast(cv)
      yield* k.mutex_exit(mtx)
    },
    *wait(ticks = 0) {
      let error = 0
      yield* k.mutex_enter(mtx)
      while (error === 0 && !(yield* hasHappened.read())) {
        if (ticks === 0) yield* k.cv_wait(cv, mtx)
        else error = yield* k.cv_timedwait(cv, mtx, ticks)
      }
      yield* k.mutex_exit(mtx)
      return error
    },
  }
}
