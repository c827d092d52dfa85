import { Cpu, type Oracle, type Outcome } from '@kt/core'
import { describe, expect, test } from 'vitest'
import type { NetbsdKernel } from '../src/kernel.js'
import type { Lwp } from '../src/lwp.js'
import * as nb10 from '../src/releases/10.1.js'
import * as nb6 from '../src/releases/6.js'

/** What the pages leave open, row by row, as the kernels have it. */

const READINGS = ['page', 'kernel'] as const
const CASES = (['6', '10.1'] as const).flatMap((release) =>
  READINGS.map((reading) => ({
    release,
    reading,
    make: (options: nb10.NetbsdOptions = {}): NetbsdKernel =>
      release === '6'
        ? nb6.createKernel({ ...options, reading, trace: true })
        : nb10.createKernel({ ...options, reading, trace: true }),
  })),
)
const WHERE = 'NetBSD $release, $reading'
const MPSAFE = 0x02
const MUSTJOIN = 0x10

function valueOf<T>(outcome: Outcome<T>): T {
  if (outcome.kind === 'done') return outcome.value
  if (outcome.kind === 'fault') throw outcome.error
  throw new Error(`the run ended with ${JSON.stringify(outcome)}`)
}

function clauseOf(outcome: Outcome<unknown>): string {
  return outcome.kind === 'panic' ? `panic over ${outcome.clause ?? 'nothing'}` : outcome.kind
}

function stuckIn(outcome: Outcome<unknown>): string[] {
  return outcome.kind === 'deadlock' ? outcome.stuck.map(({ name, wmesg }) => `${name}: ${wmesg}`) : [outcome.kind]
}

/** Creates a thread and gives its handle. */
function* create(
  k: NetbsdKernel,
  name: string,
  flags: number,
  func: () => nb10.Steps,
  pri = 96,
  ci: nb10.CpuInfo | null = null,
) {
  const newlp = k.ref<Lwp>()
  const error = yield* k.kthread_create(pri, flags, ci, func, name, newlp, '%s', name)
  expect(error).toBe(0)
  return newlp.value!
}

/** A body that ends at once. */
function ends(k: NetbsdKernel) {
  return function* () {
    yield* k.kthread_exit(0)
  }
}

describe('NB-G-01 an LSIDL thread is started from outside the page', () => {
  test.each(CASES)(`${WHERE}: by the hook`, ({ make }) => {
    const k = make()
    const states = valueOf(
      k.boot(function* main() {
        const l = yield* create(k, 'idle', k.KTHREAD_IDLE | MPSAFE, ends(k))
        const before = l.l_stat
        yield* k.startIdle(l)
        const started = l.l_stat
        yield* k.kpause('wait', false, 1, null)
        return [before, started, l.l_stat]
      }),
    )
    expect(states).toEqual([k.LSIDL, k.LSRUN, k.LSZOMB])
  })

  test.each(CASES)(`${WHERE}: by setrunnable`, ({ make, release }) => {
    const k = make()
    let address = ''
    const outcome = k.boot(function* main() {
      const l = yield* create(k, 'idle', k.KTHREAD_IDLE | MPSAFE, ends(k))
      yield* k.setrunnable(l)
      address = 'accepted'
      yield* k.kpause('wait', false, 1, null)
      return l.l_stat
    })
    if (release === '6') {
      expect(address).toBe('')
      expect(outcome).toMatchObject({ kind: 'panic' })
      expect(k.console.at(-1)).toMatch(/^panic: setrunnable: lwp 0x[0-9a-f]+ state was 1$/)
    } else expect(valueOf(outcome)).toBe(k.LSZOMB)
  })
})

describe('NB-G-02 unknown flag bits are ignored', () => {
  test.each(CASES)(WHERE, ({ make }) => {
    const k = make()
    const seen = valueOf(
      k.boot(function* main() {
        const l = yield* create(k, 'odd', MPSAFE | 0x7fff_ffe0, ends(k))
        const shown = [l.l_stat, l.l_class, l.l_flag, l.l_pflag, l.isBound]
        yield* k.kpause('wait', false, 1, null)
        return [...shown, l.l_stat]
      }),
    )
    expect(seen).toEqual([k.LSRUN, k.SCHED_RR, k.LW_SYSTEM, k.LP_MPSAFE, false, k.LSZOMB])
  })
})

