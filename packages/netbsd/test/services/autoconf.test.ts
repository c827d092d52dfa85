import { describe, expect, it } from 'vitest'
import type { NetbsdKernel } from '../../src/kernel.js'
import { seededOracle, type Device } from '../../src/releases/10.1.js'
import { MS, panicOf, releases, spawn, valueOf } from './releases.js'

/** Names in the order in which threads were created. */
function created(k: NetbsdKernel): string[] {
  return [...k.trace!.events()].filter((event) => event.kind === 'create').map((event) => event.name)
}

describe.each(releases)('autoconf(9) and boot on NetBSD $release', (driver) => {
  const { createKernel } = driver

  it('attaches in order; what a device defers comes after it, in the same context, before the next device', () => {
    const k = createKernel()
    const log: string[] = []
    const attach = (name: string) =>
      k.attach(function* (dev) {
        log.push(`attach ${dev.dv_xname}`)

        yield* k.config_defer(dev, function* (same) {
          log.push(`deferred ${same.dv_xname} ${same === dev} ${k.curlwp === k.lwp0} ${k.cold}`)
        })
        log.push(`attached ${dev.dv_xname}`)
      }, name)
    attach('a0')
    attach('b0')
    valueOf(k.boot())
    expect(log).toEqual([
      'attach a0',
      'attached a0',
      'deferred a0 true true true',
      'attach b0',
      'attached b0',
      'deferred b0 true true true',
    ])
  })

  it('config_interrupts waits for a configintr thread while cold, and calls at once when warm', () => {
    const k = createKernel()
    const log: unknown[] = []
    let device: Device | null = null
    k.attach(function* (dev) {
      device = dev
      yield* k.config_interrupts(
        dev,

        function* () {
          log.push(k.cold, k.curlwp.l_name, k.curlwp.l_blcnt, k.curlwp.l_priority_base, k.curlwp.l_class)
        },
      )
      log.push('put off')
    })
    const outcome = k.boot(function* () {
      const before = k.curlwp
      yield* k.config_interrupts(
        device!,

        function* () {
          log.push(k.curlwp === before)
        },
      )
      log.push('after')
    })
    valueOf(outcome)
    expect(log).toEqual(['put off', false, 'configintr', 1, 96, k.SCHED_RR, true, 'after'])
  })

  it('eight configintr threads share the work, so that one that sleeps holds nobody up', () => {
    const k = createKernel()
    const log: string[] = []
    for (let n = 0; n < 10; n++) {
      k.attach(function* (dev) {
        yield* k.config_interrupts(dev, function* () {
          log.push(`${n} by ${k.curlwp.l_lid}`)
          yield* k.kpause('probe', false, 2, null)
        })
      })
    }
    valueOf(
      k.boot(function* () {
        yield* k.kpause('x', false, 10, null)
      }),
    )
    expect(log.map((line) => line.split(' ')[0])).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
    expect(new Set(log.slice(0, 8).map((line) => line.split(' ')[2])).size).toBe(8)
    expect(new Set(log.map((line) => line.split(' ')[2])).size).toBe(8)
  })

  it('config_mountroot waits for a configroot thread, and calls at once when the root is mounted', () => {
    const k = createKernel({ trace: true })
    const log: unknown[] = []
    let device: Device | null = null
    k.attach(function* (dev) {
      device = dev
      yield* k.config_mountroot(dev, function* () {
        log.push(k.curlwp.l_name, k.curlwp.l_blcnt)
        yield* k.kpause('root', false, 5, null)
        log.push('root device done')
      })
    })
    const outcome = k.boot(function* () {
      log.push('main')
      yield* k.config_mountroot(
        device!,

        function* () {
          log.push('at once')
        },
      )
      yield* k.kpause('x', false, 10, null)
    })
    valueOf(outcome)
    // 10 joins the threads before init is released, and main with it.
    expect(log).toEqual(
      driver.release === '6'
        ? ['configroot', 1, 'main', 'at once', 'root device done']
        : ['configroot', 1, 'root device done', 'main', 'at once'],
    )
    expect(created(k).filter((name) => name === 'configroot').length).toBe(2)
    expect(k.remarks).toEqual([])
  })

  it('finalizers run on the main thread with the big lock, again until none has work left', () => {
    const k = createKernel()
    const log: unknown[] = []
    k.attach(function* (dev) {
      for (const [name, rounds] of [
        ['a', 2],
        ['b', 1],
      ] as const) {
        let left = rounds
        yield* k.config_finalize_register(
          dev,

          function* () {
            log.push(`${name}${left} ${k.curlwp === k.lwp0} ${k.curlwp.l_blcnt}`)
            return left-- > 0 ? 1 : 0
          },
        )
      }
    })
    valueOf(k.boot())
    expect(log).toEqual(['a2 true 1', 'b1 true 1', 'a1 true 1', 'b0 true 1', 'a0 true 1', 'b-1 true 1'])
  })

  it('a finalizer that is registered after the end of configuration is called at once, until it has no work left', () => {
    const k = createKernel()
    const log: number[] = []
    const dev = k.attach(function* () {})
    const outcome = k.boot(function* () {
      let left = 2
      yield* k.config_finalize_register(dev, function* () {
        log.push(left)
        return left-- > 0 ? 1 : 0
      })
      return log.length
    })
    expect(valueOf(outcome)).toBe(3)
    expect(log).toEqual([2, 1, 0])
  })

  it('config_pending holds finalizers and the root back until it is given up', () => {
    const k = createKernel()
    const log: string[] = []
    k.attach(function* (dev) {
      yield* k.config_pending_incr(dev)
      yield* k.config_pending_incr(dev)
      yield* spawn(k, 'explore', function* () {
        yield* k.kpause('bus', false, 3, null)
        yield* k.config_pending_decr(dev)
        yield* k.kpause('bus', false, 3, null)
        log.push('explored')
        yield* k.config_pending_decr(dev)
      })
      yield* k.config_finalize_register(
        dev,

        function* () {
          log.push('finalizer')
          return 0
        },
      )
      yield* k.config_mountroot(
        dev,

        function* () {
          log.push('root')
        },
      )
    })
    const outcome = k.boot(function* () {
      yield* k.kpause('x', false, 1, null)
      return k.ticks
    })
    expect(valueOf(outcome)).toBe(7)
    expect(log).toEqual(['explored', 'finalizer', 'root'])
  })

  it('the last hold is not missed, whichever CPU comes first', () => {
    for (let seed = 0; seed < 200; seed++) {
      const k = createKernel({ ncpu: 2, oracle: seededOracle(seed) })
      k.attach(function* (dev) {
        yield* k.config_pending_incr(dev)
        yield* spawn(k, 'explore', () => release(k, dev))
      })
      expect(k.boot(function* () {}).kind, `seed ${seed}`).toBe('done')
    }
  })

  it('a pending configuration that nobody gives up is a boot that never ends', () => {
    const k = createKernel()
    k.attach((dev) => hold(k, dev))
    const outcome = k.boot(function* () {})
    expect(outcome.kind === 'deadlock' && outcome.stuck.some((thread) => thread.wmesg === 'cfpend')).toBe(true)
  })

  it('misuse panics: a device deferred twice on one queue, a hold given up that was not had', () => {
    const k = createKernel()
    k.attach(function* (dev) {
      yield* k.config_interrupts(dev, function* () {})
      yield* k.config_mountroot(dev, function* () {})
      yield* k.config_interrupts(dev, function* () {})
    }, 'em0')
    expect(panicOf(k.boot())).toContain('em0 is deferred twice')
    const other = createKernel()
    other.attach((dev) => release(other, dev))
    expect(panicOf(other.boot())).toContain('config_pending')
  })

  it('a thread created while cold is runnable and does not run before the main thread gives up the CPU', () => {
    const k = createKernel({ ncpu: 2 })
    const log: unknown[] = []
    k.attach(function* () {
      const lwp = yield* spawn(k, 'early', function* () {
        log.push(`early runs, cold ${k.cold}`)
      })
      log.push(lwp.l_stat === k.LSRUN)
      yield* k.work(30 * MS)
      log.push('attach ends', lwp.l_stat === k.LSRUN)
    })
    valueOf(k.boot())
    expect(log).toEqual([true, 'attach ends', true, 'early runs, cold false'])
  })

  it('so is one that is bound to a CPU that has not been started', () => {
    const k = createKernel({ ncpu: 2 })
    const log: unknown[] = []
    k.attach(function* () {
      yield* spawn(
        k,
        'early',
        function* () {
          log.push(`early runs on ${k.curcpu().index}, cold ${k.cold}`)
        },
        { ci: k.cpu_lookup(1), pri: 130 },
      )
      yield* spawn(k, 'unbound', function* () {})
      yield* k.work(30 * MS)
      log.push('attach ends')
    })
    valueOf(k.boot())
    expect(log).toEqual(['attach ends', 'early runs on 1, cold false'])
  })

  it('makes its threads in the order of the release', () => {
    const k = createKernel({ ncpu: 2, trace: true })
    valueOf(k.boot(function* () {}))
    const ofCpu = (n: number) =>
      ['idle', 'softnet', 'softbio', 'softclk', 'softser', 'xcall'].map((name) => `${name}/${n}`)
    const eight = Array.from({ length: 8 }, () => 'configintr')
    expect(created(k)).toEqual([
      ...ofCpu(0),
      ...ofCpu(1),
      ...eight,
      'configroot',
      'configroot',
      'pgdaemon',
      'ioflush',
      'aiodoned',
      'main',
    ])
  })

  it('lwp0 ends as the statistics loop, once a second at PRI_VM in class FIFO', () => {
    const k = createKernel()
    valueOf(
      k.boot(function* () {
        yield* k.kpause('x', false, 250, null)
      }),
    )
    const { lwp0 } = k
    expect([lwp0.l_wmesg, lwp0.l_class, lwp0.l_priority]).toEqual(['uvm', k.SCHED_FIFO, k.PRI_VM])
    expect(k.ps().find((entry) => entry.command === 'init')?.pid).toBe(1)
  })
})

function* hold(k: NetbsdKernel, dev: Device) {
  yield* k.config_pending_incr(dev)
}

function* release(k: NetbsdKernel, dev: Device) {
  yield* k.config_pending_decr(dev)
}
