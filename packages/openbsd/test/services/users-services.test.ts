import { describe, expect, it } from 'vitest'
import type { OpenbsdKernel } from '../../src/kernel.js'
import type { Out, Proc, Steps } from '../../src/releases/5.1.js'
import { allSchedules, everywhere, pause, releases, schedules, threadsNamed, valueOf } from './runs.js'

// Services of the kernel that make threads when they are asked for something, told in our own words.

const EAGAIN = 35
const EBUSY = 16
const ERESTART = -1

describe('7 acct', () => {
  interface Accounting {
    file: string | null
    readonly thread: Out<Proc>
    checks: number
  }

  /** The system call that begins and ends accounting, and the thread that looks after the disk meanwhile. */
  function accounting(k: OpenbsdKernel) {
    const state: Accounting = { file: null, thread: k.ref(), checks: 0 }
    function* body(): Steps<void> {
      while (state.file !== null) {
        state.checks++
        // The guard's own address is what it sleeps on.
        yield* k.tsleep(state.thread, k.PPAUSE, 'acct', 15 * k.hz)
      }
      state.thread.value = null
      yield* k.kthread_exit(0)
    }
    function* set(file: string | null): Steps<number> {
      state.file = file
      if (file === null) {
        yield* k.wakeup(state.thread)
        return 0
      }
      if (state.thread.value !== null) return 0
      return yield* k.kthread_create(body, null, state.thread, 'acct')
    }
    const acct = (...files: readonly (string | null)[]) =>
      k.syscall('acct', function* () {
        let error = 0
        for (const file of files) error = yield* set(file)
        return error
      })
    return { state, acct }
  }

  it.each(everywhere(schedules))('starts when asked, ends, and starts again: OpenBSD $release, $schedule', (run) => {
    const k = run.createKernel(run.options())
    const { state, acct } = accounting(k)
    const log: unknown[] = []
    const outcome = k.boot(function* (): Steps {
      k.process({ name: 'accton', uid: 1000 }, function* () {
        const look = () => [threadsNamed(k, 'acct').length, state.thread.value?.p_wmesg ?? null]
        log.push(look(), yield* acct('/var/account/acct'))
        yield* k.nanosleep(1e8)
        log.push(look(), [yield* acct('/elsewhere'), ...look()])
        const first = state.thread.value
        // Ended and begun again before the thread can look: it stays.
        yield* acct(null, '/again')
        yield* k.nanosleep(1e8)
        log.push([state.thread.value === first, ...look()])
        yield* acct(null)
        yield* k.nanosleep(1e8)
        log.push(look(), yield* acct('/last'))
        yield* k.nanosleep(1e8)
        log.push([state.thread.value === first, ...look()])
      })
      yield* pause(k, 100)
      return [state.thread.value!.p_priority, state.thread.value!.process.ps_pptr === k.proc0.process]
    })
    expect(valueOf(outcome)).toEqual([40, true])
    expect(log).toEqual([
      [0, null],
      0,
      [1, 'acct'],
      [0, 1, 'acct'],
      [true, 1, 'acct'],
      [0, null],
      0,
      [false, 1, 'acct'],
    ])
    expect(k.console).toEqual([])
  })

  it.each(releases)('on one CPU the woken thread comes before the next system call: OpenBSD $release', (run) => {
    const k = run.createKernel()
    const { state, acct } = accounting(k)
    const seen: unknown[] = []
    const outcome = k.boot(function* () {
      k.process({ name: 'accton' }, function* () {
        yield* acct('/var/account/acct')
        yield* k.nanosleep(1e8)
        yield* acct(null)
        seen.push(state.thread.value)
        yield* acct('/again')
        seen.push(state.thread.value?.p_stat)
      })
      yield* pause(k, 50)
    })
    valueOf(outcome)
    // The new one waits its turn until the process sleeps or its time is up: a fork asks for no switch.
    expect(seen).toEqual([null, k.SRUN])
  })

  it.each(everywhere(schedules))('gives the user EAGAIN when the table is full: OpenBSD $release, $schedule', (run) => {
    const k = run.createKernel(run.options())
    const { state, acct } = accounting(k)
    const results: unknown[] = []
    const outcome = k.boot(function* () {
      k.process({ name: 'accton' }, function* () {
        k.sysctl('kern.maxproc', k.sysctl('kern.nprocs') as number)
        results.push(yield* acct('/var/account/acct'), state.thread.value)
        k.sysctl('kern.maxproc', (k.sysctl('kern.nprocs') as number) + 1)
        results.push(yield* acct('/var/account/acct'), state.thread.value !== null)
      })
      yield* pause(k, 10)
    })
    valueOf(outcome)
    expect(results).toEqual([EAGAIN, null, 0, true])
    expect(k.console).toEqual(['proc: table is full'])
  })
})

