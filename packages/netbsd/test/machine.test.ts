import { describe, expect, test } from 'vitest'
import * as nb10 from '../src/releases/10.1.js'
import * as nb6 from '../src/releases/6.js'

describe.each([
  ['6', nb6],
  ['10.1', nb10],
] as const)('NetBSD %s', (_release, nb) => {
  describe('kernel stacks', () => {
    test('a creation that finds none waits until one is given back', () => {
      // Six for the CPU, three daemons and main: two are left.
      const k = nb.createKernel({ uareas: 12 })
      const log: string[] = []
      const outcome = k.boot(function* () {
        function* worker(name: string) {
          log.push(`${name} runs`)
          yield* k.kpause('work', false, 5, null)
          log.push(`${name} ends`)
          yield* k.kthread_exit(0)
        }
        for (const name of ['a', 'b', 'c']) {
          const error = yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, worker, name, null, '%s', name)
          log.push(`${name} created: ${error}, at tick ${k.ticks}`)
        }
      })
      expect(outcome.kind).toBe('done')
      expect(log).toEqual([
        'a created: 0, at tick 0',
        'b created: 0, at tick 0',
        'a runs',
        'b runs',
        'a ends',
        'b ends',
        // The stack of a dead thread comes back when the next one dies: the one-zombie rule.
        'c created: 0, at tick 5',
        'c runs',
      ])
    })

    test('with nobody to give one back the creator is stuck, and says in what', () => {
      const k = nb.createKernel({ uareas: 11 })
      const outcome = k.boot(function* () {
        for (let n = 0; n < 2; n++) {
          const flags = k.KTHREAD_MPSAFE | k.KTHREAD_IDLE
          yield* k.kthread_create(k.PRI_NONE, flags, null, (l: nb10.Lwp) => sleeps(l), null, null, 'w%d', n)
        }
      })
      function* sleeps(l: nb10.Lwp) {
        yield* k.tsleep(l, 0, 'ever', 0)
      }
      expect(outcome).toMatchObject({
        kind: 'deadlock',
        stuck: [{ name: 'main', call: 'kthread_create', wmesg: 'uarea' }],
      })
    })

    test.each([0, -1, 1.5, Number.NaN])('there is no machine with %s of them', (uareas) => {
      expect(() => nb.createKernel({ uareas })).toThrow(/^uareas must be a whole number from 1/)
    })
  })

  describe('words', () => {
    test('printf(9) goes to the console, a line when its newline comes', () => {
      const k = nb.createKernel()
      k.boot(function* () {
        yield* k.printf('drv%d: ', 0)
        yield* k.printf('%s at %#x\nok', 'ready', 255)
      })
      expect(k.console).toEqual(['drv0: ready at 0xff', 'ok'])
    })

    test('panic(9) stops the kernel with its message', () => {
      const k = nb.createKernel()
      const outcome = k.boot(function* () {
        yield* k.panic('fork %s', 'syncer')
      })
      expect(outcome).toMatchObject({ kind: 'panic', message: 'fork syncer', clause: null })
      expect(k.console).toEqual(['panic: fork syncer'])
    })

    test('a format that its arguments do not fit is the scenario’s fault, and prints nothing', () => {
      const k = nb.createKernel()
      const outcome = k.boot(function* () {
        yield* k.printf('%d', 'seven')
      })
      expect(outcome.kind).toBe('fault')
      expect(k.console).toEqual([])
    })
  })

  describe('small promises', () => {
    test('kpause is out of reach of every wakeup, one on the LWP included', () => {
      const k = nb.createKernel()
      const outcome = k.boot(function* () {
        const newlp = nb.ref<nb10.Lwp>()
        const results: unknown[] = []
        function* pauser() {
          results.push(yield* k.kpause('pause', false, 10, null), k.ticks)
          yield* k.kthread_exit(0)
        }
        yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, pauser, 'arg', newlp, 'pauser')
        yield* k.kpause('wait', false, 2, null)
        yield* k.wakeup(newlp.value!)
        yield* k.wakeup('kpause')
        yield* k.kpause('wait', false, 20, null)
        return results
      })
      expect(outcome).toMatchObject({ kind: 'done', value: [k.EWOULDBLOCK, 10] })
    })

    test('curlwp is the LWP under all hardware interrupts, that of the idle loop on an idle CPU', () => {
      const k = nb.createKernel()
      const seen: string[] = []
      function* look() {
        seen.push(`${k.curlwp.l_name} of ${k.curproc.p_comm}`)
      }
      const outcome = k.boot(function* () {
        k.interrupt(look, { afterNs: 1_000_000 })
        yield* k.kpause('idle', false, 1, null)
        function* outer() {
          k.interrupt(look, { ipl: k.IPL_HIGH })
          yield* k.work(10)
        }
        k.interrupt(outer)
        yield* k.work(100)
      })
      expect(outcome.kind).toBe('done')
      expect(seen).toEqual(['idle/0 of swapper', 'main of swapper'])
    })

    test('a forgotten yield* names the call that was made, not another that does the same work', () => {
      const k = nb.createKernel()
      const mtx = k.mutex('m')
      const cv = k.condvar('cv')
      const c = new nb.callout_t()
      const calls = {
        mtsleep: () => k.mtsleep(mtx, 0, 'x', 0, mtx),
        cv_wait_sig: () => k.cv_wait_sig(cv, mtx),
        cv_timedwait_sig: () => k.cv_timedwait_sig(cv, mtx, 1),
        callout_schedule: () => k.callout_schedule(c, 1),
        callout_setfunc: () => k.callout_setfunc(c, function* () {}, 0),
        callout_expired: () => k.callout_expired(c),
        callout_invoking: () => k.callout_invoking(c),
      }
      const kept: unknown[] = []
      const wrong: string[] = []
      k.boot(function* () {
        for (const [name, call] of Object.entries(calls)) {
          kept.push(call())
          try {
            yield* k.yield()
          } catch (error) {
            if (!String(error).includes(`${name}()`)) wrong.push(String(error))
          }
        }
        wrong.push('all tried')
      })
      expect(wrong).toEqual(['all tried'])
    })

    test('a callout may halt itself', () => {
      const k = nb.createKernel()
      const c = new nb.callout_t()
      const outcome = k.boot(function* () {
        let calls = 0
        function* tick() {
          calls++
          yield* k.callout_halt(c, null)
        }
        yield* k.callout_init(c, k.CALLOUT_MPSAFE)
        yield* k.callout_reset(c, 1, tick, 0)
        yield* k.kpause('wait', false, 5, null)
        return calls
      })
      expect(outcome).toMatchObject({ kind: 'done', value: 1 })
    })

    test.each([
      ['a mutex of type 9', (k: nb10.Kernel | nb6.Kernel) => k.mutex_init(new nb.kmutex_t(), 9, k.IPL_NONE)],
      ['a mutex of level 99', (k: nb10.Kernel | nb6.Kernel) => k.mutex_init(new nb.kmutex_t(), k.MUTEX_DEFAULT, 99)],
      ['a hold of kind 9', (k: nb10.Kernel | nb6.Kernel) => k.rw_enter(k.rwlock('rw'), 9)],
    ])('%s is refused', (_what, call) => {
      const k = nb.createKernel()
      const outcome = k.boot(function* () {
        yield* call(k)
      })
      expect(outcome).toMatchObject({ kind: 'fault', error: expect.any(RangeError) as unknown })
    })
  })
})

