import { describe, expect, it } from 'vitest'
import { spawn as spawnThread, live } from '../src/contract/checks/tfork/story.js'
import { EINVAL } from '../src/errno.js'
import * as ob51 from '../src/releases/5.1.js'
import type { Steps } from '../src/releases/5.1.js'
import { MS, pause, releases, report, spawn, valueOf } from './services/runs.js'

// Where two parts of the kernel meet, and what each release makes of it.

describe.each(releases)('who gives way on the way to user mode, OpenBSD $release', ({ createKernel }) => {
  const orderOf = (sleepAt: number, wakerSleepsAt: number | null) => {
    const k = createKernel()
    const log: string[] = []
    valueOf(
      k.boot(function* () {
        yield* spawn(k, 'sleeper', function* () {
          yield* k.tsleep('y', sleepAt, 'y', 0)
          log.push('sleeper')
        })
        yield* pause(k, 1)
        k.process({ name: 'prog' }, function* () {
          yield* k.syscall('ioctl', function* () {
            if (wakerSleepsAt !== null) yield* k.tsleep('x', wakerSleepsAt, 'x', 1)
            yield* k.wakeup('y')
            log.push('kernel')
          })
          log.push('user')
        })
        yield* pause(k, 9)
      }),
    )
    return log.join(' ')
  }

  it('a wakeup asks for the CPU whatever the waker slept at before', () => {
    expect(orderOf(32, null)).toBe('kernel sleeper user')
    expect(orderOf(32, 24)).toBe('kernel sleeper user')
  })

  it('and for whomever: one that is not more urgent than user mode gets its turn too', () => {
    expect(orderOf(50, null)).toBe('kernel sleeper user')
  })

  it('a time-out asks for it by what the running thread has in user mode, not by what it slept at', () => {
    const k = createKernel()
    const log: string[] = []
    valueOf(
      k.boot(function* () {
        yield* spawn(k, 'sleeper', function* () {
          yield* k.tsleep('y', k.PWAIT, 'y', 3)
          log.push('sleeper')
        })
        yield* pause(k, 1)
        k.process({ name: 'prog' }, function* () {
          yield* k.syscall('ioctl', function* () {
            yield* k.tsleep('x', k.PSOCK, 'x', 1)
            yield* k.work(15 * MS)
            log.push('kernel')
          })
          log.push('user')
        })
        yield* pause(k, 9)
      }),
    )
    expect(log).toEqual(['kernel', 'sleeper', 'user'])
  })
})

describe('where a woken thread goes, OpenBSD 5.1', () => {
  it('to a CPU that has nothing to do, rather than in the place of a user process on its own', () => {
    const k = ob51.createKernel({ ncpu: 2, trace: true })
    const endNs = valueOf(
      k.boot(function* () {
        // It ran on the first CPU, which then goes to user code.
        const sleeper = yield* spawn(k, 'sleeper', function* () {
          yield* k.tsleep('y', k.PWAIT, 'y', 3)
          yield* k.work(MS)
        })
        yield* pause(k, 1)
        k.process({ name: 'prog' }, function* () {
          yield* k.user(90 * MS)
        })
        yield* pause(k, 1)
        const { current } = sleeper.p_cpu
        if (current?.name !== 'prog') throw new Error(`prog is not where the sleeper was: ${String(current?.name)}`)
        yield* pause(k, 5)
        return k.now
      }),
    )
    const meanwhile = [...k.trace!.events()].filter(({ timeNs }) => timeNs < endNs)
    expect(meanwhile.some(({ kind, name }) => kind === 'exit' && name === 'sleeper')).toBe(true)
    expect(meanwhile.filter(({ kind }) => kind === 'preempt')).toEqual([])
  })
})