describe('NB-G-03 create, join and exit are for threads that may sleep', () => {
  const CALLS = {
    create: (k: NetbsdKernel) => k.kthread_create(96, MPSAFE, null, ends(k), 'x', null, 'x'),
    join: (k: NetbsdKernel, l: Lwp) => k.kthread_join(l),
    exit: (k: NetbsdKernel) => k.kthread_exit(0),
  }
  const EACH = CASES.flatMap((each) => (['create', 'join', 'exit'] as const).map((call) => ({ ...each, call })))

  test.each(EACH)(`${WHERE}: $call in an interrupt`, ({ make, call }) => {
    const k = make()
    const outcome = k.boot(function* main() {
      const l = yield* create(k, 'target', MPSAFE | MUSTJOIN, ends(k))
      k.interrupt(function* () {
        yield* CALLS[call](k, l)
      })
      yield* k.kpause('wait', false, 1, null)
    })
    expect(clauseOf(outcome)).toBe('panic over NB-G-03')
    expect(k.console.at(-1)).toContain('interrupt')
  })

  test.each(EACH)(`${WHERE}: $call in a soft interrupt`, ({ make, call }) => {
    const k = make()
    const outcome = k.boot(function* main() {
      const l = yield* create(k, 'target', MPSAFE | MUSTJOIN, ends(k))
      function* handler() {
        yield* CALLS[call](k, l)
      }
      const handle = yield* k.softint_establish(k.SOFTINT_NET | k.SOFTINT_MPSAFE, handler, l)
      yield* k.kpreempt_disable()
      yield* k.softint_schedule(handle!)
      yield* k.kpreempt_enable()
      yield* k.kpause('wait', false, 1, null)
    })
    expect(clauseOf(outcome)).toBe('panic over NB-G-03')
    expect(k.console.at(-1)).toContain('softint')
  })
})

describe('NB-G-04 the range of pri', () => {
  test.each(CASES)(WHERE, ({ make }) => {
    const at = (pri: number) => {
      const k = make()
      return k.boot(function* main() {
        return (yield* create(k, 'x', MPSAFE, ends(k), pri)).l_priority_base
      })
    }
    expect([-1, 0, 223].map((pri) => valueOf(at(pri)))).toEqual([96, 0, 223])
    expect([-2, -100, 224, 1000].map((pri) => clauseOf(at(pri)))).toEqual(Array(4).fill('panic over NB-G-04'))
  })

  test.each(CASES)(`${WHERE}: only when it is queued`, ({ make }) => {
    const k = make()
    const outcome = k.boot(function* main() {
      const l = yield* create(k, 'x', MPSAFE | k.KTHREAD_IDLE, ends(k), 224)
      k.mark('created')
      yield* k.startIdle(l)
    })
    expect(clauseOf(outcome)).toBe('panic over NB-G-04')
    expect([...k.trace!.events()].some(({ detail }) => detail === 'created')).toBe(true)
  })
})

describe('NB-G-05 any priority goes with any class', () => {
  test.each(CASES)(WHERE, ({ make }) => {
    const k = make({ ncpu: 2 })
    const log = valueOf(
      k.boot(function* main() {
        const log: string[] = []
        function* func(label: string) {
          log.push(`${label} ${k.curlwp.l_priority_base}`)
          // More than one schedclock, and less than two.
          yield* k.work(70_000_000)
          log.push(`${label} ${k.curlwp.l_priority_base}`)
          yield* k.kthread_exit(0)
        }
        const ci = k.cpu_lookup(1)
        yield* k.kthread_create(100, MPSAFE | k.KTHREAD_TS, ci, func, 'TS', null, 'ts')
        yield* k.kpause('wait', false, 20, null)
        yield* k.kthread_create(0, MPSAFE, ci, func, 'RR', null, 'rr')
        yield* k.kpause('wait', false, 20, null)
        return log
      }),
    )
    expect(log).toEqual(['TS 100', 'TS 43', 'RR 0', 'RR 0'])
  })
})

