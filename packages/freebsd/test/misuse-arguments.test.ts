import { SimulatorFault } from '@kt/core'
import { describe, expect, test } from 'vitest'
import * as fb from '../src/releases/8.0.js'
import { CALLS, nothing, objectsOf, type Objects } from './every-call.js'
import { faultOf, make } from './misuse-words.js'

/** What no call takes: each argument is refused by name, and the machine stays sound. */

/** What a scenario may hand over by mistake. */
const WRONG: readonly (readonly [string, unknown])[] = [
  ['nothing', undefined],
  ['null', null],
  ['an object', {}],
  ['NaN', Number.NaN],
  ['-1', -1],
  ['1.5', 1.5],
  ['a string', 'x'],
  ['a function', () => undefined],
]

/** Calls that take anything, or nothing at all. */
const TAKES_ANYTHING = new Set([
  'kthread_exit',
  'sched_relinquish',
  'uio_yield',
  'critical_enter',
  'critical_exit',
  'wakeup',
  'wakeup_one',
])

/** Wrong for most, and right for these: a format, an event's name, no such thread, a status. */
const RIGHT: Readonly<Record<string, readonly string[]>> = {
  printf: ['a string'],
  panic: ['a string'],
  EVENTHANDLER_INVOKE: ['a string'],
  cpuset_setthread: ['-1'],
  kproc_exit: ['-1'],
  // Microseconds: a thousandth of what it is measured in.
  DELAY: ['null', '1.5'],
}

describe('an argument of the wrong kind for every one', () => {
  test.each(Object.keys(CALLS).filter((name) => !TAKES_ANYTHING.has(name)))(
    '%s says so, and the machine goes on',
    (name) => {
      const k = make()
      const call = (...args: unknown[]) =>
        (k as unknown as Record<string, (...args: unknown[]) => fb.KernelCall<unknown>>)[name]!(...args)
      for (const [what, value] of WRONG) {
        if (RIGHT[name]?.includes(what) === true) continue
        const args = what === 'nothing' ? [] : Array.from({ length: 8 }, () => value)
        let error: unknown = 'accepted'
        const before = k.kinfo_proc().length
        const main = function* () {
          try {
            yield* call(...args)
          } catch (problem) {
            error = problem
          }
          const { ticks } = k
          yield* k.pause('still fine', 3)
          return k.ticks === ticks + 4 && k.locks().length === 0
        }
        const outcome = before > 1 ? k.run(main) : k.boot(main)
        expect(outcome).toMatchObject({ kind: 'done', value: true })
        expect(error).toSatisfy((it) => it instanceof TypeError || it instanceof RangeError)
        expect(String(error)).toContain(`${name}:`)
        if (before > 1) expect(k.kinfo_proc()).toHaveLength(before)
      }
    },
  )
})

const none = undefined as never

