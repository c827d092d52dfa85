import { describe, expect, it } from 'vitest'
import {
  ref,
  seededOracle,
  type FreebsdOptions,
  type Kernel,
  type Proc,
  type Steps,
  type Td,
} from '../src/releases/8.0.js'
import { addProcess, addThread, endOf, quiet, READINGS, SCHEDULES, valueOf } from './staging.js'

const TDI_SUSPENDED = 1
const SSTOP = 4

/** A process whose first thread does its body, and others that are added to it. */
function* processOf(k: Kernel, first: () => Steps, ...others: readonly (() => Steps)[]): Steps<Proc> {
  const p = yield* addProcess(k, 'p', first)
  for (const [n, other] of others.entries()) yield* addThread(k, `t${n}`, other, p)
  return p
}

/** Ends its process after some ticks, when the others have come to where they wait. */
function* exitsAfter(k: Kernel, ticks: number, ecode: number): Steps<never> {
  yield* k.pause('later', ticks)
  return yield* k.kproc_exit(ecode)
}

/** Works for some ticks, and returns. */
function* works(k: Kernel, ticks: number): Steps<void> {
  yield* k.pause('work', ticks)
}

/** Sleeps on `chan`, reports what ended that, and leaves as a thread. */
function* sleeper(k: Kernel, log: unknown[], chan: string, pri: number, timo: number): Steps<never> {
  const error = yield* k.tsleep(chan, pri, chan, timo)
  log.push([chan, error])
  return yield* k.kthread_exit()
}

