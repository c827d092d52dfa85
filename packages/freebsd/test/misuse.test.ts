import { describe, expect, test } from 'vitest'
import * as fb from '../src/releases/8.0.js'
import { CALLS, functionsOf, nothing, objectsOf, PLAIN } from './every-call.js'
import { faultOf, make } from './misuse-words.js'
import { READINGS } from './staging.js'

/** Calls where and how they may not be made: each is told what it did, by name, and the machine stays sound. */

/** Some calls are others by another name. */
const BY_ANOTHER_NAME: Readonly<Record<string, string>> = {
  PROC_LOCK: 'mtx_lock',
  PROC_UNLOCK: 'mtx_unlock',
  thread_lock: 'mtx_lock_spin',
  thread_unlock: 'mtx_unlock_spin',
}

function nameOf(call: string): string {
  return BY_ANOTHER_NAME[call] ?? call
}

/** Reads what would be current, so that it has no caller outside. */
const NEEDS_CURTHREAD = new Set(['kthread_suspend_check', 'sched_bind', 'sched_unbind'])

test('every function of a kernel is tried here', () => {
  expect(functionsOf(make()).toSorted()).toEqual([...Object.keys(CALLS), ...PLAIN].toSorted())
})

describe.each(READINGS)('reading %s: a call from outside any thread', (reading) => {
  test.each(Object.keys(CALLS).filter((name) => !NEEDS_CURTHREAD.has(name)))('%s', (name) => {
    const k = make({ reading })
    const o = objectsOf(k)
    const call = () => CALLS[name]!(k, o)
    expect(call).toThrow(TypeError)
    expect(call).toThrow(`${nameOf(name)}() was called outside any thread of this kernel`)
    expect(k.run(nothing).kind).toBe('done')
  })

  test.each(['curthread', 'curproc'] as const)('reading %s', (name) => {
    expect(() => make({ reading })[name]).toThrow('curthread was read outside any thread of this kernel')
  })
})

describe('boot and run', () => {
  test('each has its time', () => {
    const k = make()
    expect(() => k.run(nothing)).toThrow('this machine is cold: use boot()')
    k.boot()
    expect(() => k.boot()).toThrow('this machine has booted: use run()')
  })

  test('and are not for threads', () => {
    const said = faultOf(function* (k) {
      k.run(nothing)
      yield* k.pause('x', 1)
    })
    expect(said).toBe('TypeError: this kernel is running already: boot() and run() are not for its threads')
  })
})

/** Does nothing with a call that was named. */
function forgets(call: unknown): void {
  expect(call).toBeDefined()
}

/** Begins a call, and does not go on with it. */
function breaksOff(call: Iterable<unknown>): void {
  const [first] = call
  expect(first).toBeUndefined()
}

describe.each(READINGS)('reading %s: a call without yield* is named', (reading) => {
  test.each(Object.keys(CALLS))('%s', (name) => {
    const k = make({ reading })
    const o = objectsOf(k)
    const outcome = k.run(function* () {
      forgets(CALLS[name]!(k, o))
      yield* k.wakeup('x')
    })
    const error = outcome.kind === 'fault' ? String(outcome.error) : outcome.kind
    expect(error).toMatch(
      new RegExp(`^TypeError: ${nameOf(name)}\\(\\) was called without yield\\* by main \\(\\d+\\); before wakeup`),
    )
  })
})

describe('a call that is left half done ends the run', () => {
  const HALF_DONE = /^TypeError: \w+\(\) of main \(\d+\) was left half done/

  test('a for-of that breaks off', () => {
    const error = faultOf(function* (k) {
      breaksOff(k.pause('a', 1))
      yield* k.pause('b', 1)
    })
    expect(error).toMatch(HALF_DONE)
  })

  test('a spread', () => {
    const error = faultOf(function* (k) {
      yield* k.pause(String([...k.work(5)].length), 1)
    })
    expect(error).toMatch(HALF_DONE)
  })

  test('another kernel’s thread', () => {
    const error = faultOf(function* (k) {
      const inner = make().boot(function* () {
        yield* k.pause('outer', 3)
      })
      expect(inner.kind).toBe('fault')
      yield* k.pause('own', 3)
    })
    expect(error).toMatch(HALF_DONE)
  })

  test('one that was kept and is made again', () => {
    const error = faultOf(function* (k) {
      const call = k.wakeup('a')
      yield* call
      yield* call
    })
    expect(error).toBe('TypeError: a kernel call is made once: call it again instead of keeping it')
  })
})