describe('8 nfskqpoll', () => {
  /** Watches on files of a server, and the one thread that polls while there are any. */
  function poller(k: OpenbsdKernel) {
    const lock = k.RWLOCK_INITIALIZER('nfskqlk')
    const watches = new Set<string>()
    const guard: Out<Proc> = k.ref()
    const log: string[] = []
    let threads = 0
    function* poll(): Steps<void> {
      threads++
      if (threads > 1) log.push('two pollers')
      for (;;) {
        yield* k.rw_enter_write(lock)
        if (watches.size === 0) break
        if (guard.value !== k.curproc) log.push('not the one in charge')
        // It asks the server about each.
        for (const watch of watches) yield* k.tsleep(watch, k.PSOCK, 'nfsrcvlk', 1)
        yield* k.rw_exit_write(lock)
        yield* k.tsleep(guard.value!, k.PSOCK, 'nfskqpw', 5)
      }
      threads--
      guard.value = null
      yield* k.rw_exit_write(lock)
      yield* k.kthread_exit(0)
    }
    const add = (watch: string) =>
      k.syscall('kevent', function* () {
        yield* k.rw_enter_write(lock)
        let error = 0
        if (guard.value === null) error = yield* k.kthread_create(poll, null, guard, 'nfskqpoll')
        // Memory for the watch may be long in coming, and the lock is held.
        yield* pause(k, 1)
        if (error === 0) watches.add(watch)
        yield* k.rw_exit_write(lock)
        return error
      })
    const remove = (watch: string) =>
      k.syscall('kevent', function* () {
        yield* k.rw_enter_write(lock)
        watches.delete(watch)
        yield* k.rw_exit_write(lock)
      })
    return { lock, watches, guard, log, add, remove }
  }

  it.each(everywhere(schedules))(
    'is made under the lock, and waits for it first: OpenBSD $release, $schedule',
    (run) => {
      const k = run.createKernel(run.options())
      const { add, guard, watches, log } = poller(k)
      const seen: unknown[] = []
      const outcome = k.boot(function* (): Steps {
        k.process({ name: 'tail' }, function* () {
          seen.push(yield* add('log'))
        })
        while (guard.value === null) yield* pause(k, 1)
        return null
      })
      valueOf(outcome)
      const after = k.run(function* (): Steps {
        yield* pause(k, 5)
        return [guard.value!.p_comm, guard.value!.p_wmesg, guard.value!.p_priority, watches.size]
      })
      expect(valueOf(after)).toEqual(['nfskqpoll', 'nfskqpw', 24, 1])
      expect([seen, log]).toEqual([[0], []])
    },
  )

  it.each(releases)('while its creator holds the lock it sleeps at a writer’s priority: OpenBSD $release', (run) => {
    const k = run.createKernel()
    const { lock, guard } = poller(k)
    const outcome = k.boot(function* (): Steps {
      yield* k.rw_enter_write(lock)
      function* first(): Steps<void> {
        yield* k.rw_enter_write(lock)
        yield* k.rw_exit_write(lock)
        yield* k.kthread_exit(0)
      }
      yield* k.kthread_create(first, null, guard, 'nfskqpoll')
      const before = guard.value!.p_stat
      yield* pause(k, 1)
      const seen = [before, guard.value!.p_wmesg, guard.value!.p_priority, k.locks()]
      yield* k.rw_exit_write(lock)
      return seen
    })
    const [before, wmesg, priority, locks] = valueOf(outcome) as [number, string, number, { name: string }[]]
    expect([before, wmesg, priority]).toEqual([k.SRUN, 'nfskqlk', 32])
    expect(locks.map(({ name }) => name)).toEqual(['nfskqlk'])
  })

  it.each(everywhere(allSchedules))(
    'there is never more than one, and one while there are watches: OpenBSD $release, $schedule',
    (run) => {
      const k = run.createKernel(run.options())
      const { add, remove, guard, watches, log } = poller(k)
      let running = 3
      const outcome = k.boot(function* (): Steps {
        for (const name of ['a', 'b', 'c']) {
          k.process({ name }, function* () {
            for (let turn = 0; turn < 6; turn++) {
              if ((yield* add(name)) !== 0) log.push('no poller')
              if (guard.value === null) log.push('a watch without a poller')
              yield* k.user(3_000_000 * (turn + 1))
              yield* remove(name)
              yield* k.user(20_000_000 * (turn % 3))
            }
            running--
          })
        }
        while (running > 0 || guard.value !== null) yield* pause(k, 1)
        yield* k.settle()
        return [watches.size, threadsNamed(k, 'nfskqpoll').length]
      })
      expect(valueOf(outcome)).toEqual([0, 0])
      expect(log).toEqual([])
    },
  )
})

