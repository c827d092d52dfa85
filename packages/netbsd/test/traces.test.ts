import { Cpu, type Due, type Oracle, type Outcome, type Thread } from '@kt/core'
import { describe, expect, test } from 'vitest'
import type { NetbsdKernel } from '../src/kernel.js'
import type { Lwp } from '../src/lwp.js'
import * as nb10 from '../src/releases/10.1.js'
import * as nb6 from '../src/releases/6.js'

type Reading = 'page' | 'kernel'
type Options = nb10.NetbsdOptions
type Make = (options?: Options) => NetbsdKernel

const READINGS: readonly Reading[] = ['page', 'kernel']
const RELEASES: readonly (readonly [string, (options: Options) => NetbsdKernel])[] = [
  ['6', (options) => nb6.createKernel(options)],
  ['10.1', (options) => nb10.createKernel(options)],
]
const CASES = RELEASES.flatMap(([release, createKernel]) =>
  READINGS.map((reading) => ({
    release,
    reading,
    make: ((options = {}) => createKernel({ ...options, reading, trace: true })) satisfies Make,
  })),
)
const of = (release: string) => CASES.filter((each) => each.release === release)

/**
 * The trace of the named threads and of no others, one line for each event from the mark `begin` on. A thread keeps
 * the name it was created with.
 */
function story(k: NetbsdKernel, ...names: readonly string[]): string[] {
  const nameOf = new Map<number, string>()
  const lines: string[] = []
  let hasBegun = false
  for (const { kind, thread, detail } of k.trace!.events()) {
    if (kind === 'create') nameOf.set(thread, detail)
    if (kind === 'mark' && detail === 'begin') hasBegun = true
    else if (hasBegun) {
      const name = nameOf.get(thread)
      if (name === undefined || !names.includes(name)) continue
      // What a plain delay sleeps on, if on anything, is not the same in both releases.
      const isPlain = kind === 'create' || (kind === 'sleep' && !detail.startsWith('condvar'))
      lines.push(isPlain ? `${name}: ${kind}` : `${name}: ${kind} ${detail}`.trimEnd())
    }
  }
  return lines
}

function valueOf<T>(outcome: Outcome<T>): T {
  if (outcome.kind !== 'done') throw new Error(`the run ended with ${JSON.stringify(outcome)}`)
  return outcome.value
}

describe('T1 create, run, exit', () => {
  test.each(CASES)('NetBSD $release, $reading', ({ make }) => {
    const k = make()
    valueOf(
      k.boot(function* main() {
        yield* k.kpause('settle', false, 1, null)
        const newlp = k.ref<Lwp>()
        k.mark('begin')
        function* T(arg: string) {
          k.mark(`func(${arg}), state ${k.curlwp.l_stat}, IPL ${k.cpus()[0]!.ipl}, priority ${k.curlwp.l_priority}`)
          yield* k.kthread_exit(0)
        }
        const error = yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, T, 'arg', newlp, 'T')
        const l = newlp.value!
        k.mark(`create returned ${error}, T in state ${l.l_stat}`)
        yield* k.kpause('wait', false, 1, null)
        k.mark(`T in state ${l.l_stat}, named ${l.l_name}, listed ${k.proc0.lwps.includes(l)}`)
        yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE | k.KTHREAD_IDLE, null, T, 'arg', null, 'next')
        k.mark(`after the next create: listed ${k.proc0.lwps.includes(l)}`)
      }),
    )
    expect(story(k, 'main', 'T')).toEqual([
      'T: create',
      'main: mark create returned 0, T in state 2',
      'main: sleep',
      'T: switch',
      'T: mark func(arg), state 7, IPL 0, priority 96',
      'T: exit',
      'main: wake timedOut',
      'main: switch',
      'main: mark T in state 5, named (zombie), listed true',
      'main: mark after the next create: listed false',
      'main: exit',
    ])
    expect(k.console).toEqual([])
  })
})