describe.each(releases)('forks of user processes, OpenBSD $release', ({ release, createKernel }) => {
  it('vfork copies the memory as fork does, and makes the parent wait', () => {
    const k = createKernel()
    const log = report(k, function* (log) {
      const before = k.uvmexp.forks_sharevm
      const own = k.curproc.p_vmspace
      yield* k.vfork(function* () {
        log.push(k.curproc.p_vmspace === own)
      })
      log.push(k.uvmexp.forks_sharevm - before)
    })
    expect(log).toEqual([false, 0])
  })

  it('wait4 waits for a group, and for the own one', () => {
    const k = createKernel()
    const log = report(k, function* (log) {
      const own = yield* k.fork(function* () {
        yield* k.nanosleep(50 * MS)
      })
      const other = yield* k.fork(function* () {
        yield* k.setsid()
      })
      yield* k.nanosleep(20 * MS)
      log.push((yield* k.wait4(0, null, k.WNOHANG)) === 0, (yield* k.wait4(-other, null, 0)) === other)
      log.push((yield* k.wait4(0, null, 0)) === own, yield* k.wait4(-other, null, 0), k.errno)
    })
    expect(log).toEqual([true, true, true, -1, k.ECHILD])
  })

  it('rfork refuses a clean and a copied descriptor table at once', () => {
    const k = createKernel()
    const log = report(k, function* (log) {
      log.push(yield* k.rfork(k.RFPROC | k.RFFDG | k.RFCFDG, function* () {}), k.errno)
    })
    expect(log).toEqual([-1, EINVAL])
  })

  it('the record of a child says fork, whichever call made it, vfork apart', () => {
    const k = createKernel()
    valueOf(
      k.boot(function* () {
        k.process({ name: 'prog', ktrace: 'inherit' }, function* () {
          yield* k.rfork(k.RFPROC | k.RFFDG, function* () {})
        })
        yield* pause(k, 5)
      }),
    )
    expect(k.kdump()).toContain('RET   fork 0\n')
  })

  it('a stop does not hold up the child of a vfork, in user mode either', () => {
    const k = createKernel()
    const log: unknown[] = []
    valueOf(
      k.boot(function* () {
        k.process({ name: 'prog' }, function* () {
          const pid = yield* k.vfork(function* () {
            yield* k.kill(yield* k.getpid(), k.SIGSTOP)
            log.push('child')
            return 3
          })
          const status = k.ref<number>()
          log.push((yield* k.wait4(pid, status, 0)) === pid, status.value)
        })
        yield* pause(k, 9)
      }),
    )
    expect(log).toEqual(['child', true, 3 << 8])
  })

  it('init does not stop in user mode', () => {
    const k = createKernel()
    const log: unknown[] = []
    k.init(function* () {
      log.push(yield* k.kill(1, k.SIGSTOP))
      yield* k.user(MS)
      log.push('went on')
    })
    valueOf(
      k.boot(function* () {
        yield* pause(k, 3)
      }),
    )
    expect([release, ...log]).toEqual([release, 0, 'went on'])
  })
})

describe('processes of several threads, OpenBSD 5.1', () => {
  it('a copy has the control block and the errno of the thread that forked', () => {
    const k = ob51.createKernel()
    const seen: unknown[] = []
    live(k, function* () {
      yield* spawnThread(
        k,
        function* () {
          yield* k.close(99)
          yield* k.fork(function* () {
            seen.push(k.errno, yield* k.__get_tcb())
          })
        },
        null,
        'own block',
      )
      yield* k.nanosleep(50 * MS)
    })
    expect(seen).toEqual([k.EBADF, 'own block'])
  })

  it('SIGKILL ends one that is stopped, whatever its threads were at', () => {
    const k = ob51.createKernel({ ncpu: 2 })
    const seen: unknown[] = []
    const before = { nprocs: 0, of50: 0 }
    valueOf(
      k.boot(function* () {
        k.sysctl('kern.rthreads', 1)
        yield* pause(k, 1)
        before.nprocs = k.sysctl('kern.nprocs') as number
        const process = k.process({ name: 'prog', uid: 50 }, function* () {
          yield* spawnThread(k, function* () {
            yield* k.nanosleep(900 * MS)
          })
          yield* spawnThread(k, function* () {
            yield* k.user(900 * MS)
          })
          yield* k.user(900 * MS)
        })!
        yield* pause(k, 3)
        for (const signo of [k.SIGSTOP, k.SIGKILL]) {
          k.process({ name: 'sh' }, function* () {
            yield* k.kill(process.ps_pid, signo)
          })
          // It waits for the end of a quantum.
          yield* pause(k, 20)
          seen.push(process.ps_threads.map(({ p_stat }) => p_stat))
        }
        yield* k.settle()
        seen.push(process.xstat, (k.sysctl('kern.nprocs') as number) - before.nprocs)
      }),
    )
    expect(seen).toEqual([[k.SSTOP, k.SSTOP, k.SSTOP], [], k.SIGKILL, 0])
  })

  it('after setuid its threads count for the new user until they are reaped', () => {
    const k = ob51.createKernel()
    const seen: unknown[] = []
    live(
      k,
      function* () {
        yield* spawnThread(k, function* () {
          yield* k.nanosleep(20 * MS)
        })
        yield* k.setuid(60)
        // Itself and the thread: the limit of two is reached, and free again when the thread is reaped.
        seen.push(yield* k.fork(function* () {}), k.errno)
        yield* k.nanosleep(50 * MS)
        seen.push((yield* k.fork(function* () {})) > 0)
      },
      { nprocSoft: 2 },
    )
    expect(seen).toEqual([-1, k.EAGAIN, true])
  })
})

