import { ref, type KernelCall, type Out, type Steps, type Thread } from '@kt/core'
import { describe, expectTypeOf, test } from 'vitest'
import type { OpenbsdKernel } from '../src/kernel.js'
import * as ob42 from '../src/releases/4.2.js'
import * as ob51 from '../src/releases/5.1.js'

// The type checker is the judge here: `tsc` fails when an expectation is wrong, and when an error that is expected
// does not come. The bodies are never run.

type Kernel42 = ob42.Kernel
type Kernel51 = ob51.Kernel
type Proc = ob51.Proc

const k = ob51.createKernel()

function* takes(arg: string): Steps<never> {
  expectTypeOf(arg).toBeString()
  return yield* k.kthread_exit(0)
}

describe('a release has the calls of its pages', () => {
  test('threads of user processes are in 5.1 and not in 4.2', () => {
    expectTypeOf<Kernel51>().toHaveProperty('__tfork_thread')
    expectTypeOf<Kernel42>().not.toHaveProperty('__tfork_thread')
    // @ts-expect-error 4.2 has no __tfork_thread.
    expectTypeOf<Kernel42['__tfork_thread']>()
    // @ts-expect-error No C function makes the system call alone.
    expectTypeOf<Kernel51['__tfork']>()
  })

  test('msleep, mtx_enter_try and workq_queue_task came later than 4.2', () => {
    for (const name of ['msleep', 'mtx_enter_try', 'workq_queue_task', 'timeout_add_msec'] as const) {
      expectTypeOf<Kernel51>().toHaveProperty(name)
      expectTypeOf<Kernel42>().not.toHaveProperty(name)
    }
  })

  test('what is written for every release runs on both, and a kernel of 4.2 is none of 5.1', () => {
    expectTypeOf<Kernel42>().toExtend<OpenbsdKernel>()
    expectTypeOf<Kernel51>().toExtend<OpenbsdKernel>()
    expectTypeOf<Kernel42>().not.toExtend<Kernel51>()
  })
})

describe('kthread_create', () => {
  test('yields a number, with any tail of arguments', () => {
    expectTypeOf(() => k.kthread_create(takes, 'arg', null, 'w')).returns.toEqualTypeOf<KernelCall<number>>()
    expectTypeOf(() => k.kthread_create(takes, 'arg', null, '%s%d%c', 'w', 1, 'x')).returns.toEqualTypeOf<
      KernelCall<number>
    >()
  })

  test('func is given arg, and for a null one null or its own process', () => {
    expectTypeOf(function* () {
      yield* k.kthread_create(takes, 'arg', null, 'w')
      // @ts-expect-error A number for a function of a string.
      yield* k.kthread_create(takes, 7, null, 'w')
      // @ts-expect-error Null gives func no string.
      yield* k.kthread_create(takes, null, null, 'w')
      const own = (arg: Proc | null) => {
        expectTypeOf(arg).toEqualTypeOf<Proc | null>()
        return takes('')
      }
      yield* k.kthread_create(own, null, null, 'w')
    }).toBeFunction()
  })

  test('newpp receives a process or is null; fmt is not null; nothing has a default', () => {
    expectTypeOf(ref<Proc>()).toEqualTypeOf<Out<Proc>>()
    expectTypeOf(function* () {
      yield* k.kthread_create(takes, 'arg', ref<Proc>(), 'w')
      // @ts-expect-error An out-pointer for a number.
      yield* k.kthread_create(takes, 'arg', ref<number>(), 'w')
      // @ts-expect-error A null format.
      yield* k.kthread_create(takes, 'arg', null, null)
      // @ts-expect-error Four arguments, or more.
      yield* k.kthread_create(takes, 'arg', null)
    }).toBeFunction()
  })

  test('what core knows of a thread makes no process', () => {
    expectTypeOf<Proc>().toExtend<Thread>()
    expectTypeOf<Thread>().not.toExtend<Proc>()
  })
})

describe('the other two', () => {
  test('kthread_exit never comes back', () => {
    expectTypeOf<Kernel42['kthread_exit']>().toEqualTypeOf<(ecode: number) => KernelCall<never>>()
  })

  test('kthread_create_deferred yields nothing, and its function is given arg, null too', () => {
    expectTypeOf(() => k.kthread_create_deferred(takes, 'arg')).returns.toEqualTypeOf<KernelCall<void>>()
    expectTypeOf(function* () {
      yield* k.kthread_create_deferred(function* (arg: null) {
        expectTypeOf(arg).toBeNull()
      }, null)
      // @ts-expect-error A number for a function of a string.
      yield* k.kthread_create_deferred(takes, 7)
    }).toBeFunction()
  })
})

describe('__tfork_thread', () => {
  test('takes struct __tfork with three members, and gives startfunc its argument', () => {
    expectTypeOf<keyof ob51.__tfork>().toEqualTypeOf<'tf_tcb' | 'tf_tid' | 'tf_flags'>()
    const params: ob51.__tfork = { tf_tcb: null, tf_tid: ref<number>(), tf_flags: 0 }
    expectTypeOf(() => k.__tfork_thread(params, 0, takes, 'arg')).returns.toEqualTypeOf<KernelCall<number>>()
    expectTypeOf(function* () {
      // @ts-expect-error A number for a function of a string.
      yield* k.__tfork_thread(params, 0, takes, 7)
      // @ts-expect-error A thread's number is no string.
      yield* k.__tfork_thread({ ...params, tf_tid: ref<string>() }, 0, takes, 'arg')
    }).toBeFunction()
  })
})
