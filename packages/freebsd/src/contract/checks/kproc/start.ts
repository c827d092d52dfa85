import { ref, seededOracle, type Steps } from '@kt/core'
import { equal, holds, valueOf, type Trial } from '@kt/core/contract'
import type { Proc } from '../../../proc.js'
import type { Kernel } from '../../../releases/8.0.js'
import { names, pause, waits } from './spawn.js'

// DESCRIPTION, kproc_start.

type Check = (trial: Trial<Kernel>) => void

/** Orders in which two CPUs are tried. */
const SEEDS = 20

/** FB8-KP-09: the four daemons are processes of their own, and a SYSINIT of one's own makes one in its step. */
export const startsDaemons: Check = (trial) => {
  const stock = trial.createKernel({ daemons: 'stock' })
  valueOf(stock.boot())
  const daemons = ['bufdaemon', 'pagedaemon', 'vmdaemon', 'syncer']
  const found = daemons.map((name) => stock.allproc.find(({ p_comm }) => p_comm === name))
  holds(
    found.every((p) => p !== undefined && p.p_pid > 0 && p.isKproc),
    'a daemon is no kernel process of its own',
  )

  const k = trial.createKernel({ daemons: 'none' })
  const there: string[] = []
  const look = (when: string): (() => Steps) =>
    function* () {
      if (names(k).includes('mine')) there.push(when)
      yield* k.DELAY(0)
    }
  const desc = { arg0: 'mine', func: () => waits(k, 'go'), global_procpp: null }
  k.SYSINIT('after', k.SI_SUB_KTHREAD_BUF, k.SI_ORDER_SECOND, look('after'), null)
  k.SYSINIT('before', k.SI_SUB_KTHREAD_BUF, k.SI_ORDER_FIRST, look('before'), null)
  k.SYSINIT('mine', k.SI_SUB_KTHREAD_BUF, k.SI_ORDER_FIRST, k.kproc_start, desc)
  valueOf(k.boot())
  equal(there, ['after'], 'SYSINITs that saw the process')
  trial.saw(found.map((p) => `${p!.p_comm} (${p!.p_pid})`).join(', '))
}

/** FB8-KP-10: three members, none of which may be missing; the function is called without anything of use. */
export const descriptor: Check = (trial) => {
  const given: unknown[] = []
  const k = trial.createKernel({ daemons: 'none' })
  const whole = {
    arg0: 'daemon',
    *func(arg: null) {
      given.push(arg)
      yield* k.kproc_exit(0)
    },
    global_procpp: ref<Proc>(),
  }
  valueOf(
    k.boot(function* () {
      yield* k.kproc_start(whole)
      yield* pause(k, 2)
    }),
  )
  equal(given, [null], 'what func was called with')
  for (const member of Object.keys(whole) as (keyof typeof whole)[]) {
    const other = trial.createKernel({ daemons: 'none' })
    const part = { ...whole, [member]: undefined }
    const { kind } = other.boot(() => starts(other, part))
    equal([member, kind, names(other).includes('daemon')], [member, 'fault', false], 'a start without a member')
  }
  trial.saw(Object.keys(whole).join(', '))
}

function* starts(k: Kernel, desc: Parameters<Kernel['kproc_start']>[0]): Steps<void> {
  yield* k.kproc_start(desc)
}

/** FB8-KP-11: the name is copied, 19 characters of it; what becomes of the descriptor is of no consequence. */
export const arg0IsTheName: Check = (trial) => {
  const k = trial.createKernel({ daemons: 'none' })
  const long = 'a name of more than nineteen characters'
  const seen = valueOf(
    k.boot(function* () {
      const made: string[] = []
      for (const arg0 of ['daemon', long, '%d']) {
        const global_procpp = ref<Proc>()
        const desc = { arg0, func: () => waits(k, 'go'), global_procpp }
        yield* k.kproc_start(desc)
        desc.arg0 = 'changed'
        yield* pause(k, 1)
        made.push(global_procpp.value!.p_comm)
      }
      return made
    }),
  )
  equal(seen, ['daemon', long.slice(0, k.MAXCOMLEN), '%d'], 'p_comm')
  trial.saw(seen.join(', '))
}

/** FB8-KP-12: the function is called, once, and by the new process. */
export const funcIsMain: Check = (trial) => {
  const k = trial.createKernel({ daemons: 'none', ncpu: 2 })
  const callers: Proc[] = []
  const p = valueOf(
    k.boot(function* () {
      const global_procpp = ref<Proc>()
      function* func(): Steps<never> {
        callers.push(k.curproc)
        return yield* waits(k, 'go')
      }
      yield* k.kproc_start({ arg0: 'daemon', func, global_procpp })
      yield* pause(k, 20)
      return global_procpp.value!
    }),
  )
  equal(callers.length, 1, 'calls of func')
  holds(callers[0] === p, 'func was called by another process')
  trial.saw(`func ran in process ${p.p_pid}`)
}

/** FB8-KP-13: the variable has the process when its function begins, on two CPUs in any order; null stores nothing. */
export const globalReceivesProcess: Check = (trial) => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const k = trial.createKernel({ daemons: 'none', ncpu: 2, oracle: seededOracle(seed) })
    const global_procpp = ref<Proc>()
    const seen: boolean[] = []
    function* func(): Steps<never> {
      seen.push(global_procpp.value === k.curproc)
      return yield* waits(k, 'go')
    }
    valueOf(
      k.boot(function* () {
        yield* k.kproc_start({ arg0: 'daemon', func, global_procpp })
        yield* k.kproc_start({ arg0: 'unnamed', func: () => waits(k, 'go'), global_procpp: null })
        yield* pause(k, 2)
      }),
    )
    equal(seen, [true], `whether the variable was set when func began, seed ${seed}`)
    equal(global_procpp.value?.p_comm, 'daemon', 'name of the process in the variable')
    holds(names(k).includes('unnamed'), 'no process was made without a variable')
  }
  trial.saw(`set before func began in ${SEEDS} orders of two CPUs`)
}