describe('several threads that end a process at once, OpenBSD 5.1', () => {
  it('the exit code is that of the first', () => {
    const k = ob51.createKernel({ ncpu: 2 })
    const first: number[] = []
    const process = live(k, function* () {
      const exits = function* (code: number): Steps<void> {
        yield* k.syscall('ioctl', function* () {
          // Where no signal, and no end of the process, cuts in.
          yield* k.tsleep('gate', k.PWAIT, 'gate', 0)
          first.push(code)
          yield* k.kthread_exit(code)
        })
      }
      yield* spawnThread(k, () => exits(1))
      yield* spawnThread(k, () => exits(2))
      yield* k.nanosleep(30 * MS)
      yield* k.syscall('ioctl', function* () {
        yield* k.wakeup('gate')
      })
      yield* k.user(900 * MS)
    })
    expect(first).toEqual([1, 2])
    expect(process.xstat).toBe(1 << 8)
  })
})

describe.each(releases)('timeouts of OpenBSD $release', ({ createKernel }) => {
  it('one that is put off stays where it is until then, and comes after those that were armed meanwhile', () => {
    const k = createKernel()
    const log: string[] = []
    const noting = function* (name: string): Steps<ob51.Timeout> {
      const to = new ob51.Timeout()
      yield* k.timeout_set(
        to,
        function* () {
          log.push(`${name} ${k.ticks - start}`)
        },
        null,
      )
      return to
    }
    let start = 0
    valueOf(
      k.boot(function* () {
        yield* pause(k, 1)
        start = k.ticks
        const putOff = yield* noting('put off')
        const other = yield* noting('other')
        yield* k.timeout_add(putOff, 5)
        yield* k.timeout_add(putOff, 10)
        yield* pause(k, 2)
        yield* k.timeout_add(other, 8)
        yield* pause(k, 12)
        // It is pending all the time, and goes once; a third time, and one that is taken off.
        yield* k.timeout_add(putOff, 2)
        yield* k.timeout_add(putOff, 4)
        yield* pause(k, 3)
        log.push(String(yield* k.timeout_pending(putOff)))
        yield* k.timeout_add(putOff, 9)
        yield* k.timeout_del(putOff)
        log.push(String(yield* k.timeout_pending(putOff)))
        yield* pause(k, 12)
      }),
    )
    expect(log).toEqual(['other 10', 'put off 10', 'true', 'false'])
  })
})

describe.each(releases)('sleepers of OpenBSD $release', ({ release, createKernel }) => {
  it('wakeup_n of none wakes all in 4.2, and none in 5.1', () => {
    const k = createKernel()
    const log: string[] = []
    valueOf(
      k.boot(function* () {
        for (const name of ['a', 'b'])
          yield* spawn(k, name, function* () {
            yield* k.tsleep('y', k.PWAIT, 'y', 0)
            log.push(name)
          })
        yield* pause(k, 1)
        yield* k.wakeup_n('y', 0)
        yield* pause(k, 1)
      }),
    )
    expect(log).toEqual(release === '4.2' ? ['a', 'b'] : [])
  })
})

