import { describeOutcome, equal, holds, panics, valueOf, type Trial } from '@kt/core/contract'
import type { OpenbsdKernel } from '../../../kernel.js'
import type { Proc } from '../../../proc.js'
import { creates, defers, exits, nprocs, pause, spawn, waits } from './spawn.js'

// DESCRIPTION, kthread_create: who may call it and when, and what becomes of its arguments.

type Check = (trial: Trial<OpenbsdKernel>) => void

/** OB-KT-14: process 0, init, a kernel thread, root, and a user without any right: all succeed. */
export const anyProcessMayAsk: Check = (trial) => {
  const k = trial.createKernel({ ncpu: 2 })
  const ran: string[] = []
  function* ask() {
    const { p_comm, process } = k.curproc
    const name = `for ${p_comm} ${process.credentials.effectiveUid}`
    yield* spawn(
      k,
      function* () {
        ran.push(k.curproc.p_comm)
        yield* k.kthread_exit(0)
      },
      name,
    )
  }
  function* user() {
    yield* k.syscall('ioctl', ask)
  }
  k.attach(() => defers(k, ask, null))
  k.init(user)
  valueOf(
    k.boot(function* () {
      yield* ask()
      k.process({ name: 'root' }, user)
      k.process({ name: 'joe', uid: 1000, nprocSoft: 0 }, user)
      yield* pause(k, 5)
    }),
  )
  const expected = ['for init 0', 'for joe 1000', 'for main 0', 'for root 0', 'for swapper 0']
  equal(ran.sort(), expected, 'threads that ran')
  trial.saw(ran.join('; '))
}

/** OB-KT-15: the first thing the thread does is func, and it does it once. */
export const startsInFunc: Check = (trial) => {
  const k = trial.createKernel({ ncpu: 1 })
  const calls: number[] = []
  const p = valueOf(
    k.boot(function* () {
      const created = yield* spawn(k, function* () {
        k.mark('in func')
        calls.push(k.curproc.p_stat)
        for (let n = 0; n < 3; n++) yield* pause(k, 2)
        yield* k.kthread_exit(0)
      })
      yield* k.work(1000)
      equal([calls, created.p_stat], [[], k.SRUN], 'calls of func before its thread had the CPU, and its state')
      yield* pause(k, 20)
      return created
    }),
  )
  equal(calls, [k.SONPROC], 'state of the thread at each call of func')
  const events = Array.from(k.trace!.events()).filter(({ thread }) => thread === p.p_pid)
  const kinds = events.map(({ kind }) => kind).slice(0, 3)
  equal(kinds, ['create', 'switch', 'mark'], 'what happened to the thread first')
  trial.saw(kinds.join(', '))
}

/** OB-KT-16: func is given arg, the very same, whatever it is, and null where arg is null. */
export const argIsHandedOver: Check = (trial) => {
  const k = trial.createKernel({ ncpu: 2 })
  const given = [{ soft: 'state' }, ['list'], 'text', '', 17, 0, false, null]
  const received: unknown[] = []
  function* func(arg: unknown) {
    received.push(arg)
    yield* k.kthread_exit(0)
  }
  valueOf(
    k.boot(function* () {
      for (const [at, arg] of given.entries()) {
        equal(yield* k.kthread_create(func, arg, null, 'w%d', at), 0, 'kthread_create')
        yield* pause(k, 1)
      }
    }),
  )
  equal(received.length, given.length, 'calls of func')
  for (const [at, arg] of given.entries()) {
    const saw = received[at]
    const what = saw !== null && typeof saw === 'object' && 'p_comm' in saw ? `process ${String(saw.p_comm)}` : 'other'
    holds(saw === arg, `func was not given arg ${JSON.stringify(arg)}: it saw ${what}`)
  }
  trial.saw(`${given.length} arguments arrived as they were given, '', 0, false and null among them`)
}

/**
 * OB-KT-17: the process is there when the call returns, and when func begins; it is the one that executes func. What a
 * creation that fails would store, it does not.
 */