describe('T2 big lock', () => {
  test.each(CASES)('NetBSD $release, $reading, one CPU', ({ make }) => {
    const k = make()
    valueOf(
      k.boot(function* main() {
        yield* k.kpause('settle', false, 1, null)
        const mtx = k.mutex('m')
        const cv = k.condvar('cv')
        k.mark('begin')
        function* T() {
          k.mark(`func with ${k.curlwp.l_blcnt} hold`)
          yield* k.mutex_enter(mtx)
          yield* k.cv_signal(cv)
          k.mark(`C in state ${c.l_stat}`)
          yield* k.cv_wait(cv, mtx)
          yield* k.mutex_exit(mtx)
          yield* k.kthread_exit(0)
        }
        const c = k.curlwp
        yield* k.KERNEL_LOCK(2, null)
        yield* k.kthread_create(k.PRI_NONE, 0, null, T, null, null, 'T')
        yield* k.mutex_enter(mtx)
        yield* k.cv_wait(cv, mtx)
        k.mark(`C again with ${k.curlwp.l_blcnt} holds`)
        yield* k.cv_signal(cv)
        yield* k.mutex_exit(mtx)
        yield* k.KERNEL_UNLOCK_ALL(null, null)
        yield* k.kpause('wait', false, 1, null)
      }),
    )
    expect(story(k, 'main', 'T')).toEqual([
      'main: lock kernel_lock',
      'T: create',
      'main: lock mutex m',
      'main: sleep condvar cv',
      'main: unlock mutex m',
      'main: unlock kernel_lock',
      'T: switch',
      'T: lock kernel_lock',
      'T: mark func with 1 hold',
      'T: lock mutex m',
      'main: wake woken',
      'T: mark C in state 2',
      'T: sleep condvar cv',
      'T: unlock mutex m',
      'T: unlock kernel_lock',
      'main: switch',
      'main: lock kernel_lock',
      'main: lock mutex m',
      'main: mark C again with 2 holds',
      'T: wake woken',
      'main: unlock mutex m',
      'main: unlock kernel_lock',
      'main: sleep',
      'T: switch',
      'T: lock kernel_lock',
      'T: lock mutex m',
      'T: unlock mutex m',
      'T: unlock kernel_lock',
      'T: exit',
      'main: wake timedOut',
      'main: switch',
      'main: exit',
    ])
  })

  test.each(CASES)('NetBSD $release, $reading, two CPUs', ({ make }) => {
    const k = make({ ncpu: 2 })
    valueOf(
      k.boot(function* main() {
        yield* k.kpause('settle', false, 1, null)
        k.mark('begin')
        const newlp = k.ref<Lwp>()
        function* T() {
          k.mark(`func at ${k.now / 1e6} ms`)
          yield* k.kthread_exit(0)
        }
        yield* k.KERNEL_LOCK(1, null)
        const other = k.cpu_lookup(1 - k.curcpu().ci_index)
        yield* k.kthread_create(k.PRI_NONE, 0, other, T, null, newlp, 'T')
        yield* k.work(5_000_000)
        k.mark(`T in state ${newlp.value!.l_stat} at ${k.now / 1e6} ms`)
        yield* k.KERNEL_UNLOCK_ONE(null)
        yield* k.kpause('wait', false, 1, null)
      }),
    )
    expect(story(k, 'main', 'T')).toEqual([
      'main: lock kernel_lock',
      'T: create',
      'T: switch',
      'T: spin kernel_lock',
      'main: mark T in state 7 at 15 ms',
      'main: unlock kernel_lock',
      'main: sleep',
      'T: lock kernel_lock',
      'T: mark func at 15 ms',
      'T: unlock kernel_lock',
      'T: exit',
      'main: wake timedOut',
      'main: switch',
      'main: exit',
    ])
  })
})

describe('T3 MUSTJOIN, exit first; T4, join first', () => {
  test.each(CASES)('T3 on NetBSD $release, $reading', ({ make }) => {
    const k = make()
    const answer = valueOf(
      k.boot(function* main() {
        yield* k.kpause('settle', false, 1, null)
        k.mark('begin')
        const newlp = k.ref<Lwp>()
        function* T() {
          yield* k.kthread_exit(3)
        }
        yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE | k.KTHREAD_MUSTJOIN, null, T, null, newlp, 'T')
        yield* k.kpause('wait', false, 1, null)
        k.mark(`T in state ${newlp.value!.l_stat}, ${newlp.value!.l_wmesg}, console has ${k.console.length} line`)
        const error = yield* k.kthread_join(newlp.value!)
        k.mark(`join returned ${error}`)
        return error
      }),
    )
    expect(answer).toBe(0)
    expect(story(k, 'main', 'T')).toEqual([
      'T: create',
      'main: sleep',
      'T: switch',
      'T: sleep condvar kthread_cv',
      'main: wake timedOut',
      'main: switch',
      'main: mark T in state 3, kthrwait, console has 1 line',
      'T: wake woken',
      'main: sleep condvar kthread_cv',
      'T: switch',
      'main: wake woken',
      'T: exit',
      'main: switch',
      'main: mark join returned 0',
      'main: exit',
    ])
  })

  test.each(CASES)('T4 on NetBSD $release, $reading', ({ make }) => {
    const k = make()
    valueOf(
      k.boot(function* main() {
        yield* k.kpause('settle', false, 1, null)
        k.mark('begin')
        const newlp = k.ref<Lwp>()
        function* T() {
          yield* k.kpause('busy', false, 1, null)
          yield* k.kthread_exit(0)
        }
        yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE | k.KTHREAD_MUSTJOIN, null, T, null, newlp, 'T')
        k.mark(`join returned ${yield* k.kthread_join(newlp.value!)}`)
      }),
    )
    expect(story(k, 'main', 'T')).toEqual([
      'T: create',
      'main: sleep condvar kthread_cv',
      'T: switch',
      'T: sleep',
      'T: wake timedOut',
      'T: switch',
      'main: wake woken',
      'T: exit',
      'main: switch',
      'main: mark join returned 0',
      'main: exit',
    ])
    expect(k.console).toEqual([])
  })
})

