import { describe, expect, test } from 'vitest'
import * as fb from '../src/releases/8.0.js'

/** What programs that know the pages and not this kernel run into. */

const SCHEDULERS = ['ule', '4bsd'] as const

describe.each(SCHEDULERS)('%s: a panic before the daemons had their first turn', (scheduler) => {
  test.each([
    [1, 'stock'],
    [2, 'stock'],
    [2, 'page'],
    [8, 'stock'],
    [8, 'page'],
  ] as const)('%i CPUs, daemons as %s have them: the system goes down as after any other', (ncpu, daemons) => {
    const k = fb.createKernel({ scheduler, ncpu, daemons })
    const outcome = k.boot(function* () {
      yield* k.panic('at once')
    })
    expect(outcome).toMatchObject({ kind: 'panic', message: 'at once' })
    expect(k.console.slice(-4)).toEqual([
      'Uptime: 1s',
      'Cannot dump. Device not defined or unavailable.',
      'Automatic reboot in 15 seconds - press a key on the console to abort',
      'Rebooting...',
    ])
    expect(k.now).toBe(16e9)
  })
})

describe('a handler that brings on its own event', () => {
  const registered = (name: string, handler: (k: fb.Kernel) => fb.KernelCall<unknown>) => {
    const k = fb.createKernel({ daemons: 'none' })
    return {
      k,
      of: (begin: (k: fb.Kernel) => fb.KernelCall<unknown>) =>
        k.boot(function* () {
          yield* k.EVENTHANDLER_REGISTER(name, () => handler(k), null, 0)
          yield* begin(k)
        }),
    }
  }

  test.each(['shutdown_pre_sync', 'shutdown_post_sync', 'shutdown_final'])('%s: reboot', (name) => {
    const outcome = registered(name, (k) => k.reboot(0)).of((k) => k.reboot(0))
    expect(outcome).toMatchObject({ kind: 'undefined', id: 'UB:kernel-stack' })
    expect(outcome).toHaveProperty('message', `a handler of ${name} brings on ${name}, without an end`)
  })

  test('a fork: it makes another process', () => {
    function* body(k: fb.Kernel) {
      yield* k.kproc_exit(0)
    }
    const create = (k: fb.Kernel) => k.kproc_create(() => body(k), null, null, 0, 0, 'child')
    expect(registered('process_fork', create).of(create)).toMatchObject({ kind: 'undefined', id: 'UB:kernel-stack' })
  })

  test('a panic stays what it was', () => {
    const { of, k } = registered('shutdown_pre_sync', (kernel) => kernel.reboot(0))
    expect(of((kernel) => kernel.panic('the first'))).toMatchObject({ kind: 'panic', message: 'the first' })
    expect(k.console).toEqual(['panic: the first'])
  })

  test('one event that many threads bring on at once is theirs', () => {
    const k = fb.createKernel({ daemons: 'none', ncpu: 2 })
    let calls = 0
    const outcome = k.boot(function* () {
      function* handler() {
        calls++
        yield* k.pause('handler', 5)
      }
      function* thread() {
        yield* k.EVENTHANDLER_INVOKE('event')
        yield* k.kthread_exit()
      }
      const tag = yield* k.EVENTHANDLER_REGISTER('event', handler, null, 0)
      for (let index = 0; index < 300; index++) yield* k.kthread_add(thread, null, null, null, 0, 0, 'w%d', index)
      yield* k.pause('all walk the list', 2)
      yield* k.EVENTHANDLER_DEREGISTER('event', tag)
      yield* k.pause('until they are through', 10)
    })
    expect(outcome.kind).toBe('done')
    expect(calls).toBe(300)
    expect(k.eventhandlers('event')).toEqual([])
  })
})

describe('a callout or a software interrupt that does not give back what it took', () => {
  const BODIES: Readonly<Record<string, (k: fb.Kernel) => fb.KernelCall<void>>> = {
    'a critical section': (k) => k.critical_enter(),
    'a spin mutex': (k) => k.mtx_lock_spin(k.mtx('spin', k.MTX_SPIN)),
  }
  const RAISED: Readonly<Record<string, (k: fb.Kernel, body: () => fb.KernelCall<void>) => fb.Steps>> = {
    *'a callout'(k, body) {
      const c = new fb.Callout()
      yield* k.callout_init(c, 1)
      yield* k.callout_reset(c, 1, body, null)
    },
    *'a software interrupt'(k, body) {
      const cookie = k.ref<fb.Swi>()
      yield* k.swi_add(null, 'handler', body, null, k.SWI_NET, k.INTR_MPSAFE, cookie)
      yield* k.swi_sched(cookie.value!, 0)
    },
  }

  test.each(
    Object.entries(RAISED).flatMap(([who, raise]) =>
      Object.entries(BODIES).map(([what, body]) => ({ who, what, raise, body })),
    ),
  )('$who, $what: its thread cannot wait for the next', ({ raise, body }) => {
    const ending = (invariants: boolean) => {
      const k = fb.createKernel({ daemons: 'none', invariants })
      return k.boot(function* () {
        yield* raise(k, () => body(k))
        yield* k.pause('until it came', 5)
      })
    }
    expect(ending(false)).toMatchObject({ kind: 'undefined', id: 'UB:sleep-not-allowed' })
    expect(ending(true)).toMatchObject({ kind: 'panic', message: 'mi_switch: switch in a critical section' })
  })
})

