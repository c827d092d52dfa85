import { describe, expect, it } from 'vitest'
import type { OpenbsdKernel } from '../../src/kernel.js'
import type { Proc, Steps } from '../../src/releases/5.1.js'
import * as ob51 from '../../src/releases/5.1.js'
import { MS, panicOf, pause, releases, spawn, valueOf } from './runs.js'

const S = 1000 * MS

/** What runs at a time from now, as the view of the CPUs tells it. */
function at(k: OpenbsdKernel, afterNs: number, body: () => void): void {
  k.interrupt(
    function* () {
      body()
    },
    { afterNs },
  )
}

/** The switches on to the named threads: when, and to whom. */
function switches(k: OpenbsdKernel, names: readonly string[], fromNs = 0): string[] {
  return [...k.trace!.events()]
    .filter((event) => event.kind === 'switch' && event.timeNs >= fromNs && names.includes(event.name))
    .map((event) => `${event.timeNs / MS} ${event.name}`)
}

describe.each(releases)('run queues of OpenBSD $release', ({ createKernel }) => {
  it('four neighbouring priorities share a queue, first come, first served; a better queue goes first', () => {
    const k = createKernel()
    const order = (priorities: readonly number[]) =>
      function* (): Steps<string> {
        const log: number[] = []
        for (const pri of priorities) {
          yield* spawn(k, `at ${pri}`, function* () {
            yield* k.tsleep(priorities, pri, 'go', 0)
            log.push(pri)
          })
        }
        yield* pause(k, 1)
        yield* k.wakeup(priorities)
        yield* pause(k, 1)
        return log.join(' ')
      }
    expect(valueOf(k.boot(order([7, 4, 6, 5])))).toBe('7 4 6 5')
    expect(valueOf(k.run(order([8, 7, 36, 35, 39, 0, 127, 123])))).toBe('0 7 8 35 36 39 123 127')
    expect(valueOf(k.run(order([126, 124, 127, 125])))).toBe('126 124 127 125')
  })

  it('there is no preemption in the kernel: what is better waits until the running thread sleeps', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const log: unknown[] = []
      yield* spawn(k, 'best', function* () {
        yield* k.tsleep('go', k.PSWP, 'go', 0)
        log.push(['best', k.now / MS])
      })
      yield* k.tsleep('x', 127, 'x', 1)
      k.interrupt(
        function* () {
          yield* k.wakeup('go')
        },
        { afterNs: 5 * MS },
      )
      // Well over a quantum.
      yield* k.work(250 * MS)
      log.push(['worst', k.now / MS])
      yield* pause(k, 1)
      return log
    })
    expect(valueOf(outcome)).toEqual([
      ['worst', 260],
      ['best', 260],
    ])
  })

  it('the creator goes on: a new thread is queued and waits its turn', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const log: string[] = []
      yield* k.tsleep('x', 127, 'x', 1)
      const newpp = yield* spawn(k, 'new', function* () {
        log.push('new')
      })
      log.push(`created, ${newpp.p_stat === k.SRUN ? 'runnable' : 'not runnable'}`)
      yield* k.work(MS)
      log.push('creator')
      yield* pause(k, 1)
      return log
    })
    expect(valueOf(outcome)).toEqual(['created, runnable', 'creator', 'new'])
  })
})

