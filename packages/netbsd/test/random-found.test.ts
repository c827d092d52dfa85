import { expect, test } from 'vitest'
import { callout_t, type Lwp } from '../src/public.js'
import { createKernel } from '../src/releases/10.1.js'
import { createKernel as createKernel6 } from '../src/releases/6.js'

test('the last kthread_fpu_exit zeroes the unit that a thread has left behind on another CPU', () => {
  const k = createKernel({ ncpu: 2 })
  let moved = false
  const outcome = k.boot(function* () {
    const newlp = k.ref<Lwp>()
    yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE | k.KTHREAD_MUSTJOIN, null, worker, 0, newlp, 'w')
    yield* k.kthread_join(newlp.value!)
    yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, k.cpu_lookup(1), next, 0, null, 'next')
    yield* k.kpause('next', false, 1, null)
    return k.cpus().map(({ fpu }) => fpu?.[0])
  })
  function* worker() {
    const s = yield* k.kthread_fpu_enter()
    yield* k.fpuStore(0, 42)
    const first = k.curcpu()
    // Elsewhere from here on.
    k.setOffline(first, true)
    yield* k.kthread_create(200, k.KTHREAD_MPSAFE, first, busy, 0, null, 'busy')
    yield* k.kpause('move', false, 1, null)
    k.setOffline(first, false)
    moved = first !== k.curcpu()
    yield* k.kthread_fpu_exit(s)
    yield* k.kthread_exit(0)
  }
  function* busy() {
    yield* k.work(15_000_000)
    yield* k.kthread_exit(0)
  }
  function* next() {
    const s = yield* k.kthread_fpu_enter()
    yield* k.fpuStore(1, 1)
    yield* k.kthread_fpu_exit(s)
    yield* k.kthread_exit(0)
  }
  expect(outcome).toMatchObject({ kind: 'done', value: [0, 0] })
  expect(moved).toBe(true)
})

test('a callout that was moved after its time came is not called before its new time', () => {
  const k = createKernel()
  const calls: number[] = []
  k.boot(function* () {
    const c = new callout_t()
    yield* k.callout_init(c, k.CALLOUT_MPSAFE)
    yield* k.callout_reset(c, 1, tick, 0)
    const level = yield* k.splraiseipl(k.IPL_HIGH)
    yield* k.work(15_000_000)
    yield* k.callout_schedule(c, 3)
    yield* k.splx(level)
    yield* k.kpause('end', false, 9, null)
  })
  function* tick() {
    calls.push(k.ticks)
    yield* k.work(0)
  }
  expect(calls).toEqual([4])
})

test.each([createKernel6, createKernel])(
  'a second kthread_join panics though the first waits for its turn',
  (create) => {
    const k = create()
    const outcome = k.boot(function* () {
      const [a, b] = [k.ref<Lwp>(), k.ref<Lwp>()]
      const flags = k.KTHREAD_MPSAFE | k.KTHREAD_MUSTJOIN
      for (const newlp of [a, b]) yield* k.kthread_create(k.PRI_NONE, flags, null, sleeper, 0, newlp, 'sleeper')
      for (const newlp of [a, b])
        yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, joiner, newlp, null, 'joiner')
      yield* k.kpause('joiners wait', false, 1, null)
      return yield* k.kthread_join(b.value!)
    })
    function* sleeper() {
      yield* k.kpause('sleeper', false, 9, null)
      yield* k.kthread_exit(0)
    }
    function* joiner(newlp: { value: Lwp | null }) {
      yield* k.kthread_join(newlp.value!)
      yield* k.kthread_exit(0)
    }
    expect(outcome).toMatchObject({ kind: 'panic', clause: 'NB-D-07' })
  },
)

test('main, when it has returned, is the one dead thread that waits to be collected', () => {
  const k = createKernel()
  function* main() {
    yield* k.yield()
  }
  const dead: number[] = []
  for (let run = 0; run < 3; run++) {
    if (run === 0) k.boot(main)
    else k.run(main)
    dead.push(k.ps().filter(({ lstate }) => lstate === 'zomb').length)
  }
  expect(dead).toEqual([1, 1, 1])
})