describe.each(READINGS)('the end of a process with several threads, reading %s', (reading) => {
  const machine = (options: FreebsdOptions = {}) => quiet({ reading, ...options })

  it('kproc_exit waits, suspended, until the last of the others has left by itself', () => {
    const k = machine()
    const log: unknown[] = []
    valueOf(
      k.boot(function* () {
        const p = yield* processOf(
          k,
          () => exitsAfter(k, 10, 7),
          () => sleeper(k, log, 'one', 0, 100),
          () => sleeper(k, log, 'two', 0, 200),
        )
        const first = p.p_threads.at(-1)!
        yield* k.pause('begun', 50)
        expect([p.p_numthreads, p.p_state, p.p_suspcount]).toEqual([3, k.PRS_NORMAL, 1])
        expect([first.td_inhibitors, first.td_state]).toEqual([TDI_SUSPENDED, k.TDS_INHIBITED])
        expect(k.kinfo_proc().find(({ ki_tid }) => ki_tid === first.td_tid)?.ki_stat).toBe(SSTOP)
        expect(p.p_flag & k.P_SINGLE_EXIT).toBe(k.P_SINGLE_EXIT)
        yield* k.pause('one left', 100)
        expect([p.p_numthreads, p.p_state, p.isReaped]).toEqual([2, k.PRS_NORMAL, false])
        yield* k.pause('both left', 100)
        expect([p.p_numthreads, p.p_state, p.isReaped, p.p_exitthreads]).toEqual([1, k.PRS_ZOMBIE, true, 2])
        expect(p.p_xstat).toBe(7 << 8)
      }),
    )
    expect(log).toEqual([['one', 35], ['two', 35]]) // prettier-ignore
  })

  it('for ever, if one of them stays', () => {
    const k = machine()
    const outcome = k.boot(function* () {
      const p = yield* processOf(
        k,
        () => exitsAfter(k, 1, 0),
        () => sleeper(k, [], 'stays', 0, 0),
      )
      yield* k.pause('long', 100 * k.hz)
      expect([p.p_state, p.p_numthreads]).toEqual([k.PRS_NORMAL, 2])
      yield* k.tsleep('never', 0, 'never', 0)
    })
    expect(outcome.kind).toBe('deadlock')
    const stuck = outcome.kind === 'deadlock' ? outcome.stuck.map(({ name, state }) => [name, state]) : []
    expect(stuck.sort()).toEqual([['main', 'sleeping'], ['p', 'stopped'], ['t0', 'sleeping']]) // prettier-ignore
  })

  it('a sleep with PCATCH ends with EINTR, and one that begins meanwhile does at once; others sleep on', () => {
    const k = machine()
    const log: unknown[] = []
    const mtx = k.mtx('lock')
    valueOf(
      k.boot(function* () {
        function* busy(): Steps<void> {
          yield* k.pause('busy', 50)
          log.push(['asked', k.ticks, yield* k.tsleep('late', k.PCATCH, 'late', 0), k.ticks])
          yield* k.mtx_lock(mtx)
          log.push(['locked', yield* k.msleep('late', mtx, k.PCATCH, 'late', 0), yield* k.mtx_owned(mtx)])
          log.push(['dropped', yield* k.msleep('late', mtx, k.PCATCH | k.PDROP, 'late', 0), yield* k.mtx_owned(mtx)])
          yield* k.kthread_exit()
        }
        const p = yield* processOf(
          k,
          () => exitsAfter(k, 10, 3),
          () => sleeper(k, log, 'plain', k.PWAIT, 100),
          () => sleeper(k, log, 'caught', k.PWAIT | k.PCATCH, 0),
          () => sleeper(k, log, 'caught with time', k.PCATCH, 1000),
          busy,
        )
        yield* k.pause('all', 300)
        expect([p.isReaped, p.p_xstat]).toEqual([true, 3 << 8])
      }),
    )
    const asked = log.find((entry) => (entry as unknown[])[0] === 'asked') as [string, number, number, number]
    expect(asked[3]).toBe(asked[1])
    expect(log).toEqual([
      ['caught with time', k.EINTR],
      ['caught', k.EINTR],
      ['asked', asked[1], k.EINTR, asked[1]],
      ['locked', k.EINTR, true],
      ['dropped', k.EINTR, false],
      ['plain', k.EWOULDBLOCK],
    ])
  })

  it('a sleep with PCATCH in another process is none of its business', () => {
    const k = machine()
    const log: unknown[] = []
    valueOf(
      k.boot(function* () {
        yield* addProcess(k, 'other', () => sleeper(k, log, 'other', k.PCATCH, 100))
        yield* processOf(
          k,
          () => exitsAfter(k, 10, 0),
          () => sleeper(k, log, 'own', k.PCATCH, 100),
        )
        yield* k.pause('all', 200)
      }),
    )
    expect(log).toEqual([['own', k.EINTR], ['other', k.EWOULDBLOCK]]) // prettier-ignore
  })

  it('whoever calls it second ends as a thread, and the first one’s status holds', () => {
    const k = machine()
    valueOf(
      k.boot(function* () {
        const p = yield* processOf(
          k,
          () => exitsAfter(k, 10, 1),
          () => exitsAfter(k, 20, 2),
          () => exitsAfter(k, 30, 3),
        )
        yield* k.pause('two left', 25)
        expect([p.p_numthreads, p.p_state]).toEqual([2, k.PRS_NORMAL])
        yield* k.pause('all left', 25)
        expect([p.isReaped, p.p_xstat, p.p_exitthreads]).toEqual([true, 1 << 8, 2])
      }),
    )
  })

  it.each(SCHEDULES)('all threads at once, in any order: one status, and no thread is left ($schedule)', (schedule) => {
    const k = machine(schedule.options())
    const status = valueOf(
      k.boot(function* () {
        const threads = k.proc0.p_numthreads
        const p = yield* processOf(
          k,
          () => exitsAfter(k, 10, 1),
          ...[2, 3, 4].map((ecode) => () => exitsAfter(k, 10, ecode)),
        )
        yield* k.pause('all', 100)
        expect([p.isReaped, p.p_numthreads, k.proc0.p_numthreads]).toEqual([true, 1, threads])
        return p.p_xstat >> 8
      }),
    )
    expect([1, 2, 3, 4]).toContain(status)
  })

  it('a thread that is added meanwhile keeps it waiting; to a zombie none can be added', () => {
    const k = machine()
    valueOf(
      k.boot(function* () {
        const p = yield* processOf(
          k,
          () => exitsAfter(k, 10, 0),
          () => sleeper(k, [], 'first', 0, 50),
        )
        yield* k.pause('begun', 20)
        yield* addThread(k, 'late', () => sleeper(k, [], 'late', 0, 200), p)
        yield* k.pause('first left', 100)
        expect([p.p_numthreads, p.p_state]).toEqual([2, k.PRS_NORMAL])
        yield* k.pause('late left', 200)
        expect(p.isReaped).toBe(true)
      }),
    )
    const outcome = k.run(function* () {
      const p = yield* addProcess(k, 'p', () => exitsAfter(k, 1, 0))
      yield* k.tsleep(p, 0, 'exit', 0)
      expect(p.p_state).toBe(k.PRS_ZOMBIE)
      yield* addThread(k, 'too late', () => sleeper(k, [], 'late', 0, 1), p)
    })
    expect(endOf(outcome)).toEqual(['undefined', 'UB:add-to-zombie'])
  })

  it('the last thread that leaves by kthread_exit takes the process along, with status 0', () => {
    const k = machine()
    valueOf(
      k.boot(function* () {
        const procptr = ref<Proc>()
        const tds = [ref<Td>(), ref<Td>()]
        const body = () => sleeper(k, [], 'go', 0, 0)
        yield* k.kproc_kthread_add(body, null, procptr, tds[0]!, 0, 0, 'p', 'a')
        yield* k.kproc_kthread_add(body, null, procptr, tds[1]!, 0, 0, 'p', 'b')
        const p = procptr.value!
        yield* k.pause('asleep', 1)
        expect(p.p_pptr).toBe(k.proc0)
        yield* k.wakeup_one('go')
        yield* k.pause('one left', 2)
        expect([p.p_numthreads, p.p_state, p.p_pptr]).toEqual([1, k.PRS_NORMAL, k.proc0])
        yield* k.wakeup('go')
        yield* k.pause('both left', 2)
        expect([p.p_state, p.p_xstat, p.p_pptr, p.isReaped]).toEqual([k.PRS_ZOMBIE, 0, k.initproc, true])
        // One that never had another leaves the same way.
        const single = yield* addProcess(k, 'single', function* () {
          yield* k.kthread_exit()
        })
        yield* k.pause('left', 2)
        expect([single.isReaped, single.p_xstat]).toEqual([true, 0])
      }),
    )
    expect(k.console).toEqual([])
  })
})

