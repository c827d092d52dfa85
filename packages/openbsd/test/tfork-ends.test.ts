import { describe, expect, test } from 'vitest'
import {
  endOf,
  idle,
  live,
  newStack,
  params,
  spawn,
  statusOf,
  tell,
  TICK_NS,
} from '../src/contract/checks/tfork/story.js'
import { EINVAL, ENOTSUP } from '../src/errno.js'
import { createKernel, type Kernel, type OpenbsdOptions } from '../src/releases/5.1.js'

// Threads of user processes as they end: one, all, in whatever order, and when threads are switched off.

const CASES = (['page', 'kernel'] as const).flatMap((reading) => [1, 2].map((ncpu) => ({ reading, ncpu })))
const WHERE = 'reading $reading, $ncpu CPUs'

function make(options: OpenbsdOptions): Kernel {
  return createKernel({ trace: true, stepsMax: 1_000_000, ...options })
}

describe.each(CASES)(`ends, ${WHERE}`, ({ reading, ncpu }) => {
  test('the main thread stays until the others have ended, and so does the process', () => {
    const k = make({ reading, ncpu })
    const log: string[] = []
    const { value } = tell(k, function* () {
      const pid = yield* k.fork(function* () {
        const main = k.curproc
        for (const [name, ticks] of [
          ['first', 3],
          ['second', 6],
        ] as const) {
          yield* spawn(k, function* () {
            yield* k.nanosleep(ticks * TICK_NS)
            log.push(`${name}: main is in ${String(main.p_wmesg)}, pid ${(yield* k.getpid()) === main.p_pid}`)
          })
        }
        yield* k.__threxit(null)
        log.push('main went on')
      })
      const status = k.ref<number>()
      yield* k.nanosleep(4 * TICK_NS)
      const early = yield* k.wait4(pid, status, k.WNOHANG)
      return [early, (yield* k.wait4(pid, status, 0)) === pid, status.value]
    })
    expect(log).toEqual(['first: main is in thrdeath, pid true', 'second: main is in thrdeath, pid true'])
    expect(value).toEqual([0, true, 0])
  })

  test('_exit by another thread than the main one ends all of them, with its code', () => {
    const k = make({ reading, ncpu })
    const reached: string[] = []
    const { value } = tell(k, () =>
      statusOf(k, function* () {
        yield* spawn(k, function* () {
          yield* k.nanosleep(1000 * TICK_NS)
          reached.push('sleeper')
        })
        yield* spawn(k, function* () {
          yield* k.user(1000 * TICK_NS)
          reached.push('worker')
        })
        yield* spawn(k, function* () {
          yield* k.nanosleep(3 * TICK_NS)
          yield* k._exit(3)
        })
        yield* k.nanosleep(1000 * TICK_NS)
        reached.push('main')
      }),
    )
    expect(value).toBe(3 << 8)
    expect(reached).toEqual([])
    expect(k.now).toBeLessThan(100 * TICK_NS)
  })

  test('a thread that works in user mode on another CPU is called off at once', () => {
    const k = make({ reading, ncpu: 2 })
    const { value } = tell(k, function* () {
      let exitedNs = 0
      const status = yield* statusOf(k, function* () {
        yield* spawn(k, function* () {
          yield* k.user(1000 * TICK_NS)
        })
        yield* k.nanosleep(2 * TICK_NS)
        // Between two ticks, which would call it off as well.
        yield* k.user(TICK_NS / 4)
        exitedNs = k.now
        yield* k._exit(3)
      })
      return { status, lateNs: k.now - exitedNs }
    })
    expect(value).toEqual({ status: 3 << 8, lateNs: 0 })
  })

  test('the end of a process waits for threads that sleep uninterruptibly', () => {
    const k = make({ reading, ncpu })
    const reached: string[] = []
    const { value } = tell(k, function* () {
      const beganNs = k.now
      const pid = yield* k.fork(function* () {
        yield* spawn(k, function* () {
          yield* k.syscall('ioctl', function* () {
            yield* k.tsleep('a disk', k.PRIBIO, 'biowait', 20)
            reached.push('in the kernel')
          })
          reached.push('in user mode')
        })
        yield* k.nanosleep(2 * TICK_NS)
        return 5
      })
      yield* k.nanosleep(10 * TICK_NS)
      const wmesgs = k.ps().flatMap((entry) => (entry.pid === pid ? [entry.wchan] : []))
      const status = k.ref<number>()
      yield* k.wait4(pid, status, 0)
      return { wmesgs, status: status.value, ticks: (k.now - beganNs) / TICK_NS }
    })
    expect(value.wmesgs.sort()).toEqual(['biowait', 'suspend'])
    expect(reached).toEqual(['in the kernel'])
    expect(value.status).toBe(5 << 8)
    expect(value.ticks).toBeGreaterThanOrEqual(19)
  })

  test('__threxit stores a 0 where it is told to, when nobody needs the stack any more', () => {
    const k = make({ reading, ncpu })
    const { value } = tell(k, function* () {
      const tid = k.ref<number>()
      yield* spawn(
        k,
        function* () {
          yield* k.__threxit(tid)
        },
        tid,
      )
      yield* k.nanosleep(2 * TICK_NS)
      return tid.value
    })
    expect(value).toBe(0)
  })

  test('a bad place for the 0 does no harm to the process', () => {
    const k = make({ reading, ncpu })
    const process = live(k, function* () {
      const { process: own } = k.curproc
      const gone = yield* k.mmap(4096)
      yield* k.munmap(gone)
      yield* spawn(k, function* () {
        yield* k.__threxit(gone.word())
      })
      yield* k.nanosleep(2 * TICK_NS)
      return own.threadCount
    })
    expect(endOf(process)).toBe('exit code 1')
  })

  test('the slot and the count of a thread are free when the reaper has been there', () => {
    const k = make({ reading, ncpu })
    const { value } = tell(k, function* () {
      const before = k.sysctl('kern.nprocs') as number
      for (let threads = 0; threads < 3; threads++) yield* spawn(k, idle)
      const during = k.sysctl('kern.nprocs') as number
      yield* k.nanosleep(5 * TICK_NS)
      return [during - before, (k.sysctl('kern.nprocs') as number) - before]
    })
    expect(value[1]).toBe(0)
    if (ncpu === 1) expect(value[0]).toBe(3)
  })
})

describe.each(CASES)(`kern.rthreads switched off, ${WHERE}`, ({ reading, ncpu }) => {
  test('threads that are there go on, and their calls fail each in its own way', () => {
    const k = make({ reading, ncpu })
    const process = live(k, function* () {
      const seen: unknown[] = []
      let turns = 0
      yield* spawn(k, function* () {
        for (;;) {
          yield* k.nanosleep(TICK_NS)
          turns++
        }
      })
      yield* k.nanosleep(3 * TICK_NS)
      k.sysctl('kern.rthreads', 0)
      const before = turns
      yield* k.nanosleep(5 * TICK_NS)
      expect(turns).toBeGreaterThan(before)
      seen.push(yield* k.__thrsleep('here', 0, null, null), yield* k.__thrwakeup('here', 1), k.errno)
      seen.push(yield* k.getthrid(), k.errno)
      seen.push(yield* k.__threxit(null), k.errno)
      seen.push(yield* k.__tfork_thread(params(), yield* newStack(k), idle, null), k.errno)
      expect(seen).toEqual([ENOTSUP, ENOTSUP, 0, -1, ENOTSUP, -1, EINVAL, -1, ENOTSUP])
      return 4
    })
    // The process ends as any other, with its threads.
    expect(endOf(process)).toBe('exit code 4')
  })
})