describe('T5 nested join', () => {
  function nested(k: NetbsdKernel) {
    const log: string[] = []
    const outcome = k.boot(function* main() {
      const b = k.ref<Lwp>()
      const c = k.ref<Lwp>()
      const flags = k.KTHREAD_MPSAFE | k.KTHREAD_MUSTJOIN
      function* C() {
        yield* k.kpause('busy', false, 5, null)
        log.push('C exits')
        yield* k.kthread_exit(0)
      }
      function* B() {
        yield* k.kpause('late', false, 1, null)
        log.push('B joins C')
        log.push(`B: join returned ${yield* k.kthread_join(c.value!)}`)
        yield* k.kthread_exit(0)
      }
      yield* k.kthread_create(k.PRI_NONE, flags, null, C, null, c, 'C')
      yield* k.kthread_create(k.PRI_NONE, flags, null, B, null, b, 'B')
      log.push('A joins B')
      log.push(`A: join returned ${yield* k.kthread_join(b.value!)}`)
    })
    return { log, outcome }
  }

  test.each(of('6'))('NetBSD 6, $reading: three threads stuck', ({ make }) => {
    const { log, outcome } = nested(make())
    expect(log).toEqual(['A joins B', 'B joins C', 'C exits'])
    expect(outcome.kind === 'deadlock' && outcome.stuck.map(({ name, wmesg }) => `${name}: ${wmesg}`)).toEqual([
      'main: kthrwait',
      'C: kthrwait',
      'B: kthrwait',
    ])
  })

  test.each(of('10.1'))('NetBSD 10.1, $reading: all return', ({ make }) => {
    const { log, outcome } = nested(make())
    expect(outcome.kind).toBe('done')
    expect(log).toEqual(['A joins B', 'B joins C', 'C exits', 'B: join returned 0', 'A: join returned 0'])
  })
})

describe('T6 IDLE', () => {
  function* parked(k: NetbsdKernel, log: string[]) {
    const newlp = k.ref<Lwp>()
    function* T() {
      log.push(`func on CPU ${k.curcpu().ci_index}`)
      yield* k.kthread_exit(0)
    }
    yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE | k.KTHREAD_IDLE, k.cpu_lookup(1), T, null, newlp, 'T')
    const l = newlp.value!
    log.push(`state ${l.l_stat}, bound ${l.isBound} to CPU ${l.l_cpu.ci_index}, ${k.cpus()[1]!.queued} queued there`)
    yield* k.kpause('wait', false, 1000, null)
    log.push(`state ${l.l_stat} at ${k.now / 1e9} s`)
    return l
  }

  test.each(READINGS)('NetBSD 6, %s: destroyed', (reading) => {
    const k = nb6.createKernel({ ncpu: 2, reading })
    const log: string[] = []
    valueOf(
      k.boot(function* main() {
        const l = yield* parked(k, log)
        yield* k.kthread_destroy(l)
        log.push(`state ${l.l_stat}`)
      }),
    )
    expect(log).toEqual(['state 1, bound true to CPU 1, 0 queued there', 'state 1 at 10 s', 'state 5'])
  })

  test.each(READINGS)('NetBSD 10.1, %s: started', (reading) => {
    const k = nb10.createKernel({ ncpu: 2, reading })
    const log: string[] = []
    valueOf(
      k.boot(function* main() {
        const l = yield* parked(k, log)
        // CPU 1 is kept busy, so that the started thread is seen waiting for it.
        function* busy() {
          yield* k.work(5_000_000)
          yield* k.kthread_exit(0)
        }
        yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, k.cpu_lookup(1), busy, null, null, 'busy')
        yield* k.kpause('wait', false, 1, null)
        yield* k.startIdle(l)
        log.push(`state ${l.l_stat}, ${k.cpus()[1]!.queued} queued on CPU 1`)
        yield* k.kpause('wait', false, 1, null)
        log.push(`state ${l.l_stat}`)
      }),
    )
    expect(log).toEqual([
      'state 1, bound true to CPU 1, 0 queued there',
      'state 1 at 10 s',
      'state 2, 1 queued on CPU 1',
      'func on CPU 1',
      'state 5',
    ])
  })
})