describe('NB-G-06 equals run in the order in which they became runnable', () => {
  test.each(CASES)(WHERE, ({ make }) => {
    const k = make()
    const log = valueOf(
      k.boot(function* main() {
        const log: string[] = []
        for (const name of ['a', 'b', 'c']) {
          yield* create(k, name, MPSAFE, function* () {
            log.push(`${name} starts`)
            yield* k.tsleep(name, 0, 'gap', 0)
            log.push(`${name} wakes`)
            yield* k.kthread_exit(0)
          })
        }
        yield* k.kpause('wait', false, 1, null)
        for (const name of ['b', 'c', 'a']) yield* k.wakeup(name)
        yield* k.kpause('wait', false, 1, null)
        return log
      }),
    )
    expect(log).toEqual(['a starts', 'b starts', 'c starts', 'b wakes', 'c wakes', 'a wakes'])
  })
})

describe('NB-G-07 joins at once', () => {
  /** Two threads join one, a third joins another. */
  function joins(k: NetbsdKernel) {
    const log: string[] = []
    const outcome = k.boot(function* main() {
      const target = yield* create(k, 'target', MPSAFE | MUSTJOIN, function* () {
        yield* k.kpause('busy', false, 5, null)
        yield* k.kthread_exit(0)
      })
      const bystander = yield* create(k, 'other', MPSAFE | MUSTJOIN, ends(k))
      for (const [name, l] of [
        ['first', target],
        ['second', target],
        ['third', bystander],
      ] as const) {
        yield* create(k, name, MPSAFE, function* () {
          yield* k.kthread_join(l)
          log.push(`${name} joined`)
          yield* k.kthread_exit(0)
        })
        yield* k.kpause('wait', false, 1, null)
      }
      yield* k.tsleep(log, 0, 'forever', 0)
    })
    return { log, outcome }
  }

  test.each(CASES.filter(({ release, reading }) => release === '10.1' || reading === 'page'))(
    `${WHERE}: the second joiner panics`,
    ({ make }) => {
      const { log, outcome } = joins(make())
      expect(clauseOf(outcome)).toBe('panic over NB-D-07')
      expect(log).toEqual([])
    },
  )

  test('NetBSD 6, kernel: the second joiner keeps the one slot for good', () => {
    const { log, outcome } = joins(nb6.createKernel({ reading: 'kernel' }))
    expect(log).toEqual(['first joined'])
    expect(stuckIn(outcome)).toEqual(['main: forever', 'other: kthrwait', 'second: kthrwait', 'third: kthrwait'])
  })

  test.each(CASES)(`${WHERE}: joins of different threads`, ({ make, release }) => {
    const k = make()
    const log: string[] = []
    valueOf(
      k.boot(function* main() {
        const slow = yield* create(k, 'slow', MPSAFE | MUSTJOIN, function* () {
          yield* k.kpause('busy', false, 50, null)
          yield* k.kthread_exit(0)
        })
        const fast = yield* create(k, 'fast', MPSAFE | MUSTJOIN, ends(k))
        yield* create(k, 'joiner', MPSAFE, function* () {
          yield* k.kthread_join(slow)
          log.push('slow joined')
          yield* k.kthread_exit(0)
        })
        yield* k.kpause('wait', false, 1, null)
        yield* k.kthread_join(fast)
        log.push('fast joined')
        yield* k.kpause('wait', false, 100, null)
      }),
    )
    // The one slot of 6 makes the second joiner wait for the first.
    expect(log).toEqual(release === '6' ? ['slow joined', 'fast joined'] : ['fast joined', 'slow joined'])
  })

  test.each(CASES)(`${WHERE}: a thread that joins itself waits for ever`, ({ make }) => {
    const k = make()
    const outcome = k.boot(function* main() {
      const l = yield* create(k, 'self', MPSAFE | MUSTJOIN, function* () {
        yield* k.kthread_join(k.curlwp)
        yield* k.kthread_exit(0)
      })
      yield* k.kpause('wait', false, 1, null)
      return l.l_wmesg
    })
    expect(valueOf(outcome)).toBe('kthrwait')
    expect(k.ps().find(({ lname }) => lname === 'self')?.lstate).toBe('sleep')
  })
})

