import type { Proc } from '@kt/netbsd'
import type { NetbsdKernel } from '../releases.js'
import type { SignalWords, StopWords, Suspension } from '../words/stop.js'
import { lwpOf } from './threads.js'

export function stopWords(k: NetbsdKernel): StopWords {
  return {
    suspension: () => handshake(k),
    self() {
      const l = k.curlwp
      return { handle: l, name: () => l.l_name }
    },
    processes: null,
    shutdown: null,
    signals: signalWords(k),
  }
}

/** What a driver keeps in its softc in place of a call: what is wanted, what is so, a lock and a condition variable. */
function handshake(k: NetbsdKernel): Suspension {
  const lock = k.mutex('sc_lock')
  const cv = k.condvar('sc_cv')
  const mustStop = k.cell(false, { name: 'sc_muststop' })
  const hasStopped = k.cell(false, { name: 'sc_stopped' })
  const isResting = k.cell(false, { name: 'sc_resting' })
  return {
    *suspend(_thread, ticks) {
      let error = 0
      yield* k.mutex_enter(lock)
      yield* mustStop.write(true)
      yield* k.cv_broadcast(cv)
      while (error === 0 && !(yield* hasStopped.read())) error = yield* k.cv_timedwait(cv, lock, ticks)
      yield* k.mutex_exit(lock)
      return error
    },
    *resume() {
      yield* k.mutex_enter(lock)
      yield* mustStop.write(false)
      yield* k.cv_broadcast(cv)
      yield* k.mutex_exit(lock)
      return 0
    },
    *look() {
      yield* k.mutex_enter(lock)
      while (yield* mustStop.read()) {
        yield* hasStopped.write(true)
        yield* k.cv_broadcast(cv)
        yield* k.cv_wait(cv, lock)
      }
      yield* hasStopped.write(false)
      yield* k.mutex_exit(lock)
    },
    *rest() {
      yield* k.mutex_enter(lock)
      yield* isResting.write(true)
      yield* k.cv_broadcast(cv)
      if (!(yield* mustStop.read())) yield* k.cv_wait(cv, lock)
      yield* k.mutex_exit(lock)
    },
    *awaitRest() {
      yield* k.mutex_enter(lock)
      while (!(yield* isResting.read())) yield* k.cv_wait(cv, lock)
      yield* k.mutex_exit(lock)
    },
  }
}

function signalWords(k: NetbsdKernel): SignalWords {
  return {
    *post(thread, signo) {
      yield* k.psignal(lwpOf(thread).process as Proc, signo)
    },
    *postToAll(signo) {
      // Process 0 and init are passed over.
      for (const p of k.processes) if (p.pid > 1) yield* k.psignal(p, signo)
    },
    *sleep(address, ticks) {
      return yield* k.tsleep(address, k.PRI_KTHREAD | k.PCATCH, 'catch', ticks)
    },
    userProcess(body) {
      const [handle] = k.process({ name: 'prog' }, body).lwps
      return { handle, name: () => 'prog' }
    },
  }
}
