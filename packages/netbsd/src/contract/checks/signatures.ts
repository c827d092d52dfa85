import { ref } from '@kt/core'
import { equal, holds, panics, valueOf, type Trial } from '@kt/core/contract'
import type { NetbsdKernel } from '../../kernel.js'
import type { Lwp } from '../../lwp.js'
import type * as nb10 from '../../releases/10.1.js'
import type * as nb6 from '../../releases/6.js'
import { exits, spawn } from './spawn.js'

// SYNOPSIS and NAME: what there is, what it takes and what it yields. The types say the same at compile time.

const FLAGS = {
  KTHREAD_IDLE: 0x01,
  KTHREAD_INTR: 0x04,
  KTHREAD_MPSAFE: 0x02,
  KTHREAD_MUSTJOIN: 0x10,
  KTHREAD_TS: 0x08,
}

/** NB6-KT-01: create, destroy, exit, join and the five flags; nothing of what later releases have. */
export function familyOf2011(trial: Trial<NetbsdKernel>): void {
  isFamily(trial, ['kthread_create', 'kthread_destroy', 'kthread_exit', 'kthread_join'])
  const strangers = Object.keys(trial.createKernel()).filter((name) => name.startsWith('fpu') || name === 'WQ_FPU')
  equal(strangers, [], 'floating-point names on a kernel without these calls')
}

/** NB10-KT-01: five functions, and no `kthread_destroy`. */
export function familyOf101(trial: Trial<NetbsdKernel>): void {
  isFamily(trial, ['kthread_create', 'kthread_exit', 'kthread_fpu_enter', 'kthread_fpu_exit', 'kthread_join'])
  holds(!('kthread_destroy' in trial.createKernel()), 'kthread_destroy is still there')
}

/** NB10-KT-02: one header is named, and all it declares is there: the functions of NAME and the flags. */
export function header(trial: Trial<NetbsdKernel>): void {
  const facts = trial.page('kthread(9)')
  equal(facts.header, 'sys/kthread.h', 'the header')
  const k = trial.createKernel({ ncpu: 2 }) as unknown as Readonly<Record<string, unknown>>
  const missing = facts.functions.filter((name) => typeof k[name] !== 'function')
  equal(missing, [], 'functions of the header that are not there')
  equal(flagsOf(k), FLAGS, 'the flags of the header')
  trial.saw(`${facts.header} declares ${facts.functions.length} functions and ${Object.keys(FLAGS).length} flags`)
}

function isFamily(trial: Trial<NetbsdKernel>, expected: readonly string[]): void {
  const facts = trial.page('kthread(9)')
  const k = trial.createKernel({ ncpu: 2 })
  const functions = namesOf(k).filter((name) => name.startsWith('kthread_'))
  equal(functions.sort(), expected, 'functions of the kernel')
  equal([...facts.functions].sort(), expected, 'functions in NAME')
  equal(facts.header, 'sys/kthread.h', 'the header')
  equal(flagsOf(k as unknown as Readonly<Record<string, unknown>>), FLAGS, 'the flags')
  trial.saw(`${functions.join(', ')}; ${Object.keys(FLAGS).length} flags`)
}

function flagsOf(k: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const flags = namesOf(k).filter((name) => name.startsWith('KTHREAD_'))
  return Object.fromEntries(flags.map((name) => [name, k[name]]))
}

/** NB6-KT-02, NB10-KT-03: seven arguments in the page's order, then those of the format; an `int` comes back. */
export function createSignature(trial: Trial<NetbsdKernel>): void {
  const k = trial.createKernel({ ncpu: 2 })
  equal(k.kthread_create.length, 7, 'named parameters of kthread_create')
  const argument = { given: true }
  const ran: unknown[] = []
  const newlp = ref<Lwp>()
  const error = valueOf(
    k.boot(function* () {
      const flags: number = k.KTHREAD_MPSAFE | k.KTHREAD_TS
      const ci = k.cpu_lookup(1)
      function* func(arg: typeof argument) {
        ran.push(arg)
        yield* k.kthread_exit(0)
      }
      const result = yield* k.kthread_create(40, flags, ci, func, argument, newlp, 'w%d/%s', 3, 'x')
      const l = newlp.value!
      const seen = [l.l_priority_base, l.l_class, l.l_pflag & k.LP_MPSAFE, l.isBound, l.l_cpu.ci_index, l.l_name]
      equal(seen, [40, k.SCHED_OTHER, k.LP_MPSAFE, true, 1, 'w3/x'], 'pri, flags, ci, fmt and what follows')
      yield* k.kpause('func', false, 2, null)
      return result
    }),
  )
  equal(error, 0, 'the int')
  equal(ran.length, 1, 'calls of func')
  holds(ran[0] === argument, 'func was not given arg')
  trial.saw(`kthread_create(40, MPSAFE|TS, cpu1, func, arg, newlp, 'w%d/%s', 3, 'x') = ${error}`)
}