describe.each(releases)('priorities on OpenBSD $release', ({ createKernel }) => {
  it('a kernel thread begins with what process 0 has: 0 during boot, PVM once that is parked', () => {
    const k = createKernel()
    const log: unknown[] = []
    const noting = (name: string) =>
      function* (): Steps<void> {
        log.push([name, k.curproc.p_priority, k.curproc.p_usrpri])
        yield* k.kthread_exit(0)
      }
    k.attach(function* () {
      yield* k.kthread_create_deferred(function* () {
        yield* k.kthread_create(noting('boot'), null, null, 'boot')
      }, null)
    })
    valueOf(
      k.boot(function* () {
        yield* pause(k, 1)
        yield* k.kthread_create(noting('late'), null, null, 'late')
        yield* pause(k, 1)
      }),
    )
    expect(log).toEqual([
      ['boot', 0, 50],
      ['late', 4, 50],
    ])
  })

  it('after the wait for drivers process 0 has PWAIT, and what it makes then too', () => {
    const k = createKernel()
    k.attach(function* () {
      yield* k.config_pending_incr()
      yield* k.kthread_create_deferred(function* () {
        yield* k.kthread_create(
          function* () {
            yield* pause(k, 3)
            yield* k.config_pending_decr()
            yield* k.kthread_exit(0)
          },
          null,
          null,
          'driver',
        )
      }, null)
    })
    const outcome = k.boot(function* () {
      return [k.curproc.p_priority, k.ticks]
    })
    expect(valueOf(outcome)).toEqual([k.PWAIT, 3])
  })

  it('a sleep sets it, the wakeup leaves it; flags are no part of it', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const seen: number[] = []
      for (const pri of [k.PRIBIO, k.PWAIT | k.PCATCH, 100]) {
        yield* k.tsleep('x', pri, 'x', 1)
        seen.push(k.curproc.p_priority)
      }
      return seen
    })
    expect(valueOf(outcome)).toEqual([k.PRIBIO, k.PWAIT, 100])
  })

  it('yield goes to the tail at the user priority, as a voluntary switch; preempt as an involuntary one', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const log: unknown[] = []
      yield* k.tsleep('x', k.PVM, 'x', 1)
      yield* spawn(k, 'other', function* () {
        yield* k.tsleep('y', 51, 'y', 1)
        log.push('other')
      })
      yield* pause(k, 1)
      const p = k.curproc
      const counts = () => [p.ru_nvcsw, p.ru_nivcsw, p.p_priority]
      const [voluntary, involuntary] = counts() as [number, number]
      const since = () => counts().map((count, at) => count - ([voluntary, involuntary][at] ?? 0))
      log.push(since())
      // Main runs on at PWAIT; its user priority is 51, the other's queue, where it goes to the tail.
      yield* k.work(25 * MS)
      yield* k.yield()
      log.push(['yielded', ...since()])
      yield* k.preempt(null)
      log.push(['preempted', ...since()])
      return log
    })
    expect(valueOf(outcome)).toEqual([[0, 0, k.PWAIT], 'other', ['yielded', 1, 0, 51], ['preempted', 1, 1, 51]])
  })

  it('yield lets others of its queue run in turn', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const log: string[] = []
      for (const name of ['a', 'b', 'c']) {
        yield* spawn(k, name, function* () {
          for (let turn = 1; turn <= 2; turn++) {
            yield* k.yield()
            log.push(`${name}${turn}`)
          }
        })
      }
      yield* pause(k, 1)
      return log.join(' ')
    })
    expect(valueOf(outcome)).toBe('a1 b1 c1 a2 b2 c2')
  })

  it('preempt takes no argument but null', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      yield* k.preempt(k.curproc)
    })
    expect(panicOf(outcome)[0]).toBe('preempt: cpu_preempt not yet implemented')
  })

  it('setrunnable wakes a sleeper and panics over what runs or is dead', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      let result = -1
      const sleeper = yield* spawn(k, 'sleeper', function* () {
        result = yield* k.tsleep('x', k.PWAIT, 'x', 100)
      })
      yield* pause(k, 1)
      yield* k.setrunnable(sleeper)
      yield* pause(k, 1)
      return [result, sleeper.p_stat]
    })
    expect(valueOf(outcome)).toEqual([0, k.SDEAD])
    const refused = k.run(function* () {
      yield* k.setrunnable(k.curproc)
    })
    expect(panicOf(refused)[0]).toBe('setrunnable')
  })
})

