import { describe, expect, it } from 'vitest'
import type { OpenbsdKernel } from '../../src/kernel.js'
import type { Proc, Steps } from '../../src/releases/5.1.js'
import * as ob51 from '../../src/releases/5.1.js'
import { MS, panicOf, pause, releases, spawn, valueOf } from './runs.js'

const [ECHILD, ENOMEM, EAGAIN] = [10, 12, 35]

function nprocs(k: OpenbsdKernel): number {
  return k.sysctl('kern.nprocs') as number
}

/** Leaves room for so many more in the table. */
function leaveRoom(k: OpenbsdKernel, more: number): void {
  k.sysctl('kern.maxproc', nprocs(k) + more)
}

/** Runs user code as a user, and returns what it returns. */
function asUser<T>(k: OpenbsdKernel, uid: number, prepare: () => void, body: () => Steps<T>): T {
  let value: T | null = null
  valueOf(
    k.boot(function* () {
      k.process({ name: 'prog', uid, nprocSoft: 5000 }, function* () {
        yield* k.nanosleep(15 * MS)
        value = yield* body()
        yield* k.nanosleep(1e12)
      })
      prepare()
      yield* pause(k, 20)
    }),
  )
  return value!
}

/** Forks children that stay, until it fails: how many there were, and why no more. */
function* forkUntilRefused(k: OpenbsdKernel): Steps<readonly [children: number, errno: number]> {
  for (let children = 0; ; children++) {
    const pid = yield* k.fork(function* () {
      yield* k.nanosleep(1e12)
    })
    if (pid === -1) return [children, k.errno]
  }
}

