import { describe, expect, it } from 'vitest'
import type { Proc, Steps } from '../../src/releases/5.1.js'
import { answer, handler, MS, pause, releases, report, spawn, valueOf } from './runs.js'

// kill(2) from user code: whom it reaches, and what those do.

const EPERM = 1
const ESRCH = 3
const ECHILD = 10
const EINVAL = 22
const ERESTART = -1

describe.each(releases)('kill on OpenBSD $release', ({ createKernel }) => {
  it('reaches a kernel thread by its process id alone, never as one of many', () => {
    const k = createKernel()
    const got: unknown[] = []
    let target: Proc
    k.attach(function* () {
      yield* k.kthread_create_deferred(function* () {
        target = yield* spawn(k, 'target', function* () {
          got.push(yield* k.tsleep('channel', k.PWAIT | k.PCATCH, 'wait', 0))
        })
      }, null)
    })
    const log = report(k, function* (log) {
      for (const pid of [-1, -12_345]) log.push(yield* answer(k, k.kill(pid, k.SIGTERM)))
      log.push(yield* answer(k, k.kill(target.p_pid, 0)), target.p_siglist, [...got])
      log.push(yield* answer(k, k.kill(target.p_pid, k.SIGTERM)), [...got])
    })
    // It runs before its sender is back in user mode, and its sleep was at a better priority.
    expect(log).toEqual([`errno ${ESRCH}`, `errno ${ESRCH}`, '0', 0, [], '0', [ERESTART]])
  })

  it('by a group: members but no kernel thread', () => {
    const k = createKernel()
    const log: unknown[] = []
    // init is in group 0 still, with every kernel thread, and so is what it forks.
    k.init(function* () {
      log.push(yield* k.getpgrp(), yield* answer(k, k.kill(0, k.SIGTERM)))
      const child = yield* k.fork(function* () {
        yield* k.nanosleep(1e9)
      })
      log.push(yield* answer(k, k.kill(0, k.SIGTERM)))
      const status = k.ref<number>()
      log.push((yield* k.wait4(child, status, 0)) === child, status.value)
    })
    const outcome = k.boot(function* () {
      yield* pause(k, 50)
      return k.allproc.filter((p) => p.isSystem && p.p_siglist !== 0).length
    })
    expect(valueOf(outcome)).toBe(0)
    // Init itself does not count, nor does it get the signal.
    expect(log).toEqual([0, `errno ${ESRCH}`, '0', true, 15])
  })

  it('to all: neither the sender, nor init, nor kernel threads', () => {
    const k = createKernel()
    const log = report(k, function* (log) {
      log.push(yield* answer(k, k.kill(-1, k.SIGTERM)))
      const children: number[] = []
      for (let n = 0; n < 2; n++)
        children.push(
          yield* k.fork(function* () {
            yield* k.setsid()
            yield* k.nanosleep(1e9)
          }),
        )
      yield* k.nanosleep(20 * MS)
      log.push(yield* answer(k, k.kill(-1, k.SIGTERM)))
      const status = k.ref<number>()
      for (const child of children) log.push((yield* k.wait4(child, status, 0)) === child, status.value)
      log.push(k.initproc!.p_siglist, k.allproc.filter((p) => p.p_siglist !== 0).length)
    })
    expect(log).toEqual([`errno ${ESRCH}`, '0', true, 15, true, 15, 0, 0])
  })

  it('needs root or the same user; SIGCONT the same session', () => {
    const k = createKernel()
    const log: unknown[] = []
    const outcome = k.boot(function* (): Steps {
      const [root, mine, other] = [0, 1000, 1001].map((uid) =>
        k.process({ name: 'sleeper', uid }, function* () {
          for (;;) yield* k.nanosleep(1e9)
        }),
      )
      const kthread = k.allproc.find((p) => p.p_comm === 'pfpurge')!
      yield* pause(k, 1)
      k.process({ name: 'prog', uid: 1000 }, function* () {
        for (const pid of [root!.pid, mine!.pid, other!.pid, 1, kthread.p_pid, 31_999])
          log.push(yield* answer(k, k.kill(pid, 0)))
        log.push(yield* answer(k, k.kill(root!.pid, k.SIGCONT)))
        log.push(yield* answer(k, k.kill(-1, 0)))
      })
      yield* pause(k, 10)
      k.process({ name: 'su', uid: 0 }, function* () {
        const main = yield* k.getpid()
        yield* k.fork(function* () {
          yield* k.setuid(1000)
          log.push(yield* answer(k, k.kill(main, k.SIGTERM)), yield* answer(k, k.kill(main, k.SIGCONT)))
        })
        yield* k.nanosleep(1e8)
      })
      yield* pause(k, 20)
      return null
    })
    valueOf(outcome)
    expect(log).toEqual([
      `errno ${EPERM}`,
      '0',
      `errno ${EPERM}`,
      `errno ${EPERM}`,
      `errno ${EPERM}`,
      `errno ${ESRCH}`,
      `errno ${EPERM}`,
      '0',
      `errno ${EPERM}`,
      '0',
    ])
  })

  it('refuses what is no signal', () => {
    const k = createKernel()
    const log = report(k, function* (log) {
      const self = yield* k.getpid()
      for (const signo of [-1, 33, 0, 32]) log.push(yield* answer(k, k.kill(self, signo)))
    })
    expect(log).toEqual([`errno ${EINVAL}`, `errno ${EINVAL}`, '0', '0'])
  })

  it.each([
    ['SIGTERM', 15],
    ['SIGKILL', 9],
    ['SIGUSR1', 30],
    ['SIGSEGV', 11],
    ['SIGABRT', 6],
  ] as const)('%s ends a process by default, and the wait status says so', (name, status) => {
    const k = createKernel()
    const log = report(k, function* (log) {
      const child = yield* k.fork(function* () {
        yield* k.user(1e9)
        log.push('survived')
      })
      yield* k.nanosleep(20 * MS)
      yield* k.kill(child, k[name])
      const statusp = k.ref<number>()
      log.push((yield* k.wait4(-1, statusp, 0)) === child, statusp.value)
      log.push(yield* answer(k, k.wait4(-1, null, 0)))
    })
    expect(log).toEqual([true, status, `errno ${ECHILD}`])
  })

  it('a wait status is the exit code, of which 8 bits are left, above the signal', () => {
    const k = createKernel()
    const log = report(k, function* (log) {
      for (const code of [0, 3, 255, 256 + 7, -1]) {
        const child = yield* k.fork(function* () {
          yield* k._exit(code)
        })
        const statusp = k.ref<number>()
        yield* k.wait4(child, statusp, 0)
        log.push(statusp.value)
      }
    })
    expect(log).toEqual([0, 0x300, 0xff00, 0x700, 0xff00])
  })

  it.each(['SIGCHLD', 'SIGURG', 'SIGWINCH', 'SIGINFO', 'SIGIO', 'SIGCONT'] as const)(
    '%s does nothing to a process by default',
    (name) => {
      const k = createKernel()
      const log = report(k, function* (log) {
        const child = yield* k.fork(function* () {
          const startNs = k.now
          yield* k.nanosleep(50 * MS)
          log.push(k.now - startNs >= 50 * MS)
        })
        yield* k.nanosleep(20 * MS)
        yield* k.kill(child, k[name])
        const statusp = k.ref<number>()
        yield* k.wait4(child, statusp, 0)
        log.push(statusp.value)
      })
      expect(log).toEqual([true, 0])
    },
  )

  it.each(['SIGTSTP', 'SIGTTIN', 'SIGTTOU'] as const)(
    '%s does not stop it either: no group has job control here; a handler gets it',
    (name) => {
      const k = createKernel()
      const log = report(k, function* (log) {
        const self = yield* k.getpid()
        yield* k.kill(self, k[name])
        log.push('goes on')
        yield* k.sigaction(k[name], { handler: handler(log), flags: 0, mask: 0 }, null)
        yield* k.kill(self, k[name])
      })
      expect(log).toEqual(['goes on', `caught ${k[name]}`])
    },
  )
})
