import { describe, expect, it } from 'vitest'
import type { OpenbsdKernel } from '../../src/kernel.js'
import type { Proc, Steps } from '../../src/releases/5.1.js'
import { everywhere, MS, pause, releases, schedules, spawn, valueOf } from './runs.js'

// What signals do to kernel threads: only what sleeps with PCATCH notices, and nothing ever takes the signal.

const EWOULDBLOCK = 35
const ERESTART = -1

/** A thread that sleeps so often, and what each sleep gave it. */
function* sleeper(k: OpenbsdKernel, log: unknown[], flags: number, timos: readonly number[]): Steps<Proc> {
  const p = yield* spawn(k, 'sleeper', function* () {
    for (const timo of timos) log.push(yield* k.tsleep('channel', k.PWAIT | flags, 'wait', timo))
  })
  yield* pause(k, 1)
  return p
}

describe.each(releases)('signals to kernel threads on OpenBSD $release', ({ release, createKernel }) => {
  it.each(everywhere(schedules).filter((run) => run.release === release))(
    'end a PCATCH sleep with ERESTART, and every later one before it begins: $schedule',
    ({ options }) => {
      const k = createKernel(options())
      const outcome = k.boot(function* (): Steps {
        const log: unknown[] = []
        const p = yield* sleeper(k, log, k.PCATCH, [0, 0, 50])
        const before = [...log]
        yield* k.psignal(p, k.SIGTERM)
        const pending = p.p_siglist
        const startNs = k.now
        yield* pause(k, 5)
        return [before, pending, log, p.isFree || p.p_stat === k.SDEAD, k.now - startNs]
      })
      expect(valueOf(outcome)).toEqual([[], 1 << 14, [ERESTART, ERESTART, ERESTART], true, 50 * MS])
    },
  )

  it('an uninterruptible sleep goes on, and the next PCATCH sleep finds the signal', () => {
    const k = createKernel()
    const outcome = k.boot(function* (): Steps {
      const log: unknown[] = []
      const p = yield* spawn(k, 'sleeper', function* () {
        log.push(yield* k.tsleep('channel', k.PWAIT, 'wait', 5))
        log.push(yield* k.tsleep('channel', k.PWAIT | k.PCATCH, 'wait', 5))
        log.push(yield* k.tsleep('channel', k.PWAIT, 'wait', 5))
      })
      yield* pause(k, 1)
      yield* k.psignal(p, k.SIGKILL)
      const asleep = p.p_stat
      yield* pause(k, 30)
      return [asleep, log]
    })
    expect(valueOf(outcome)).toEqual([k.SSLEEP, [EWOULDBLOCK, ERESTART, EWOULDBLOCK]])
  })

  it('a running thread does not notice until its next PCATCH sleep', () => {
    const k = createKernel()
    const outcome = k.boot(function* (): Steps {
      const log: unknown[] = []
      yield* spawn(k, 'runner', function* () {
        yield* k.psignal(k.curproc, k.SIGINT)
        yield* k.work(20 * MS)
        yield* k.yield()
        log.push('runs on', yield* k.tsleep('channel', k.PWAIT | k.PCATCH, 'wait', 0))
      })
      yield* pause(k, 5)
      return log
    })
    expect(valueOf(outcome)).toEqual(['runs on', ERESTART])
  })

  it('a stop of a runnable thread takes effect on its way to sleep, where SIGCONT leaves it', () => {
    const k = createKernel()
    const outcome = k.boot(function* (): Steps {
      const log: unknown[] = []
      const p = yield* spawn(k, 'runner', function* () {
        log.push('runs')
        log.push(yield* k.tsleep('channel', k.PWAIT | k.PCATCH, 'wait', 0))
        log.push(yield* k.tsleep('channel', k.PWAIT | k.PCATCH, 'wait', 0))
      })
      yield* k.psignal(p, k.SIGSTOP)
      const states = [p.p_stat]
      yield* pause(k, 1)
      states.push(p.p_stat)
      yield* k.psignal(p, k.SIGCONT)
      yield* pause(k, 1)
      states.push(p.p_stat)
      const before = [...log]
      yield* k.wakeup('channel')
      yield* pause(k, 1)
      return [states, before, log]
    })
    expect(valueOf(outcome)).toEqual([[k.SRUN, k.SSTOP, k.SSLEEP], ['runs'], ['runs', 0]])
  })

  it('a signal with a higher number behind that stop is found by the wakeup only', () => {
    const k = createKernel()
    const outcome = k.boot(function* (): Steps {
      const log: unknown[] = []
      const p = yield* spawn(k, 'runner', function* () {
        log.push(yield* k.tsleep('channel', k.PWAIT | k.PCATCH, 'wait', 0))
      })
      yield* k.psignal(p, k.SIGUSR1)
      yield* k.psignal(p, k.SIGSTOP)
      yield* pause(k, 1)
      yield* k.psignal(p, k.SIGCONT)
      yield* pause(k, 5)
      // It stopped on its channel, so SIGCONT makes a sleeper of it, and nobody looks at the other signal.
      const seen = [p.p_stat, [...log]]
      yield* k.wakeup('channel')
      yield* pause(k, 1)
      return [...seen, log]
    })
    expect(valueOf(outcome)).toEqual([k.SSLEEP, [], [ERESTART]])
  })

  it.each(['SIGCHLD', 'SIGURG', 'SIGWINCH', 'SIGINFO', 'SIGIO'] as const)('%s vanishes: ignored by default', (name) => {
    const k = createKernel()
    const outcome = k.boot(function* (): Steps {
      const log: unknown[] = []
      const p = yield* sleeper(k, log, k.PCATCH, [5])
      yield* k.psignal(p, k[name])
      const seen = [p.p_stat, p.p_siglist]
      yield* pause(k, 10)
      return [...seen, log]
    })
    expect(valueOf(outcome)).toEqual([k.SSLEEP, 0, [EWOULDBLOCK]])
  })

  it.each(['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGKILL', 'SIGTERM', 'SIGUSR1', 'SIGUSR2', 'SIGSEGV'] as const)(
    '%s never kills a kernel thread',
    (name) => {
      const k = createKernel()
      const outcome = k.boot(function* (): Steps {
        const log: unknown[] = []
        const p = yield* sleeper(k, log, k.PCATCH, [0])
        yield* k.psignal(p, k[name])
        yield* pause(k, 5)
        return [log, p.p_xstat]
      })
      // It ended by itself, with code 0.
      expect(valueOf(outcome)).toEqual([[ERESTART], 0])
    },
  )

  it('SIGCONT does not wake a sleeper, and leaves nothing', () => {
    const k = createKernel()
    const outcome = k.boot(function* (): Steps {
      const log: unknown[] = []
      const p = yield* sleeper(k, log, k.PCATCH, [5])
      yield* k.psignal(p, k.SIGCONT)
      return [p.p_stat, p.p_siglist]
    })
    expect(valueOf(outcome)).toEqual([k.SSLEEP, 0])
  })

  it('SIGSTOP stops a PCATCH sleeper on its channel until SIGCONT, and it sleeps on', () => {
    const k = createKernel()
    const outcome = k.boot(function* (): Steps {
      const log: unknown[] = []
      const p = yield* sleeper(k, log, k.PCATCH, [0])
      const states = [p.p_stat]
      yield* k.psignal(p, k.SIGSTOP)
      states.push(p.p_stat, p.p_siglist, p.p_xstat)
      const stat = k.ps().find((entry) => entry.pid === p.p_pid)!.stat
      yield* pause(k, 20)
      yield* k.psignal(p, k.SIGCONT)
      states.push(p.p_stat)
      yield* pause(k, 5)
      const before = [...log]
      yield* k.wakeup('channel')
      yield* pause(k, 1)
      return [states, stat, before, log]
    })
    expect(valueOf(outcome)).toEqual([[k.SSLEEP, k.SSTOP, 0, k.SIGSTOP, k.SSLEEP], 'TK', [], [0]])
  })

  it.each([
    ['a wakeup', 0, 'wakeup', 0],
    ['the time-out', 5, 'nothing', EWOULDBLOCK],
    ['a signal', 0, 'SIGTERM', ERESTART],
  ] as const)('what comes while it is stopped is there when it goes on: %s', (_name, timo, event, expected) => {
    const k = createKernel()
    const outcome = k.boot(function* (): Steps {
      const log: unknown[] = []
      const p = yield* sleeper(k, log, k.PCATCH, [timo])
      yield* k.psignal(p, k.SIGSTOP)
      if (event === 'wakeup') yield* k.wakeup('channel')
      if (event === 'SIGTERM') yield* k.psignal(p, k.SIGTERM)
      yield* pause(k, 10)
      const seen = [p.p_stat, p.p_wchan, [...log]]
      yield* k.psignal(p, k.SIGCONT)
      yield* pause(k, 1)
      return [...seen, log]
    })
    expect(valueOf(outcome)).toEqual([k.SSTOP, null, [], [expected]])
  })

  it('SIGKILL lets a stopped sleeper go, which then finds it', () => {
    const k = createKernel()
    const outcome = k.boot(function* (): Steps {
      const log: unknown[] = []
      const p = yield* sleeper(k, log, k.PCATCH, [0, 0])
      yield* k.psignal(p, k.SIGSTOP)
      yield* k.psignal(p, k.SIGKILL)
      const state = p.p_stat
      yield* pause(k, 1)
      return [state, log]
    })
    expect(valueOf(outcome)).toEqual([k.SRUN, [ERESTART, ERESTART]])
  })

  it('a stop discards a pending SIGCONT and the other way round; a second stop leaves nothing', () => {
    const k = createKernel()
    const outcome = k.boot(function* (): Steps {
      const log: unknown[] = []
      // Uninterruptible, so that signals stay pending.
      const p = yield* sleeper(k, log, 0, [0])
      yield* k.psignal(p, k.SIGSTOP)
      const seen = [p.p_siglist]
      yield* k.psignal(p, k.SIGCONT)
      seen.push(p.p_siglist)
      yield* k.psignal(p, k.SIGSTOP)
      seen.push(p.p_siglist)
      const q = yield* sleeper(k, log, k.PCATCH, [0])
      yield* k.psignal(q, k.SIGSTOP)
      yield* k.psignal(q, k.SIGSTOP)
      seen.push(q.p_siglist, q.p_stat)
      return seen
    })
    expect(valueOf(outcome)).toEqual([1 << 16, 1 << 18, 1 << 16, 0, k.SSTOP])
  })

  it.each(['SIGTSTP', 'SIGTTIN', 'SIGTTOU'] as const)('%s is discarded: group 0 has no job control', (name) => {
    const k = createKernel()
    const outcome = k.boot(function* (): Steps {
      const log: unknown[] = []
      const p = yield* sleeper(k, log, k.PCATCH, [5])
      yield* k.psignal(p, k[name])
      const seen = [p.p_stat, p.p_siglist]
      yield* pause(k, 10)
      return [...seen, log]
    })
    expect(valueOf(outcome)).toEqual([k.SSLEEP, 0, [EWOULDBLOCK]])
  })

  it('a signal beats the time-out, and the wakeup', () => {
    const k = createKernel()
    const outcome = k.boot(function* (): Steps {
      const log: unknown[] = []
      const timedOut = yield* sleeper(k, log, k.PCATCH, [2])
      // On the one CPU: the time-out comes meanwhile, and the sleeper has not run when the signal comes.
      yield* k.work(25 * MS)
      const states = [timedOut.p_stat]
      yield* k.psignal(timedOut, k.SIGTERM)
      yield* pause(k, 1)
      const woken = yield* sleeper(k, log, k.PCATCH, [0])
      yield* k.wakeup('channel')
      states.push(woken.p_stat)
      yield* k.psignal(woken, k.SIGTERM)
      yield* pause(k, 1)
      return [states, log]
    })
    expect(valueOf(outcome)).toEqual([
      [k.SRUN, k.SRUN],
      [ERESTART, ERESTART],
    ])
  })

  it('rw_enter with RW_INTR is such a sleep', () => {
    const k = createKernel()
    const outcome = k.boot(function* (): Steps {
      const lock = k.RWLOCK_INITIALIZER('lock')
      const log: unknown[] = []
      yield* k.rw_enter_write(lock)
      const procs: Proc[] = []
      for (const flags of [k.RW_INTR, 0]) {
        procs.push(
          yield* spawn(k, 'waiter', function* () {
            log.push(yield* k.rw_enter(lock, k.RW_WRITE | flags))
            if (lock.owner === k.curproc) yield* k.rw_exit_write(lock)
          }),
        )
      }
      yield* pause(k, 1)
      for (const p of procs) yield* k.psignal(p, k.SIGTERM)
      yield* pause(k, 1)
      const before = [...log]
      yield* k.rw_exit_write(lock)
      yield* pause(k, 1)
      return [before, log]
    })
    expect(valueOf(outcome)).toEqual([[ERESTART], [ERESTART, 0]])
  })

  it('a handle of what was freed is no target', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const p = yield* spawn(k, 'short', function* () {
        yield* pause(k, 1)
      })
      yield* pause(k, 3)
      yield* k.settle()
      yield* k.psignal(p, k.SIGTERM)
    })
    expect(outcome).toMatchObject({ kind: 'undefined', id: 'UB:OB-D-13' })
  })
})