describe('objects of another kernel are refused', () => {
  test.each([
    'kthread_shutdown',
    'kthread_resume',
    'kthread_suspend',
    'kproc_shutdown',
    'kproc_resume',
    'kproc_suspend',
    'kproc_suspend_check',
    'PROC_LOCK',
    'PROC_UNLOCK',
    'thread_lock',
    'thread_unlock',
    'sched_add',
    'sched_prio',
    'sched_user_prio',
    'sched_class',
    'swi_sched',
  ])('%s', (name) => {
    const other = objectsOf(make())
    const said = faultOf(function* (k) {
      yield* CALLS[name]!(k, other)
    })
    expect(said).toMatch(new RegExp(`^TypeError: ${name}: the (thread|process|handler) belongs to another kernel$`))
  })

  test('kthread_suspend_check, sched_bind, sched_unbind, kthread_add, swi_add', () => {
    const other = objectsOf(make())
    const calls: ((k: fb.Kernel) => fb.KernelCall<unknown>)[] = [
      (k) => k.kthread_suspend_check(other.td),
      (k) => k.sched_bind(other.td, 0),
      (k) => k.sched_unbind(other.td),
      (k) => k.kthread_add(nothing, null, other.p, null, 0, 0, 'x'),
      (k) => k.kproc_kthread_add(nothing, null, k.ref(other.p), null, 0, 0, 'p', 'x'),
      (k) => k.swi_add(other.event, 'x', nothing, null, 0, 0, null),
    ]
    for (const call of calls) {
      const said = faultOf(function* (k) {
        yield* call(k)
      })
      expect(said).toMatch(/^TypeError: \w+: .*kernel$/)
    }
  })

  test('a callout that is pending there', () => {
    const first = make()
    const { callout } = objectsOf(first)
    first.run(function* () {
      yield* first.callout_reset(callout, 60_000, nothing, null)
    })
    const said = faultOf(function* (k) {
      yield* k.callout_stop(callout)
    })
    expect(said).toBe('TypeError: callout_stop: the callout is pending on another kernel')
  })
})

/** Calls after which the caller owns a lock. */
const TAKES_A_LOCK: ReadonlySet<string> = new Set([
  'PROC_LOCK',
  'mtx_lock',
  'mtx_lock_spin',
  'mtx_trylock',
  'rw_try_wlock',
  'rw_wlock',
  'sx_try_xlock',
  'sx_xlock',
  'sx_xlock_sig',
  'thread_lock',
])

describe.each(READINGS)('reading %s: a call from a hardware interrupt', (reading) => {
  test.each(Object.keys(CALLS))('%s either works or ends in words', (name) => {
    // INVARIANTS in one of the readings is enough: what it looks at is the same in both.
    const k = make({ reading, invariants: reading === 'kernel' })
    const o = objectsOf(k)
    let error: Error | null = null as Error | null
    const outcome = k.run(function* () {
      k.interrupt(function* () {
        try {
          yield* CALLS[name]!(k, o)
        } catch (problem) {
          error = problem as Error
        }
      })
      yield* k.pause('until it is over', 10)
      return k.curthread.td_critnest
    })
    const allowed = name === 'reboot' || name === 'shutdown_nice' ? 'shutdown' : 'done'
    // What takes a lock works, and the interrupt then ends with it.
    if (TAKES_A_LOCK.has(name)) expect(outcome).toMatchObject({ kind: 'undefined', id: 'UB:exit-with-lock' })
    else if (error === null || error instanceof TypeError) {
      expect(outcome.kind).toBe(allowed)
      if (outcome.kind === 'done') expect(outcome.value).toBe(0)
      expect(error === null ? '' : String(error)).toMatch(name === 'user' ? /^TypeError: user: / : /^$/)
    } else {
      expect(String(error)).toMatch(/^(UndefinedBehaviour|KernelPanic): /)
      expect(['undefined', 'panic']).toContain(outcome.kind)
    }
  })

  test.each([
    'kthread_add',
    'kproc_create',
    'kthread_exit',
    'kproc_exit',
    'tsleep',
    'pause',
    'kthread_suspend',
    'sched_relinquish',
  ])('%s is not for interrupts', (name) => {
    const k = make({ reading })
    const o = objectsOf(k)
    const outcome = k.run(function* () {
      k.interrupt(function* () {
        yield* CALLS[name]!(k, o)
      })
      yield* k.pause('until it is over', 10)
    })
    expect(outcome).toMatchObject({ kind: 'undefined', id: 'UB:sleep-in-interrupt' })
  })
})

test.each(['a thread', 'main', 'an interrupt', 'a callout'])(
  'a panic in %s is the end, even when it is caught',
  (where) => {
    const k = make()
    function* body() {
      try {
        yield* k.panic('over')
      } catch {
        // Ends as if nothing had happened.
      }
    }
    const outcome = k.boot(function* () {
      if (where === 'main') yield* body()
      if (where === 'a thread') yield* k.kthread_add(body, null, null, null, 0, 0, 'worker')
      if (where === 'an interrupt') k.interrupt(body)
      if (where === 'a callout') {
        const c = new fb.Callout()
        yield* k.callout_init(c, k.CALLOUT_MPSAFE)
        yield* k.callout_reset(c, 1, body, null)
      }
      yield* k.pause('until it is over', 10)
    })
    expect(outcome).toMatchObject({ kind: 'panic', message: 'over' })
  },
)