describe.each(releases)('user processes on OpenBSD $release', ({ release, createKernel }) => {
  it('schedclock counts 32 a second into the estimate, which is the user priority over PUSER', () => {
    const k = createKernel()
    const seen: unknown[] = []
    valueOf(
      k.boot(function* () {
        const { ps_mainproc: p } = k.process({ name: 'prog', uid: 1000 }, function* () {
          yield* k.user(S)
        })!
        for (const ms of [5, 45, 255, 505, 995])
          at(k, ms * MS, () => seen.push([ms, p!.p_estcpu, p!.p_usrpri, p!.p_priority]))
      }),
    )
    expect(seen).toEqual([
      [5, 0, 50, 50],
      [45, 1, 51, 51],
      [255, 8, 58, 58],
      [505, 16, 66, 66],
      [995, 31, 81, 81],
    ])
  })

  it('schedcpu leaves of it 2·load/(2·load + 1) each second: nothing of an idle past; and it ends at 36', () => {
    const k = createKernel()
    const seen: unknown[] = []
    valueOf(
      k.boot(function* () {
        const { ps_mainproc: p } = k.process({ name: 'prog', uid: 1000 }, function* () {
          yield* k.user(14 * S)
        })!
        for (const ms of [1005, 4995, 5005, 5995, 6005, 12_005, 12_505, 12_995])
          at(k, ms * MS, () => seen.push([ms, p!.p_estcpu]))
      }),
    )
    // The load is 0 until the first sample at 5 s, and 164/2048 from then on: (328 · 32)/(328 + 2048) = 4.
    expect(seen).toEqual([
      [1005, 1],
      [4995, 32],
      [5005, 1],
      [5995, 32],
      [6005, 5],
      [12_005, 9],
      [12_505, 25],
      [12_995, 36],
    ])
    expect(k.sysctl('vm.loadavg')).toBe('0.15 0.03 0.01')
  })

  it('a nice value counts twice', () => {
    const k = createKernel()
    const seen: number[] = []
    valueOf(
      k.boot(function* () {
        for (const nice of [0, 20, 30, 40]) {
          const process = k.process({ name: 'prog' }, function* () {
            yield* k.user(100 * MS)
          })!
          process.ps_nice = nice
          yield* pause(k, 8)
          seen.push(process.ps_mainproc!.p_usrpri - process.ps_mainproc!.p_estcpu)
        }
      }),
    )
    expect(seen).toEqual([10, 50, 70, 90])
  })

  it('the priority ends at MAXPRI', () => {
    const k = createKernel()
    let seen = 0
    valueOf(
      k.boot(function* () {
        const process = k.process({ name: 'prog' }, function* () {
          yield* k.user(S)
        })!
        process.ps_nice = 60
        at(k, 900 * MS, () => (seen = process.ps_mainproc!.p_usrpri))
      }),
    )
    expect(seen).toBe(k.MAXPRI)
  })

  it('kernel threads are not touched: below PUSER neither clock changes p_priority', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      yield* k.tsleep('x', k.PRIBIO, 'x', 1)
      yield* k.work(500 * MS)
      const { p_priority, p_estcpu, p_usrpri } = k.curproc
      return [p_priority, p_estcpu, p_usrpri]
    })
    expect(valueOf(outcome)).toEqual([k.PRIBIO, 16, 66])
  })

  it('round-robin: two that only compute take turns of 100 ms', () => {
    const k = createKernel({ trace: true })
    valueOf(
      k.boot(function* () {
        for (const name of ['a', 'b']) {
          k.process({ name, uid: 1000 }, function* () {
            yield* k.user(250 * MS)
          })
        }
      }),
    )
    // In 4.2 the last one is taken off its CPU too, and put on again.
    const last = release === '4.2' ? ['500 b'] : []
    expect(switches(k, ['a', 'b'], 1)).toEqual(['100 b', '200 a', '300 b', '400 a', '450 b', ...last])
  })

  it('the end of a quantum takes the CPU from one that is alone only in 4.2', () => {
    const k = createKernel()
    let switched = -1
    valueOf(
      k.boot(function* () {
        const { ps_mainproc: p } = k.process({ name: 'prog', uid: 1000 }, function* () {
          yield* k.user(850 * MS)
        })!
        at(k, 820 * MS, () => (switched = p!.ru_nivcsw))
      }),
    )
    expect(switched).toBe(release === '4.2' ? 8 : 0)
  })

  it('in user mode it gives way at once, in the kernel on its way back', () => {
    const k = createKernel()
    const log: unknown[] = []
    valueOf(
      k.boot(function* () {
        const startNs = k.now
        const note = (what: string) => log.push([what, (k.now - startNs) / MS])
        yield* spawn(k, 'driver', function* () {
          for (let time = 0; time < 2; time++) {
            yield* k.tsleep('intr', k.PRIBIO, 'intr', 0)
            note('driver')
          }
        })
        for (const ms of [3, 13]) {
          k.interrupt(
            function* () {
              yield* k.wakeup('intr')
            },
            { afterNs: ms * MS },
          )
        }
        k.process({ name: 'prog' }, function* () {
          yield* k.user(8 * MS)
          note('prog')
          yield* k.syscall('ioctl', function* () {
            yield* k.work(10 * MS)
            note('ioctl')
          })
          note('back')
        })
        yield* pause(k, 5)
      }),
    )
    expect(log).toEqual([
      ['driver', 3],
      ['prog', 8],
      ['ioctl', 18],
      ['driver', 18],
      ['back', 18],
    ])
  })

  it('on its way back to user mode its sleep priority is over', () => {
    const k = createKernel()
    const seen: unknown[] = []
    valueOf(
      k.boot(function* () {
        k.process({ name: 'prog' }, function* () {
          yield* k.syscall('ioctl', function* () {
            yield* k.tsleep('x', k.PRIBIO, 'x', 1)
            seen.push(k.curproc.p_priority)
          })
          seen.push(k.curproc.p_priority - k.curproc.p_estcpu)
        })
        yield* pause(k, 3)
      }),
    )
    expect(seen).toEqual([k.PRIBIO, k.PUSER])
  })

  it('a process that slept for seconds is forgiven its past: one round for each second but the first two', () => {
    const k = createKernel()
    const seen: number[] = []
    let load = 0
    valueOf(
      k.boot(function* () {
        for (let n = 0; n < 7; n++) {
          k.process({ name: 'load', uid: 1000 }, function* () {
            yield* k.user(20 * S)
          })
        }
        yield* k.tsleep('x', k.PWAIT, 'x', 6000)
        // The load is well above 1, and constant between two samples five seconds apart.
        const { ps_mainproc: p } = k.process({ name: 'prog', uid: 1000 }, function* () {
          yield* k.syscall('ioctl', function* () {
            p!.p_estcpu = 36
            yield* k.tsleep('y', k.PWAIT, 'y', 0)
            seen.push(p!.p_estcpu, p!.p_usrpri)
          })
        })!
        yield* pause(k, 20)
        seen.push(p!.p_estcpu)
        yield* pause(k, 400)
        seen.push(p!.p_slptime, p!.p_estcpu)
        yield* k.wakeup('y')
        yield* pause(k, 1)
        load = Number((k.sysctl('vm.loadavg') as string).split(' ')[0])
      }),
    )
    expect(load).toBeGreaterThan(2)
    const decayed = (estcpu: number) => Math.floor((estcpu * 2 * load) / (2 * load + 1))
    const once = decayed(36)
    const thrice = decayed(decayed(once))
    expect(seen).toEqual([36, 4, once, thrice, 50 + thrice])
    expect(thrice).toBeLessThan(once)
  })

  it('the load average is that of the usual weights', () => {
    const k = createKernel()
    valueOf(
      k.boot(function* () {
        k.process({ name: 'prog', uid: 1000 }, function* () {
          yield* k.user(61 * S)
        })
        yield* k.tsleep('x', k.PWAIT, 'x', 6050)
      }),
    )
    const loads = (k.sysctl('vm.loadavg') as string).split(' ').map(Number)
    for (const [at, minutes] of [1, 5, 15].entries()) {
      const expected = 1 - Math.exp(-1 / minutes)
      expect(Math.abs(loads[at]! - expected)).toBeLessThan(0.015)
    }
  })

  it('a sleeper counts as load while it sleeps for a moment at PZERO or better', () => {
    const loadOf = (pri: number) => {
      const k = createKernel()
      valueOf(
        k.boot(function* () {
          for (let at = 0; at < 5; at++) {
            yield* spawn(k, 'io', function* () {
              for (let n = 0; n < 13; n++) yield* k.tsleep('x', pri, 'x', 45)
            })
          }
          yield* pause(k, 520)
        }),
      )
      return Number((k.sysctl('vm.loadavg') as string).split(' ')[0])
    }
    // Five of them, or none: 5 · 164/2048.
    expect([loadOf(ob51.PZERO), loadOf(ob51.PZERO + 1)]).toEqual([0.4, 0])
  })
})

