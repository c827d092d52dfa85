import { describe, expect, it } from 'vitest'
import type { NetbsdKernel } from '../../src/kernel.js'
import type { KernelCall, NetbsdOptions, Steps } from '../../src/releases/10.1.js'
import { faultOf, MS, panicOf, releases, spawn, valueOf } from './releases.js'

describe.each(releases)('hostile scenarios on NetBSD $release', ({ createKernel }) => {
  describe('options', () => {
    const bad: [string, NetbsdOptions][] = [
      ['ncpu must be a whole number from 1 to 32', { ncpu: 0 }],
      ['ncpu must be a whole number from 1 to 32', { ncpu: 33 }],
      ['ncpu must be a whole number from 1 to 32', { ncpu: 1.5 }],
      ['ncpu must be a whole number from 1 to 32', { ncpu: '2' as never }],
      ['hz must be a whole number', { hz: 0 }],
      ['hz must be a whole number', { hz: Number.NaN }],
      ['stepsMax must be a whole number from 1', { stepsMax: 0 }],
      ['stepsMax must be a whole number from 1', { stepsMax: Number.NaN }],
      ['reading must be one of page, kernel', { reading: 'pages' as never }],
      ['fpuPort must be one of aarch64, x86, none', { fpuPort: 'sparc' as never }],
    ]
    it.each(bad)('%s: %o', (message, options) => {
      expect(() => createKernel(options)).toThrow(RangeError)
      expect(() => createKernel(options)).toThrow(message)
    })

    it('the extremes boot', () => {
      for (const options of [{ ncpu: 32 }, { hz: 1 }, { hz: 10_000 }, { hz: 7 }, { ncpu: 32, hz: 3 }]) {
        const k = createKernel(options)
        const outcome = k.boot(function* () {
          yield* spawn(k, 'worker', function* () {
            yield* k.work(MS)
          })
          return yield* k.kpause('x', false, 2, null)
        })
        expect(valueOf(outcome)).toBe(35)
      }
    })
  })

  describe('calls out of place', () => {
    it('a call outside any thread says so and changes nothing', () => {
      const k = createKernel()
      expect(() => k.wakeup('c')).toThrow('wakeup() was called outside any thread of this kernel')
      expect(() => k.config_pending_incr(null as never)).toThrow('outside any thread')
      expect(() => k.work(1)).toThrow('outside any thread')
      expect(() => k.curlwp).toThrow('curlwp was read outside any thread')
      expect(valueOf(k.boot(() => returning(1)))).toBe(1)
      expect(() => k.kthread_exit(0)).toThrow('outside any thread')
      expect(valueOf(k.run(() => returning(2)))).toBe(2)
    })

    it('a call on another kernel from inside a thread is one outside any thread of that kernel', () => {
      const k = createKernel()
      const other = createKernel()
      valueOf(other.boot())
      const outcome = k.boot(function* () {
        yield* other.wakeup('c')
      })
      expect(faultOf(outcome)).toContain('wakeup() was called outside any thread of this kernel')
      expect(valueOf(other.run(() => returning('unharmed')))).toBe('unharmed')
    })

    it('a kernel may run inside a thread of another, and each knows its own thread', () => {
      const k = createKernel()
      const outcome = k.boot(function* () {
        const inner = createKernel()
        const innerOutcome = inner.boot(function* () {
          yield* inner.kpause('x', false, 3, null)
          return inner.curlwp !== k.curlwp
        })
        yield* k.kpause('x', false, 1, null)
        return [innerOutcome.kind === 'done' && innerOutcome.value, inner.now / MS, k.now / MS]
      })
      expect(valueOf(outcome)).toEqual([true, 30, 10])
    })
  })

  describe('forgotten yield*', () => {
    it('is found at the next call, with both names', () => {
      const k = createKernel()
      const outcome = k.boot(function* () {
        // eslint-disable-next-line kt/no-floating-iterator -- the mistake under test
        k.wakeup('c')
        yield* k.kpause('x', false, 1, null)
      })
      expect(faultOf(outcome)).toMatch(/^wakeup\(\) was called without yield\* by main \(\d+\); before kpause\(\)/)
    })

    it('is found for a composed call, whose body has not begun', () => {
      const k = createKernel()
      const outcome = k.boot(function* () {
        // eslint-disable-next-line kt/no-floating-iterator -- the mistake under test
        k.config_pending_incr(null as never)
        yield* k.work(1)
      })
      expect(faultOf(outcome)).toMatch(/^config_pending_incr\(\) was called without yield\*/)
    })

    it('is found when the thread ends with it', () => {
      const k = createKernel()
      const outcome = k.boot(function* () {
        yield* k.work(1)
        // eslint-disable-next-line kt/no-floating-iterator -- the mistake under test
        k.wakeup('c')
      })
      expect(faultOf(outcome)).toContain('wakeup() was called without yield* by main')
    })

    it('is found when a body returns the call instead of making it', () => {
      const k = createKernel()
      const outcome = k.boot((() => k.kpause('x', false, 1, null)) as never)
      expect(faultOf(outcome)).toContain('kpause() was called without yield* by main')
      const other = createKernel()
      const interrupted = other.boot(function* () {
        other.interrupt((() => other.wakeup('c')) as never, { name: 'em0' })
        yield* other.work(MS)
        yield* other.work(MS)
      })
      expect(faultOf(interrupted)).toContain('wakeup() was called without yield* by em0')
    })

    it('a call object that was kept is refused the second time, of either kind', () => {
      for (const make of [
        (k: NetbsdKernel) => k.wakeup('c'),
        (k: NetbsdKernel) => k.config_pending_incr(null as never),
      ]) {
        const k = createKernel()
        const outcome = k.boot(function* () {
          const call: KernelCall<void> = make(k)
          yield* call
          yield* call
        })
        expect(faultOf(outcome)).toContain('a kernel call is made once')
      }
    })

    it('two calls prepared before either is made are refused', () => {
      const k = createKernel()
      const outcome = k.boot(function* () {
        const calls = [k.work(1), k.work(2)]
        for (const call of calls) yield* call
      })
      expect(faultOf(outcome)).toContain('work() was called without yield*')
    })

    it('a raw value yielded is named, of whatever kind', () => {
      for (const value of [undefined, 1, Promise.resolve(1)]) {
        const k = createKernel()
        const outcome = k.boot(function* () {
          yield value as never
        })
        expect(faultOf(outcome)).toMatch(/^main \(\d+\) yielded a value: a kernel call is made with yield\*/)
      }
    })

    it('a call yielded without the star is named', () => {
      const k = createKernel()
      const outcome = k.boot(function* () {
        yield k.work(1) as never
      })
      expect(faultOf(outcome)).toMatch(/yield\*/)
    })
  })

  describe('bodies', () => {
    it('that are no generator functions are named by their thread', () => {
      const bodies: unknown[] = [() => undefined, () => 7, async () => Promise.resolve()]
      for (const body of bodies) {
        const k = createKernel()
        expect(faultOf(k.boot(body as never))).toMatch(/the function of main \(\d+\) is not a generator function/)
      }
      const k = createKernel()
      const outcome = k.boot(function* () {
        yield* k.kthread_create(k.PRI_NONE, 0, null, (() => 1) as never, 'arg', null, 'plain')
        yield* k.kpause('x', false, 1, null)
      })
      expect(faultOf(outcome)).toMatch(/the function of plain \(\d+\) is not a generator function/)
    })

    it('an exception is a fault with the thread it came from, and the kernel stays readable', () => {
      const k = createKernel()
      const outcome = k.boot(function* () {
        yield* spawn(k, 'bad', function* () {
          yield* k.work(MS)
          throw new Error('boom')
        })
        yield* k.kpause('x', false, 10, null)
      })
      expect(faultOf(outcome)).toBe('boom')
      expect(outcome.kind === 'fault' && outcome.thread.name).toBe('bad')
      expect(k.ps().length).toBeGreaterThan(5)
      expect(() => k.run(() => returning(1))).toThrow('this kernel has stopped: fault')
    })

    it('an exception that is no Error is kept as it is', () => {
      const k = createKernel()
      const outcome = k.boot(function* () {
        yield* k.work(1)
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- what a careless scenario throws
        throw 'text'
      })
      expect(outcome.kind === 'fault' && outcome.error).toBe('text')
    })

    it('an exception in an interrupt handler, and in a deferred function, is a fault too', () => {
      const k = createKernel()
      const outcome = k.boot(function* () {
        k.interrupt(throwing, { name: 'em0' })
        yield* k.work(MS)
      })
      expect(faultOf(outcome)).toBe('from a handler')
      expect(outcome.kind === 'fault' && outcome.thread.name).toBe('em0')
      const other = createKernel()
      other.attach(throwing)
      expect(faultOf(other.boot())).toBe('from a handler')
    })
  })

  describe('boot and run', () => {
    it('happen in order and from outside', () => {
      const k = createKernel()
      expect(() => k.run(() => returning(1))).toThrow('this machine is cold: use boot()')
      expect(valueOf(k.boot(() => returning(1)))).toBe(1)
      expect(() => k.boot(() => returning(2))).toThrow('this machine has booted: use run()')
      expect(() => k.attach(throwing)).toThrow('this one has booted')
      expect(valueOf(k.run(() => returning(3)))).toBe(3)
    })

    it('are refused inside a thread, and the run that was interrupted tells it', () => {
      for (const call of ['boot', 'run'] as const) {
        const k = createKernel()
        const outcome = k.boot(function* () {
          yield* k.work(1)
          k[call](() => returning(1))
        })
        expect(faultOf(outcome)).toMatch(/this machine has booted|this kernel is running already/)
      }
    })

    it('a main left behind by a deadlock may return in a later run', () => {
      const k = createKernel()
      const first = k.boot(function* () {
        yield* k.tsleep('c', 0, 'w', 0)
        return 'late'
      })
      expect(first.kind).toBe('deadlock')
      const second = k.run(function* () {
        yield* k.wakeup('c')
        yield* k.kpause('x', false, 1, null)
        return 'second'
      })
      expect(valueOf(second)).toBe('second')
    })
  })

  describe('null where it is forbidden', () => {
    const bad: [string, (k: NetbsdKernel) => KernelCall<unknown>][] = [
      ['func must be a generator function', (k) => k.kthread_create(96, 0, null, null as never, 'a', null, 'n')],
      ['pri must be a whole number', (k) => k.kthread_create(null as never, 0, null, throwing, 'a', null, 'n')],
      ['flags must be a whole number', (k) => k.kthread_create(96, NaN, null, throwing, 'a', null, 'n')],
      ['ci is not a CPU', (k) => k.kthread_create(96, 0, {} as never, throwing, 'a', null, 'n')],
      ['newlp must be a ref()', (k) => k.kthread_create(96, 0, null, throwing, 'a', 7 as never, 'n')],
      ['kthread_exit: ecode must be a whole number', (k) => k.kthread_exit('0' as never)],
      ['tsleep: ident must not be null', (k) => k.tsleep(null as never, 0, 'w', 0)],
    ]
    it.each(bad)('%s', (message, call) => {
      const k = createKernel()
      let lwps = 0
      const outcome = k.boot(function* () {
        lwps = k.proc0.p_nlwps
        yield* call(k)
      })
      expect(faultOf(outcome)).toContain(message)
      expect(k.proc0.p_nlwps).toBe(lwps)
    })

    const objects: [string, (k: NetbsdKernel) => KernelCall<unknown>][] = [
      ['mutex_enter', (k) => k.mutex_enter(null as never)],
      ['mutex_exit', (k) => k.mutex_exit(undefined as never)],
      ['cv_wait', (k) => k.cv_wait(null as never, k.mutex('m'))],
      ['cv_signal', (k) => k.cv_signal(null as never)],
      ['rw_enter', (k) => k.rw_enter(null as never, 0)],
      ['kthread_join', (k) => k.kthread_join(null as never)],
      ['cancel', (k) => k.cancel(null as never)],
      ['softint_schedule', (k) => k.softint_schedule(null as never)],
      ['callout_stop', (k) => k.callout_stop(null as never)],
      ['workqueue_destroy', (k) => k.workqueue_destroy(null as never)],
    ]
    it.each(objects)('%s of null stops the run with a fault or a panic, and never runs on', (_name, call) => {
      const k = createKernel()
      let wentOn = false
      const outcome = k.boot(function* () {
        yield* call(k)
        wentOn = true
      })
      expect(['fault', 'panic']).toContain(outcome.kind)
      expect(wentOn).toBe(false)
    })

    it('a CPU or a level that there is not', () => {
      const k = createKernel({ ncpu: 2 })
      const foreign = createKernel({ ncpu: 2 }).cpu_lookup(1)!
      expect(k.cpu_lookup(2)).toBe(null)
      expect(k.cpu_lookup(-1)).toBe(null)
      expect(() => k.interrupt(throwing, { ci: foreign })).toThrow('ci is not a CPU of this kernel')
      expect(() => k.interrupt(throwing, { ipl: 0 })).toThrow('ipl must be')
      expect(() => k.interrupt(throwing, { ipl: 9 })).toThrow('ipl must be')
      expect(() => k.interrupt(throwing, { afterNs: -1 })).toThrow('afterNs must be')
      expect(() => k.process({ name: 'sh', uid: -1 }, throwing)).toThrow('uid must be')
      expect(() => k.inject({ at: 'everything' })).toThrow("there is no fault 'everything' to inject")
      expect(() => k.inject({ at: 'uarea', when: 0 })).toThrow('1 or more times')
    })

    it('work of no sensible length', () => {
      for (const ns of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
        const k = createKernel()
        const outcome = k.boot(function* () {
          yield* k.work(ns)
        })
        expect(faultOf(outcome)).toContain('a whole number of nanoseconds')
      }
    })
  })

  describe('what never ends', () => {
    const loops: [string, (k: NetbsdKernel) => Steps<void>][] = [
      ['calls that return at once', (k) => forever(() => k.wakeup('c'))],
      ['yields', (k) => forever(() => k.yield())],
      ['delays', (k) => forever(() => k.kpause('x', false, 1, null))],
      ['work of no length', (k) => forever(() => k.work(0))],
      ['a day of work', (k) => forever(() => k.work(86_400_000_000_000))],
      ['a pair that wakes each other', (k) => pingPong(k)],
      ['threads that make threads', (k) => breeding(k)],
      ['handlers that raise their own interrupt', (k) => rearming(k, 0)],
      ['handlers that raise it a moment later', (k) => rearming(k, 1)],
      ['processes that start processes', (k) => forking(k)],
    ]
    it.each(loops)('%s: livelock within the bound', (_name, loop) => {
      const k = createKernel({ ncpu: 2, stepsMax: 5000 })
      const outcome = k.boot(() => loop(k))
      expect(outcome.kind).toBe('livelock')
      expect(outcome.steps).toBe(5000)
      // The kernel is whole: it can be read.
      expect(k.ps().length).toBeGreaterThan(5)
    })

    it('a livelock can be gone on with, and the bound is for each run', () => {
      const k = createKernel({ stepsMax: 2000 })
      let isEnough = false
      const first = k.boot(function* () {
        while (!isEnough) yield* k.yield()
        return 'first'
      })
      expect(first.kind).toBe('livelock')
      isEnough = true
      const second = k.run(function* () {
        yield* k.kpause('x', false, 1, null)
        return 'second'
      })
      expect(valueOf(second)).toBe('second')
    })

    it('nothing to do and nothing due is a deadlock at once, not a wait', () => {
      const k = createKernel({ stepsMax: 2000 })
      const outcome = k.boot(function* () {
        yield* k.tsleep('never', 0, 'never', 0)
      })
      expect(outcome.kind === 'deadlock' && outcome.stuck.map(({ name, wmesg }) => [name, wmesg])).toEqual([
        ['main', 'never'],
      ])
      expect(outcome.nowNs).toBe(0)
    })
  })

  describe('after a panic', () => {
    it('the kernel has stopped: no thread gets further, nothing runs, all can be read', () => {
      const k = createKernel({ ncpu: 2 })
      const log: string[] = []
      const outcome = k.boot(function* () {
        yield* spawn(k, 'other', function* () {
          yield* k.kpause('x', false, 1, null)
          log.push('other ran')
        })
        yield* k.mutex_exit(k.mutex('m'))
      })
      expect(panicOf(outcome)).toContain('mutex_owned')
      expect(log).toEqual([])
      expect(() => k.run(() => returning(1))).toThrow('this kernel has stopped: panic')
      expect(k.console.at(-1)).toContain('panic:')
      expect(k.ps().length).toBeGreaterThan(5)
      expect(() => k.wakeup('c')).toThrow('outside any thread')
    })

    it('a scenario that catches the panic gets no further than its next call', () => {
      const k = createKernel()
      const log: string[] = []
      const outcome = k.boot(function* () {
        try {
          yield* k.mutex_exit(k.mutex('m'))
        } catch (error) {
          log.push((error as Error).name)
        } finally {
          log.push('finally')
        }
        yield* k.wakeup('c')
        log.push('went on')
      })
      expect(outcome.kind).toBe('panic')
      expect(log).toEqual(['KernelPanic', 'finally'])
    })

    it('nor does one that catches it and loops', () => {
      const k = createKernel()
      const outcome = k.boot(function* () {
        for (;;) {
          try {
            yield* k.mutex_exit(k.mutex('m'))
          } catch {
            // A careless scenario.
          }
        }
      })
      expect(outcome.kind).toBe('panic')
      expect(k.console.filter((line) => line.startsWith('panic:')).length).toBe(1)
    })

    it('without DIAGNOSTIC there is no assertion, and what has no defined end is told as such', () => {
      const k = createKernel({ diagnostic: false })
      const outcome = k.boot(function* () {
        yield* k.mutex_exit(k.mutex('m'))
      })
      expect(outcome.kind === 'undefined' && outcome.id).toBe('UB:NB-MUTEX')
      const other = createKernel({ diagnostic: false })
      const interrupted = other.boot(function* () {
        const mtx = other.mutex('m')
        yield* other.mutex_enter(mtx)
        other.interrupt(function* () {
          yield* other.mutex_enter(mtx)
        })
        yield* other.work(MS)
      })
      expect(interrupted.kind === 'undefined' && interrupted.id).toBe('UB:NB-G-03')
    })
  })
})

