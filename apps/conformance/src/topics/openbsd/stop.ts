import type { OpenbsdKernel } from '../releases.js'
import type { SignalWords, StopWords, Suspension } from '../words/stop.js'
import { procOf } from './threads.js'

export function stopWords(k: OpenbsdKernel): StopWords {
  return {
    suspension: () => handshake(k),
    self() {
      const p = k.curproc
      return { handle: p, name: () => p.p_comm }
    },
    processes: null,
    shutdown: null,
    signals: signalWords(k),
  }
}

/** What a driver keeps in its softc in place of a call: what is wanted and what is so. The big lock is its interlock. */
function handshake(k: OpenbsdKernel): Suspension {
  const sc = {}
  const mustStop = k.cell(false, { name: 'sc_muststop' })
  const hasStopped = k.cell(false, { name: 'sc_stopped' })
  const isResting = k.cell(false, { name: 'sc_resting' })
  return {
    *suspend(_thread, ticks) {
      let error = 0
      yield* mustStop.write(true)
      yield* k.wakeup(sc)
      while (error === 0 && !(yield* hasStopped.read())) error = yield* k.tsleep(sc, k.PWAIT, 'suspend', ticks)
      return error
    },
    *resume() {
      yield* mustStop.write(false)
      yield* k.wakeup(sc)
      return 0
    },
    *look() {
      while (yield* mustStop.read()) {
        yield* hasStopped.write(true)
        yield* k.wakeup(sc)
        yield* k.tsleep(sc, k.PWAIT, 'stopped', 0)
      }
      yield* hasStopped.write(false)
    },
    *rest() {
      yield* isResting.write(true)
      yield* k.wakeup(sc)
      if (!(yield* mustStop.read())) yield* k.tsleep(sc, k.PWAIT, 'work', 0)
    },
    *awaitRest() {
      while (!(yield* isResting.read())) yield* k.tsleep(sc, k.PWAIT, 'rest', 0)
    },
  }
}

function signalWords(k: OpenbsdKernel): SignalWords {
  return {
    *post(thread, signo) {
      yield* k.psignal(procOf(thread), signo)
    },
    *postToAll(signo) {
      // Root does, from outside: every process but the sender.
      k.process({ name: 'kill' }, function* () {
        yield* k.kill(-1, signo)
      })
      yield* k.tsleep({}, k.PWAIT, 'kill', 1)
    },
    *sleep(address, ticks) {
      return yield* k.tsleep(address, k.PWAIT | k.PCATCH, 'catch', ticks)
    },
    userProcess(body) {
      const process = k.process({ name: 'prog' }, function* () {
        yield* k.syscall('ioctl', body)
      })
      const handle = process!.ps_mainproc
      return { handle, name: () => 'prog' }
    },
  }
}