describe('NB-G-08 destroying a MUSTJOIN thread needs no joiner', () => {
  test.each(READINGS)('NetBSD 6, %s', (reading) => {
    const k = nb6.createKernel({ reading })
    const seen = valueOf(
      k.boot(function* main() {
        const l = yield* create(k, 'idle', MPSAFE | MUSTJOIN | k.KTHREAD_IDLE, ends(k))
        const startNs = k.now
        yield* k.kthread_destroy(l)
        return [l.l_stat, k.now - startNs]
      }),
    )
    expect(seen).toEqual([k.LSZOMB, 0])
  })

  test('NetBSD 6, kernel: joining it afterwards never returns', () => {
    const k = nb6.createKernel({ reading: 'kernel' })
    const outcome = k.boot(function* main() {
      const l = yield* create(k, 'idle', MPSAFE | MUSTJOIN | k.KTHREAD_IDLE, ends(k))
      yield* k.kthread_destroy(l)
      yield* k.kthread_join(l)
    })
    expect(stuckIn(outcome)).toEqual(['main: kthrwait'])
  })

  test('NetBSD 6, page: it has terminated, so joining it returns, and joining it again is one too many', () => {
    const k = nb6.createKernel()
    const outcome = k.boot(function* main() {
      const l = yield* create(k, 'idle', MPSAFE | MUSTJOIN | k.KTHREAD_IDLE, ends(k))
      yield* k.kthread_destroy(l)
      const first = yield* k.kthread_join(l)
      yield* k.printf('join returned %d\n', first)
      yield* k.kthread_join(l)
    })
    expect(k.console[0]).toBe('join returned 0')
    expect(outcome).toMatchObject({ kind: 'panic', clause: 'NB-D-07' })
  })
})

describe('NB-G-09 a dead thread is freed by the next creation or exit', () => {
  test.each(CASES)(WHERE, ({ make }) => {
    const k = make()
    const log = valueOf(
      k.boot(function* main() {
        yield* k.kpause('settle', false, 1, null)
        const a = yield* create(k, 'a', MPSAFE, ends(k))
        const b = yield* create(k, 'b', MPSAFE, ends(k))
        const zombies = () => k.proc0.lwps.filter(({ l_stat }) => l_stat === k.LSZOMB).length
        const seen = () => [a.isFree, b.isFree, zombies()]
        const log = [seen()]
        yield* k.kpause('wait', false, 1, null)
        log.push(seen())
        yield* k.kpause('wait', false, 6000, null)
        log.push(seen())
        yield* create(k, 'c', MPSAFE | k.KTHREAD_IDLE, ends(k))
        log.push(seen())
        return log
      }),
    )
    // The exit of b freed a; nobody freed b for a minute, until the next creation.
    expect(log).toEqual([
      [false, false, 0],
      [true, false, 1],
      [true, false, 1],
      [true, true, 0],
    ])
  })
})

describe('NB-G-10 exit with locks held', () => {
  test.each(CASES)(`${WHERE}: a mutex`, ({ make }) => {
    const k = make()
    const mtx = k.mutex('m')
    const outcome = k.boot(function* main() {
      yield* create(k, 'holder', MPSAFE, function* () {
        yield* k.mutex_enter(mtx)
        yield* k.kthread_exit(0)
      })
      yield* k.kpause('wait', false, 1, null)
    })
    expect(clauseOf(outcome)).toBe('panic over NB-G-10')
    expect(k.console.at(-1)).toContain('mutex m')
  })

  const HOLDS = [
    { flags: 0, extra: 0, in10: 'done' },
    { flags: 0, extra: 1, in10: 'panic over NB-G-10' },
    { flags: MPSAFE, extra: 1, in10: 'panic over NB-G-10' },
  ]
  test.each(CASES.flatMap((each) => HOLDS.map((holds) => ({ ...each, ...holds }))))(
    `${WHERE}: flags $flags and $extra more holds of the big lock`,
    ({ make, release, flags, extra, in10 }) => {
      const k = make()
      const outcome = k.boot(function* main() {
        yield* create(k, 'holder', flags, function* () {
          if (extra > 0) yield* k.KERNEL_LOCK(extra, null)
          yield* k.kthread_exit(0)
        })
        yield* k.kpause('wait', false, 1, null)
        return k.locks().length
      })
      expect(clauseOf(outcome)).toBe(release === '6' ? 'done' : in10)
      if (outcome.kind === 'done') expect(outcome.value).toBe(0)
      else expect(k.console.at(-1)).toContain('kernel_lock leaked')
    },
  )
})