describe.each(releases)('the process table of OpenBSD $release', ({ createKernel }) => {
  it('the last five slots are root’s: others stop at maxproc − 5, root and kernel threads at maxproc', () => {
    for (const [uid, left] of [
      [1000, 5],
      [0, 0],
    ] as const) {
      const k = createKernel()
      const max = 30
      const seen = asUser(
        k,
        uid,
        () => k.sysctl('kern.maxproc', max),
        function* () {
          const [children, errno] = yield* forkUntilRefused(k)
          return [children, errno, nprocs(k)]
        },
      )
      // Boot has ten, then main and the process.
      expect(seen).toEqual([max - left - 12, EAGAIN, max - left])
      expect(k.msgbuf).toEqual(['<3>proc: table is full'])
    }
  })

  it('kernel threads go on where a user has to stop, whoever asks for them', () => {
    const k = createKernel()
    const seen = asUser(
      k,
      1000,
      () => k.sysctl('kern.maxproc', 20),
      function* () {
        const [, errno] = yield* forkUntilRefused(k)
        let threads = 0
        yield* k.syscall('ioctl', function* () {
          while ((yield* k.kthread_create(() => pause(k, 1e6), null, null, 't')) === 0) threads++
        })
        return [errno, threads, nprocs(k)]
      },
    )
    expect(seen).toEqual([EAGAIN, 5, 20])
  })

  it('the real user counts, not the effective one', () => {
    const k = createKernel()
    const seen: number[] = []
    valueOf(
      k.boot(function* () {
        const setuid = k.process({ name: 'setuid', uid: 1000 }, function* () {
          yield* k.nanosleep(15 * MS)
          seen.push(yield* k.fork(function* () {}), k.errno)
        })!
        setuid.credentials = { realUid: 1000, effectiveUid: 0 }
        leaveRoom(k, 5)
        yield* pause(k, 4)
        setuid.credentials = { realUid: 1000, effectiveUid: 1000 }
      }),
    )
    expect(seen).toEqual([-1, EAGAIN])
  })

  it('a user may own exactly the soft RLIMIT_NPROC; the next fails without a word, and root is exempt', () => {
    for (const [uid, owned] of [
      [1000, 7],
      [0, 20],
    ] as const) {
      const k = createKernel()
      let seen: readonly [number, number] | null = null
      const outcome = k.boot(function* () {
        const before = nprocs(k)
        k.process({ name: 'prog', uid, nprocSoft: 7 }, function* () {
          leaveRoom(k, 19)
          seen = yield* forkUntilRefused(k)
          yield* k.nanosleep(1e12)
        })
        yield* pause(k, 2)
        return nprocs(k) - before
      })
      expect(valueOf(outcome)).toBe(owned)
      expect(seen).toEqual([owned - 1, EAGAIN])
      expect(k.msgbuf).toHaveLength(uid === 0 ? 1 : 0)
    }
  })

  it('users are counted apart', () => {
    const k = createKernel()
    const seen: number[] = []
    valueOf(
      k.boot(function* () {
        for (const uid of [1, 2]) {
          k.process({ name: 'prog', uid, nprocSoft: 4 }, function* () {
            seen.push((yield* forkUntilRefused(k))[0])
            yield* k.nanosleep(1e12)
          })
        }
        yield* pause(k, 2)
      }),
    )
    expect(seen).toEqual([3, 3])
  })

  it('without a login class the limit is MAXUPRC, 80', () => {
    const k = createKernel()
    let seen: readonly [number, number] | null = null
    valueOf(
      k.boot(function* () {
        k.process({ name: 'prog', uid: 1000 }, function* () {
          seen = yield* forkUntilRefused(k)
          yield* k.nanosleep(1e12)
        })
        yield* pause(k, 2)
      }),
    )
    expect(seen).toEqual([k.MAXUPRC - 1, EAGAIN])
  })

  it('zombies count against both limits until they are waited for', () => {
    const k = createKernel()
    const log: unknown[] = []
    valueOf(
      k.boot(function* () {
        k.process({ name: 'prog', uid: 1000, nprocSoft: 3 }, function* () {
          const fork = () => k.fork(function* () {})
          const first = yield* fork()
          yield* fork()
          yield* k.nanosleep(50 * MS)
          log.push(k.ps().filter(({ stat }) => stat === 'Z').length, yield* fork(), k.errno)
          log.push((yield* k.wait4(first, null, 0)) === first, (yield* fork()) > 0, yield* fork())
        })
        yield* pause(k, 10)
      }),
    )
    expect(log).toEqual([2, -1, EAGAIN, true, true, -1])
  })

  it('ENOMEM without a kernel stack: all counts are as before, and nothing is said', () => {
    const k = createKernel()
    const log: unknown[] = []
    const outcome = k.boot(function* () {
      const state = () => [nprocs(k), k.ps().length, [...k.forkstat], k.uvmexp.forks]
      k.process({ name: 'prog', uid: 1000, nprocSoft: 2 }, function* () {
        yield* k.nanosleep(15 * MS)
        const before = state()
        k.inject({ at: 'uarea', when: 2 })
        log.push(yield* k.fork(function* () {}), k.errno)
        yield* k.syscall('ioctl', function* () {
          const newpp = k.ref<Proc>()
          log.push(yield* k.kthread_create(() => pause(k, 1), null, newpp, 't'), newpp.value)
        })
        log.push(JSON.stringify(state()) === JSON.stringify(before))
        // The user's count is as before: one more is allowed, and only one.
        log.push((yield* k.fork(function* () {})) > 0, yield* k.fork(function* () {}), k.errno)
      })
      yield* pause(k, 4)
    })
    expect(outcome.kind).toBe('done')
    expect(log).toEqual([-1, ENOMEM, ENOMEM, null, true, true, -1, EAGAIN])
    expect(k.msgbuf).toEqual([])
  })

  it('a full table is told before a user’s limit and before memory is looked for', () => {
    const k = createKernel()
    const log: unknown[] = []
    valueOf(
      k.boot(function* () {
        k.process({ name: 'prog', uid: 1000, nprocSoft: 1 }, function* () {
          k.inject({ at: 'uarea' })
          log.push(yield* k.fork(function* () {}), k.errno, k.msgbuf.length)
          leaveRoom(k, 0)
          log.push(yield* k.fork(function* () {}), k.errno, k.msgbuf.length)
          k.sysctl('kern.maxproc', 500)
          yield* k.setrlimit(k.RLIMIT_NPROC, { rlim_cur: 2, rlim_max: 2 })
          log.push(yield* k.fork(function* () {}), k.errno)
        })
        yield* pause(k, 2)
      }),
    )
    expect(log).toEqual([-1, EAGAIN, 0, -1, EAGAIN, 1, -1, ENOMEM])
  })
})