describe.each(releases)('a work queue that gets no thread, OpenBSD $release', ({ release, createKernel }) => {
  it('is there all the same, and the console says so', () => {
    const k = createKernel()
    const value = valueOf(
      k.boot(function* () {
        k.inject({ at: 'uarea' })
        const wq = yield* k.workq_create('own', 1)
        return wq !== null
      }),
    )
    expect(value).toBe(true)
    expect(k.console).toEqual([
      release === '4.2' ? 'unable to create "own" workq thread' : 'unable to create workq thread for "own"',
    ])
  })
})

describe.each(releases)('a work queue that was destroyed, OpenBSD $release', ({ release, createKernel }) => {
  it('while the machine was cold: 5.1 makes no thread for it, 4.2 looks at what is gone', () => {
    const k = createKernel()
    k.attach(function* () {
      const wq = (yield* k.workq_create('own', 3))!
      yield* k.workq_destroy(wq)
    })
    const outcome = k.boot()
    expect(outcome.kind === 'undefined' ? outcome.id : outcome.kind).toBe(release === '4.2' ? 'UB:OB-WORKQ' : 'done')
    expect(k.allproc.filter(({ p_comm }) => p_comm === 'own')).toEqual([])
  })

  it('takes no task', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const wq = (yield* k.workq_create('own', 1))!
      yield* k.workq_destroy(wq)
      yield* k.workq_add_task(wq, 0, () => pause(k, 1), null, null)
    })
    expect(outcome).toMatchObject({ kind: 'undefined', id: 'UB:OB-WORKQ' })
  })
})

describe.each(releases)('the big lock of OpenBSD $release', ({ createKernel }) => {
  it('process 0 has it from when the devices are configured', () => {
    const k = createKernel({ ncpu: 2 })
    const log: unknown[] = []
    k.attach(function* () {
      log.push(k.proc0.bigLocks)
      yield* k.kthread_create_deferred(function* () {
        log.push(k.proc0.bigLocks)
        yield* k.KERNEL_UNLOCK()
        yield* k.KERNEL_LOCK()
      }, null)
    })
    valueOf(k.boot())
    expect(log).toEqual([0, 1])
  })

  it('an interrupt waits for it: no wakeup comes between a look at a flag and the sleep', () => {
    const k = createKernel({ ncpu: 2 })
    const outcome = k.boot(function* () {
      const flag = { isBusy: true }
      yield* pause(k, 1)
      const [other] = k.cpus().filter(({ index }) => index !== k.curcpu().ci_index)
      const ci = k.allproc.map(({ p_cpu }) => p_cpu).find(({ ci_index }) => ci_index === other!.index)!
      k.interrupt(
        function* () {
          flag.isBusy = false
          yield* k.wakeup('busy')
        },
        { ci, afterNs: MS },
      )
      while (flag.isBusy) {
        // Any time between the look and the sleep.
        yield* k.work(5 * MS)
        if ((yield* k.tsleep('busy', k.PWAIT, 'busy', 50)) !== 0) return 'lost'
      }
      return 'woken'
    })
    expect(valueOf(outcome)).toBe('woken')
  })
})

describe.each(releases)('the words that a scenario sleeps on, OpenBSD $release', ({ createKernel }) => {
  it('are its own, even if a daemon has that name', () => {
    const k = createKernel()
    const names = k.boot(function* () {
      return k.ps().map(({ comm }) => comm)
    })
    const words = [...valueOf(names), 'start_init_exec']
    const woken = k.run(function* () {
      const log: string[] = []
      for (const word of words) {
        yield* spawn(k, 'sleeper', function* () {
          yield* k.tsleep(word, k.PWAIT, 'word', 0)
          log.push(word)
        })
        yield* pause(k, 1)
        yield* k.wakeup_one(word)
        yield* pause(k, 1)
      }
      return log
    })
    expect(valueOf(woken)).toEqual(words)
  })
})
