import { describe, expect, it } from 'vitest'
import * as ob51 from '../../src/releases/5.1.js'
import type { SignalHandler, Steps } from '../../src/releases/5.1.js'
import { answer, everywhere, handler, MS, pause, releases, report, schedules, spawn, valueOf } from './runs.js'

// What user processes and their threads do with signals: stop, go on, run handlers.

const ESRCH = 3
const EINTR = 4
const EINVAL = 22
const ERESTART = -1

describe.each(releases)('stopping processes on OpenBSD $release', ({ release, createKernel }) => {
  it.each(everywhere(schedules).filter((run) => run.release === release))(
    'SIGSTOP stops it wherever it is, SIGCONT lets it go on: $schedule',
    ({ options }) => {
      const k = createKernel(options())
      const progress = { user: 0, kernel: 0 }
      const outcome = k.boot(function* (): Steps {
        yield* pause(k, 1)
        const inUser = k.process({ name: 'user' }, function* () {
          for (;;) {
            yield* k.user(5 * MS)
            progress.user++
          }
        })!
        const inKernel = k.process({ name: 'kernel' }, function* () {
          for (;;) {
            yield* k.nanosleep(5 * MS)
            progress.kernel++
          }
        })!
        // A turn for each: the second waits for the end of the first one's quantum.
        yield* pause(k, 30)
        for (const { ps_mainproc } of [inUser, inKernel]) yield* k.psignal(ps_mainproc!, k.SIGSTOP)
        yield* pause(k, 5)
        const stopped = { ...progress }
        const states = [inUser, inKernel].map(({ ps_mainproc }) => ps_mainproc!.p_stat)
        yield* pause(k, 20)
        const still = { ...progress }
        for (const { ps_mainproc } of [inUser, inKernel]) yield* k.psignal(ps_mainproc!, k.SIGCONT)
        yield* pause(k, 20)
        const wentOn = progress.user > still.user && progress.kernel > still.kernel
        for (const { ps_mainproc } of [inUser, inKernel]) yield* k.psignal(ps_mainproc!, k.SIGKILL)
        yield* pause(k, 5)
        return [stopped.user > 0 && stopped.kernel > 0, states, still, stopped, wentOn, [inUser.xstat, inKernel.xstat]]
      })
      const [began, states, still, stopped, wentOn, xstats] = valueOf(outcome) as unknown[]
      expect([began, states, wentOn, xstats]).toEqual([true, [k.SSTOP, k.SSTOP], true, [9, 9]])
      expect(still).toEqual(stopped)
    },
  )

  it('SIGKILL ends a stopped process, SIGTERM only when it goes on', () => {
    const k = createKernel()
    const log = report(k, function* (log) {
      for (const signo of [k.SIGKILL, k.SIGTERM]) {
        const child = yield* k.fork(function* () {
          yield* k.nanosleep(1e9)
        })
        yield* k.nanosleep(20 * MS)
        yield* k.kill(child, k.SIGSTOP)
        yield* k.kill(child, signo)
        yield* k.nanosleep(20 * MS)
        const statusp = k.ref<number>()
        log.push((yield* k.wait4(child, statusp, k.WNOHANG)) === child, statusp.value)
        if (signo === k.SIGKILL) continue
        yield* k.kill(child, k.SIGCONT)
        log.push((yield* k.wait4(child, statusp, 0)) === child, statusp.value)
      }
    })
    expect(log).toEqual([true, 9, false, null, true, 15])
  })

  it('SIGCONT works where it is ignored', () => {
    const k = createKernel()
    const log = report(k, function* (log) {
      const child = yield* k.fork(function* () {
        yield* k.sigaction(k.SIGCONT, { handler: 'SIG_IGN', flags: 0, mask: 0 }, null)
        yield* k.nanosleep(100 * MS)
        log.push('done')
      })
      yield* k.nanosleep(20 * MS)
      yield* k.kill(child, k.SIGSTOP)
      yield* k.kill(child, k.SIGCONT)
      yield* k.wait4(child, null, 0)
    })
    expect(log).toEqual(['done'])
  })

  it('SIGCONT works where it is held back, without ending the sleep; its handler comes later', () => {
    const k = createKernel()
    const log = report(k, function* (log) {
      const child = yield* k.fork(function* () {
        yield* k.sigaction(k.SIGCONT, { handler: handler(log), flags: 0, mask: 0 }, null)
        yield* k.sigprocmask(k.SIG_BLOCK, 1 << (k.SIGCONT - 1))
        const startNs = k.now
        log.push(yield* k.nanosleep(100 * MS), k.now - startNs >= 100 * MS)
        yield* k.sigprocmask(k.SIG_SETMASK, 0)
        log.push('after')
      })
      yield* k.nanosleep(20 * MS)
      yield* k.kill(child, k.SIGSTOP)
      yield* k.nanosleep(20 * MS)
      yield* k.kill(child, k.SIGCONT)
      yield* k.wait4(child, null, 0)
    })
    expect(log).toEqual([0, true, `caught 19`, 'after'])
  })

  it('SIGSTOP and SIGKILL cannot be caught, ignored or held back', () => {
    const k = createKernel()
    const log = report(k, function* (log) {
      for (const signo of [k.SIGSTOP, k.SIGKILL]) {
        log.push(yield* k.sigaction(signo, { handler: 'SIG_IGN', flags: 0, mask: 0 }, null), k.errno)
        log.push(yield* k.sigaction(signo, null, k.ref()))
      }
      yield* k.sigprocmask(k.SIG_SETMASK, -1)
      const bits = (1 << (k.SIGSTOP - 1)) | (1 << (k.SIGKILL - 1))
      log.push((yield* k.sigprocmask(k.SIG_SETMASK, 0)) & bits)
    })
    expect(log).toEqual([-1, EINVAL, 0, -1, EINVAL, 0, 0])
  })

  it('SIGCHLD tells the parent of a stop and of an end', () => {
    const k = createKernel()
    const log = report(k, function* (log) {
      yield* k.sigaction(k.SIGCHLD, { handler: handler(log), flags: k.SA_RESTART, mask: 0 }, null)
      const child = yield* k.fork(function* () {
        yield* k.nanosleep(1e9)
      })
      yield* k.nanosleep(20 * MS)
      yield* k.kill(child, k.SIGSTOP)
      yield* k.nanosleep(20 * MS)
      log.push('stopped')
      yield* k.kill(child, k.SIGKILL)
      log.push((yield* k.wait4(child, null, 0)) === child)
    })
    expect(log).toEqual(['caught 20', 'stopped', 'caught 20', true])
  })

  it.each(everywhere(schedules).filter((run) => run.release === release))(
    'OB-Q-14: the end of a kernel thread is told to init in 4.2 only: $schedule',
    ({ options }) => {
      const k = createKernel(options())
      const log: unknown[] = []
      k.init(function* () {
        yield* k.sigaction(k.SIGCHLD, { handler: handler(log), flags: k.SA_RESTART, mask: 0 }, null)
      })
      const outcome = k.boot(function* () {
        yield* pause(k, 5)
        yield* spawn(k, 'thread', () => pause(k, 1))
        yield* pause(k, 5)
        log.push('then a process')
        k.process({ name: 'prog' }, function* () {
          yield* k.user(MS)
        })
        yield* pause(k, 10)
        // Before its own end, which is that of a kernel thread.
        return [...log]
      })
      const told = 'caught 20'
      expect(valueOf(outcome)).toEqual([...(release === '4.2' ? [told] : []), 'then a process', told])
    },
  )
})