describe.each(releases)('the end of a kernel thread on OpenBSD $release', ({ release, createKernel }) => {
  it('its slot is free when the reaper has run, not before', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const before = nprocs(k)
      const newpp = yield* spawn(k, 't', function* () {
        yield* pause(k, 1)
        yield* k.wakeup('main')
      })
      const log = [nprocs(k) - before]
      yield* k.tsleep('main', k.PSWP, 'main', 0)
      // It is dead, and the reaper wants to run.
      log.push(nprocs(k) - before, newpp.p_stat, k.ps().filter(({ comm }) => comm === 't').length)
      yield* k.settle()
      log.push(nprocs(k) - before, k.ps().filter(({ comm }) => comm === 't').length)
      return log
    })
    expect(valueOf(outcome)).toEqual([1, 1, k.SDEAD, 1, 0, 0])
  })

  it('kernel stacks come back with the reaper', () => {
    const k = createKernel({ uareas: 13 })
    const outcome = k.boot(function* () {
      const errors: number[] = []
      for (let round = 0; round < 3; round++) {
        for (let n = 0; n < 3; n++) {
          errors.push(
            yield* k.kthread_create(
              function* () {
                yield* pause(k, 1)
                yield* k.kthread_exit(0)
              },
              null,
              null,
              't',
            ),
          )
        }
        yield* pause(k, 3)
        yield* k.settle()
      }
      return errors
    })
    // Boot has ten, main one: two are left each time.
    expect(valueOf(outcome)).toEqual([0, 0, ENOMEM, 0, 0, ENOMEM, 0, 0, ENOMEM])
  })

  it('goes from running to dead, never a zombie, to init as its parent', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const p = yield* spawn(k, 't', function* () {
        yield* pause(k, 1)
        yield* k.wakeup('main')
      })
      const before = p.p_p.ps_pptr === k.proc0.p_p
      yield* k.tsleep('main', k.PSWP, 'main', 0)
      const dead = [p.p_p.ps_pptr === k.initproc!.p_p, p.isFree, p.p_flag & k.P_WEXIT]
      yield* k.settle()
      return [before, ...dead, p.isFree, p.p_stat]
    })
    expect(valueOf(outcome)).toEqual([true, true, false, k.P_WEXIT, true, k.SDEAD])
  })

  it('init gets SIGCHLD for it in 4.2 only', () => {
    const k = createKernel()
    let signals = 0
    k.init(function* () {
      const handler = function* (): Steps<void> {
        signals++
      }
      yield* k.sigaction(k.SIGCHLD, { handler, flags: k.SA_RESTART, mask: 0 }, null)
    })
    const outcome = k.boot(function* () {
      yield* pause(k, 2)
      for (let n = 0; n < 3; n++) {
        yield* spawn(k, 't', () => pause(k, 1))
        yield* pause(k, 5)
      }
      return signals
    })
    expect(valueOf(outcome)).toBe(release === '4.2' ? 3 : 0)
  })

  it('a non-zero code is told; 8 bits of it are kept', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const ends: Proc[] = []
      for (const code of [0, 3, -1, 256, 511]) {
        const newpp = k.ref<Proc>()
        yield* k.kthread_create(
          function* () {
            yield* k.kthread_exit(code)
          },
          null,
          newpp,
          'code%d',
          code,
        )
        ends.push(newpp.value!)
      }
      yield* pause(k, 1)
      return ends.map(({ p_pid, p_xstat, p_comm }) => [p_pid, p_xstat, p_comm] as const)
    })
    const ends = valueOf(outcome)
    expect(ends.map(([, xstat]) => xstat)).toEqual([0, 3 << 8, 255 << 8, 0, 255 << 8])
    const line = (at: number, status: number) =>
      `WARNING: thread \`${ends[at]![2]}' (${ends[at]![0]}) exits with status ${status}`
    expect(k.console).toEqual([line(1, 3), line(2, -1), line(3, 256), line(4, 511)])
  })

  it('nothing comes after it', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const log: string[] = []
      yield* k.kthread_create(
        function* () {
          log.push('before')
          yield* k.kthread_exit(0)
          log.push('after')
        },
        null,
        null,
        't',
      )
      yield* pause(k, 2)
      return log
    })
    expect(valueOf(outcome)).toEqual(['before'])
  })

  it('the reaper gives back all that a thread had of process 0', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const vmspace = k.proc0.p_p.addressSpace
      const before = [vmspace.vm_refcnt, nprocs(k)]
      for (const name of ['a', 'b', 'c']) yield* spawn(k, name, () => pause(k, 1))
      const during = [vmspace.vm_refcnt, nprocs(k)]
      yield* pause(k, 3)
      yield* k.settle()
      const after = [vmspace.vm_refcnt, nprocs(k)]
      return [during.map((n, at) => n - before[at]!), after.map((n, at) => n - before[at]!)]
    })
    expect(valueOf(outcome)).toEqual([
      [3, 3],
      [0, 0],
    ])
  })
})

