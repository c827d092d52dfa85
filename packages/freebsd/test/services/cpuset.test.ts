import { describe, expect, it } from 'vitest'
import { createKernel, type FreebsdOptions, type Steps, type Td } from '../../src/releases/8.0.js'
import { MS, panicOf, pause, spawn, undefinedOf, valueOf } from './runs.js'

describe.each(['ule', '4bsd'] as const)('CPU sets, %s', (scheduler) => {
  const kernel = (options: FreebsdOptions = {}) => createKernel({ daemons: 'none', ncpu: 3, scheduler, ...options })

  it('sched_bind moves the caller and keeps it', () => {
    const k = kernel()
    const outcome = k.boot(function* () {
      const seen: number[] = []
      for (const cpu of [2, 0, 1, 1]) {
        yield* k.sched_bind(k.curthread, cpu)
        seen.push(k.curcpu().pc_cpuid)
        yield* pause(k, 2)
        seen.push(k.curcpu().pc_cpuid)
      }
      return seen
    })
    expect(valueOf(outcome)).toEqual([2, 2, 0, 0, 1, 1, 1, 1])
  })

  it('whoever is bound waits for its CPU though others idle', () => {
    const k = kernel()
    const outcome = k.boot(function* () {
      const log: unknown[] = []
      yield* k.sched_bind(k.curthread, 1)
      yield* spawn(k, 'bound', function* () {
        yield* k.sched_bind(k.curthread, 1)
        log.push(['bound', k.curcpu().pc_cpuid])
      })
      yield* k.work(20 * MS)
      log.push('main')
      yield* pause(k, 1)
      return log
    })
    expect(valueOf(outcome)).toEqual(['main', ['bound', 1]])
  })

  it('after sched_unbind it goes wherever there is room', () => {
    const k = kernel()
    const outcome = k.boot(function* () {
      let cpu = -1
      const busy = function* (): Steps<void> {
        yield* k.sched_bind(k.curthread, 1)
        yield* k.tsleep('go', 0, 'go', 0)
        yield* k.work(20 * MS)
      }
      yield* spawn(k, 'free', function* () {
        yield* k.sched_bind(k.curthread, 1)
        yield* k.sched_unbind(k.curthread)
        yield* k.tsleep('after', 0, 'after', 0)
        cpu = k.curcpu().pc_cpuid
      })
      yield* spawn(k, 'busy', busy)
      yield* k.sched_bind(k.curthread, 0)
      yield* pause(k, 1)
      yield* k.wakeup('go')
      yield* k.work(5 * MS)
      yield* k.wakeup('after')
      yield* k.work(5 * MS)
      return cpu
    })
    expect(valueOf(outcome)).toBe(2)
  })

  it('binding somebody else is refused', () => {
    const scenario = (invariants: boolean) => {
      const k = kernel({ invariants })
      return k.boot(function* () {
        yield* k.sched_bind(k.thread0, 1)
      })
    }
    expect(panicOf(scenario(true))[0]).toBe('sched_bind: can only bind curthread')
    expect(undefinedOf(scenario(false))).toBe('UB:sched-bind')
  })

  it('cpuset_setthread keeps a thread on the CPUs of a mask', () => {
    const k = kernel()
    const outcome = k.boot(function* () {
      const seen = new Set<number>()
      const td = yield* spawn(k, 'limited', function* () {
        yield* pause(k, 5)
        for (let n = 0; n < 20; n++) {
          seen.add(k.curcpu().pc_cpuid)
          yield* k.work(MS)
          yield* pause(k, 1)
        }
      })
      const error = yield* k.cpuset_setthread(td.td_tid, 0b100)
      yield* pause(k, 100)
      return [error, [...seen], td.td_cpuset.cs_mask]
    })
    expect(valueOf(outcome)).toEqual([0, [2], 0b100])
  })

  it('it moves the caller at once', () => {
    const k = kernel()
    const outcome = k.boot(function* () {
      const cpus: number[] = []
      for (const mask of [0b100, 0b011, 0b010]) {
        yield* k.cpuset_setthread(k.curthread.td_tid, mask)
        cpus.push(k.curcpu().pc_cpuid)
      }
      return cpus
    })
    const [first, second, third] = valueOf(outcome)
    expect([first, second === 0 || second === 1, third]).toEqual([2, true, 1])
  })

  it('and a queued thread: it waits for none of the CPUs it lost', () => {
    const k = kernel({ ncpu: 2 })
    const outcome = k.boot(function* () {
      const log: string[] = []
      yield* k.sched_bind(k.curthread, 0)
      yield* spawn(k, 'busy', () => k.work(50 * MS))
      yield* k.work(MS)
      const td = yield* spawn(k, 'queued', function* () {
        log.push(`queued on ${k.curcpu().pc_cpuid}`)
      })
      const error = yield* k.cpuset_setthread(td.td_tid, 0b01)
      log.push(`main ${error}`)
      yield* pause(k, 2)
      return log
    })
    expect(valueOf(outcome)).toEqual(['main 0', 'queued on 0'])
  })

  it('answers ESRCH, EINVAL and EDEADLK', () => {
    const k = kernel()
    const outcome = k.boot(function* () {
      const { td_tid: tid, td_cpuset: set } = k.curthread
      const errors: number[] = []
      for (const [whose, mask] of [
        [99, 1],
        [tid, 0],
        [tid, 0b1001],
      ] as const)
        errors.push(yield* k.cpuset_setthread(whose, mask))
      return [errors, k.curthread.td_cpuset === set]
    })
    expect(valueOf(outcome)).toEqual([[k.ESRCH, k.EINVAL, k.EDEADLK], true])
  })

  it('a new thread shares the set of the newest of its process', () => {
    const k = kernel()
    const outcome = k.boot(function* () {
      const cell = k.ref<Td>()
      const add = () => k.kthread_add(function* () {}, null, k.proc0, cell, k.RFSTOPPED, 0, 'new')
      yield* add()
      const first = cell.value!
      yield* k.cpuset_setthread(first.td_tid, 0b10)
      yield* add()
      return [first.td_cpuset === k.thread0.td_cpuset, cell.value!.td_cpuset === first.td_cpuset]
    })
    expect(valueOf(outcome)).toEqual([false, true])
  })
})