/** NB6-KT-03: an LWP in, nothing out. */
export function destroySignature(trial: Trial<nb6.Kernel>): void {
  const k = trial.createKernel({ ncpu: 2 })
  equal(k.kthread_destroy.length, 1, 'parameters of kthread_destroy')
  const state = valueOf(
    k.boot(function* () {
      const l = yield* spawn(k, () => exits(k), { flags: k.KTHREAD_IDLE })
      const result: unknown = yield* k.kthread_destroy(l)
      equal(result, undefined, 'what kthread_destroy yields')
      return l.l_stat
    }),
  )
  equal(state, k.LSZOMB, 'state of the LWP it was given')
  trial.saw(`kthread_destroy(l) yields nothing, and l is in state ${state}`)
}

/** NB6-KT-04, NB10-KT-04: an `int` in, and nothing after the call is ever reached. */
export function exitSignature(trial: Trial<NetbsdKernel>): void {
  const k = trial.createKernel({ ncpu: 2 })
  equal(k.kthread_exit.length, 1, 'parameters of kthread_exit')
  const reached: string[] = []
  valueOf(
    k.boot(function* () {
      const l = yield* spawn(k, function* () {
        try {
          reached.push('before')
          yield* k.kthread_exit(0)
          reached.push('after')
        } finally {
          reached.push('finally')
        }
      })
      yield* k.kpause('later', false, k.hz, null)
      equal(l.l_stat, k.LSZOMB, 'state of the thread a second later')
    }),
  )
  equal(reached, ['before'], 'code around kthread_exit that was reached')
  trial.saw('code before kthread_exit was reached, code after it was not')
}

/** NB6-KT-05, NB10-KT-05: an LWP in, an `int` out. */
export function joinSignature(trial: Trial<NetbsdKernel>): void {
  const k = trial.createKernel({ ncpu: 2 })
  equal(k.kthread_join.length, 1, 'parameters of kthread_join')
  const flags: number = k.KTHREAD_MUSTJOIN | k.KTHREAD_MPSAFE
  const joined = k.boot(function* () {
    const l = yield* spawn(k, () => exits(k), { flags })
    return yield* k.kthread_join(l)
  })
  const error = valueOf(joined)
  equal(error, 0, 'the int')
  const other = trial.createKernel({ ncpu: 2 })
  const misused = other.boot(function* () {
    return yield* other.kthread_join(3 as never)
  })
  equal(misused.kind, 'fault', 'end of a run that joins a number')
  trial.saw(`kthread_join(l) = ${error}; a number in place of l is refused`)
}

/** NB10-KT-06: no argument, an `int` out. */
export function fpuEnterSignature(trial: Trial<nb10.Kernel>): void {
  const k = trial.createKernel({ ncpu: 2 })
  equal(k.kthread_fpu_enter.length, 0, 'parameters of kthread_fpu_enter')
  const s = valueOf(
    k.boot(function* () {
      const outermost = yield* k.kthread_fpu_enter()
      yield* k.kthread_fpu_exit(outermost)
      return outermost
    }),
  )
  holds(Number.isInteger(s), `kthread_fpu_enter yields an int: saw ${String(s)}`)
  trial.saw(`kthread_fpu_enter() = ${s}`)
}

/** NB10-KT-07: an `int` in, nothing out; what is no cookie is refused. */
export function fpuExitSignature(trial: Trial<nb10.Kernel>): void {
  const k = trial.createKernel({ ncpu: 2 })
  equal(k.kthread_fpu_exit.length, 1, 'parameters of kthread_fpu_exit')
  const result = valueOf(
    k.boot(function* () {
      const s = yield* k.kthread_fpu_enter()
      const yielded: unknown = yield* k.kthread_fpu_exit(s)
      return yielded
    }),
  )
  equal(result, undefined, 'what kthread_fpu_exit yields')
  const other = trial.createKernel({ ncpu: 2 })
  const misused = other.boot(function* () {
    yield* other.kthread_fpu_enter()
    yield* other.kthread_fpu_exit(7)
  })
  panics(misused, 'NB-G-17')
  trial.saw('kthread_fpu_exit(0) yields nothing; kthread_fpu_exit(7) is refused')
}

/** What a kernel has, whether it is the kernel's own or its release's. */
function namesOf(k: object): string[] {
  const names: string[] = []
  for (const name in k) names.push(name)
  return names
}