describe.each(releases)('user processes on OpenBSD $release', ({ release, createKernel }) => {
  it('wait4 gives number and status once, then there is nobody', () => {
    const k = createKernel()
    const log: unknown[] = []
    valueOf(
      k.boot(function* () {
        k.process({ name: 'prog' }, function* () {
          const status = k.ref<number>()
          const child = yield* k.fork(function* () {
            yield* k.nanosleep(20 * MS)
            return 5
          })
          log.push(yield* k.wait4(child, status, k.WNOHANG))
          log.push((yield* k.wait4(-1, status, 0)) === child, status.value)
          log.push(yield* k.wait4(-1, status, 0), k.errno)
          const killed = yield* k.fork(function* () {
            yield* k.nanosleep(1e12)
          })
          yield* k.kill(killed, k.SIGKILL)
          log.push((yield* k.wait4(killed, status, 0)) === killed, status.value)
        })
        yield* pause(k, 10)
      }),
    )
    expect(log).toEqual([0, true, 5 << 8, -1, ECHILD, true, k.SIGKILL])
  })

  it('a kernel thread is nobody’s to wait for', () => {
    const k = createKernel()
    const log: unknown[] = []
    k.init(function* () {
      // Process 1 is the parent of what ended, and has no child that counts.
      yield* k.nanosleep(50 * MS)
      log.push(yield* k.wait4(-1, null, k.WNOHANG), k.errno)
    })
    valueOf(
      k.boot(function* () {
        yield* spawn(k, 't', () => pause(k, 1))
        yield* pause(k, 10)
      }),
    )
    expect(log).toEqual([-1, ECHILD])
  })

  it('orphans go to init, which collects them', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const before = nprocs(k)
      let grandchild = 0
      let parent = -1
      k.process({ name: 'prog' }, function* () {
        yield* k.fork(function* () {
          grandchild = yield* k.fork(function* () {
            yield* k.nanosleep(50 * MS)
            parent = yield* k.getppid()
          })
        })
      })
      yield* pause(k, 4)
      const during = k.pfind(grandchild) !== null
      yield* pause(k, 6)
      yield* k.settle()
      return [during, parent, k.ps().filter(({ pid }) => pid === grandchild).length, nprocs(k) - before]
    })
    expect(valueOf(outcome)).toEqual([true, 1, 0, 0])
  })

  it('the parent’s SIGCHLD comes from the exiting process (4.2) or from the reaper (5.1)', () => {
    const k = createKernel({ trace: true })
    valueOf(
      k.boot(function* () {
        k.process({ name: 'prog' }, function* () {
          const handler = function* (): Steps<void> {
            k.mark('handler')
          }
          yield* k.sigaction(k.SIGCHLD, { handler, flags: 0, mask: 0 }, null)
          yield* k.fork(function* () {
            yield* k.nanosleep(20 * MS)
          })
          yield* k.nanosleep(1e12)
        })
        yield* pause(k, 10)
      }),
    )
    const events = [...k.trace!.events()]
    const exit = events.findIndex(({ kind, name }) => kind === 'exit' && name === 'prog')
    const wakes = events.slice(exit).filter(({ kind }) => kind === 'wake')
    // Who is woken first once the child is dead: its parent, or the reaper, which then wakes the parent.
    expect(wakes.slice(0, 2).map(({ name }) => name)).toEqual(
      release === '4.2' ? ['prog', 'reaper'] : ['reaper', 'prog'],
    )
    expect(events.some(({ kind, detail }) => kind === 'mark' && detail === 'handler')).toBe(true)
  })

  it('vfork keeps the parent until the child is gone', () => {
    const k = createKernel()
    const log: unknown[] = []
    valueOf(
      k.boot(function* () {
        const startNs = k.now
        let childNs = 0
        const { ps_mainproc: p } = k.process({ name: 'prog' }, function* () {
          yield* k.vfork(function* () {
            yield* k.nanosleep(30 * MS)
            log.push(['child', (k.now - startNs) / MS >= 30])
            childNs = k.now
          })
          log.push(['parent', k.now - childNs])
        })!
        yield* pause(k, 1)
        log.push([p!.p_wmesg, p!.p_priority])
        yield* pause(k, 5)
      }),
    )
    expect(log).toEqual([
      ['ppwait', k.PWAIT],
      ['child', true],
      ['parent', 0],
    ])
  })

  it('setuid moves the process to the count of the new user', () => {
    const k = createKernel()
    const log: unknown[] = []
    valueOf(
      k.boot(function* () {
        k.process({ name: 'victim', uid: 50, nprocSoft: 3 }, function* () {
          yield* k.nanosleep(30 * MS)
          log.push((yield* forkUntilRefused(k))[0])
        })
        k.process({ name: 'su' }, function* () {
          log.push(yield* k.setuid(50), yield* k.getuid(), yield* k.setuid(0), k.errno)
          yield* k.nanosleep(1e12)
        })
        yield* pause(k, 8)
      }),
    )
    // It owns two of three then, so that one child is all there can be.
    expect(log).toEqual([0, 50, -1, 1, 1])
  })

  it('init must not die', () => {
    const k = createKernel()
    k.init(function* () {
      yield* k._exit(3)
    })
    expect(panicOf(k.boot(() => pause(k, 5)))).toEqual(['init died (signal 0, exit 3)', null])
  })
})