describe('NB-G-11 a thread may create threads, which inherit nothing of it', () => {
  test.each(CASES)(WHERE, ({ make }) => {
    const k = make({ ncpu: 2 })
    const seen = valueOf(
      k.boot(function* main() {
        let child: unknown[] = []
        function* parent() {
          const l = yield* create(k, 'child', MPSAFE | k.KTHREAD_IDLE, ends(k), k.PRI_NONE)
          const { l_class, l_priority, l_blcnt, isBound, l_flag } = l
          child = [l_class, l_priority, l_blcnt, isBound, l_flag & k.LW_SYSTEM, k.proc0.lwps.includes(l)]
          yield* k.kthread_exit(0)
        }
        yield* create(k, 'parent', k.KTHREAD_TS, parent, 50, k.cpu_lookup(1))
        yield* k.kpause('wait', false, 1, null)
        return child
      }),
    )
    expect(seen).toEqual([k.SCHED_RR, k.PRI_KTHREAD, 0, false, k.LW_SYSTEM, true])
  })
})

describe('NB-G-12 ending with the FPU window open', () => {
  test.each([
    ['page', [0, 0, 0, 0, 0, 0, 0, 0]],
    ['kernel', [7, 0, 0, 0, 0, 0, 0, 0]],
  ] as const)('NetBSD 10.1, %s', (reading, left) => {
    const k = nb10.createKernel({ reading })
    valueOf(
      k.boot(function* main() {
        yield* create(k, 'open', MPSAFE, function* () {
          yield* k.kthread_fpu_enter()
          yield* k.fpuStore(0, 7)
          yield* k.kthread_exit(0)
        })
        yield* k.kpause('wait', false, 1, null)
      }),
    )
    expect(k.remarks.map(({ id }) => id)).toEqual(['NB-G-12'])
    expect(k.remarks[0]!.text).toContain('open')
    expect(k.cpus()[0]!.fpu).toEqual(left)
  })
})

describe('NB-G-13 the window stays open across sleep and migration', () => {
  test.each(READINGS)('NetBSD 10.1, %s', (reading) => {
    const k = nb10.createKernel({ ncpu: 2, reading })
    const seen = valueOf(
      k.boot(function* main() {
        let seen: unknown[] = []
        function* wanderer() {
          const s = yield* k.kthread_fpu_enter()
          yield* k.fpuStore(3, 42)
          const from = k.curcpu()
          // Two who keep that CPU busy while the first sleeps; one of them uses its unit.
          yield* create(k, 'hog', MPSAFE, hog, 200, from)
          yield* k.kpause('asleep', false, 2, null)
          const loaded = yield* k.fpuLoad(3)
          seen = [k.curcpu() !== from, loaded, k.curlwp.l_flag & k.LW_SYSTEM_FPU]
          yield* k.kthread_fpu_exit(s)
          yield* k.kthread_exit(0)
        }
        function* hog() {
          const s = yield* k.kthread_fpu_enter()
          yield* k.fpuStore(3, -1)
          yield* k.work(100_000_000)
          yield* k.kthread_fpu_exit(s)
          yield* k.kthread_exit(0)
        }
        yield* create(k, 'wanderer', MPSAFE, wanderer)
        yield* k.kpause('wait', false, 20, null)
        return seen
      }),
    )
    expect(seen).toEqual([true, 42, k.LW_SYSTEM_FPU])
  })
})

