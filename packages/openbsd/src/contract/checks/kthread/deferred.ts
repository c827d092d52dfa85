import type { Steps } from '@kt/core'
import { equal, holds, valueOf, type Trial } from '@kt/core/contract'
import type { OpenbsdKernel } from '../../../kernel.js'
import { creates, defers, names, nprocs, pause, spawn, waits } from './spawn.js'

// DESCRIPTION, kthread_create_deferred.

type Check = (trial: Trial<OpenbsdKernel>) => void

/** OB-KT-23: at attach time, where a creation is out of place, this call is not; the thread comes into being later. */
export const isForEarlyDrivers: Check = (trial) => {
  const k = trial.createKernel({ ncpu: 2 })
  const log: string[] = []
  k.attach(function* (dev) {
    holds(k.cold, 'a device is attached on a machine that is not cold')
    function* callback(name: string) {
      yield* spawn(k, () => driver(k, log), name)
    }
    yield* k.kthread_create_deferred(callback, dev.dv_xname)
    log.push(`attached, ${nprocs(k)} process`)
  }, 'usb0')
  valueOf(k.boot(() => pause(k, 1)))
  equal(log, ['attached, 1 process', 'usb0 runs'], 'what happened')
  holds(names(k).includes('usb0'), "the driver's thread is not in the process table")
  trial.saw(log.join('; '))
}

function* driver(k: OpenbsdKernel, log: string[]): Steps<never> {
  log.push(`${k.curproc.p_comm} runs`)
  return yield* waits(k, 'usb')
}

/** OB-KT-24: func is called once for each call, later, in order, with arg as it was given, null too. */
export const callsBack: Check = (trial) => {
  const k = trial.createKernel({ ncpu: 2 })
  const softc = { soft: 'state' }
  const received: unknown[] = []
  const callers: string[] = []
  let attached = 0
  function* callback(arg: unknown) {
    received.push(arg)
    callers.push(k.curproc.p_comm)
    yield* k.printf('')
  }
  for (const arg of [softc, null, 'text', softc]) {
    k.attach(function* () {
      yield* k.kthread_create_deferred(callback, arg)
      equal(received.length, 0, 'calls of func while devices are attached')
      attached++
    })
  }
  valueOf(k.boot())
  equal([attached, received.length], [4, 4], 'calls of kthread_create_deferred, and of func')
  holds(received[0] === softc && received[3] === softc, 'func was given something else than arg')
  equal(received.slice(1, 3), [null, 'text'], 'what the other two were given')
  equal(callers, ['swapper', 'swapper', 'swapper', 'swapper'], 'who called func')
  trial.saw('four calls while attaching, four calls of func later, in order, each with its arg')
}

/** OB-KT-25: at the call process 1 is there, and a creation succeeds; on a system that is up the call comes at once. */
export const callsBackWhenPossible: Check = (trial) => {
  const k = trial.createKernel({ ncpu: 2 })
  const log: string[] = []
  function* callback(name: string) {
    const init = k.initproc
    holds(init !== null && k.pfind(1) === init, `process 1 was not there when ${name} was called back`)
    equal(k.cold, false, 'whether the machine is cold at the call')
    const error = yield* k.kthread_create(() => driver(k, log), null, null, '%s', name)
    log.push(`${name} = ${error}`)
  }
  k.attach(function* () {
    yield* k.kthread_create_deferred(callback, 'early')
    log.push('attached')
  })
  valueOf(
    k.boot(function* () {
      yield* pause(k, 1)
      equal(log, ['attached', 'early = 0', 'early runs'], 'what happened during boot')
      yield* k.kthread_create_deferred(callback, 'late')
      log.push('called')
      yield* pause(k, 1)
    }),
  )
  equal(log.slice(3), ['late = 0', 'called', 'late runs'], 'what happened on a system that is up')
  trial.saw(log.join('; '))
}

/** OB-KT-26: with a func that creates nothing there is one process less than with one that calls kthread_create. */
export const createsNothingItself: Check = (trial) => {
  const boot = (attach: ((k: OpenbsdKernel) => Steps) | null): readonly string[] => {
    const k = trial.createKernel()
    if (attach !== null) k.attach(() => attach(k))
    valueOf(
      k.boot(function* () {
        const before = nprocs(k)
        if (attach !== null) yield* attach(k)
        equal(nprocs(k) - before, names(k).filter((name) => name === 'asked').length / 2, 'slots taken by a late call')
      }),
    )
    return names(k).sort()
  }
  let calls = 0
  function* idle() {
    calls++
  }
  const plain = boot(null)
  const deferred = boot((k) => defers(k, idle, null))
  const created = boot((k) => defers(k, () => creates(k), null))
  equal(calls, 2, 'calls of func')
  equal(deferred, plain, 'processes after two deferrals')
  equal(created, [...plain, 'asked', 'asked'].sort(), 'processes after two deferrals with a kthread_create each')
  trial.saw(`${plain.length} processes, with or without deferrals; ${created.length} when func calls kthread_create`)
}
