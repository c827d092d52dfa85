import type { KernelCall, Steps } from '@kt/core'
import { equal, holds, valueOf, type Trial } from '@kt/core/contract'
import type { OpenbsdKernel } from '../../../kernel.js'
import type { Proc } from '../../../proc.js'
import { exits, nprocs, pause, spawn } from './spawn.js'

// NAME and SYNOPSIS: what there is, what it takes and what it yields. The types say the same at compile time.

type Check = (trial: Trial<OpenbsdKernel>) => void

const FAMILY = ['kthread_create', 'kthread_create_deferred', 'kthread_exit']

/** OB-KT-01: create, exit and the deferred create; no join, no destroy, nothing to suspend a thread with. */
export const family: Check = (trial) => {
  equal([...trial.page('kthread(9)').functions].sort(), FAMILY, 'functions in NAME')
  equal(kthreadNames(trial.createKernel()), FAMILY, 'what the kernel has under such a name')
  trial.saw(FAMILY.join(', '))
}

/** OB-KT-02: one header is named, and there is nothing in the kernel that it would not declare. */
export const header: Check = (trial) => {
  const facts = trial.page('kthread(9)')
  equal(facts.header, 'sys/kthread.h', 'the header')
  const declared = [...facts.functions].sort()
  equal(kthreadNames(trial.createKernel()), declared, 'what the kernel has, and what the header declares')
  trial.saw(`${facts.header} declares ${declared.join(', ')}`)
}

/** OB-KT-03: four arguments in the page's order, then as many as the format takes; an `int` comes back. */
export const createSignature: Check = (trial) => {
  const k = trial.createKernel({ ncpu: 2 })
  equal(k.kthread_create.length, 4, 'named parameters of kthread_create')
  const argument = { given: true }
  const received: unknown[] = []
  function* func(arg: typeof argument) {
    received.push(arg)
    yield* k.kthread_exit(0)
  }
  const seen = valueOf(
    k.boot(function* () {
      const tails = [['plain'], ['one%d', 1], ['%s%d%c', 'three', 3, 'x']] as const
      const made: (readonly [error: number, name: string])[] = []
      for (const [fmt, ...args] of tails) {
        const newpp = k.ref<Proc>()
        const error = yield* k.kthread_create(func, argument, newpp, fmt, ...args)
        made.push([error, newpp.value!.p_comm])
      }
      yield* pause(k, 2)
      return made
    }),
  )
  equal(seen, [[0, 'plain'], [0, 'one1'], [0, 'three3x']], 'the int, and the name') // prettier-ignore
  equal(received.length, 3, 'calls of func')
  holds(
    received.every((arg) => arg === argument),
    'func was given something else than arg',
  )
  refusesOthers(trial)
  trial.saw(seen.map(([error, name]) => `'${name}' = ${error}`).join(', '))
}

/** What the types forbid: in the place of each argument something that C would not take for one of its type. */
function refusesOthers(trial: Trial<OpenbsdKernel>): void {
  const func = () => nothing()
  const wrong = [
    [7, null, null, 'x'],
    [func, null, 7, 'x'],
    [func, null, null, 7],
    [func, null, null, '%d'],
    [func, null, null, '%d', 'text'],
  ]
  for (const args of wrong) {
    const k = trial.createKernel()
    const create = k.kthread_create as (...args: readonly unknown[]) => KernelCall<number>
    const before: number[] = []
    const { kind } = k.boot(function* () {
      before.push(nprocs(k))
      yield* create(...args)
    })
    equal([kind, nprocs(k)], ['fault', before[0]], `end of a run with ${args.map(String).join(', ')}, and slots in use`)
  }
}

function* nothing(): Steps<void> {
  // It is never run.
}

/** OB-KT-04: an `int` in, and nothing after the call is ever reached, not even what cleans up. */
export const exitSignature: Check = (trial) => {
  const k = trial.createKernel({ ncpu: 2 })
  equal(k.kthread_exit.length, 1, 'parameters of kthread_exit')
  const reached: string[] = []
  const state = valueOf(
    k.boot(function* () {
      const p = yield* spawn(k, function* () {
        try {
          reached.push('before')
          yield* k.kthread_exit(0)
          reached.push('after')
        } finally {
          reached.push('finally')
        }
      })
      yield* pause(k, k.hz)
      return p.p_stat
    }),
  )
  equal(reached, ['before'], 'code around kthread_exit that was reached')
  equal(state, k.SDEAD, 'state of the thread a second later')
  const other = trial.createKernel()
  const misused = other.boot(function* () {
    yield* other.kthread_exit(0.5)
  })
  equal(misused.kind, 'fault', 'end of a run whose exit code is no int')
  trial.saw('code before kthread_exit was reached, code after it was not')
}

/** OB-KT-05: nothing comes back, put off or at once, even when the creation that it is about fails. */
export const deferredSignature: Check = (trial) => {
  const k = trial.createKernel({ ncpu: 2 })
  equal(k.kthread_create_deferred.length, 2, 'parameters of kthread_create_deferred')
  const yielded: unknown[] = []
  const errors: number[] = []
  function* callback(arg: string) {
    k.inject({ at: 'uarea' })
    const error = yield* k.kthread_create(() => exits(k), null, null, '%s', arg)
    errors.push(error)
    return error
  }
  function* defer(arg: string) {
    yielded.push(yield* k.kthread_create_deferred(callback, arg))
  }
  k.attach(() => defer('cold'))
  valueOf(k.boot(() => defer('warm')))
  equal(errors, [k.ENOMEM, k.ENOMEM], 'what kthread_create returned to the two callbacks')
  equal(yielded, [undefined, undefined], 'what kthread_create_deferred yielded')
  trial.saw(`two creations failed with ${errors.join(' and ')}, and neither call of kthread_create_deferred told`)
}

/** What a kernel has under the page's prefix, its own or its release's. */
function kthreadNames(k: object): string[] {
  const found: string[] = []
  for (const name in k) if (name.startsWith('kthread_')) found.push(name)
  return found.sort()
}
