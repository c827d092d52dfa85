import { Random } from '@kt/core'
import { describe, expect, it } from 'vitest'
import { PID_MAX } from '../src/param.js'
import { PidAllocator } from '../src/pid.js'
import type { Proc as ProcClass } from '../src/proc.js'
import type { FreebsdOptions } from '../src/releases/8.0.js'
import { exits, waits } from './kproc-words.js'
import { addProcess, quiet, READINGS, valueOf } from './staging.js'

describe.each(READINGS)('process numbers, reading %s', (reading) => {
  const machine = (options: FreebsdOptions = {}) => quiet({ reading, ...options })

  it('boot: audit asks for a high one before init, then idle and intr, and the others begin at 2', () => {
    const k = machine({ daemons: 'stock' })
    valueOf(k.boot())
    const pids = Object.fromEntries(k.allproc.map(({ p_comm, p_pid }) => [p_comm, p_pid]))
    expect(pids).toMatchObject({
      kernel: 0,
      init: 1,
      g_event: 2,
      g_up: 3,
      g_down: 4,
      pagedaemon: 5,
      audit: 10,
      idle: 11,
      intr: 12,
    })
    expect(new Set(Object.values(pids)).size).toBe(k.allproc.length)
  })

  it('RFHIGHPID takes the first free one from 10 on and leaves the others where they were', () => {
    const k = machine()
    const pids = valueOf(
      k.boot(function* () {
        const made: number[] = []
        for (const flags of [0, k.RFHIGHPID, 0, k.RFHIGHPID, 0, 0, 0, 0, 0, 0, 0, k.RFHIGHPID])
          made.push((yield* addProcess(k, 'p', () => waits(k), flags)).p_pid)
        return made
      }),
    )
    // 10 and 11 are idle and intr.
    expect(pids).toEqual([2, 12, 3, 13, 4, 5, 6, 7, 8, 9, 14, 15])
  })

  it('a number is free when the process was waited for, and is not used again before all others were', () => {
    const k = machine()
    const pids = valueOf(
      k.boot(function* () {
        const made: number[] = []
        for (let n = 0; n < 4; n++) {
          made.push((yield* addProcess(k, 'p', () => exits(k))).p_pid)
          yield* k.pause('reap', 2)
          expect(k.allproc.some(({ p_comm }) => p_comm === 'p')).toBe(false)
        }
        return made
      }),
    )
    expect(pids).toEqual([2, 3, 4, 5])
  })

  it('kern.randompid spreads them: of one seed always the same, of another others, and 0 ends it', () => {
    const draw = (seed: number) => {
      const k = machine({ seed })
      return valueOf(
        k.boot(function* () {
          expect(k.sysctl('kern.randompid', 1000)).toBe(0)
          const made: number[] = []
          for (let n = 0; n < 10; n++) made.push((yield* addProcess(k, 'p', () => waits(k))).p_pid)
          const high = (yield* addProcess(k, 'p', () => waits(k), k.RFHIGHPID)).p_pid
          k.sysctl('kern.randompid', 0)
          const next = (yield* addProcess(k, 'p', () => waits(k))).p_pid
          // One that asks for a high number has no luck.
          expect([high, next]).toEqual([made.at(-1)! + 1, made.at(-1)! + 2])
          return made
        }),
      )
    }
    const pids = draw(1)
    for (const [at, pid] of pids.entries()) {
      const before = pids[at - 1] ?? 1
      expect(pid > before && pid <= before + 1000).toBe(true)
    }
    expect(pids.some((pid, at) => pid > (pids[at - 1] ?? 1) + 1)).toBe(true)
    expect(draw(1)).toEqual(pids)
    expect(draw(2)).not.toEqual(pids)
  })
})

describe('the allocator of process numbers', () => {
  it('goes on at 100 when the numbers have run out, past those in use, dead or alive', () => {
    const taken = new Map<number, ProcClass>()
    const pids = new PidAllocator(taken, new Random(1))
    const seen = new Set<number>()
    let last = 0
    for (let pid = pids.next(false)!; pid > last; pid = pids.next(false)!) {
      seen.add((last = pid))
      if (last === 50_000) for (const number of [102, 103]) taken.set(number, {} as ProcClass)
    }
    expect(last <= PID_MAX && last >= PID_MAX - 1).toBe(true)
    expect(seen.size).toBe(last)
    // The one that ended the loop was 100.
    expect([pids.next(false), pids.next(false), pids.next(true), pids.next(false)]).toEqual([101, 104, 105, 105])
  })

  it('finds the last free number, and says when there is none', () => {
    const taken = new Map<number, ProcClass>()
    for (let pid = 0; pid <= PID_MAX; pid++) if (pid !== 4711) taken.set(pid, {} as ProcClass)
    const pids = new PidAllocator(taken, new Random(1))
    expect(pids.next(false)).toBe(4711)
    taken.set(4711, {} as ProcClass)
    expect([pids.next(false), pids.next(true)]).toEqual([null, null])
  })
})
