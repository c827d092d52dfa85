import { ref, type KernelCall, type Steps } from '@kt/core'
import { equal, holds, valueOf, type Trial } from '@kt/core/contract'
import type { Proc } from '../../../proc.js'
import type { Kernel } from '../../../releases/8.0.js'
import type { Td } from '../../../td.js'
import { loops, pause, spawn, waits } from './spawn.js'

// NAME and SYNOPSIS: what there is, what it takes and what it yields. The types say the same at compile time.

type Check = (trial: Trial<Kernel>) => void

const FAMILY = [
  'kproc_create',
  'kproc_exit',
  'kproc_resume',
  'kproc_shutdown',
  'kproc_start',
  'kproc_suspend',
  'kproc_suspend_check',
]

/** FB8-KP-01: the seven, and beside them in SYNOPSIS only the one that both pages share. */
export const family: Check = (trial) => {
  equal([...trial.page('kproc(9)').functions].sort(), FAMILY, 'functions in NAME')
  const found: string[] = []
  for (const name in trial.createKernel()) if (name.startsWith('kproc_')) found.push(name)
  const own = found.filter((name) => name !== 'kproc_kthread_add').sort()
  equal(own, FAMILY, 'what the kernel has under such a name')
  equal(found.length, FAMILY.length + 1, 'such names with the one of both pages')
  trial.saw(FAMILY.join(', '))
}

/** FB8-KP-02: a descriptor in, nothing back, and a failure can only be a panic. */
export const startSignature: Check = (trial) => {
  const k = trial.createKernel({ daemons: 'none' })
  equal(k.kproc_start.length, 1, 'parameters of kproc_start')
  const global_procpp = ref<Proc>()
  const desc = { arg0: 'daemon', func: () => waits(k, 'go'), global_procpp }
  const yielded = valueOf(
    k.boot(function* () {
      return [yield* k.kproc_start(desc)]
    }),
  )
  equal(yielded, [undefined], 'what kproc_start yielded')
  equal(global_procpp.value?.p_comm, 'daemon', 'name of the process it made')

  const full = trial.createKernel({ daemons: 'none' })
  const outcome = full.boot(function* () {
    full.inject({ at: 'kstack' })
    return [yield* full.kproc_start({ arg0: 'daemon', func: () => waits(full, 'go'), global_procpp: null })]
  })
  equal([outcome.kind, full.panicstr], ['panic', 'kproc_start: daemon: error 12'], 'a start that fails')
  trial.saw(`kproc_start yields nothing; a failure: ${full.panicstr!}`)
}

/** FB8-KP-03: the shape of a handler of shutdown events, registered as it is and called with its two arguments. */
export const shutdownSignature: Check = (trial) => {
  const k = trial.createKernel({ daemons: 'none' })
  const yielded = valueOf(
    k.boot(function* () {
      const p = yield* spawn(k, () => loops(k, () => {}), 'parked')
      yield* k.EVENTHANDLER_REGISTER('an_event', k.kproc_shutdown, p, k.EVENTHANDLER_PRI_ANY)
      yield* k.EVENTHANDLER_INVOKE('an_event', k.RB_HALT)
      return [yield* k.kproc_shutdown(p, k.RB_NOSYNC)] as unknown[]
    }),
  )
  equal(yielded, [undefined], 'what kproc_shutdown yielded')
  const waiting = k.console.filter((line) => line.includes("system process `parked' to stop"))
  equal(waiting.length, 2, 'lines that it is waited for')
  trial.saw('called by an event with (process, howto), and by hand: yields nothing')
}

/** FB8-KP-04: six arguments in the page's order, then as many as the format takes; an `int` comes back. */
export const createSignature: Check = (trial) => {
  const k = trial.createKernel({ daemons: 'none', ncpu: 2 })
  equal(k.kproc_create.length, 6, 'named parameters of kproc_create')
  const argument = { given: true }
  const received: unknown[] = []
  function* func(arg: typeof argument) {
    received.push(arg)
    yield* k.kproc_exit(0)
  }
  const seen = valueOf(
    k.boot(function* () {
      const made: (readonly [error: number, name: string])[] = []
      for (const [fmt, ...args] of [['plain'], ['one%d', 1], ['%s%d%c', 'three', 3, 'x']] as const) {
        const newpp = ref<Proc>()
        const error = yield* k.kproc_create(func, argument, newpp, 0, 0, fmt, ...args)
        made.push([error, newpp.value!.p_comm])
      }
      yield* pause(k, 5)
      return made
    }),
  )
  equal(seen, [[0, 'plain'], [0, 'one1'], [0, 'three3x']], 'the int, and the name') // prettier-ignore
  equal(received.length, 3, 'calls of func')
  holds(
    received.every((arg) => arg === argument),
    'func was given something else than arg',
  )
  const good = () => waits(k, 'go')
  for (const args of [
    [7, null, null, 0, 0, 'x'],
    [good, null, 7, 0, 0, 'x'],
    [good, null, null, 'x', 0, 'x'],
    [good, null, null, 0, null, 'x'],
    [good, null, null, 0, 0, 7],
    [good, null, null, 0, 0, '%d', 'text'],
  ])
    refuses(trial, 'kproc_create', args)
  trial.saw(seen.map(([error, name]) => `'${name}' = ${error}`).join(', '))
}