describe.each(releases)('handlers on OpenBSD $release', ({ createKernel }) => {
  it.each([
    ['EINTR without SA_RESTART', 0, [`caught 30`, `errno ${EINTR}`]],
    ['made again with it', 2, ['caught 30', 'child']],
  ])('an interrupted system call is %s', (_name, flags, expected) => {
    const k = createKernel()
    const log = report(k, function* (log) {
      yield* k.sigaction(k.SIGUSR1, { handler: handler(log), flags, mask: 0 }, null)
      const self = yield* k.getpid()
      const child = yield* k.fork(function* () {
        yield* k.nanosleep(20 * MS)
        yield* k.kill(self, k.SIGUSR1)
        yield* k.nanosleep(50 * MS)
      })
      const pid = yield* k.wait4(-1, null, 0)
      log.push(pid === child ? 'child' : `errno ${k.errno}`)
    })
    expect(log).toEqual(expected)
  })

  it.each([
    ['SA_RESTART', 2, ERESTART],
    ['no flag', 0, EINTR],
  ])('in the kernel a handler with %s gives the sleep %d', (_name, flags, expected) => {
    const k = createKernel()
    const log = report(k, function* (log) {
      yield* k.sigaction(k.SIGUSR1, { handler: handler(log), flags, mask: 0 }, null)
      const self = yield* k.getpid()
      yield* k.fork(function* () {
        yield* k.nanosleep(20 * MS)
        yield* k.kill(self, k.SIGUSR1)
      })
      const error = yield* k.syscall('ioctl', function* () {
        const first = yield* k.tsleep('channel', k.PWAIT | k.PCATCH, 'wait', 0)
        // Until it is back in user mode the signal stays pending.
        return [first, yield* k.tsleep('channel', k.PWAIT | k.PCATCH, 'wait', 0)]
      })
      log.push(error)
    })
    expect(log).toEqual(['caught 30', [expected, expected]])
  })

  it('nanosleep is never made again', () => {
    const k = createKernel()
    const log = report(k, function* (log) {
      yield* k.sigaction(k.SIGUSR1, { handler: handler(log), flags: k.SA_RESTART, mask: 0 }, null)
      const self = yield* k.getpid()
      yield* k.fork(function* () {
        yield* k.nanosleep(20 * MS)
        yield* k.kill(self, k.SIGUSR1)
      })
      log.push(yield* k.nanosleep(1e9), k.errno, k.now < 1e9)
    })
    expect(log).toEqual(['caught 30', -1, EINTR, true])
  })

  it('a signal that is held back waits; its own signal is while its handler runs, with those of its mask', () => {
    const k = createKernel()
    const log = report(k, function* (log) {
      const self = yield* k.getpid()
      const usr2 = 1 << (k.SIGUSR2 - 1)
      const nested: SignalHandler = function* (signo) {
        log.push(`begins ${signo}`)
        yield* k.kill(self, k.SIGUSR1)
        yield* k.kill(self, k.SIGUSR2)
        log.push(`ends ${signo}`)
        if (log.length > 3) yield* k.sigaction(k.SIGUSR1, { handler: handler(log), flags: 0, mask: 0 }, null)
      }
      yield* k.sigaction(k.SIGUSR1, { handler: nested, flags: 0, mask: usr2 }, null)
      yield* k.sigaction(k.SIGUSR2, { handler: handler(log), flags: 0, mask: 0 }, null)
      yield* k.sigprocmask(k.SIG_BLOCK, 1 << (k.SIGUSR1 - 1))
      yield* k.kill(self, k.SIGUSR1)
      log.push('held back')
      yield* k.sigprocmask(k.SIG_UNBLOCK, 1 << (k.SIGUSR1 - 1))
      log.push('after', yield* k.sigprocmask(k.SIG_BLOCK, 0))
    })
    expect(log).toEqual([
      'held back',
      'begins 30',
      'ends 30',
      'begins 30',
      'ends 30',
      // Both are delivered before either handler has begun: the one delivered last is on top.
      'caught 31',
      'caught 30',
      'after',
      0,
    ])
  })

  it('what is ignored vanishes, also what was pending when it came to be ignored', () => {
    const k = createKernel()
    const log = report(k, function* (log) {
      const self = yield* k.getpid()
      const bit = 1 << (k.SIGUSR1 - 1)
      yield* k.sigprocmask(k.SIG_BLOCK, bit)
      yield* k.kill(self, k.SIGUSR1)
      log.push(k.curproc.p_siglist === bit)
      yield* k.sigaction(k.SIGUSR1, { handler: 'SIG_IGN', flags: 0, mask: 0 }, null)
      log.push(k.curproc.p_siglist)
      yield* k.sigprocmask(k.SIG_UNBLOCK, bit)
      yield* k.kill(self, k.SIGUSR1)
      log.push('alive')
    })
    expect(log).toEqual([true, 0, 'alive'])
  })

  it('a handler cuts into time in user mode, which goes on afterwards', () => {
    const k = createKernel({ ncpu: 2 })
    const log = report(k, function* (log) {
      const startNs = k.now
      yield* k.sigaction(
        k.SIGUSR1,
        {
          *handler() {
            log.push(`at ${Math.round((k.now - startNs) / MS)} ms`)
            yield* k.user(10 * MS)
          },
          flags: 0,
          mask: 0,
        },
        null,
      )
      const self = yield* k.getpid()
      yield* k.fork(function* () {
        yield* k.user(7 * MS)
        yield* k.kill(self, k.SIGUSR1)
      })
      yield* k.user(20 * MS)
      log.push(`${Math.round((k.now - startNs) / MS)} ms`)
    })
    expect(log).toEqual(['at 7 ms', '30 ms'])
  })
})