describe.each(READINGS)('a return from the main function, reading %s', (reading) => {
  const machine = (options: FreebsdOptions = {}) => quiet({ reading, ...options })

  const words = (name: string, { p_pid }: Proc) => `Kernel thread "${name}" (pid ${p_pid}) exited prematurely.`

  it('is said, and the process ends with status 0 whatever was returned', () => {
    const k = machine()
    const p = valueOf(
      k.boot(function* () {
        const made = yield* addProcess(k, 'worker', function* () {
          yield* k.pause('work', 5)
          return 9
        })
        expect(yield* k.tsleep(made, 0, 'exit', 100)).toBe(0)
        yield* k.pause('reap', 2)
        return made
      }),
    )
    expect([p.isReaped, p.p_xstat]).toEqual([true, 0])
    expect(k.console).toEqual([words('worker', p)])
  })

  it('of any of its threads ends the whole process, which waits for the others as ever', () => {
    const k = machine()
    const log: unknown[] = []
    const p = valueOf(
      k.boot(function* () {
        const made = yield* processOf(
          k,
          () => sleeper(k, log, 'first', 0, 100),
          function* () {
            yield* k.pause('work', 10)
          },
        )
        const added = made.newest!
        yield* k.pause('returned', 20)
        expect([made.p_numthreads, added.td_inhibitors]).toEqual([2, TDI_SUSPENDED])
        // Nobody who waits for the thread is told.
        expect(yield* k.tsleep(added, 0, 'thread', 150)).toBe(k.EWOULDBLOCK)
        return made
      }),
    )
    expect([p.isReaped, p.p_xstat, log]).toEqual([true, 0, [['first', k.EWOULDBLOCK]]])
    expect(k.console).toEqual([words('t0', p)])
  })

  it('of two of them is said twice', () => {
    const k = machine()
    const p = valueOf(
      k.boot(function* () {
        const made = yield* processOf(
          k,
          () => works(k, 10),
          () => works(k, 20),
        )
        yield* k.pause('returned', 50)
        return made
      }),
    )
    expect([p.isReaped, p.p_exitthreads]).toEqual([true, 1])
    expect(k.console).toEqual([words('p', p), words('t0', p)])
  })
})