describe('T7 decay of a time-shared thread', () => {
  test.each(CASES)('NetBSD $release, $reading', ({ make }) => {
    const k = make({ ncpu: 2 })
    const log: string[] = []
    valueOf(
      k.boot(function* main() {
        const newlp = k.ref<Lwp>()
        function* T() {
          // Six ticks: a schedclock. The first second has sixteen, and what comes then is forgotten with it at load 0.
          for (let n = 1; n <= 16; n++) {
            yield* k.work(60_000_000)
            log.push(`${n}: ${k.curlwp.l_priority}`)
          }
          yield* k.kpause('rest', false, 1000, null)
          log.push(`after 10 s of sleep: ${k.curlwp.l_priority}`)
          yield* k.kthread_exit(0)
        }
        const flags = k.KTHREAD_MPSAFE | k.KTHREAD_TS
        yield* k.kthread_create(k.PRI_NONE, flags, k.cpu_lookup(1), T, null, newlp, 'T')
        log.push(`born: ${newlp.value!.l_priority}`)
        yield* k.kpause('wait', false, 1200, null)
      }),
    )
    expect(log).toEqual([
      'born: 63',
      '1: 43',
      '2: 42',
      '3: 42',
      '4: 41',
      '5: 41',
      '6: 40',
      '7: 40',
      '8: 39',
      '9: 39',
      '10: 38',
      '11: 38',
      '12: 37',
      '13: 37',
      '14: 36',
      '15: 36',
      '16: 35',
      'after 10 s of sleep: 43',
    ])
  })
})

describe('T7 the floor', () => {
  /** The decay forgets part of the past once a second, all of it at load 0: only under load does a hog reach the floor. */
  test.each(CASES)('NetBSD $release, $reading', ({ make }) => {
    const k = make({ ncpu: 4 })
    const perSecond: number[] = []
    valueOf(
      k.boot(function* main() {
        let isOver = false
        for (let n = 0; n < 2; n++) {
          k.process({ name: 'load' }, function* () {
            while (!isOver) yield* k.user(10_000_000)
          })
        }
        yield* k.kpause('warm', false, 12_000, null)
        function* T() {
          for (let second = 0; second < 6; second++) {
            yield* k.work(990_000_000)
            perSecond.push(k.curlwp.l_priority)
            yield* k.work(10_000_000)
          }
          isOver = true
          yield* k.kthread_exit(0)
        }
        const flags = k.KTHREAD_MPSAFE | k.KTHREAD_TS
        yield* k.kthread_create(k.PRI_NONE, flags, k.cpu_lookup(3), T, null, null, 'T')
        yield* k.kpause('wait', false, 700, null)
      }),
    )
    expect(perSecond).toEqual([35, 29, 25, 25, 25, 25])
  })
})

describe('T8 FPU', () => {
  test.each(READINGS)('NetBSD 10.1, %s', (reading) => {
    const k = nb10.createKernel({ reading })
    const log: string[] = []
    const outcome = k.boot(function* main() {
      const registers = () => k.cpus()[0]!.fpu!.join(' ')
      const outer = yield* k.kthread_fpu_enter()
      log.push(`enter: ${outer}`)
      const inner = yield* k.kthread_fpu_enter()
      log.push(`enter: 0x${inner.toString(16)}`)
      for (let n = 0; n < 8; n++) yield* k.fpuStore(n, n + 1)
      yield* k.kthread_fpu_exit(inner)
      log.push(`exit(0x400): ${registers()}`)
      log.push(`still open: register 2 has ${yield* k.fpuLoad(2)}`)
      yield* k.kthread_fpu_exit(outer)
      log.push(`exit(0): ${registers()}`)
      yield* k.fpuLoad(2)
      log.push('not reached')
    })
    expect(log).toEqual([
      'enter: 0',
      'enter: 0x400',
      'exit(0x400): 1 2 3 4 5 6 7 8',
      'still open: register 2 has 3',
      'exit(0): 0 0 0 0 0 0 0 0',
    ])
    expect(outcome).toMatchObject({ kind: 'panic', clause: 'NB10-KT-15' })
  })
})