describe('boot without the means for it', () => {
  const ending = (options: fb.FreebsdOptions, prepare?: (k: fb.Kernel) => void) => {
    const k = fb.createKernel(options)
    prepare?.(k)
    const outcome = k.boot()
    return outcome.kind === 'panic' ? outcome.message : outcome
  }

  test('the audit worker finds no stack, or no place for its process', () => {
    const noStack = ending({}, (k) => {
      k.inject({ at: 'kstack' })
    })
    expect(noStack).toBe('audit_worker_init: kproc_create returned 12')
    expect(ending({ maxproc: 1 })).toBe('audit_worker_init: kproc_create returned 35')
  })

  test('nor does pagezero', () => {
    expect(ending({ maxproc: 10 })).toBe('pagezero_start: error 35')
  })

  test.each(['none', 'page', 'stock'] as const)(
    '%s: whatever is missing, it panics in words or comes up',
    (daemons) => {
      for (let maxproc = 1; maxproc < 24; maxproc++)
        for (const scheduler of SCHEDULERS)
          expect(ending({ daemons, maxproc, scheduler })).toSatisfy(
            (end) => typeof end === 'string' || (end as fb.Outcome<unknown>).kind === 'done',
          )
    },
  )
})

test.each<[string, (k: fb.Kernel, tq: fb.Taskqueue, task: fb.Task) => fb.KernelCall<unknown>]>([
  ['taskqueue_enqueue', (k, tq, task) => k.taskqueue_enqueue(tq, task)],
  ['taskqueue_drain', (k, tq, task) => k.taskqueue_drain(tq, task)],
  ['taskqueue_run', (k, tq) => k.taskqueue_run(tq)],
  ['taskqueue_free', (k, tq) => k.taskqueue_free(tq)],
])('%s: a driver that was unloaded still uses its task queue', (name, call) => {
  const k = fb.createKernel({ daemons: 'none' })
  const outcome = k.boot(function* () {
    const tqp = fb.ref<fb.Taskqueue>()
    tqp.value = yield* k.taskqueue_create('driver', 0, k.taskqueue_thread_enqueue, tqp)
    yield* k.taskqueue_start_threads(tqp, 2, k.PWAIT, 'driver taskq')
    yield* k.taskqueue_free(tqp.value)
    const task = k.TASK_INIT(0, () => k.work(0) as fb.Steps, null)
    yield* call(k, tqp.value, task)
  })
  expect(outcome).toMatchObject({ kind: 'undefined', id: 'UB:taskqueue', message: `${name}: driver was freed` })
})

test.each<[string, (k: fb.Kernel, timo: number) => fb.KernelCall<unknown>]>([
  ['tsleep', (k, timo) => k.tsleep('chan', 0, 'chan', timo)],
  ['pause', (k, timo) => k.pause('pause', timo)],
  ['cv_timedwait', (k, timo) => k.cv_timedwait(k.cv('cv'), k.Giant, timo)],
  ['kthread_suspend', (k, timo) => k.kthread_suspend(k.curthread, timo)],
  ['kproc_suspend', (k, timo) => k.kproc_suspend(k.curproc, timo)],
  ['callout_reset', (k, timo) => k.callout_reset(new fb.Callout(), timo, () => k.work(0), null)],
])('%s: a time that no int holds is refused at once, and not waited for', (name, call) => {
  for (const timo of [2 ** 31, Number.MAX_SAFE_INTEGER, 1e300]) {
    const k = fb.createKernel({ daemons: 'none', stepsMax: 1000 })
    const outcome = k.boot(function* () {
      yield* call(k, timo)
    })
    expect(outcome.kind === 'fault' && String(outcome.error)).toMatch(
      new RegExp(`^RangeError: ${name}: (timo|ticks) is an int of 32 bits, which .* is not$`),
    )
  }
})

test('a wait for daemons of more ticks than an int holds is over at once, as its overflow has it', () => {
  const k = fb.createKernel({ daemons: 'none' })
  k.sysctl('kern.shutdown.kproc_shutdown_wait', 2 ** 31 - 1)
  const outcome = k.boot(function* () {
    yield* k.kthread_shutdown(k.thread0, 0)
    return k.now
  })
  expect(outcome).toMatchObject({ kind: 'done', value: 2_000_000 })
  expect(k.console).toEqual(["Waiting (max 2147483647 seconds) for system thread `swapper' to stop...timed out"])
})