describe('one wrong argument among right ones', () => {
  const func = (k: fb.Kernel) => () => k.kthread_exit() as fb.Steps<never>

  test.each<[string, (k: fb.Kernel, o: Objects) => unknown, RegExp]>([
    ['no newtdpp', (k) => k.kthread_add(func(k), 0, null, none, 0, 0, 'x'), /kthread_add: newtdpp must be a ref/],
    ['half a flag', (k) => k.kthread_add(func(k), 0, null, null, 0.5, 0, 'x'), /kthread_add: flags must be a whole/],
    ['no pages', (k) => k.kthread_add(func(k), 0, null, null, 0, none, 'x'), /kthread_add: pages must be a whole/],
    ['no process', (k) => k.kthread_add(func(k), 0, none, null, 0, 0, 'x'), /kthread_add: a process is expected/],
    ['a value missing', (k) => k.kthread_add(func(k), 0, null, null, 0, 0, '%s'), /"%s"/],
    ['a value of another kind', (k) => k.kproc_create(func(k), 0, null, 0, 0, '%d', 'x'), /"%d".* wants an integer/],
    [
      'no place in a descriptor',
      (k) => k.kthread_start({ arg0: 'x', func: func(k), global_threadpp: none }),
      /kthread_start: global_threadpp must be a ref/,
    ],
    [
      'none in one of a process',
      (k) => k.kproc_start({ arg0: 'x', func: func(k), global_procpp: none }),
      /kproc_start: global_procpp must be a ref/,
    ],
    ['no newpp', (k) => k.kproc_create(func(k), 0, none, 0, 0, 'x'), /kproc_create: newpp must be a ref/],
    [
      'no tdptr',
      (k) => k.kproc_kthread_add(func(k), 0, k.ref<fb.Proc>(), none, 0, 0, 'p', 'x'),
      /kproc_kthread_add: tdptr must be a ref/,
    ],
    [
      'no function to add',
      (k) => k.kproc_kthread_add(none, 0, k.ref<fb.Proc>(), null, 0, 0, 'p', 'x'),
      /kproc_kthread_add: func must be a generator function/,
    ],
    [
      'no procname',
      (k) => k.kproc_kthread_add(func(k), 0, k.ref<fb.Proc>(), null, 0, 0, none, 'x'),
      /kproc_kthread_add: procname must be a string/,
    ],
    ['half a tick', (k, { td }) => k.kthread_suspend(td, 0.5), /kthread_suspend: timo is a whole number/],
    ['half a tick for a process', (k, { p }) => k.kproc_suspend(p, 0.5), /kproc_suspend: timo is a whole number/],
    ['a process for a thread', (k, { p }) => k.kthread_resume(p as never), /kthread_resume: a thread is expected/],
    ['a thread for a process', (k, { td }) => k.kproc_resume(td as never), /kproc_resume: a process is expected/],
    ['too large a priority', (k) => k.tsleep('x', 0x800, 'x', 1), /tsleep: a priority is 0 to 255/],
    ['nothing to sleep on', (k) => k.tsleep(none, 0, 'x', 1), /tsleep: chan must not be null/],
    ['nothing to spin on', (k, { spin }) => k.msleep_spin(none, spin, 'x', 1), /msleep_spin: chan must not be null/],
    ['an rwlock for an sx lock', (k, { rw }) => k.sx_sleep('x', rw as never, 0, 'x', 1), /sx_sleep: an sx lock/],
    ['a mutex for an rwlock', (k, { mtx }) => k.rw_sleep('x', mtx as never, 0, 'x', 1), /rw_sleep: an rwlock/],
    ['no name for a mutex', (k, { mtx }) => k.mtx_init(mtx, none, null, 0), /mtx_init: name must be a string/],
    ['no name for an rwlock', (k, { rw }) => k.rw_init(rw, none), /rw_init: name must be a string/],
    ['no name for an sx lock', (k, { sx }) => k.sx_init(sx, none), /sx_init: description must be a string/],
    ['no name for a cv', (k, { cv }) => k.cv_init(cv, none), /cv_init: desc must be a string/],
    ['a priority that is none', (k, { td }) => k.sched_prio(td, 256), /sched_prio: a priority is 0 to 255/],
    ['a class that is none', (k, { td }) => k.sched_class(td, 5), /sched_class: there is no class 5/],
    ['a CPU that is none', (k, { td }) => k.sched_bind(td, 1), /sched_bind: there is no CPU 1/],
    ['half a CPU set', (k, { td }) => k.cpuset_setthread(td.td_tid, 0.5), /cpuset_setthread: mask is a number/],
    ['a user mode of its own', (k) => k.user(5), /user: a thread of the \w+ has no user mode/],
    ['no function to call', (k, { callout }) => k.callout_reset(callout, 1, none, 0), /callout_reset: func must be/],
    [
      'a CPU that is none for a callout',
      (k, { callout }) => k.callout_reset_on(callout, 1, nothing, null, 9),
      /callout_reset_on: there is no CPU 9/,
    ],
    ['no task', (k, { tqp }) => k.taskqueue_enqueue(tqp.value!, none), /taskqueue_enqueue: a Task is expected/],
    ['no task to drain', (k, { tqp }) => k.taskqueue_drain(tqp.value!, none), /taskqueue_drain: a Task is expected/],
    [
      'half a thread for a queue',
      (k, { tqp }) => k.taskqueue_start_threads(tqp, 1.5, 0, 'x'),
      /taskqueue_start_threads: count must be a whole number/,
    ],
    [
      'a place that is none for an event',
      (k) => k.swi_add(5 as never, 'x', nothing, null, 0, 0, null),
      /swi_add: eventp must be a ref/,
    ],
    [
      'an event that is none',
      (k) => k.swi_add(k.ref({} as fb.IntrEvent), 'x', nothing, null, 0, 0, null),
      /swi_add: what swi_add stored is expected/,
    ],
    ['a sysinit that is none', (k) => k.kldload({ name: 'x', sysinits: [none] }), /kldload: a sysinit is expected/],
    ['a tag that is none', (k) => k.EVENTHANDLER_DEREGISTER('x', {} as never), /EVENTHANDLER_DEREGISTER: what EVENT/],
  ])('%s', (_what, call, message) => {
    const k = make()
    const o = objectsOf(k)
    let said = 'accepted'
    const outcome = k.run(function* () {
      const before = k.kinfo_proc().length
      try {
        yield* call(k, o) as fb.KernelCall<unknown>
      } catch (error) {
        said = error instanceof SimulatorFault ? `SimulatorFault ${String(error)}` : String(error)
      }
      const { ticks } = k
      yield* k.pause('still fine', 3)
      return k.ticks === ticks + 4 && k.kinfo_proc().length === before
    })
    expect(said).toMatch(message)
    expect(said).toMatch(/^(Type|Range)Error: /)
    expect(outcome).toMatchObject({ kind: 'done', value: true })
  })
})