export const newppReceivesProcess: Check = (trial) => {
  for (const ncpu of [1, 2]) {
    const k = trial.createKernel({ ncpu })
    valueOf(
      k.boot(function* () {
        const newpp = k.ref<Proc>()
        const found: unknown[] = []
        function* func() {
          found.push(newpp.value, k.curproc)
          yield* waits(k, 'go')
        }
        equal(yield* k.kthread_create(func, null, newpp, 'w'), 0, 'kthread_create')
        const p = newpp.value
        holds(p !== null && k.pfind(p.p_pid) === p, 'newpp was not given a process of the table')
        yield* pause(k, 1)
        equal(found.length, 2, 'calls of func, twice')
        holds(found[0] === p, 'func began before newpp was filled')
        holds(found[1] === p, 'newpp was given another process than the one that executes func')
        k.inject({ at: 'uarea' })
        equal(yield* k.kthread_create(func, null, newpp, 'w'), k.ENOMEM, 'kthread_create without a stack')
        holds(newpp.value === p, 'a failed creation has changed newpp')
      }),
    )
  }
  trial.saw('newpp is filled when func begins, with the process that executes it; ENOMEM leaves it alone')
}

/** OB-KT-18: null is accepted, and the thread runs all the same. */
export const newppMayBeNull: Check = (trial) => {
  const k = trial.createKernel({ ncpu: 2 })
  const ran: string[] = []
  const error = valueOf(
    k.boot(function* () {
      function* func() {
        ran.push(k.curproc.p_comm)
        yield* k.kthread_exit(0)
      }
      const result = yield* k.kthread_create(func, null, null, 'unknown')
      yield* pause(k, 1)
      return result
    }),
  )
  equal([error, ran], [0, ['unknown']], 'kthread_create with a null newpp, and threads that ran')
  trial.saw('kthread_create with a null newpp = 0, and the thread ran')
}

/** OB-KT-19: what printf makes of it, in the process and in ps; 16 characters of it are kept (OB-D-15). */
export const fmtMakesName: Check = (trial) => {
  const k = trial.createKernel({ ncpu: 2 })
  const wanted = [
    ['plain', []],
    ['%s,%d', ['pcic0', 3]],
    ['%s%04x%c', ['a', 255, 'z']],
    ['100%% %-3d|', [7]],
    ['%s', ['']],
    ['%s', ['abcdefghijklmnopqrst']],
  ] as const
  const expected = ['plain', 'pcic0,3', 'a00ffz', '100% 7  |', '', 'abcdefghijklmnop']
  valueOf(
    k.boot(function* () {
      const made: string[] = []
      const shown: string[] = []
      for (const [fmt, args] of wanted) {
        const newpp = k.ref<Proc>()
        const early: string[] = []
        function* func() {
          early.push(k.curproc.p_comm)
          yield* waits(k, 'go')
        }
        equal(yield* k.kthread_create(func, null, newpp, fmt, ...args), 0, `kthread_create with fmt ${fmt}`)
        yield* pause(k, 1)
        made.push(newpp.value!.p_comm)
        equal(early, [newpp.value!.p_comm], 'the name as func saw it')
        shown.push(...k.kern_proc(k.KERN_PROC_PID, newpp.value!.p_pid).map(({ command }) => command))
      }
      equal(made, expected, 'names')
      equal(shown, expected.map((name) => `(${name})`), 'commands in ps') // prettier-ignore
      trial.saw(made.map((name) => `'${name}'`).join(', '))
    }),
  )
}

/** OB-KT-22: at attach time, before process 1 is there, a creation breaks the contract; on a system that is up it works. */
export const needsRunningSystem: Check = (trial) => {
  const k = trial.createKernel({ ncpu: 2 })
  const early = k.ref<Proc>()
  const result: number[] = []
  k.attach(function* () {
    result.push(yield* k.kthread_create(() => exits(k), null, early, 'early'))
  })
  const outcome = k.boot(() => pause(k, 5))
  if (early.value !== null)
    trial.saw(`at attach time kthread_create = ${result.join()}, and process ${early.value.p_pid} came into being`)
  panics(outcome, 'OB-KT-22')
  trial.saw(describeOutcome(outcome))
  equal([result, nprocs(k), k.initproc], [[], 1, null], 'results, slots in use, and init, when the kernel stopped')
  const other = trial.createKernel({ ncpu: 2 })
  const late = other.boot(() => creates(other))
  equal(valueOf(late), 0, 'kthread_create on a system that is up')
}