describe('T9 preemption', () => {
  /** T is at work from 0 on, W is woken after 10 ms; when W ran, and when T was done, in ms. */
  function race(k: NetbsdKernel, pri: number, flags: number, yieldAt: number | null): string[] {
    const log: string[] = []
    valueOf(
      k.boot(function* main() {
        yield* k.kpause('settle', false, 1, null)
        const startNs = k.now
        const at = () => `${(k.now - startNs) / 1e6} ms`
        function* W() {
          yield* k.kpause('w', false, 1, null)
          log.push(`W runs at ${at()}`)
          yield* k.kthread_exit(0)
        }
        function* T() {
          if (yieldAt === null) yield* k.work(150_000_000)
          else {
            yield* k.work(yieldAt)
            if (flags === 0) {
              log.push(`T drops the lock at ${at()}`)
              yield* k.KERNEL_UNLOCK_ONE(null)
            } else yield* k.yield()
            yield* k.work(150_000_000 - yieldAt)
          }
          log.push(`T is done at ${at()}`)
          yield* k.kthread_exit(0)
        }
        yield* k.kthread_create(pri, k.KTHREAD_MPSAFE, null, W, null, null, 'W')
        yield* k.kthread_create(96, flags, null, T, null, null, 'T')
        yield* k.kpause('wait', false, 50, null)
      }),
    )
    return log
  }

  test.each(CASES)('NetBSD $release, $reading: priority 127 waits for the quantum', ({ make }) => {
    // The quantum is the CPU's, every 100 ms; T began 10 ms into one.
    expect(race(make(), 127, 0x02, null)).toEqual(['W runs at 90 ms', 'T is done at 150 ms'])
  })
  test.each(CASES)('NetBSD $release, $reading: priority 127 runs when the other yields', ({ make }) => {
    expect(race(make(), 127, 0x02, 30_000_000)).toEqual(['W runs at 30 ms', 'T is done at 150 ms'])
  })
  test.each(CASES)('NetBSD $release, $reading: priority 128 runs at once', ({ make }) => {
    expect(race(make(), 128, 0x02, null)).toEqual(['W runs at 10 ms', 'T is done at 150 ms'])
  })
  test.each(CASES)('NetBSD $release, $reading: neither before the big lock is dropped', ({ make }) => {
    const late = ['T drops the lock at 130 ms', 'W runs at 130 ms', 'T is done at 150 ms']
    expect(race(make(), 127, 0, 130_000_000)).toEqual(late)
    expect(race(make(), 128, 0, 130_000_000)).toEqual(late)
  })
})

describe('T10 early start', () => {
  /** Whoever is not the creator makes the next step, as long as there is one. */
  const creatorLast: Oracle = {
    announces: true,
    freeTimers: false,
    restart: () => undefined,
    choose: ({ candidates }) => Math.max(0, candidates.findIndex(isAnother)),
    token: () => 'creator last',
  }
  const isAnother = (candidate: Cpu | Due | Thread | boolean) =>
    candidate instanceof Cpu && candidate.current?.name !== 'main'

  test.each(CASES)('NetBSD $release, $reading', ({ make }) => {
    const k = make({ ncpu: 2, oracle: creatorLast })
    const log: string[] = []
    valueOf(
      k.boot(function* main() {
        const newlp = k.ref<Lwp>()
        const mine = k.curcpu().ci_index
        function* T() {
          log.push(
            `func on another CPU: ${k.curcpu().ci_index !== mine}, newlp ${newlp.value === null ? 'null' : 'set'}`,
          )
          yield* k.kthread_exit(5)
        }
        yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, T, null, newlp, 'T')
        log.push(`stored: T in state ${newlp.value!.l_stat}, console has ${k.console.length} line`)
      }),
    )
    expect(log).toEqual(['func on another CPU: true, newlp null', 'stored: T in state 5, console has 1 line'])
  })
})