describe.each(releases)('several CPUs of OpenBSD $release', ({ release, createKernel }) => {
  it('a new thread goes to an idle CPU, else where least is queued (5.1); to whoever is free (4.2)', () => {
    const k = createKernel({ ncpu: 4 })
    const outcome = k.boot(function* () {
      yield* pause(k, 1)
      const placed: number[] = []
      const ran: number[] = []
      for (let n = 0; n < 6; n++) {
        const p = yield* spawn(k, 't', function* () {
          ran.push(k.curcpu().index)
          yield* k.KERNEL_UNLOCK()
          yield* k.work(MS * (n + 1))
          yield* k.KERNEL_LOCK()
        })
        placed.push(p.p_cpu.index)
      }
      const main = k.curcpu().index
      yield* pause(k, 5)
      return [main, placed, [...new Set(ran)].sort()]
    })
    const [main, placed, ran] = valueOf(outcome) as [number, number[], number[]]
    expect(ran).toEqual([0, 1, 2, 3])
    if (release === '5.1') {
      // Boot's own thread had the first CPU when main was made.
      expect(main).toBe(1)
      expect(placed).toEqual([0, 2, 3, 1, 0, 1])
    }
  })

  it('no CPU idles while something is queued: 5.1 steals, 4.2 has one queue', () => {
    const k = createKernel({ ncpu: 2 })
    const outcome = k.boot(function* () {
      yield* pause(k, 1)
      const startNs = k.now
      const log: unknown[] = []
      for (const [name, ms] of [
        ['short', 5],
        ['long', 20],
        ['queued', 5],
      ] as const) {
        yield* spawn(k, name, function* () {
          yield* k.KERNEL_UNLOCK()
          const begun = (k.now - startNs) / MS
          yield* k.work(ms * MS)
          yield* k.KERNEL_LOCK()
          log.push([name, begun, (k.now - startNs) / MS])
        })
      }
      yield* pause(k, 5)
      return log
    })
    expect(valueOf(outcome)).toEqual([
      ['short', 0, 5],
      ['queued', 5, 10],
      ['long', 0, 20],
    ])
  })

  it('a thread is never on two CPUs, and two user processes have one each', () => {
    const k = createKernel({ ncpu: 2, trace: true })
    const ends: number[] = []
    valueOf(
      k.boot(function* () {
        yield* pause(k, 1)
        for (const name of ['a', 'b']) {
          k.process({ name, uid: 1000 }, function* () {
            yield* k.user(250 * MS)
            ends.push(k.now / MS)
          })
        }
        yield* pause(k, 30)
      }),
    )
    expect(ends).toEqual([260, 260])
  })

  it(`idle threads: ${release === '4.2' ? 'none' : 'one for each CPU, pegged, asleep, never queued'}`, () => {
    const k = createKernel({ ncpu: 3 })
    valueOf(
      k.boot(function* () {
        yield* k.work(20 * MS)
      }),
    )
    const idle = k.allproc.filter(({ p_comm }) => p_comm.startsWith('idle'))
    const seen = (p: Proc) => [p.p_comm, p.p_cpu.index, p.p_stat]
    expect(idle.map(seen).reverse()).toEqual(
      release === '4.2'
        ? []
        : [
            ['idle0', 0, k.SSLEEP],
            ['idle1', 1, k.SSLEEP],
            ['idle2', 2, k.SSLEEP],
          ],
    )
  })
})