describe('NB-G-14 only cancellation cuts an interruptible wait of a kernel thread short', () => {
  test.each(CASES)(WHERE, ({ make }) => {
    const k = make()
    const log = valueOf(
      k.boot(function* main() {
        const log: unknown[] = []
        const mtx = k.mutex('m')
        const cv = k.condvar('cv')
        const l = yield* create(k, 'waiter', MPSAFE, function* () {
          yield* k.mutex_enter(mtx)
          log.push(yield* k.cv_wait_sig(cv, mtx))
          log.push(yield* k.cv_timedwait(cv, mtx, 2))
          log.push(yield* k.cv_wait_sig(cv, mtx))
          yield* k.mutex_exit(mtx)
          yield* k.kthread_exit(0)
        })
        yield* k.kpause('wait', false, 6000, null)
        log.push(l.l_stat)
        yield* k.cancel(l)
        yield* k.kpause('wait', false, 1, null)
        // The uninterruptible wait goes on.
        log.push(l.l_stat)
        yield* k.kpause('wait', false, 5, null)
        return [...log, l.l_stat]
      }),
    )
    expect(log).toEqual([k.LSSLEEP, k.EINTR, k.LSSLEEP, k.EWOULDBLOCK, k.EINTR, k.LSZOMB])
  })
})

describe('NB-G-14 a signal reaches user processes, and no kernel thread', () => {
  test.each(CASES)(WHERE, ({ make }) => {
    const k = make()
    const log = valueOf(
      k.boot(function* main() {
        const log: unknown[] = []
        const proc = k.process({ name: 'sh' }, function* () {
          log.push(yield* k.tsleep('x', k.PCATCH, 'user', 0))
          // Still pending: a second sleep ends at once, until the process has been in user mode.
          log.push(yield* k.tsleep('x', k.PCATCH, 'user', 0))
          yield* k.user(1000)
          log.push(yield* k.tsleep('x', k.PCATCH, 'user', 5))
        })
        const l = yield* create(k, 'kthread', MPSAFE, function* () {
          log.push(['kthread', yield* k.tsleep('y', k.PCATCH, 'kthread', 20)])
          yield* k.kthread_exit(0)
        })
        yield* k.kpause('wait', false, 1, null)
        yield* k.psignal(proc, 15)
        yield* k.psignal(k.proc0, 15)
        yield* k.kpause('wait', false, 1, null)
        log.push(['kthread still', l.l_wmesg])
        yield* k.kpause('wait', false, 30, null)
        return log
      }),
    )
    expect(log).toEqual([
      k.ERESTART,
      k.ERESTART,
      ['kthread still', 'kthread'],
      k.EWOULDBLOCK,
      ['kthread', k.EWOULDBLOCK],
    ])
  })
})

describe('a signal to init is taken, and init goes on to wait', () => {
  test.each(CASES)(WHERE, ({ make }) => {
    const k = make()
    const answer = valueOf(
      k.boot(function* main() {
        const init = k.processes.find(({ pid }) => pid === 1)!
        yield* k.psignal(init, 15)
        yield* k.kpause('wait', false, 10, null)
        return init.lwps.map(({ l_wmesg }) => l_wmesg)
      }),
    )
    expect(answer).toEqual(['wait'])
  })
})

describe('NB-G-15 names need not be unique', () => {
  test.each(CASES)(WHERE, ({ make }) => {
    const k = make()
    valueOf(
      k.boot(function* main() {
        for (let n = 0; n < 3; n++) yield* create(k, 'twin', MPSAFE, ends(k))
      }),
    )
    const created = [...k.trace!.events()].filter(({ kind }) => kind === 'create')
    const lids = (name: string) => new Set(created.filter(({ detail }) => detail === name).map(({ thread }) => thread))
    expect([lids('twin').size, lids('configintr').size]).toEqual([3, 8])
  })
})

describe('NB-G-16 creating while cold', () => {
  test.each(CASES)(WHERE, ({ make }) => {
    const k = make({ ncpu: 2 })
    const log: string[] = []
    k.attach(function* () {
      const l = yield* create(k, 'early', MPSAFE, function* () {
        log.push(`func, cold ${k.cold}`)
        yield* k.kthread_exit(0)
      })
      log.push(`created, cold ${k.cold}, state ${l.l_stat}`)
      yield* k.work(50_000_000)
      log.push(`attached, state ${l.l_stat}`)
    })
    valueOf(k.boot(function* main() {}))
    expect(log).toEqual(['created, cold true, state 2', 'attached, state 2', 'func, cold false'])
  })
})

