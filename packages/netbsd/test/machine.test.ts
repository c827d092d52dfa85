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
