import { describe, expect, test } from 'vitest'
import { endOf, idle, live, spawn, tell, TICK_NS } from '../src/contract/checks/tfork/story.js'
import { ESRCH } from '../src/errno.js'
import { createKernel, type Kernel, type Steps } from '../src/releases/5.1.js'

// Signals in processes with several threads.

const CASES = (['page', 'kernel'] as const).flatMap((reading) => [1, 2].map((ncpu) => ({ reading, ncpu })))
const WHERE = 'reading $reading, $ncpu CPUs'

function bitOf(signo: number): number {
  return 1 << (signo - 1)
}

/** Catches a signal for the whole process: who took it goes into the list. */
function* caught(k: Kernel, signo: number): Steps<number[]> {
  const takers: number[] = []
  function* handler() {
    takers.push(k.curproc.p_pid + k.THREAD_PID_OFFSET)
  }
  yield* k.sigaction(signo, { handler, flags: 0, mask: 0 }, null)
  return takers
}

/** A thread that sleeps a tick at a time until it is told to end. */
function* sleeper(k: Kernel, until: { over: boolean }): Steps<number> {
  return yield* spawn(k, function* () {
    while (!until.over) yield* k.nanosleep(TICK_NS)
  })
}

describe.each(CASES)(`to one thread, ${WHERE}`, ({ reading, ncpu }) => {
  test('its number, from inside: this thread takes the signal and no other', () => {
    const k = createKernel({ reading, ncpu, trace: true })
    const { value } = tell(k, function* () {
      const until = { over: false }
      const takers = yield* caught(k, k.SIGUSR1)
      const threads = [yield* sleeper(k, until), yield* sleeper(k, until), yield* k.getthrid()]
      yield* k.nanosleep(2 * TICK_NS)
      for (const tid of threads) {
        expect(yield* k.kill(tid, k.SIGUSR1)).toBe(0)
        yield* k.nanosleep(2 * TICK_NS)
      }
      until.over = true
      return { takers, threads }
    })
    expect(value.takers).toEqual(value.threads)
  })

  test('its number, from another process, even of root: no such process', () => {
    const k = createKernel({ reading, ncpu, trace: true })
    const { value } = tell(k, function* () {
      const until = { over: false }
      const takers = yield* caught(k, k.SIGUSR1)
      const tid = yield* sleeper(k, until)
      const status = k.ref<number>()
      yield* k.fork(function* () {
        const results = [yield* k.kill(tid, k.SIGUSR1), k.errno, yield* k.kill(tid, 0), k.errno]
        return results.every((result, at) => result === [-1, ESRCH, -1, ESRCH][at]) ? 7 : 1
      })
      yield* k.wait4(-1, status, 0)
      until.over = true
      return { status: status.value, takers }
    })
    expect(value).toEqual({ status: 7 << 8, takers: [] })
  })

  test('its bare number is no process, and one beyond all numbers neither', () => {
    const k = createKernel({ reading, ncpu, trace: true })
    const { value } = tell(k, function* () {
      const until = { over: false }
      const takers = yield* caught(k, k.SIGUSR1)
      const tid = yield* sleeper(k, until)
      const bare = [yield* k.kill(tid - k.THREAD_PID_OFFSET, k.SIGUSR1), k.errno]
      const wild = [yield* k.kill(k.THREAD_PID_OFFSET + 40_000, k.SIGUSR1), k.errno]
      yield* k.nanosleep(2 * TICK_NS)
      until.over = true
      return { bare, wild, takers }
    })
    expect(value).toEqual({ bare: [-1, ESRCH], wild: [-1, ESRCH], takers: [] })
  })

  test('nobody catches it: the whole process ends, not the thread', () => {
    const k = createKernel({ reading, ncpu, trace: true })
    let reached = false
    const process = live(k, function* () {
      const tid = yield* sleeper(k, { over: false })
      yield* k.nanosleep(2 * TICK_NS)
      yield* k.kill(tid, k.SIGTERM)
      yield* k.nanosleep(100 * TICK_NS)
      reached = true
    })
    expect(endOf(process)).toBe('signal 15')
    expect(reached).toBe(false)
  })

  test('SIGSTOP and SIGCONT are for all threads', () => {
    const k = createKernel({ reading, ncpu, trace: true })
    const { value } = tell(k, function* () {
      const turns = { main: 0, other: 0 }
      const pid = yield* k.fork(function* () {
        yield* spawn(k, function* () {
          for (; ; turns.other++) yield* k.nanosleep(TICK_NS)
        })
        for (; ; turns.main++) yield* k.nanosleep(TICK_NS)
      })
      const seen: boolean[] = []
      const states: string[] = []
      function* watch(): Steps<void> {
        yield* k.nanosleep(5 * TICK_NS)
        const before = { ...turns }
        for (const entry of k.ps()) if (entry.pid === pid) states.push(entry.stat[0]!)
        yield* k.nanosleep(5 * TICK_NS)
        seen.push(turns.main > before.main, turns.other > before.other)
      }
      yield* watch()
      yield* k.kill(pid, k.SIGSTOP)
      yield* watch()
      yield* k.kill(pid, k.SIGCONT)
      yield* watch()
      yield* k.kill(pid, k.SIGKILL)
      const status = k.ref<number>()
      yield* k.wait4(pid, status, 0)
      return { seen, stopped: states.slice(2, 4), status: status.value }
    })
    expect(value).toEqual({ seen: [true, true, false, false, true, true], stopped: ['T', 'T'], status: 9 })
  })
})

