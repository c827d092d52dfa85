import { ref, type KernelCall, type Out, type Steps, type Thread } from '@kt/core'
import { describe, expectTypeOf, test } from 'vitest'
import * as fb80 from '../src/releases/8.0.js'

// The type checker is the judge here: `tsc` fails when an expectation is wrong, and when an error that is expected
// does not come. The bodies are never run.

type Kernel = fb80.Kernel
type Td = fb80.Td
type Proc = fb80.Proc

const k = fb80.createKernel()

function* takes(arg: string): Steps<never> {
  expectTypeOf(arg).toBeString()
  return yield* k.kthread_exit()
}

describe('kthread(9)', () => {
  test('kthread_add yields a number, gives func its argument, and takes any tail', () => {
    expectTypeOf(() => k.kthread_add(takes, 'arg', null, null, 0, 0, '%s%d', 'w', 1)).returns.toEqualTypeOf<
      KernelCall<number>
    >()
    expectTypeOf(function* () {
      // @ts-expect-error A number for a function of a string.
      yield* k.kthread_add(takes, 7, null, null, 0, 0, 'w')
      // @ts-expect-error Null gives func no string.
      yield* k.kthread_add(takes, null, null, null, 0, 0, 'w')
      // @ts-expect-error The pages are missing.
      yield* k.kthread_add(takes, 'arg', null, null, 0, 'w')
    }).toBeFunction()
  })

  test('the process may be null, and the out-pointer receives a thread or is null', () => {
    expectTypeOf(ref<Td>()).toEqualTypeOf<Out<Td>>()
    expectTypeOf(function* (p: Proc) {
      yield* k.kthread_add(takes, 'arg', p, ref<Td>(), 0, 0, 'w')
      // @ts-expect-error An out-pointer for a process.
      yield* k.kthread_add(takes, 'arg', null, ref<Proc>(), 0, 0, 'w')
      // @ts-expect-error A thread is no process.
      yield* k.kthread_add(takes, 'arg', k.curthread, null, 0, 0, 'w')
    }).toBeFunction()
  })

  test('struct kthread_desc has three members, and its function takes none that it needs', () => {
    expectTypeOf<keyof fb80.kthread_desc>().toEqualTypeOf<'arg0' | 'func' | 'global_threadpp'>()
    const desc: fb80.kthread_desc = { arg0: 'daemon', func: function* () {}, global_threadpp: null }
    expectTypeOf(() => k.kthread_start(desc)).returns.toEqualTypeOf<KernelCall<void>>()
    // @ts-expect-error The function of a descriptor is given no string.
    expectTypeOf(() => k.kthread_start({ ...desc, func: takes })).toBeFunction()
  })

  test('kthread_exit takes nothing and never comes back', () => {
    expectTypeOf<Kernel['kthread_exit']>().toEqualTypeOf<() => KernelCall<never>>()
  })

  test('kthread_suspend_check takes a thread in this release, and the other two return a number', () => {
    expectTypeOf<Kernel['kthread_suspend_check']>().toEqualTypeOf<(td: Td) => KernelCall<void>>()
    expectTypeOf<Kernel['kthread_resume']>().toEqualTypeOf<(td: Td) => KernelCall<number>>()
    expectTypeOf<Kernel['kthread_suspend']>().toEqualTypeOf<(td: Td, timo: number) => KernelCall<number>>()
  })

  test('kthread_create is gone, under that name', () => {
    expectTypeOf<Kernel>().not.toHaveProperty('kthread_create')
  })

  test('what core knows of a thread makes no struct thread', () => {
    expectTypeOf<Td>().toExtend<Thread>()
    expectTypeOf<Thread>().not.toExtend<Td>()
  })
})

describe('kproc(9)', () => {
  test('kproc_create receives a process, and no parent or process to add to', () => {
    expectTypeOf(() => k.kproc_create(takes, 'arg', ref<Proc>(), 0, 0, 'w')).returns.toEqualTypeOf<KernelCall<number>>()
    // @ts-expect-error An out-pointer for a thread.
    expectTypeOf(() => k.kproc_create(takes, 'arg', ref<Td>(), 0, 0, 'w')).toBeFunction()
  })

  test('kproc_exit takes a status and never comes back', () => {
    expectTypeOf<Kernel['kproc_exit']>().toEqualTypeOf<(ecode: number) => KernelCall<never>>()
  })

  test('kproc_kthread_add has procname before fmt, and procptr is never null', () => {
    expectTypeOf(() => k.kproc_kthread_add(takes, 'arg', ref<Proc>(), null, 0, 0, 'usb', 'usbus%d', 0)).toBeFunction()
    // @ts-expect-error procptr is dereferenced.
    expectTypeOf(() => k.kproc_kthread_add(takes, 'arg', null, null, 0, 0, 'usb', 'usbus')).toBeFunction()
  })
})

describe('around them', () => {
  test('the handlers of daemons may be registered as they are', () => {
    expectTypeOf(function* (td: Td, p: Proc) {
      yield* k.EVENTHANDLER_REGISTER('shutdown_pre_sync', k.kthread_shutdown, td, k.SHUTDOWN_PRI_LAST)
      yield* k.EVENTHANDLER_REGISTER('shutdown_pre_sync', k.kproc_shutdown, p, k.SHUTDOWN_PRI_FIRST)
      // @ts-expect-error The handler wants a thread.
      yield* k.EVENTHANDLER_REGISTER('shutdown_pre_sync', k.kthread_shutdown, p, k.SHUTDOWN_PRI_LAST)
    }).toBeFunction()
  })

  test('SYSINIT gives its function what it was given', () => {
    expectTypeOf(() => {
      k.SYSINIT('d', k.SI_SUB_KTHREAD_BUF, k.SI_ORDER_FIRST, k.kthread_start, {
        arg0: 'd',
        func: function* () {},
        global_threadpp: null,
      })
      // @ts-expect-error kproc_start wants another descriptor.
      k.SYSINIT('d', k.SI_SUB_KTHREAD_BUF, k.SI_ORDER_FIRST, k.kproc_start, { arg0: 'd', global_threadpp: null })
    }).toBeFunction()
  })

  test('an outcome may be a shutdown', () => {
    expectTypeOf<Extract<fb80.Outcome<string>, { kind: 'shutdown' }>['howto']>().toBeNumber()
  })
})
