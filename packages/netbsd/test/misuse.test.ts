import { describe, expect, test } from 'vitest'
import * as nb10 from '../src/releases/10.1.js'

const { createKernel, seededOracle } = nb10

/** Runs a body that misuses calls, and gives the error that ended the run. */
function faultOf(body: (k: nb10.Kernel) => nb10.Steps): string {
  const outcome = createKernel({ stepsMax: 10_000 }).boot(body)
  return outcome.kind === 'fault' ? String(outcome.error) : outcome.kind
}

/** Begins a call, and does not go on with it. */
function breaksOff(call: Iterable<unknown>): void {
  const [first] = call
  expect(first).toBeUndefined()
}

describe('a call that is left half done ends the run', () => {
  test('a for-of that breaks off', () => {
    const error = faultOf(function* (k) {
      breaksOff(k.kpause('a', false, 1, null))
      yield* k.kpause('b', false, 1, null)
    })
    expect(error).toMatch(/^TypeError: kpause\(\) of main \(\d+\) was left half done/)
  })

  test('one that breaks off, and a body that then ends', () => {
    const error = faultOf(function* (k) {
      breaksOff(k.kpause('a', false, 1, null))
    })
    expect(error).toMatch(/^TypeError: kpause\(\) of main \(\d+\) was left half done/)
  })

  test('a spread', () => {
    const error = faultOf(function* (k) {
      yield* k.kpause(String([...k.work(5)].length), false, 1, null)
    })
    expect(error).toMatch(/^TypeError: work\(\) of main \(\d+\) was left half done/)
  })

  test('another kernel’s thread', () => {
    const error = faultOf(function* (k) {
      const inner = createKernel().boot(function* () {
        yield* k.kpause('outer', false, 3, null)
      })
      expect(inner.kind).toBe('fault')
      yield* k.kpause('own', false, 3, null)
    })
    expect(error).toMatch(/^TypeError: kpause\(\) of main \(\d+\) was left half done/)
  })

  test('also when the scenario catches what was thrown', () => {
    const error = faultOf(function* (k) {
      try {
        breaksOff(k.kpause('a', false, 1, null))
        yield* k.yield()
      } catch {
        // Goes on as if nothing had happened.
      }
      for (;;) yield* k.yield()
    })
    expect(error).toMatch(/^TypeError: kpause\(\) of main \(\d+\) was left half done/)
  })
})

describe('an argument of the wrong kind is refused before anything changes', () => {
  test.each<[string, (k: nb10.Kernel) => nb10.Steps, RegExp]>([
    ['a forgotten mutex', (k) => again(k, () => k.kpause('x', false, 1, undefined as never)), /a mutex is expected/],
    ['no mutex', (k) => again(k, () => k.mutex_enter({} as never)), /a mutex is expected/],
    ['no interlock', (k) => again(k, () => k.cv_wait(k.condvar('cv'), null as never)), /a mutex is expected/],
    ['no condition variable', (k) => again(k, () => k.cv_signal({} as never)), /a condition variable is expected/],
    ['no rwlock', (k) => again(k, () => k.rw_exit({} as never)), /a krwlock_t is expected/],
  ])('%s', (_what, body, message) => {
    const k = createKernel({ stepsMax: 10_000 })
    expect(k.boot(() => body(k))).toMatchObject({ kind: 'done', value: expect.stringMatching(message) as unknown })
  })

  /** Catches the error, and shows that the machine goes on. */
  function* again(k: nb10.Kernel, call: () => nb10.KernelCall<unknown>): nb10.Steps {
    try {
      yield* call()
      return 'accepted'
    } catch (error) {
      const before = k.ticks
      yield* k.kpause('still fine', false, 3, null)
      return k.ticks === before + 3 ? String(error) : 'the machine does not go on'
    }
  }
})

describe('a callback that is no generator function is named', () => {
  const plain = (() => undefined) as never
  test.each<[string, (k: nb10.Kernel) => nb10.Steps]>([
    [
      'a callout',
      function* (k) {
        const c = new nb10.callout_t()
        yield* k.callout_init(c, k.CALLOUT_MPSAFE)
        yield* k.callout_reset(c, 1, plain, 0)
        yield* k.kpause('wait', false, 3, null)
      },
    ],
    [
      'a soft interrupt',
      function* (k) {
        const handle = yield* k.softint_establish(k.SOFTINT_NET | k.SOFTINT_MPSAFE, plain, 0)
        yield* k.kpreempt_disable()
        yield* k.softint_schedule(handle!)
      },
    ],
    [
      'workqueue wq',
      function* (k) {
        const wq = nb10.ref<nb10.Workqueue>()
        yield* k.workqueue_create(wq, 'wq', plain, 0, 100, k.IPL_NONE, k.WQ_MPSAFE)
        yield* k.workqueue_enqueue(wq.value!, {}, null)
        yield* k.kpause('wait', false, 3, null)
      },
    ],
  ])('%s', (name, body) => {
    expect(faultOf(body)).toBe(`TypeError: the function of ${name} is not a generator function: write function*`)
  })
})

describe('what a run says of itself', () => {
  test('an oracle begins anew with each kernel, so its token replays', () => {
    const oracle = seededOracle(7)
    const hash = () => {
      const k = createKernel({ ncpu: 3, oracle, trace: true })
      k.boot(function* () {
        for (let n = 0; n < 5; n++) {
          yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, ends, 0, null, 'w%d', n)
        }
        function* ends() {
          yield* k.yield()
          yield* k.kthread_exit(0)
        }
      })
      return k.trace!.hash()
    }
    expect(hash()).toBe(hash())
  })

  test('every call counts as a step, over many slices', () => {
    const steps = (calls: number) =>
      createKernel().boot(function* (k) {
        for (let n = 0; n < calls; n++) yield* k.wakeup('nobody')
      }).steps
    expect(steps(20_000) - steps(0)).toBe(20_000)
  })

  test('done does not say who still waits; waiting() does', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const m = k.mutex('m')
      yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, waits, 0, null, 'waiter')
      yield* k.mutex_enter(m)
      yield* k.yield()
      yield* k.mutex_exit(m)
      function* waits() {
        yield* k.tsleep('never', 0, 'never', 0)
        yield* k.kthread_exit(0)
      }
    })
    expect(outcome.kind).toBe('done')
    expect(k.waiting()).toMatchObject([{ name: 'waiter', call: 'tsleep', waitsFor: "a wakeup on 'never'" }])
  })

  test('a trace reads as lines', () => {
    const k = createKernel({ trace: true })
    k.boot(function* () {
      yield* k.kpause('pause', false, 2, null)
    })
    const lines = String(k.trace).split('\n')
    expect(lines.filter((line) => line.includes('main')).map((line) => line.replace(/ +/g, ' ').trim())).toEqual([
      '0.0 us cpu0 create main (21) main',
      '0.0 us cpu0 switch main (21)',
      '0.0 us cpu0 sleep main (21) pause',
      '20000.0 us cpu0 wake main (21) timedOut',
      '20000.0 us cpu0 switch main (21)',
      '20000.0 us cpu0 exit main (21)',
    ])
  })
})