describe('threads in the process table of OpenBSD 5.1', () => {
  const params = { tf_tcb: null, tf_tid: null, tf_flags: 0 }

  it('each takes a slot and counts for its user; both are back when it was reaped', () => {
    const k = ob51.createKernel()
    const log: unknown[] = []
    valueOf(
      k.boot(function* () {
        k.sysctl('kern.rthreads', 1)
        k.process({ name: 'prog', uid: 1000, nprocSoft: 4 }, function* () {
          const before = nprocs(k)
          const { end } = yield* k.mmap(65_536)
          const create = (ns: number) =>
            k.__tfork_thread(
              params,
              end,
              function* () {
                yield* k.nanosleep(ns)
              },
              null,
            )
          for (let n = 0; n < 3; n++) log.push((yield* create(20 * MS)) > 0)
          log.push(yield* create(20 * MS), k.errno, nprocs(k) - before)
          yield* k.nanosleep(100 * MS)
          log.push(nprocs(k) - before, (yield* create(0)) > 0)
        })
        yield* pause(k, 20)
      }),
    )
    expect(log).toEqual([true, true, true, -1, EAGAIN, 3, 0, true])
  })

  it('kern.nprocs counts them, and their exit tells the parent nothing', () => {
    const k = ob51.createKernel()
    let signals = 0
    const outcome = k.boot(function* () {
      k.sysctl('kern.rthreads', 1)
      const before = nprocs(k)
      k.process({ name: 'prog' }, function* () {
        const handler = function* (): Steps<void> {
          signals++
        }
        yield* k.sigaction(k.SIGCHLD, { handler, flags: 0, mask: 0 }, null)
        yield* k.fork(function* () {
          const { end } = yield* k.mmap(65_536)
          yield* k.__tfork_thread(params, end, function* () {}, null)
          yield* k.nanosleep(50 * MS)
        })
        yield* k.nanosleep(80 * MS)
        yield* k.nanosleep(1e12)
      })
      yield* pause(k, 3)
      const during = [nprocs(k) - before, signals]
      yield* pause(k, 10)
      return [...during, signals]
    })
    // The process, and its child without the thread, which has ended and was reaped.
    expect(valueOf(outcome)).toEqual([2, 0, 1])
  })
})