describe('10 nfsio', () => {
  interface Pool {
    readonly args: unknown[]
    readonly idle: Proc[]
    /** How many take part, and how many may. */
    running: number
    max: number
    readonly errors: number[]
  }

  /** The pool of daemons, and what its sysctl does. */
  function nfsio(k: OpenbsdKernel) {
    const pool: Pool = { args: [], idle: [], running: 0, max: 20, errors: [] }
    const isNew = k.release === '5.1'
    function* daemon(arg: Proc | null): Steps<void> {
      pool.args.push(arg)
      if (pool.running >= pool.max) yield* k.kthread_exit(EBUSY)
      const self = k.curproc
      pool.running++
      pool.idle.push(self)
      const error = yield* k.tsleep(self, k.PWAIT | k.PCATCH, 'nfsidl', 0)
      pool.errors.push(error)
      pool.idle.splice(pool.idle.indexOf(self), 1)
      pool.running--
      yield* k.kthread_exit(isNew ? error : 0)
    }
    function* setThreads(wanted: number): Steps<void> {
      const p: Out<Proc> = k.ref()
      // The result is of no interest to it; and from 5.1 on argument and out-pointer are one variable.
      for (let n = pool.running; n < wanted; n++)
        yield* k.kthread_create(daemon, isNew ? p.value : null, isNew ? p : null, 'nfsio')
      const victims = pool.idle.slice(0, Math.max(0, pool.running - wanted))
      for (const victim of victims) yield* k.psignal(victim, k.SIGKILL)
    }
    return { pool, setThreads }
  }

  it.each(everywhere(schedules))('grows, and shrinks by SIGKILL: OpenBSD $release, $schedule', (run) => {
    const k = run.createKernel(run.options())
    const { pool, setThreads } = nfsio(k)
    const outcome = k.boot(function* (): Steps {
      yield* setThreads(3)
      yield* pause(k, 5)
      const daemons = [...pool.idle]
      const before = k.ps().filter((entry) => entry.comm === 'nfsio')
      yield* setThreads(1)
      yield* pause(k, 5)
      yield* k.settle()
      return [before.map(({ stat, wchan }) => `${stat} ${wchan}`), daemons]
    })
    const [before, daemons] = valueOf(outcome) as [string[], Proc[]]
    expect(before).toEqual(['SK nfsidl', 'SK nfsidl', 'SK nfsidl'])
    expect([pool.running, pool.errors, threadsNamed(k, 'nfsio')]).toEqual([1, [ERESTART, ERESTART], pool.idle])
    const killed = daemons.slice(0, 2)
    if (run.release === '4.2') {
      expect(k.console).toEqual([])
      expect(killed.map((p) => p.p_xstat)).toEqual([0, 0])
    } else {
      const line = (p: Proc) => `WARNING: thread \`nfsio' (${p.p_pid}) exits with status -1`
      expect([...k.console].sort()).toEqual(killed.map(line).sort())
      expect(killed.map((p) => p.p_xstat)).toEqual([0xff00, 0xff00])
    }
    expect(killed.every((p) => p.isFree)).toBe(true)
  })

  it.each(everywhere(schedules))('too many leave with EBUSY: OpenBSD $release, $schedule', (run) => {
    const k = run.createKernel(run.options())
    const { pool, setThreads } = nfsio(k)
    pool.max = 2
    const outcome = k.boot(function* (): Steps {
      yield* setThreads(3)
      const pids = threadsNamed(k, 'nfsio').map((p) => p.p_pid)
      yield* pause(k, 5)
      yield* k.settle()
      return pids.filter((pid) => k.pfind(pid) === null)
    })
    const gone = valueOf(outcome) as number[]
    expect([gone.length, pool.running]).toEqual([1, 2])
    expect(k.console).toEqual([`WARNING: thread \`nfsio' (${gone[0]}) exits with status 16`])
  })

  it.each(releases)('what the daemons are given, by reading: OpenBSD $release', ({ createKernel, release }) => {
    for (const reading of ['page', 'kernel'] as const) {
      const k = createKernel({ reading })
      const { pool, setThreads } = nfsio(k)
      const outcome = k.boot(function* (): Steps {
        yield* setThreads(3)
        yield* pause(k, 5)
        return null
      })
      valueOf(outcome)
      const [a, b, c] = pool.idle
      // OB-Q-06: the argument is what the variable held before. OB-D-04: of a null the kernel makes the thread itself.
      const own = (p: Proc | undefined) => (reading === 'page' ? null : p)
      const expected = release === '4.2' ? [own(a), own(b), own(c)] : [own(a), a, b]
      expect(pool.args.map((arg, n) => arg === expected[n])).toEqual([true, true, true])
    }
  })

  it.each(releases)(
    'OB-D-07: root’s kill reaches them too, and nobody else’s: OpenBSD $release',
    ({ createKernel }) => {
      const k = createKernel()
      const { pool, setThreads } = nfsio(k)
      const results: unknown[] = []
      const outcome = k.boot(function* (): Steps {
        yield* setThreads(2)
        yield* pause(k, 5)
        const [a] = pool.idle
        k.process({ name: 'user', uid: 1000 }, function* () {
          results.push([yield* k.kill(a!.p_pid, k.SIGKILL), k.errno, yield* k.kill(-1, k.SIGKILL), k.errno])
        })
        yield* pause(k, 5)
        results.push(pool.running)
        k.process({ name: 'root' }, function* () {
          results.push(yield* k.kill(-1, k.SIGKILL), k.errno, yield* k.kill(a!.p_pid, k.SIGKILL))
        })
        yield* pause(k, 5)
        return pool.running
      })
      expect(valueOf(outcome)).toBe(1)
      expect(results).toEqual([[-1, 1, -1, 3], 2, -1, 3, 0])
      expect(pool.errors).toEqual([ERESTART])
    },
  )
})
