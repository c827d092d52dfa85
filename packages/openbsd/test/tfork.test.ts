import { describe, expect, test } from 'vitest'
import { idle, newStack, params, spawn, statusOf, tell, TICK_NS } from '../src/contract/checks/tfork/story.js'
import { EBADF, ESRCH } from '../src/errno.js'
import { createKernel, seededOracle, type Kernel, type OpenbsdOptions, type Steps } from '../src/releases/5.1.js'

// Threads of user processes as they begin: bad stacks, numbers, what each has of its own.

const CASES = (['page', 'kernel'] as const).flatMap((reading) => [1, 2].map((ncpu) => ({ reading, ncpu })))
const WHERE = 'reading $reading, $ncpu CPUs'

function make(options: OpenbsdOptions): Kernel {
  return createKernel({ trace: true, stepsMax: 1_000_000, ...options })
}

test('user code makes its calls on every schedule, though each is announced to other CPUs first', () => {
  for (const freeTimers of [false, true]) {
    const k = make({ oracle: seededOracle(3, freeTimers) })
    const { value } = tell(k, function* () {
      yield* k.user(1000)
      return yield* k.getpid()
    })
    expect(value).toBeGreaterThanOrEqual(1)
  }
})

describe.each(CASES)(`stacks, ${WHERE}`, ({ reading, ncpu }) => {
  /** Stack pointers below which nothing can be pushed, by what is wrong with them. */
  const BAD: Readonly<Record<string, (k: Kernel) => Steps<number>>> = {
    *'at address 0'() {
      return 0
    },
    *misaligned(k) {
      return (yield* newStack(k)) - 8
    },
    *unmapped(k) {
      const gone = yield* k.mmap(8192)
      yield* k.munmap(gone)
      return gone.end
    },
    *'without room'(k) {
      return (yield* k.mmap(8192)).address
    },
    *'read-only'(k) {
      return (yield* k.mmap(8192, false)).end
    },
  }

  /** A process makes a thread on such a stack: its wait status, whether its maker went on, threads made besides. */
  function story(arch: 'amd64' | 'i386', which: string) {
    const k = make({ reading, ncpu, arch })
    let wentOn = false
    const { value: status } = tell(k, () =>
      statusOf(k, function* () {
        const tid = yield* k.__tfork_thread(params(), yield* BAD[which]!(k), idle, null)
        wentOn = tid > 0
        yield* k.nanosleep(100 * TICK_NS)
        return 0
      }),
    )
    // The same process without a thread.
    const other = make({ reading, ncpu, arch })
    tell(other, () => statusOf(other, idle))
    return { status, wentOn, made: k.uvmexp.forks - other.uvmexp.forks }
  }

  test.each(Object.keys(BAD))('amd64, %s: the new thread dies of SIGSEGV, and the process with it', (which) => {
    const { status, made, wentOn } = story('amd64', which)
    expect({ status, made }).toEqual({ status: 11, made: 1 })
    // On one CPU its creator is the first to go on.
    if (ncpu === 1) expect(wentOn).toBe(true)
  })

  test.each(Object.keys(BAD))('i386, %s: its creator dies of SIGSEGV, and there is no new thread', (which) => {
    expect(story('i386', which)).toEqual({ status: 11, wentOn: false, made: 0 })
  })

  test('a thread that catches the SIGSEGV of its stack can end, and its process lives', () => {
    const k = make({ reading, ncpu })
    let caught = 0
    const { value } = tell(k, function* () {
      const { process } = k.curproc
      function* handler() {
        caught++
        yield* k.__threxit(null)
      }
      yield* k.sigaction(k.SIGSEGV, { handler, flags: 0, mask: 0 }, null)
      yield* k.__tfork_thread(params(), 0, idle, null)
      yield* k.nanosleep(3 * TICK_NS)
      return process.threadCount
    })
    expect([caught, value]).toEqual([1, 1])
  })

  test('startfunc null is a jump to address 0: SIGSEGV in the new thread', () => {
    for (const arch of ['amd64', 'i386'] as const) {
      const k = make({ reading, ncpu, arch })
      let tid = 0
      const { value } = tell(k, () =>
        statusOf(k, function* () {
          tid = yield* k.__tfork_thread(params(), yield* newStack(k), null, null)
          yield* k.nanosleep(100 * TICK_NS)
          return 0
        }),
      )
      expect(value).toBe(11)
      if (ncpu === 1) expect(tid).toBeGreaterThan(k.THREAD_PID_OFFSET)
    }
  })

  test('any 16-byte boundary with room below it does', () => {
    const k = make({ reading, ncpu })
    const { value } = tell(k, function* () {
      const memory = yield* k.mmap(4096)
      const seen: number[] = []
      const wanted = [memory.end, memory.address + 16, memory.address + 2048]
      for (const stack of wanted) {
        function* func() {
          seen.push(k.sp)
        }
        yield* k.__tfork_thread(params(), stack, func, null)
        yield* k.nanosleep(2 * TICK_NS)
      }
      return { seen, wanted }
    })
    expect(value.seen).toEqual(value.wanted)
  })
})

describe.each(CASES)(`beginnings, ${WHERE}`, ({ reading, ncpu }) => {
  test('the primitive gives the child 0 on the stack of its creator, and the number to the creator', () => {
    const k = make({ reading, ncpu })
    const { value } = tell(k, function* () {
      const own = { sp: k.sp, tid: k.ref<number>() }
      const child = { value: -1, sp: 0, thrid: 0 }
      const result = yield* k.rawTfork(params(own.tid, 'tcb'), function* (value) {
        child.value = value
        child.sp = k.sp
        child.thrid = yield* k.getthrid()
        yield* k.__threxit(null)
      })
      yield* k.nanosleep(2 * TICK_NS)
      return { child, expected: { value: 0, sp: own.sp, thrid: result }, stored: own.tid.value === result }
    })
    expect(value.child).toEqual(value.expected)
    expect(value.stored).toBe(true)
  })

  test('of two threads with one place for their numbers the last store stays', () => {
    const k = make({ reading, ncpu })
    const { value } = tell(k, function* () {
      const place = k.ref<number>()
      const first = yield* spawn(k, idle, place)
      const afterFirst = place.value
      const second = yield* spawn(k, idle, place)
      yield* k.nanosleep(2 * TICK_NS)
      return { first, afterFirst, second, last: place.value }
    })
    expect(value.afterFirst).toBe(value.first)
    expect(value.last).toBe(value.second)
    expect(value.second).not.toBe(value.first)
  })

  test('errno is of the thread', () => {
    const k = make({ reading, ncpu })
    const { value } = tell(k, function* () {
      yield* k.kill(0x7fff, k.SIGTERM)
      const seen: number[] = [k.errno]
      yield* spawn(k, function* () {
        seen.push(k.errno)
        yield* k.close(99)
        seen.push(k.errno)
      })
      yield* k.nanosleep(2 * TICK_NS)
      seen.push(k.errno)
      return seen
    })
    expect(value).toEqual([ESRCH, 0, EBADF, ESRCH])
  })

  test('a name, nice value and user id of its own it has not', () => {
    const k = make({ reading, ncpu })
    const { value } = tell(
      k,
      function* () {
        const tid = yield* spawn(k, function* () {
          yield* k.nanosleep(5 * TICK_NS)
        })
        return k.ps().filter((entry) => entry.tid === tid)
      },
      { name: 'manythreads', uid: 1000 },
    )
    expect(value).toMatchObject([{ comm: 'manythreads', nice: 0, uid: 1000 }])
  })
})
