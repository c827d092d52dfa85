import { describe, expect, it } from 'vitest'
import type { OpenbsdKernel } from '../../src/kernel.js'
import * as ob51 from '../../src/releases/5.1.js'
import { pause, releases, spawn, valueOf } from './runs.js'

/** The numbers of some kernel threads, one after another, on a machine that has booted. */
function numbers(k: OpenbsdKernel, count: number): readonly number[] {
  return valueOf(
    k.boot(function* () {
      const pids: number[] = []
      for (let n = 0; n < count; n++) pids.push((yield* spawn(k, 't', () => pause(k, 100))).p_pid)
      return pids
    }),
  )
}

describe.each(releases)('process ids on OpenBSD $release', ({ release, createKernel }) => {
  it('one after another during boot, in the order of creation', () => {
    const k = createKernel()
    k.attach(function* () {
      for (const name of ['driver0', 'driver1']) {
        yield* k.kthread_create_deferred(function* () {
          yield* k.kthread_create(() => pause(k, 100), null, null, name)
        }, null)
      }
    })
    valueOf(k.boot())
    const made = [...k.allproc].reverse().map(({ p_pid, p_comm }) => [p_pid, p_comm])
    const before = release === '4.2' ? ['swapper', 'init', 'syswq'] : ['swapper', 'init', 'idle0', 'syswq']
    const after = ['pagedaemon', 'reaper', 'cleaner', 'update', 'aiodoned', ...(release === '4.2' ? ['crypto'] : [])]
    const names = [...before, 'driver0', 'driver1', 'pfpurge', ...after]
    expect(made).toEqual(names.map((comm, pid) => [pid, comm]))
  })

  it('afterwards spread over 1 … 32766, each only once', () => {
    const k = createKernel({ pidSeed: 7 })
    const pids = numbers(k, 400)
    expect(new Set(pids).size).toBe(400)
    expect(pids.every((pid) => Number.isInteger(pid) && pid >= 1 && pid <= k.PID_MAX)).toBe(true)
    // None that boot gave out, and no run of neighbours.
    expect(pids.every((pid) => pid > 9)).toBe(true)
    const eighths = new Set(pids.map((pid) => Math.floor((8 * (pid - 1)) / k.PID_MAX)))
    expect(eighths.size).toBe(8)
    expect(pids.filter((pid, at) => pid === pids[at - 1]! + 1).length).toBeLessThan(3)
  })

  it('the same for the same seed, others for another', () => {
    const first = numbers(createKernel({ pidSeed: 5 }), 20)
    expect(numbers(createKernel({ pidSeed: 5 }), 20)).toEqual(first)
    expect(numbers(createKernel({ pidSeed: 6 }), 20)).not.toEqual(first)
    expect(numbers(createKernel(), 20)).toEqual(numbers(createKernel({ pidSeed: 1 }), 20))
  })

  it('a number is free again when its owner was reaped', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const before = k.ps().length
      for (let n = 0; n < 60; n++) yield* spawn(k, 't', () => pause(k, 1))
      yield* pause(k, 3)
      yield* k.settle()
      return [k.ps().length - before, k.sysctl('kern.nprocs') === before]
    })
    expect(valueOf(outcome)).toEqual([0, true])
  })

  it('the last free number is found, and when none is left the kernel looks for ever', () => {
    const fill = (more: number) => {
      const k = createKernel()
      return k.boot(function* () {
        k.sysctl('kern.maxproc', k.PID_MAX + 100)
        const pids = new Set(k.allproc.map(({ p_pid }) => p_pid))
        // Process 0 has a number that is never given.
        const free = k.PID_MAX - (pids.size - 1)
        for (let n = 0; n < free + more; n++) {
          const newpp = k.ref<ob51.Proc>()
          yield* k.kthread_create(() => pause(k, 1000), null, newpp, 't')
          pids.add(newpp.value!.p_pid)
        }
        return pids.size
      })
    }
    expect(valueOf(fill(0))).toBe(32_767)
    expect(fill(1)).toMatchObject({ kind: 'undefined', id: 'UB:OB-PID' })
  })

  it('a failed creation uses no number', () => {
    const after = (fails: boolean) => {
      const k = createKernel()
      return valueOf(
        k.boot(function* () {
          if (fails) {
            k.inject({ at: 'uarea' })
            yield* k.kthread_create(() => pause(k, 1), null, null, 't')
          }
          return (yield* spawn(k, 't', () => pause(k, 1))).p_pid
        }),
      )
    }
    expect(after(true)).toBe(after(false))
  })

  it('pidSeed must be a whole number', () => {
    expect(() => createKernel({ pidSeed: 0.5 })).toThrow('pidSeed')
  })
})

describe.each(releases)('numbers that are taken on OpenBSD $release', ({ createKernel }) => {
  /** Whether a process's number is given again when all others are taken, and how giving out one more ends. */
  function again(left: 'nothing' | 'a zombie' | 'a group'): readonly [isFree: boolean, isGiven: boolean, end: string] {
    const k = createKernel()
    let isFree = false
    let isGiven = false
    const outcome = k.boot(function* () {
      k.sysctl('kern.maxproc', k.PID_MAX + 100)
      let own = 0
      const leader = k.process({ name: 'leader' }, function* () {
        if (left === 'a zombie') {
          own = yield* k.fork(function* () {})
          yield* k.nanosleep(1e12)
        }
        if (left === 'a group') {
          yield* k.fork(function* () {
            yield* k.nanosleep(1e12)
          })
        }
      })!
      if (left !== 'a zombie') own = leader.pid
      yield* pause(k, 3)
      yield* k.settle()
      isFree = k.pfind(own) === null
      for (;;) {
        const newpp = k.ref<ob51.Proc>()
        const error = yield* k.kthread_create(() => pause(k, 1), null, newpp, 't')
        if (error !== 0) return error
        isGiven ||= newpp.value!.p_pid === own
      }
    })
    return [isFree, isGiven, outcome.kind]
  }

  it('every one is given but a zombie’s, and that of a group whose leader is gone', () => {
    expect(again('nothing')).toEqual([true, true, 'undefined'])
    expect(again('a zombie')).toEqual([true, false, 'undefined'])
    expect(again('a group')).toEqual([true, false, 'undefined'])
  })
})

describe('numbers of user threads on OpenBSD 5.1', () => {
  it('come from the same space, in the order of creation', () => {
    const ids = (asThreads: boolean) => {
      const k = ob51.createKernel()
      const made: number[] = []
      valueOf(
        k.boot(function* () {
          k.sysctl('kern.rthreads', 1)
          k.process({ name: 'prog' }, function* () {
            for (let n = 0; n < 5; n++) {
              const { end } = yield* k.mmap(65_536)
              const params = { tf_tcb: null, tf_tid: null, tf_flags: 0 }
              if (asThreads)
                made.push((yield* k.__tfork_thread(params, end, function* () {}, null)) - k.THREAD_PID_OFFSET)
              else made.push(yield* k.fork(function* () {}))
            }
          })
          yield* pause(k, 2)
        }),
      )
      return made
    }
    expect(ids(true)).toEqual(ids(false))
    expect(new Set(ids(true)).size).toBe(5)
  })
})
