import type { Cell, Out, Steps } from '@kt/core'
import type { Mtx, Td } from '@kt/freebsd/8.0'
import type { FreebsdKernel } from '../releases.js'
import type { Happening, KernelThread, Lock, ThreadWords } from '../words/threads.js'

/** What a thread and who waits for it agree on: a flag under a lock. kthread_exit() itself takes no lock of theirs. */
export interface Handshake {
  readonly lock: Mtx
  readonly isGone: Cell<boolean>
}

/** A thread of process 0. */
export class FreebsdThread implements KernelThread {
  constructor(
    readonly handle: Td,
    /** Null for a thread that nobody is to wait for. */
    readonly handshake: Handshake | null = null,
  ) {}

  name(): string {
    return this.handle.td_name
  }
}

export function threadWords(k: FreebsdKernel): ThreadWords {
  /** What awaited threads have to set before they end. */
  const handshakes = new WeakMap<Td, Handshake>()

  /** The flag, and no wakeup: kthread_exit() wakes who sleeps on the thread, and that is later, out of the module. */
  function* tell(): Steps<void> {
    const handshake = handshakes.get(k.curthread)
    if (handshake === undefined) return
    yield* k.mtx_lock(handshake.lock)
    yield* handshake.isGone.write(true)
    yield* k.mtx_unlock(handshake.lock)
  }

  return {
    *create(body, { name = 'worker', isAwaited = false, out = null, last, returns = false } = {}) {
      const newtdpp = (out ?? k.ref<Td>()) as Out<Td>
      const handshake = isAwaited ? handshakeOf(k) : null
      function* func(): Steps<void> {
        if (handshake !== null) handshakes.set(k.curthread, handshake)
        yield* body()
        yield* tell()
        if (last !== undefined) yield* last()
        if (!returns) yield* k.kthread_exit()
      }
      const error = yield* k.kthread_add(func, 'arg', null, newtdpp, 0, 0, '%s', name)
      return { error, thread: error === 0 ? new FreebsdThread(newtdpp.value!, handshake) : null }
    },
    *exit() {
      yield* tell()
      return yield* k.kthread_exit()
    },
    *wait(thread) {
      const { handle, handshake } = thread as FreebsdThread
      if (handshake === null) {
        yield* k.tsleep(handle, k.PWAIT, 'wait', 0)
        return null
      }
      const { lock, isGone } = handshake
      yield* k.mtx_lock(lock)
      // Others wake the address of a thread too: only the flag says that it leaves.
      while (!(yield* isGone.read())) yield* k.msleep(handle, lock, k.PWAIT, 'unload', 0)
      yield* k.mtx_unlock(lock)
      return null
    },
    *pause(ticks) {
      yield* k.pause('pause', ticks)
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

export function tdOf({ handle }: KernelThread): Td {
  return handle as Td
}

export function handshakeOf(k: FreebsdKernel): Handshake {
  return { lock: k.mtx('sc_mtx'), isGone: k.cell(false, { name: 'sc_gone' }) }
}

function lock(k: FreebsdKernel, name: string): Lock {
  const mtx = k.mtx(name)
  return {
    *enter() {
      yield* k.mtx_lock(mtx)
    },
    *leave() {
      yield* k.mtx_unlock(mtx)
    },
  }
}

/** A flag under a mutex, which msleep() gives up in the moment in which it goes to sleep. */
function happening(k: FreebsdKernel, name: string): Happening {
  const mtx = k.mtx(`${name}_mtx`)
  const hasHappened = k.cell(false, { name })
  return {
    *raise() {
      yield* k.mtx_lock(mtx)
      yield* hasHappened.write(true)
      yield* k.wakeup(hasHappened)
      yield* k.mtx_unlock(mtx)
    },
    *wait(ticks = 0) {
      let error = 0
      yield* k.mtx_lock(mtx)
      while (error === 0 && !(yield* hasHappened.read()))
        error = yield* k.msleep(hasHappened, mtx, k.PWAIT, name, ticks)
      yield* k.mtx_unlock(mtx)
      return error
    },
  }
}