describe.each(CASES)(`to the process, ${WHERE}`, ({ reading, ncpu }) => {
  test('a thread that does not hold the signal back takes it, and one only', () => {
    const k = createKernel({ reading, ncpu, trace: true })
    const { value } = tell(k, function* () {
      const until = { over: false }
      const pid = yield* k.getpid()
      const takers = yield* caught(k, k.SIGUSR1)
      const tid = yield* sleeper(k, until)
      yield* k.sigprocmask(k.SIG_BLOCK, bitOf(k.SIGUSR1))
      yield* k.nanosleep(2 * TICK_NS)
      yield* k.kill(pid, k.SIGUSR1)
      yield* k.nanosleep(2 * TICK_NS)
      until.over = true
      return { takers, tid }
    })
    expect(value.takers).toEqual([value.tid])
  })

  test('while all hold it back it waits, for the main thread', () => {
    const k = createKernel({ reading, ncpu, trace: true })
    const { value } = tell(k, function* () {
      const until = { over: false }
      const takers = yield* caught(k, k.SIGUSR1)
      yield* k.sigprocmask(k.SIG_BLOCK, bitOf(k.SIGUSR1))
      yield* sleeper(k, until)
      yield* k.kill(yield* k.getpid(), k.SIGUSR1)
      yield* k.nanosleep(2 * TICK_NS)
      const before = takers.length
      yield* k.sigprocmask(k.SIG_UNBLOCK, bitOf(k.SIGUSR1))
      const thrid = yield* k.getthrid()
      until.over = true
      return { before, takers, thrid }
    })
    expect(value.before).toBe(0)
    expect(value.takers).toEqual([value.thrid])
  })

  test('to everybody and to a group: once for each process', () => {
    const k = createKernel({ reading, ncpu, trace: true })
    const { value } = tell(k, function* () {
      const until = { over: false }
      const takers = yield* caught(k, k.SIGUSR1)
      yield* sleeper(k, until)
      yield* sleeper(k, until)
      const group = yield* k.getpgrp()
      for (const target of [-1, -group]) {
        yield* k.fork(function* () {
          // The child has the same group and the same handler, and is not to take the signal for the other.
          yield* k.sigaction(k.SIGUSR1, { handler: 'SIG_IGN', flags: 0, mask: 0 }, null)
          return (yield* k.kill(target, k.SIGUSR1)) === 0 ? 7 : 1
        })
        const status = k.ref<number>()
        for (;;) if ((yield* k.wait4(-1, status, 0)) > 0) break
        expect(status.value).toBe(7 << 8)
        yield* k.nanosleep(2 * TICK_NS)
      }
      until.over = true
      return takers.length
    })
    expect(value).toBe(2)
  })
})

describe.each(CASES)(`masks, ${WHERE}`, ({ reading, ncpu }) => {
  test('a thread begins with the mask of its creator, and then has its own; what is pending stays behind', () => {
    const k = createKernel({ reading, ncpu, trace: true })
    const { value } = tell(k, function* () {
      const until = { over: false }
      const takers = yield* caught(k, k.SIGUSR1)
      const [first, second] = [bitOf(k.SIGUSR1), bitOf(k.SIGUSR2)]
      const masks: number[] = []
      function* look(): Steps<void> {
        masks.push(yield* k.sigprocmask(k.SIG_BLOCK, 0))
      }
      yield* spawn(k, function* () {
        yield* k.sigprocmask(k.SIG_SETMASK, first)
        yield* k.kill(yield* k.getthrid(), k.SIGUSR1)
        yield* spawn(k, function* () {
          yield* look()
          yield* k.sigprocmask(k.SIG_UNBLOCK, first)
          yield* k.sigprocmask(k.SIG_BLOCK, second)
          yield* look()
        })
        yield* k.nanosleep(2 * TICK_NS)
        yield* look()
        until.over = true
      })
      while (!until.over) yield* k.nanosleep(TICK_NS)
      yield* look()
      return { masks, takers, first, second }
    })
    const { first, second } = value
    expect(value.masks).toEqual([first, second, first, 0])
    expect(value.takers).toEqual([])
  })

  test('a handler set by one thread is the handler of all', () => {
    const k = createKernel({ reading, ncpu, trace: true })
    const { value } = tell(k, function* () {
      let takers: number[] = []
      yield* spawn(k, function* () {
        takers = yield* caught(k, k.SIGUSR2)
      })
      yield* k.nanosleep(2 * TICK_NS)
      const thrid = yield* k.getthrid()
      yield* k.kill(thrid, k.SIGUSR2)
      yield* idle()
      return { takers, thrid }
    })
    expect(value.takers).toEqual([value.thrid])
  })
})