describe('NB-G-17 FPU cookies out of order', () => {
  test.each(READINGS)('NetBSD 10.1, %s', (reading) => {
    const k = nb10.createKernel({ reading })
    let seen: unknown[] = []
    const outcome = k.boot(function* main() {
      const outer = yield* k.kthread_fpu_enter()
      const inner = yield* k.kthread_fpu_enter()
      yield* k.fpuStore(0, 7)
      yield* k.kthread_fpu_exit(outer)
      seen = [k.curlwp.l_flag & k.LW_SYSTEM_FPU, k.cpus()[0]!.fpu![0]]
      yield* k.kthread_fpu_exit(inner)
    })
    expect(seen).toEqual([0, 0])
    expect(clauseOf(outcome)).toBe('panic over NB-G-17')
  })
})

describe('NB-G-18 lwp0 cannot exit', () => {
  test.each(CASES)(WHERE, ({ make }) => {
    const k = make()
    k.attach(function* () {
      expect(k.curlwp).toBe(k.lwp0)
      yield* k.kthread_exit(0)
    })
    expect(clauseOf(k.boot(function* main() {}))).toBe('panic over NB-G-18')
  })
})

describe('NB-G-19 joining a thread in LSIDL does not start it', () => {
  test.each(CASES)(WHERE, ({ make }) => {
    const k = make({ ncpu: 2 })
    const seen = valueOf(
      k.boot(function* main() {
        let answer: number | null = null
        const l = yield* create(k, 'idle', MPSAFE | MUSTJOIN | k.KTHREAD_IDLE, ends(k))
        const joiner = yield* create(k, 'joiner', MPSAFE, function* () {
          answer = yield* k.kthread_join(l)
          yield* k.kthread_exit(0)
        })
        yield* k.kpause('wait', false, 1000, null)
        const before = [l.l_stat, joiner.l_wmesg, answer]
        yield* k.startIdle(l)
        yield* k.kpause('wait', false, 1, null)
        return [...before, l.l_stat, answer]
      }),
    )
    expect(seen).toEqual([k.LSIDL, 'kthrwait', null, k.LSZOMB, 0])
  })
})

describe('NB-G-20 a thread may be dead before create returns', () => {
  /** Whoever is not the creator makes the next step. */
  const creatorLast: Oracle = {
    announces: true,
    freeTimers: false,
    restart: () => undefined,
    choose: ({ candidates }) =>
      Math.max(
        0,
        [...candidates].findIndex((each) => each instanceof Cpu && each.current?.name !== 'main'),
      ),
    token: () => 'creator last',
  }

  test.each(CASES)(`${WHERE}: the handle may be stale`, ({ make }) => {
    const k = make({ ncpu: 2, oracle: creatorLast })
    const seen = valueOf(
      k.boot(function* main() {
        const l = yield* create(k, 'short', MPSAFE, ends(k))
        const stat = l.l_stat
        yield* create(k, 'next', MPSAFE | k.KTHREAD_IDLE, ends(k))
        return [stat, l.isFree]
      }),
    )
    expect(seen).toEqual([k.LSZOMB, true])
  })

  test.each(CASES)(`${WHERE}: not with MUSTJOIN`, ({ make }) => {
    const k = make({ ncpu: 2, oracle: creatorLast })
    const seen = valueOf(
      k.boot(function* main() {
        const l = yield* create(k, 'short', MPSAFE | MUSTJOIN, ends(k))
        const state = [l.l_stat, l.l_wmesg]
        yield* create(k, 'next', MPSAFE | k.KTHREAD_IDLE, ends(k))
        return [...state, l.isFree, yield* k.kthread_join(l)]
      }),
    )
    expect(seen).toEqual([k.LSSLEEP, 'kthrwait', false, 0])
  })
})
