import { describe, expect, it } from 'vitest'
import type { OpenbsdKernel } from '../../src/kernel.js'
import type { OpenbsdOptions } from '../../src/releases/5.1.js'
import { pause, releases, valueOf } from './runs.js'

const [EINVAL, EAGAIN] = [22, 35]

describe.each(releases)('sysctl on OpenBSD $release', ({ release, createKernel }) => {
  it('nodes: what they are at boot', () => {
    const k = createKernel({ ncpu: 2 })
    expect(k.sysctl('kern.maxproc')).toBe(release === '4.2' ? 20 + 16 * 32 : 30 + 16 * 80)
    expect(k.sysctl('kern.nprocs')).toBe(1)
    expect(k.sysctl('kern.osrelease')).toBe(release)
    expect(k.sysctl('kern.clockrate')).toBe('tick = 10000, hz = 100, profhz = 1024, stathz = 128')
    expect(k.sysctl('hw.ncpu')).toBe(2)
    expect(k.sysctl('kern.forkstat')).toBe('0 0 0 0 0 0 0 0')
    if (release === '5.1') expect(k.sysctl('kern.rthreads')).toBe(0)
    else expect(() => k.sysctl('kern.rthreads')).toThrow('there is no sysctl node kern.rthreads')
  })

  it('kern.clockrate follows hz', () => {
    expect(createKernel({ hz: 1000 }).sysctl('kern.clockrate')).toMatch(/^tick = 1000, hz = 1000,/)
  })

  it('kern.nprocs counts process 0, init, kernel threads, processes', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const first = k.sysctl('kern.nprocs')
      yield* k.kthread_create(() => pause(k, 5), null, null, 't')
      k.process({ name: 'prog' }, function* () {
        yield* k.nanosleep(1e9)
      })
      return [first, k.sysctl('kern.nprocs'), k.ps().length]
    })
    expect(valueOf(outcome)).toEqual([11, 13, 13])
  })

  it('kern.maxproc can be written, without a range: below kern.nprocs creation fails until it is raised', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const create = () => k.kthread_create(() => pause(k, 1), null, null, 't')
      const wrote = [k.sysctl('kern.maxproc', 3), k.sysctl('kern.maxproc')]
      const low = yield* create()
      const negative = k.sysctl('kern.maxproc', -1)
      const lower = yield* create()
      k.sysctl('kern.maxproc', (k.sysctl('kern.nprocs') as number) + 1)
      return [...wrote, low, negative, lower, yield* create(), yield* create()]
    })
    expect(valueOf(outcome)).toEqual([0, 3, EAGAIN, 0, EAGAIN, 0, EAGAIN])
  })

  it('refuses what does not fit an int, a node that can only be read, and a node there is not', () => {
    const k = createKernel()
    const before = k.sysctl('kern.maxproc')
    for (const value of [1.5, 2 ** 31, -(2 ** 31) - 1, NaN, Infinity])
      expect(k.sysctl('kern.maxproc', value)).toBe(EINVAL)
    expect(k.sysctl('kern.maxproc')).toBe(before)
    expect(() => k.sysctl('kern.nprocs', 5)).toThrow('sysctl node kern.nprocs can only be read')
    for (const name of ['kern.maxthread', 'kern.nthreads', 'toString', ''])
      expect(() => k.sysctl(name)).toThrow(RangeError)
  })
})

/** Boots with room for so many more and creates threads at the given seconds; counts the lines told by then. */
function fullTable(k: OpenbsdKernel, seconds: readonly number[]): readonly number[] {
  const told: number[] = []
  const outcome = k.boot(function* () {
    k.sysctl('kern.maxproc', k.sysctl('kern.nprocs') as number)
    for (const second of seconds) {
      const ticks = Math.round(second * k.hz) - k.ticks
      if (ticks > 0) yield* pause(k, ticks)
      yield* k.kthread_create(() => pause(k, 1), null, null, 't')
      told.push(k.msgbuf.length)
    }
  })
  valueOf(outcome)
  return told
}

describe.each(releases)('the line about a full table on OpenBSD $release', ({ createKernel }) => {
  it('comes at the first failure, and again when ten seconds have passed since it was last printed', () => {
    const seconds = [0, 1, 9.99, 10, 10.01, 19.99, 25, 34.99, 35]
    expect(fullTable(createKernel(), seconds)).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 4])
  })

  it('the first one comes at any time', () => {
    expect(fullTable(createKernel(), [3, 4, 12.99, 13])).toEqual([1, 1, 1, 2])
  })

  it.each<[string, OpenbsdOptions, readonly string[]]>([
    ['on the console when nobody reads the log', {}, ['proc: table is full']],
    ['in the message buffer only when somebody does', { klog: true }, []],
  ])('is %s', (_name, options, lines) => {
    const k = createKernel(options)
    fullTable(k, [0])
    expect(k.msgbuf).toEqual(['<3>proc: table is full'])
    expect(k.console).toEqual(lines)
  })

  it('one clock for all callers: fork is silent when kthread_create has just told it', () => {
    const k = createKernel()
    const errors: number[] = []
    const outcome = k.boot(function* () {
      k.process({ name: 'prog', uid: 1000 }, function* () {
        yield* k.nanosleep(20e6)
        yield* k.fork(function* () {})
        errors.push(k.errno)
      })
      k.sysctl('kern.maxproc', k.sysctl('kern.nprocs') as number)
      yield* k.kthread_create(() => pause(k, 1), null, null, 't')
      yield* pause(k, 10)
    })
    valueOf(outcome)
    expect(errors).toEqual([EAGAIN])
    expect(k.msgbuf).toHaveLength(1)
  })
})