describe('what is called without yield*', () => {
  test.each<[string, (k: fb.Kernel) => unknown, string]>([
    ['a mutex without a name', (k) => k.mtx(none), 'mtx: name must be a string, not undefined'],
    ['an rwlock without a name', (k) => k.rwlock(none), 'rwlock: name must be a string, not undefined'],
    ['an sx lock without a name', (k) => k.sx(none), 'sx: description must be a string, not undefined'],
    ['a cv without a name', (k) => k.cv(none), 'cv: desc must be a string, not undefined'],
    ['a mutex with half an option', (k) => k.mtx('m', 0.5), 'mtx: opts must be a whole number, not 0.5'],
    ['a task without a function', (k) => k.TASK_INIT(0, none, 0), 'TASK_INIT: func must be a generator function'],
    ['too high a priority', (k) => k.TASK_INIT(65_536, nothing, 0), 'TASK_INIT: priority must be a whole number'],
    ['a SYSINIT without a name', (k) => k.SYSINIT(none, 0, 0, nothing, 0), 'SYSINIT: a name is expected first'],
    ['one nowhere', (k) => k.SYSINIT('x', none, 0, nothing, 0), 'SYSINIT: subsystem must be a whole number'],
    ['one without order', (k) => k.SYSINIT('x', 0, -1, nothing, 0), 'SYSINIT: order must be a whole number'],
    ['one without a function', (k) => k.SYSINIT('x', 0, 0, none, 0), 'SYSINIT: func must be a function'],
    ['a process without a name', (k) => k.process({} as never, nothing), 'process: a name is expected'],
    ['one without a body', (k) => k.process({ name: 'x' }, none), 'process: the body must be a generator function'],
    ['one of a wrong user', (k) => k.process({ name: 'x', uid: -1 }, nothing), 'uid must be a whole number'],
    ['one too nice', (k) => k.process({ name: 'x', nice: 21 }, nothing), 'nice must be a whole number'],
    ['an unknown node', (k) => k.sysctl('kern.nothing'), 'there is no sysctl node kern.nothing'],
    ['a node to read', (k) => k.sysctl('kern.maxproc', 5), 'sysctl node kern.maxproc can only be read'],
    ['an unknown fault', (k) => k.inject({ at: 'disk' }), "there is no fault 'disk' to inject"],
    ['an interrupt without a body', (k) => k.interrupt(none), 'interrupt: the body must be a generator function'],
    ['one of no level', (k) => k.interrupt(nothing, { ipl: 2 }), 'ipl must be a whole number'],
  ])('%s', (_what, call, message) => {
    expect(() => call(make())).toThrow(message)
  })

  test('a SYSINIT when boot is over', () => {
    const k = make()
    k.boot()
    expect(() => k.SYSINIT('late', 0, 0, nothing, null)).toThrow('SYSINIT: boot is over')
  })
})

describe('a body that is no generator function is named', () => {
  const plain = (() => undefined) as never

  test.each<[string, (k: fb.Kernel) => fb.Steps]>([
    [
      'worker',
      function* (k) {
        yield* k.kthread_add(plain, null, null, null, 0, 0, 'worker')
        yield* k.pause('x', 5)
      },
    ],
    [
      'kworker',
      function* (k) {
        yield* k.kproc_create(plain, null, null, 0, 0, 'kworker')
        yield* k.pause('x', 5)
      },
    ],
    [
      'started',
      function* (k) {
        yield* k.kthread_start({ arg0: 'started', func: plain, global_threadpp: null })
        yield* k.pause('x', 5)
      },
    ],
    [
      'intr',
      function* (k) {
        k.interrupt(plain)
        yield* k.pause('x', 5)
      },
    ],
    [
      'sh',
      function* (k) {
        k.process({ name: 'sh' }, plain)
        yield* k.pause('x', 5)
      },
    ],
  ])('%s', (name, body) => {
    expect(faultOf(body)).toMatch(
      new RegExp(`^TypeError: the function of ${name} .*is not a generator function: write function\\*$`),
    )
  })

  test('main', () => {
    expect(faultOf(plain)).toMatch(/^TypeError: the function of main \(\d+\) is not a generator function/)
  })
})

describe('options', () => {
  test.each<[object, string]>([
    [{ ncpu: 0 }, 'ncpu must be a whole number from 1 to 32, not 0'],
    [{ hz: 0 }, 'hz must be a whole number from 1 to 10000, not 0'],
    [{ reading: 'both' }, 'reading must be one of page, kernel, not both'],
    [{ scheduler: 'bfs' }, 'scheduler must be one of ule, 4bsd, not bfs'],
    [{ arch: 'vax' }, 'arch must be one of amd64, i386, not vax'],
    [{ daemons: 'all' }, 'daemons must be one of stock, page, none, not all'],
    [{ preemption: 'half' }, 'preemption must be true or false, not half'],
    [{ invariants: 1 }, 'invariants must be true or false, not 1'],
    [{ lenient: 'yes' }, 'lenient must be true or false, not yes'],
    [{ maxproc: 0 }, 'maxproc must be a whole number from 1'],
    [{ kstackKvaPages: 1.5 }, 'kstackKvaPages must be a whole number from 1'],
    [{ seed: 1.5 }, 'seed must be a whole number'],
    [{ ktrMask: -1 }, 'ktrMask must be a whole number'],
    [{ stepsMax: 0 }, 'stepsMax must be a whole number'],
  ])('%o', (options, message) => {
    const create = () => fb.createKernel(options)
    expect(create).toThrow(RangeError)
    expect(create).toThrow(message)
  })
})