describe('kthread_destroy on NetBSD 6', () => {
  test.each([
    ['a thread', (k: nb6.Kernel) => k.curlwp, 'NB6-KT-50'],
    ['an idle thread with a lock held', (_k: nb6.Kernel, idle: nb6.Lwp) => idle, 'NB-D-09'],
  ])('of %s panics', (_what, target, clause) => {
    const k = nb6.createKernel()
    const outcome = k.boot(function* () {
      const newlp = k.ref<nb6.Lwp>()
      function* neverRuns() {
        yield* k.kthread_exit(0)
      }
      yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE | k.KTHREAD_IDLE, null, neverRuns, 0, newlp, 'idle')
      yield* k.mutex_enter(k.mutex('m'))
      yield* k.kthread_destroy(target(k, newlp.value!))
    })
    expect(outcome).toMatchObject({ kind: 'panic', clause })
  })

  test('of something else is refused', () => {
    const k = nb6.createKernel()
    const outcome = k.boot(function* () {
      yield* k.kthread_destroy(null as never)
    })
    expect(outcome).toMatchObject({ kind: 'fault', error: expect.any(TypeError) as unknown })
  })
})

test.each([
  ['6', nb6, 'onproc', 7],
  ['10.1', nb10, 'idl', 1],
] as const)('in NetBSD %s the idle thread of an idling CPU is shown as %3$s', (_release, nb, shown, l_stat) => {
  const k = nb.createKernel({ ncpu: 2 })
  const outcome = k.boot(function* () {
    yield* k.kpause('let both idle', false, 1, null)
    const own = k.proc0.lwps.find(({ l_name }) => l_name === `idle/${k.curcpu().index}`)!
    const other = k.proc0.lwps.find(({ l_name }) => l_name === `idle/${1 - k.curcpu().index}`)!
    return [own.l_stat, other.l_stat]
  })
  // That of the CPU which executes does not run in either release.
  expect(outcome).toMatchObject({ kind: 'done', value: [k.LSIDL, l_stat] })
  const states = k.ps().filter(({ lname }) => lname.startsWith('idle/'))
  expect(states.map(({ lstate }) => lstate)).toEqual([shown, shown])
})
