import { ref, type KernelCall, type Out, type Steps, type Thread } from '@kt/core'
import { describe, expectTypeOf, test } from 'vitest'
import type { NetbsdKernel } from '../src/kernel.js'
import * as nb10 from '../src/releases/10.1.js'
import * as nb6 from '../src/releases/6.js'

// The type checker is the judge here: `tsc` fails when an expectation is wrong, and when an error that is expected
// does not come. The bodies are never run.

type Kernel6 = nb6.Kernel
type Kernel10 = nb10.Kernel
type Lwp = nb10.Lwp

const k = nb10.createKernel()
const { KTHREAD_IDLE, KTHREAD_INTR, KTHREAD_MPSAFE, KTHREAD_MUSTJOIN, KTHREAD_TS, PRI_NONE } = k

function* exits(): Steps<never> {
  return yield* k.kthread_exit(0)
}

describe('a release has the calls of its page', () => {
  test('kthread_destroy is on 6 and not on 10.1', () => {
    expectTypeOf<Kernel6>().toHaveProperty('kthread_destroy')
    expectTypeOf<Kernel10>().not.toHaveProperty('kthread_destroy')
    // @ts-expect-error 10.1 has no kthread_destroy.
    expectTypeOf<Kernel10['kthread_destroy']>()
  })

  test('the floating-point calls are on 10.1 and not on 6', () => {
    expectTypeOf<Kernel10>().toHaveProperty('kthread_fpu_enter')
    expectTypeOf<Kernel10>().toHaveProperty('kthread_fpu_exit')
    expectTypeOf<Kernel10>().toHaveProperty('WQ_FPU')
    expectTypeOf<Kernel6>().not.toHaveProperty('kthread_fpu_enter')
    expectTypeOf<Kernel6>().not.toHaveProperty('kthread_fpu_exit')
    expectTypeOf<Kernel6>().not.toHaveProperty('WQ_FPU')
    // @ts-expect-error 6 has no floating-point calls.
    expectTypeOf<Kernel6['kthread_fpu_enter']>()
    // @ts-expect-error Nor has it the other one.
    expectTypeOf<Kernel6['kthread_fpu_exit']>()
  })

  test('what is written for every release runs on both, and a kernel of one release is none of the other', () => {
    expectTypeOf<Kernel6>().toExtend<NetbsdKernel>()
    expectTypeOf<Kernel10>().toExtend<NetbsdKernel>()
    expectTypeOf<Kernel6>().not.toExtend<Kernel10>()
    expectTypeOf<Kernel10>().not.toExtend<Kernel6>()
  })
})

describe('kthread_create', () => {
  test('yields a number', () => {
    const call = () => k.kthread_create(PRI_NONE, 0, null, exits, null, null, 'w')
    expectTypeOf(call).returns.toEqualTypeOf<KernelCall<number>>()
  })

  test('KTHREAD_MUSTJOIN needs a newlp', () => {
    const newlp = ref<Lwp>()
    expectTypeOf(function* () {
      yield* k.kthread_create(PRI_NONE, KTHREAD_MUSTJOIN, null, exits, null, newlp, 'w')
      // @ts-expect-error KTHREAD_MUSTJOIN with a null newlp.
      yield* k.kthread_create(PRI_NONE, KTHREAD_MUSTJOIN, null, exits, null, null, 'w')
      // @ts-expect-error The same with an argument.
      yield* k.kthread_create(PRI_NONE, KTHREAD_MUSTJOIN, null, (arg: string) => takes(arg), 'arg', null, 'w')
    }).toBeFunction()
  })

  test('no other flag needs one, and of flags that are ORed the type knows nothing', () => {
    expectTypeOf(function* () {
      for (const flags of [KTHREAD_IDLE, KTHREAD_MPSAFE, KTHREAD_TS] as const) {
        yield* k.kthread_create(PRI_NONE, flags, null, exits, null, null, 'w')
      }
      yield* k.kthread_create(PRI_NONE, KTHREAD_INTR | KTHREAD_MPSAFE, null, exits, null, null, 'w')
      // The kernel panics over this one (NB-D-05).
      yield* k.kthread_create(PRI_NONE, KTHREAD_MUSTJOIN | KTHREAD_MPSAFE, null, exits, null, null, 'w')
    }).toBeFunction()
  })

  test('func is given arg, and its own LWP when arg is null', () => {
    expectTypeOf(function* () {
      yield* k.kthread_create(PRI_NONE, 0, null, takes, 'arg', null, 'w')
      yield* k.kthread_create(PRI_NONE, 0, null, takesLwp, null, null, 'w')
      // @ts-expect-error A number for a function of a string.
      yield* k.kthread_create(PRI_NONE, 0, null, takes, 7, null, 'w')
      // @ts-expect-error Null gives func an LWP, not a string.
      yield* k.kthread_create(PRI_NONE, 0, null, takes, null, null, 'w')
      const own = (arg: Lwp) => {
        expectTypeOf(arg).toEqualTypeOf<Lwp>()
        return exits()
      }
      yield* k.kthread_create(PRI_NONE, 0, null, own, null, null, 'w')
    }).toBeFunction()
  })

  test('fmt is not null, and there is no default for any argument', () => {
    expectTypeOf(function* () {
      // @ts-expect-error The page forbids a null fmt (NB-D-04).
      yield* k.kthread_create(PRI_NONE, 0, null, exits, null, null, null)
      // @ts-expect-error Seven arguments, or more.
      yield* k.kthread_create(PRI_NONE, 0, null, exits, null, null)
      // @ts-expect-error A CPU is no number.
      yield* k.kthread_create(PRI_NONE, 0, 1, exits, null, null, 'w')
    }).toBeFunction()
  })

  test('newlp receives an LWP or stays null', () => {
    expectTypeOf(ref<Lwp>()).toEqualTypeOf<Out<Lwp>>()
    expectTypeOf(ref<Lwp>().value).toEqualTypeOf<Lwp | null>()
    expectTypeOf(function* () {
      // @ts-expect-error An out-pointer for a number.
      yield* k.kthread_create(PRI_NONE, 0, null, exits, null, ref<number>(), 'w')
    }).toBeFunction()
  })
})