describe('where a woken thread goes on OpenBSD 5.1', () => {
  it('to its own CPU when that has nothing to do', () => {
    const k = ob51.createKernel({ ncpu: 4 })
    const outcome = k.boot(function* () {
      const cpus: number[] = []
      yield* pause(k, 1)
      for (const name of ['a', 'b', 'c']) yield* spawn(k, name, () => pause(k, 3))
      yield* spawn(k, 'd', function* () {
        cpus.push(k.curcpu().index)
        // The others sleep: it has the choice of all four.
        for (let n = 0; n < 5; n++) {
          yield* pause(k, 20)
          cpus.push(k.curcpu().index)
        }
      })
      yield* pause(k, 150)
      return cpus
    })
    const cpus = valueOf(outcome)
    expect(cpus).toHaveLength(6)
    expect(cpus[0]).not.toBe(0)
    expect(new Set(cpus).size).toBe(1)
  })

  it('to an idle CPU when something better runs on its own', () => {
    const k = ob51.createKernel({ ncpu: 2 })
    const outcome = k.boot(function* () {
      yield* pause(k, 1)
      const ran: number[] = []
      const sleeper = yield* spawn(k, 'sleeper', function* () {
        yield* k.tsleep('go', k.PWAIT, 'go', 0)
        ran.push(k.curcpu().index)
      })
      yield* pause(k, 1)
      const own = sleeper.p_cpu.index
      // One on each CPU; the one on the sleeper's goes on.
      for (let n = 0; n < 2; n++) {
        yield* spawn(k, 'driver', function* () {
          yield* k.tsleep('x', k.PSWP, 'x', 1)
          yield* k.KERNEL_UNLOCK()
          yield* k.work(k.curcpu().index === own ? 50 * MS : MS)
          yield* k.KERNEL_LOCK()
        })
      }
      yield* pause(k, 3)
      const busy = k.cpus().filter(({ running }) => running === 'driver')
      yield* k.wakeup('go')
      yield* pause(k, 1)
      return [busy.map(({ index }) => index === own), ran.map((index) => index === own)]
    })
    expect(valueOf(outcome)).toEqual([[true], [false]])
  })
})