/** FB8-KP-05: an `int` in, and nothing after the call is ever reached, not even what cleans up. */
export const exitSignature: Check = (trial) => {
  const k = trial.createKernel({ daemons: 'none', ncpu: 2 })
  equal([k.kproc_exit.length, k.kthread_exit.length], [1, 0], 'parameters of kproc_exit and of kthread_exit')
  const reached: string[] = []
  const state = valueOf(
    k.boot(function* () {
      const p = yield* spawn(k, function* () {
        try {
          reached.push('before')
          yield* k.kproc_exit(0)
          reached.push('after')
        } finally {
          reached.push('finally')
        }
      })
      yield* pause(k, k.hz)
      return p.p_state
    }),
  )
  equal(reached, ['before'], 'code around kproc_exit that was reached')
  equal(state, k.PRS_ZOMBIE, 'state of the process a second later')
  refuses(trial, 'kproc_exit', [0.5])
  refuses(trial, 'kproc_exit', [])
  trial.saw('code before kproc_exit was reached, code after it was not')
}

/** FB8-KP-06: two that answer with an `int`, and one that answers nothing, parked or not. */
export const suspensionSignatures: Check = (trial) => {
  const k = trial.createKernel({ daemons: 'none' })
  const arities = [k.kproc_resume.length, k.kproc_suspend.length, k.kproc_suspend_check.length]
  equal(arities, [1, 2, 1], 'parameters of kproc_resume, kproc_suspend and kproc_suspend_check')
  const checked: unknown[] = []
  const results = valueOf(
    k.boot(function* () {
      const p = yield* spawn(k, function* () {
        for (;;) {
          checked.push(yield* k.kproc_suspend_check(k.curproc))
          yield* k.pause('work', 5)
        }
      })
      yield* pause(k, 2)
      const answers = [yield* k.kproc_suspend(p, 100), yield* k.kproc_resume(p)]
      yield* pause(k, 2)
      return answers
    }),
  )
  equal(results, [0, 0], 'what kproc_suspend and kproc_resume returned')
  holds(checked.length >= 2, 'the process never got through its check')
  holds(
    checked.every((value) => value === undefined),
    'kproc_suspend_check yielded something',
  )
  for (const call of ['kproc_resume', 'kproc_suspend', 'kproc_suspend_check'] as const) refuses(trial, call, [null, 0])
  trial.saw(`kproc_suspend = ${results[0]!}, kproc_resume = ${results[1]!}, kproc_suspend_check = nothing`)
}

/** FB8-KP-07: eight arguments, two of them pointers to pointers, the name of the process before the format. */
export const addSignature: Check = (trial) => {
  const k = trial.createKernel({ daemons: 'none' })
  equal(k.kproc_kthread_add.length, 8, 'named parameters of kproc_kthread_add')
  const seen = valueOf(
    k.boot(function* () {
      const procptr = ref<Proc>()
      const tdptr = ref<Td>()
      const func = () => waits(k, 'go')
      const error = yield* k.kproc_kthread_add(func, null, procptr, tdptr, 0, 0, 'process', 'thread%d', 1)
      return [error, procptr.value!.p_comm, tdptr.value!.td_name, tdptr.value!.td_proc === procptr.value]
    }),
  )
  equal(seen, [0, 'process', 'thread1', true], 'the int, both names, and whether they belong together')
  const good = () => waits(k, 'go')
  for (const args of [
    [7, null, ref(), null, 0, 0, 'process', 'thread'],
    [good, null, null, null, 0, 0, 'process', 'thread'],
    [good, null, ref(), null, 0, 0, null, 'thread'],
    [good, null, ref(), null, 0, 0, 'process', 7],
  ])
    refuses(trial, 'kproc_kthread_add', args)
  trial.saw(`kproc_kthread_add = ${seen.slice(0, 3).join(', ')}`)
}

/** What the types forbid: something that C would not take for an argument of its type. Nothing is made. */
function refuses(trial: Trial<Kernel>, name: keyof Kernel, args: readonly unknown[]): void {
  const k = trial.createKernel({ daemons: 'none' })
  const call = k[name] as (...args: readonly unknown[]) => KernelCall<number>
  let before = 0
  const { kind } = k.boot(function* (): Steps<void> {
    before = k.allproc.length
    yield* call(...args)
  })
  const what = `end of a run with ${name}(${args.map(String).join(', ')}), and processes`
  equal([kind, k.allproc.length], ['fault', before], what)
}