describe('signals to threads of processes on OpenBSD 5.1', () => {
  /** A process of main and two threads that log what they catch; `body` is main's code. */
  function threads(body: (k: ob51.Kernel, tids: readonly number[], log: unknown[]) => Steps, options = {}): unknown[] {
    const k = ob51.createKernel(options)
    k.sysctl('kern.rthreads', 1)
    return report(k, function* (log) {
      const tids: number[] = []
      for (let n = 0; n < 2; n++) {
        const stack = yield* k.mmap(65_536)
        const params = { tf_tcb: null, tf_tid: null, tf_flags: 0 }
        function* start(): Steps<void> {
          for (;;) yield* k.nanosleep(30 * MS)
        }
        tids.push(yield* k.__tfork_thread(params, stack.end, start, null))
      }
      yield* k.sigaction(
        k.SIGUSR1,
        {
          *handler() {
            log.push(
              `caught by ${(yield* k.getthrid()) - 1_000_000 - k.curproc.process.pid === 0 ? 'main' : 'a thread'}`,
            )
            if (tids.includes(k.curproc.p_pid + 1_000_000)) log.push(tids.indexOf(k.curproc.p_pid + 1_000_000))
          },
          flags: k.SA_RESTART,
          mask: 0,
        },
        null,
      )
      yield* k.nanosleep(10 * MS)
      yield* body(k, tids, log)
      yield* k._exit(0)
    })
  }

  it('a thread’s number reaches that thread, from inside its process only; the bare number nobody', () => {
    const log = threads(function* (k, tids, log) {
      log.push(yield* answer(k, k.kill(tids[1]!, k.SIGUSR1)))
      yield* k.nanosleep(50 * MS)
      log.push(yield* answer(k, k.kill(tids[1]! - 1_000_000, k.SIGUSR1)), yield* answer(k, k.kill(1_031_999, 0)))
      yield* k.fork(function* () {
        log.push(
          yield* answer(k, k.kill(tids[1]!, k.SIGUSR1)),
          yield* answer(k, k.kill((yield* k.getppid()) + 1_000_000, k.SIGUSR1)),
        )
      })
      yield* k.nanosleep(50 * MS)
    })
    expect(log).toEqual([
      // It slept at a better priority than user code has, so it comes before its sender is back.
      'caught by a thread',
      1,
      '0',
      `errno ${ESRCH}`,
      `errno ${ESRCH}`,
      `errno ${ESRCH}`,
      `errno ${ESRCH}`,
    ])
  })

  it('one for the process goes to a thread that does not hold it back, else waits at main', () => {
    const log = threads(function* (k, _tids, log) {
      const bit = 1 << (k.SIGUSR1 - 1)
      const self = yield* k.getpid()
      yield* k.sigprocmask(k.SIG_BLOCK, bit)
      yield* k.kill(self, k.SIGUSR1)
      yield* k.nanosleep(50 * MS)
      log.push(k.curproc.p_siglist)
      for (const p of k.curproc.process.ps_threads) p.p_sigmask |= bit
      yield* k.kill(self, k.SIGUSR1)
      yield* k.nanosleep(50 * MS)
      log.push(k.curproc.p_siglist === bit)
      yield* k.sigprocmask(k.SIG_UNBLOCK, bit)
    })
    expect(log.map((entry) => (typeof entry === 'number' && entry > 0 ? 0 : entry))).toEqual([
      'caught by a thread',
      0,
      0,
      true,
      'caught by main',
    ])
  })

  it.each([1, 2])('SIGSTOP stops all threads and SIGCONT lets all go on: %d CPUs', (ncpu) => {
    const k = ob51.createKernel({ ncpu })
    k.sysctl('kern.rthreads', 1)
    const progress = [0, 0, 0]
    const outcome = k.boot(function* (): Steps {
      const process = k.process({ name: 'prog' }, function* () {
        for (const n of [1, 2]) {
          const stack = yield* k.mmap(65_536)
          function* start(): Steps<void> {
            for (;;) {
              if (n === 1) yield* k.user(5 * MS)
              else yield* k.nanosleep(5 * MS)
              progress[n]!++
            }
          }
          yield* k.__tfork_thread({ tf_tcb: null, tf_tid: null, tf_flags: 0 }, stack.end, start, null)
        }
        for (;;) {
          yield* k.nanosleep(5 * MS)
          progress[0]!++
        }
      })!
      yield* pause(k, 20)
      const killer = (signo: number) =>
        k.process({ name: 'kill' }, function* () {
          yield* k.kill(process.pid, signo)
        })
      killer(k.SIGSTOP)
      yield* pause(k, 30)
      const stopped = [...progress]
      const states = process.ps_threads.map((p) => p.p_stat)
      yield* pause(k, 30)
      const still = [...progress]
      killer(k.SIGCONT)
      yield* pause(k, 40)
      const wentOn = progress.map((count, n) => count > still[n]!)
      killer(k.SIGSTOP)
      yield* pause(k, 30)
      killer(k.SIGKILL)
      yield* pause(k, 30)
      yield* k.settle()
      return [
        stopped.every((count) => count > 0),
        states,
        still.join() === stopped.join(),
        wentOn,
        k.pfind(process.pid),
      ]
    })
    expect(valueOf(outcome)).toEqual([true, [k.SSTOP, k.SSTOP, k.SSTOP], true, [true, true, true], null])
  })

  it('a signal that ends one thread by default ends the process, with that status', () => {
    const k = ob51.createKernel()
    k.sysctl('kern.rthreads', 1)
    const log = report(k, function* (log) {
      const child = yield* k.fork(function* () {
        const stack = yield* k.mmap(65_536)
        function* start(): Steps<void> {
          for (;;) yield* k.nanosleep(30 * MS)
        }
        const tid = yield* k.__tfork_thread({ tf_tcb: null, tf_tid: null, tf_flags: 0 }, stack.end, start, null)
        yield* k.kill(tid, k.SIGTERM)
        for (;;) yield* k.nanosleep(30 * MS)
      })
      const statusp = k.ref<number>()
      log.push((yield* k.wait4(child, statusp, 0)) === child, statusp.value)
    })
    expect(log).toEqual([true, 15])
  })
})