function* returning<T>(value: T): Steps<T> {
  return value
}

function* throwing(): Steps<never> {
  throw new Error('from a handler')
}

function* forever(call: () => KernelCall<unknown>): Steps<void> {
  for (;;) yield* call()
}

function* pingPong(k: NetbsdKernel): Steps<void> {
  yield* spawn(k, 'pong', function* () {
    for (;;) {
      yield* k.wakeup('ping')
      yield* k.tsleep('pong', 0, 'pong', 1)
    }
  })
  for (;;) {
    yield* k.tsleep('ping', 0, 'ping', 1)
    yield* k.wakeup('pong')
  }
}

function* breeding(k: NetbsdKernel): Steps<void> {
  function* child(): Steps<void> {
    yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, child, 'arg', null, 'child')
    yield* k.kthread_exit(0)
  }
  yield* child()
}

function* rearming(k: NetbsdKernel, afterNs: number): Steps<void> {
  function* handler(): Steps<void> {
    k.interrupt(handler, { afterNs })
  }
  k.interrupt(handler, { afterNs })
  yield* k.kpause('x', false, 1_000_000, null)
}

function* forking(k: NetbsdKernel): Steps<void> {
  function* child(): Steps<void> {
    k.process({ name: 'child' }, child)
  }
  k.process({ name: 'child' }, child)
  yield* k.kpause('x', false, 1_000_000, null)
}