describe.each(READINGS)('what others see of the end of a process, reading %s', (reading) => {
  const machine = (options: FreebsdOptions = {}) => quiet({ reading, ...options })

  it('first it is init’s child, then its sleepers are woken, then the handlers are called, and then it is a zombie', () => {
    const k = machine({ scheduler: '4bsd' })
    const log: unknown[] = []
    const state = (what: string, p: Proc) => log.push([what, p.p_state, p.p_numthreads, p.p_pptr?.p_pid])
    valueOf(
      k.boot(function* () {
        yield* k.EVENTHANDLER_REGISTER('process_exit', exiting, null, k.EVENTHANDLER_PRI_ANY)
        const p = yield* processOf(
          k,
          () => exitsAfter(k, 10, 5),
          () => sleeper(k, [], 'sibling', 0, 30),
        )
        // So urgent that it preempts whoever wakes it.
        yield* addThread(k, 'urgent', function* () {
          yield* k.tsleep(p, k.PI_SOFT, 'exit', 0)
          state('woken', p)
          yield* k.kthread_exit()
        })
        yield* k.pause('asleep', 2)
        state('before', p)
        yield* k.tsleep(p, 0, 'exit', 0)
        yield* k.pause('sibling', 30)
        state('after', p)
      }),
    )
    function* exiting(_arg: null, p: Proc): Steps<void> {
      state('process_exit', p)
      expect(k.curproc).toBe(p)
      yield* k.DELAY(0)
    }
    expect(log).toEqual([
      ['before', k.PRS_NORMAL, 2, 0],
      ['woken', k.PRS_NORMAL, 2, 1],
      ['process_exit', k.PRS_NORMAL, 1, 1],
      ['after', k.PRS_ZOMBIE, 1, 1],
    ])
  })

  it('init is sent SIGCHLD, and then waits for it', () => {
    const k = machine()
    const CHLD = 2 ** (k.SIGCHLD - 1)
    valueOf(
      k.boot(function* () {
        const p = yield* addProcess(k, 'p', () => exitsAfter(k, 5, 0))
        expect(k.initproc!.p_siglist & CHLD).toBe(0)
        yield* k.tsleep(p, 0, 'exit', 0)
        // Woken before init was, and run before it.
        expect([p.p_state, k.initproc!.p_siglist & CHLD]).toEqual([k.PRS_ZOMBIE, CHLD])
        expect([k.initproc!.p_children.includes(p), k.proc0.p_children.includes(p)]).toEqual([true, false])
        expect([k.pfind(p.p_pid), k.allproc.includes(p)]).toEqual([null, true])
        yield* k.pause('reap', 1)
        expect([k.initproc!.p_siglist & CHLD, k.initproc!.p_children.includes(p)]).toEqual([0, false])
        expect([k.allproc.includes(p), p.p_pptr]).toEqual([false, k.initproc])
      }),
    )
  })

  it('many at once are all waited for, on any number of CPUs', () => {
    for (const { options, schedule } of SCHEDULES) {
      const k = machine(options())
      const left = valueOf(
        k.boot(function* () {
          const before = k.allproc.length
          for (let n = 0; n < 20; n++) yield* addProcess(k, 'p', () => exitsAfter(k, 10 + (n % 3), n))
          yield* k.pause('all', 100)
          return k.allproc.length - before
        }),
      )
      expect([schedule, left]).toEqual([schedule, 0])
    }
  })

  it('with Giant or another lock held it is an error', () => {
    for (const invariants of [false, true]) {
      const k = machine({ invariants })
      const outcome = k.boot(function* () {
        yield* addProcess(k, 'p', function* () {
          yield* k.mtx_lock(k.Giant)
          yield* k.kproc_exit(0)
        })
        yield* k.pause('ends', 10)
      })
      const [kind, what] = endOf(outcome)
      expect(kind).toBe(invariants ? 'panic' : 'undefined')
      expect(what).toMatch(invariants ? /^mutex Giant owned/ : /^UB:exit-with-lock$/)
    }
  })
})

/**
 * Waiting for the end of a process as crypto(9) does it: the lock of the process is held from before it can know that it
 * is to end until the waiter sleeps, so that the wakeup cannot come first.
 */
describe.each(READINGS)('the rendezvous with a process that ends, reading %s', (reading) => {
  const SEEDS = 60

  function ends(isSafe: boolean, oracle: FreebsdOptions): string[] {
    const endings = new Set<string>()
    for (let seed = 1; seed <= SEEDS; seed++) {
      const k = quiet({ reading, ncpu: 2, ...oracle, oracle: seededOracle(seed) })
      const [outcome] = endOf(k.boot(() => rendezvous(k, isSafe)))
      endings.add(outcome)
    }
    return [...endings].sort()
  }

  function* rendezvous(k: Kernel, isSafe: boolean): Steps<void> {
    const lock = k.mtx('queue')
    let gone = false
    const p = yield* addProcess(k, 'worker', function* () {
      yield* k.mtx_lock(lock)
      while (!gone) yield* k.msleep('queue', lock, k.PWAIT, 'work', 0)
      yield* k.mtx_unlock(lock)
      yield* k.kproc_exit(0)
    })
    yield* k.pause('works', 3)
    yield* k.mtx_lock(lock)
    gone = true
    yield* k.wakeup_one('queue')
    if (isSafe) yield* k.PROC_LOCK(p)
    yield* k.mtx_unlock(lock)
    if (isSafe) yield* k.msleep(p, p.p_mtx, k.PWAIT | k.PDROP, 'end', 0)
    else yield* k.tsleep(p, k.PWAIT, 'end', 0)
  }

  it.each(['ule', '4bsd'] as const)('with the lock of the process it never hangs (%s)', (scheduler) => {
    expect(ends(true, { scheduler })).toEqual(['done'])
    expect(ends(true, { scheduler, preemption: 'full' })).toEqual(['done'])
  })

  it('without it the wakeup can come first, and the wait has no end', () => {
    expect(ends(false, {})).toEqual(['deadlock', 'done'])
  })
})