describe('kthread_exit and kthread_join', () => {
  test('kthread_exit never comes back', () => {
    expectTypeOf<Kernel10['kthread_exit']>().toEqualTypeOf<(ecode: number) => KernelCall<never>>()
    expectTypeOf(function* () {
      return yield* k.kthread_exit(0)
    }).returns.toExtend<Steps<never>>()
  })

  test('kthread_join takes an LWP and yields a number', () => {
    expectTypeOf<Kernel10['kthread_join']>().toEqualTypeOf<(l: Lwp) => KernelCall<number>>()
    expectTypeOf<Lwp>().toExtend<Thread>()
    // What core knows of a thread, which another kernel's thread is too, makes no LWP.
    expectTypeOf<Thread>().not.toExtend<Lwp>()
    expectTypeOf<number>().not.toExtend<Lwp>()
    expectTypeOf<nb10.Proc>().not.toExtend<Lwp>()
    expectTypeOf<Out<Lwp>>().not.toExtend<Lwp>()
    expectTypeOf(function* (newlp: Out<Lwp>) {
      // @ts-expect-error A LID is no LWP.
      yield* k.kthread_join(12)
      // @ts-expect-error What is in the slot may be null.
      yield* k.kthread_join(newlp.value)
    }).toBeFunction()
  })
})

describe('a body makes kernel calls, and nothing else, with yield', () => {
  test('a bare yield of a value does not compile', () => {
    expectTypeOf(() => {
      // @ts-expect-error A value is yielded.
      k.boot(function* () {
        yield 5
      })
      // @ts-expect-error A call is yielded instead of made: `yield` for `yield*`.
      k.boot(function* () {
        yield k.kthread_exit(0)
      })
      k.boot(function* () {
        yield* k.yield()
      })
    }).toBeFunction()
  })

  test('a function that is no generator is no body', () => {
    expectTypeOf(() => {
      // @ts-expect-error No generator.
      k.boot(() => 0)
      // @ts-expect-error An async function is no thread.
      k.boot(async () => {})
    }).toBeFunction()
  })

  test('the value of a run is what main returns', () => {
    const run = () =>
      k.boot(function* () {
        return yield* k.kthread_join(k.lwp0)
      })
    expectTypeOf(run).returns.toEqualTypeOf<nb10.Outcome<number>>()
    expectTypeOf<Extract<nb10.Outcome<string>, { kind: 'done' }>['value']>().toBeString()
    expectTypeOf<nb10.Outcome<string>['kind']>().toEqualTypeOf<
      'done' | 'deadlock' | 'panic' | 'undefined' | 'livelock' | 'shutdown' | 'fault'
    >()
  })
})

function* takes(arg: string): Steps<never> {
  expectTypeOf(arg).toBeString()
  return yield* k.kthread_exit(0)
}

function* takesLwp(arg: Lwp): Steps<never> {
  expectTypeOf(arg.l_lid).toBeNumber()
  return yield* k.kthread_exit(0)
}
