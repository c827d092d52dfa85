import type { Cell, Out, Steps } from '@kt/core'
import type { Proc } from '@kt/openbsd'
import type { OpenbsdKernel } from '../releases.js'
import type { Happening, KernelThread, Lock, ThreadWords } from '../words/threads.js'

/** A process of the system. There is no call to wait for it: the flag is what drivers keep in their softc. */
export class OpenbsdThread implements KernelThread {
  constructor(
    readonly handle: Proc,
    /** Null for a thread that nobody is to wait for. */
    readonly isDone: Cell<boolean> | null = null,
  ) {}

  name(): string {
    return this.handle.p_comm
  }
}

export function threadWords(k: OpenbsdKernel): ThreadWords {
  /** What awaited threads have to set before they end. */
  const flags = new WeakMap<Proc, Cell<boolean>>()

  function* tell(): Steps<void> {
    const isDone = flags.get(k.curproc)
    if (isDone === undefined) return
    yield* isDone.write(true)
    yield* k.wakeup(isDone)
  }

  return {
    *create(body, { name = 'worker', isAwaited = false, out = null, last, returns = false } = {}) {
      const newpp = (out ?? k.ref<Proc>()) as Out<Proc>
      const isDone = isAwaited ? k.cell(false, { name: 'is_done', atomic: true }) : null
      function* func(): Steps<void> {
        if (isDone !== null) flags.set(k.curproc, isDone)
        yield* body()
        yield* tell()
        if (last !== undefined) yield* last()
        if (!returns) yield* k.kthread_exit(0)
      }
      const error = yield* k.kthread_create(func, 'arg', newpp, '%s', name)
      return { error, thread: error === 0 ? new OpenbsdThread(newpp.value!, isDone) : null }
    },
    *exit(code) {
      yield* tell()
      return yield* k.kthread_exit(code)
    },
    *wait(thread) {
      const { handle, isDone } = thread as OpenbsdThread
      // Kernel code runs under the big lock: between the look and the sleep nobody can come.
      if (isDone === null) yield* k.tsleep(handle, k.PWAIT, 'wait', 0)
      else while (!(yield* isDone.read())) yield* k.tsleep(isDone, k.PWAIT, 'detach', 0)
      return null
    },
    *pause(ticks) {
      yield* k.tsleep({}, k.PWAIT, 'pause', ticks)
    },
    *sleepOn(address, ticks = 0) {
      return yield* k.tsleep(address, k.PWAIT, 'sleep', ticks)
    },
    *wakeup(address) {
      yield* k.wakeup(address)
    },
    lock: (name) => lock(k, name),
    happening: (name) => happening(k, name),
  }
}

export function procOf({ handle }: KernelThread): Proc {
  return handle as Proc
}

/** The lock that may be held over a sleep; a mutex(9) spins and keeps interrupts out. */
function lock(k: OpenbsdKernel, name: string): Lock {
  const rwl = k.RWLOCK_INITIALIZER(name)
  return {
    *enter() {
      yield* k.rw_enter_write(rwl)
    },
    *leave() {
      yield* k.rw_exit_write(rwl)
    },
  }
}

/** A flag, under the big lock. */
function happening(k: OpenbsdKernel, name: string): Happening {
  const hasHappened = k.cell(false, { name, atomic: true })
  return {
    *raise() {
      yield* hasHappened.write(true)
      yield* k.wakeup(hasHappened)
    },
    *wait(ticks = 0) {
      let error = 0
      while (error === 0 && !(yield* hasHappened.read())) error = yield* k.tsleep(hasHappened, k.PWAIT, name, ticks)
      return error
    },
  }
}
