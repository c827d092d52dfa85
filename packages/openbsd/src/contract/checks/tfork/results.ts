import { ref, type Steps } from '@kt/core'
import { equal, holds, type Trial } from '@kt/core/contract'
import type { Kernel } from '../../../releases/5.1.js'
import { FAILURES, fill, limitNproc, refused, ROADS, roads, type Failure, type Refusal } from './failures.js'
import { newStack, params, spawn, tell, TICK_NS } from './story.js'

// RETURN VALUES.

/** An ordinary user, who may not take the last slots and has a limit. */
const USER = { uid: 1000 }

/** OB-TF-26: what the caller gets is what the thread has as its number, and no two alive have the same. */
export function callerGetsNumber(trial: Trial<Kernel>): void {
  for (const ncpu of [1, 2]) {
    const k = trial.createKernel({ ncpu })
    tell(k, function* () {
      const own: number[] = []
      const got: number[] = []
      for (let n = 0; n < 3; n++) {
        got.push(
          yield* spawn(k, function* () {
            own.push(yield* k.getthrid())
            yield* k.nanosleep(5 * TICK_NS)
          }),
        )
      }
      yield* k.nanosleep(TICK_NS)
      equal(own.sort(), [...got].sort(), 'numbers the threads have, and their creator got')
      equal(new Set(got).size, 3, 'different numbers')
      const main = yield* k.getthrid()
      holds(!got.includes(main), 'the creator got its own number')
      // The number is that of the process table, with the offset.
      const made = got.map((tid) => k.pfind(tid - k.THREAD_PID_OFFSET))
      holds(
        made.every((p) => p !== null && p.process === k.curproc.process && (p.p_flag & k.P_THREAD) !== 0),
        `threads of this process have the numbers ${got.join(', ')} without the offset`,
      )
      trial.saw(`__tfork_thread = ${got.join(', ')}`)
    })
  }
}

/** OB-TF-27: the code after the call is executed once, by the caller, and not by the thread, which ends with its function. */
export function returnsInCallerOnly(trial: Trial<Kernel>): void {
  for (const ncpu of [1, 2]) {
    const k = trial.createKernel({ ncpu })
    const { process } = tell(k, function* () {
      const log: string[] = []
      const main = yield* k.getthrid()
      const who = function* () {
        return (yield* k.getthrid()) === main ? 'the caller' : 'the thread'
      }
      yield* k.__tfork_thread(
        params(null, 'tcb'),
        yield* newStack(k),
        function* () {
          log.push(`${yield* who()}: function`)
        },
        null,
      )
      log.push(`${yield* who()}: after the call`)
      yield* k.nanosleep(2 * TICK_NS)
      equal(log.sort(), ['the caller: after the call', 'the thread: function'], 'what ran')
      equal(k.curproc.process.ps_threads.length, 1, 'threads once the function has returned')
      trial.saw(log.join('; '))
    })
    equal(process.xstat, 0, 'wait status of the process')
  }
}

/** OB-TF-28, OB-TF-29: the system call has two returns: 0 in the thread, the thread's number in the caller. */
function twoReturns(trial: Trial<Kernel>): { readonly own: number; readonly value: number; readonly got: number } {
  const k = trial.createKernel({ ncpu: 2 })
  return tell(k, function* () {
    const seen = { own: 0, value: -2 }
    const got = yield* k.rawTfork(params(null, 'tcb'), function* (value) {
      seen.value = value
      seen.own = yield* k.getthrid()
    })
    yield* k.nanosleep(TICK_NS)
    return { ...seen, got }
  }).value
}

export function threadGetsZero(trial: Trial<Kernel>): void {
  const { own, value, got } = twoReturns(trial)
  equal(value, 0, '__tfork in the new thread')
  holds(own > 0 && own === got, `it is another thread that got it: ${own}, and ${got} was made`)
  trial.saw(`__tfork = ${value} in thread ${own}`)
}

export function callerGetsNumberOfSyscall(trial: Trial<Kernel>): void {
  const { own, got } = twoReturns(trial)
  equal(got, own, '__tfork in the caller')
  holds(got > 1_000_000, `the number has its offset: ${got}`)
  trial.saw(`__tfork = ${got} in the caller`)
}

/** OB-TF-30: −1, whatever the reason, on both roads. */
export function failureIsMinusOne(trial: Trial<Kernel>): void {
  forEachRefusal(trial, function* (_, { road, failure, refusal }) {
    equal(refusal.value, -1, `${road}, ${failure.name}`)
  })
  trial.saw(`${FAILURES.length} reasons, -1 for each`)
}

/**
 * OB-TF-31: no thread: nothing is counted, listed, stored or run, the numbers that later threads get are those they
 * would have got, and as many fit.
 */
export function failureCreatesNothing(trial: Trial<Kernel>): void {
  forEachRefusal(trial, function* (k, { road, failure, refusal, before }) {
    const what = `${road}, ${failure.name}`
    equal(stateOf(k), before, `${what}: state of the kernel`)
    equal(refusal.tid, 12_345, `${what}: what tf_tid points to`)
    yield* k.nanosleep(2 * TICK_NS)
    equal(refusal.calls.n, 0, `${what}: calls of the function`)
  })
  for (const road of roads) {
    const clean = laterNumbers(trial, road, [])
    equal(laterNumbers(trial, road, FAILURES), clean, `${road}: numbers of later threads, after failures and without`)
    equal(clean.length, 4, 'threads that fit in a limit of five')
    trial.saw(`${road}: ${clean.join(', ')} with and without failures before`)
  }
}

/** What a creation changes. */
function stateOf(k: Kernel): unknown {
  const { forks, forks_sharevm } = k.uvmexp
  return {
    nprocs: k.sysctl('kern.nprocs'),
    alive: k.allproc.map(({ p_pid }) => p_pid),
    listed: k.ps().map(({ tid }) => tid),
    threads: k.curproc.process.ps_threads.map(({ p_pid }) => p_pid),
    descriptors: k.curproc.process.ps_fd.fd_refcnt,
    memory: k.curproc.process.addressSpace.vm_refcnt,
    signalActions: k.curproc.process.ps_sigacts.ps_refcnt,
    forkstat: k.forkstat,
    forks,
    forks_sharevm,
  }
}

/** Numbers of the threads that fit under a limit, after some failures. */
function laterNumbers(trial: Trial<Kernel>, road: keyof typeof ROADS, failures: readonly Failure[]): readonly number[] {
  const k = trial.createKernel()
  const story = function* () {
    for (const failure of failures) yield* refused(k, road, failure)
    yield* limitNproc(k, 5)
    return yield* fill(k, road)
  }
  return tell(k, story, USER).value
}

/** OB-TF-32: errno, and only that of the thread that made the call. */
export function errnoSaysWhy(trial: Trial<Kernel>): void {
  forEachRefusal(trial, function* (k, { road, failure, refusal }) {
    equal(refusal.errno, k[failure.errno], `errno after ${road}, ${failure.name}`)
  })
  const k = trial.createKernel({ ncpu: 2 })
  tell(k, function* () {
    // The main thread has an errno of its own, which nothing of this touches.
    equal(yield* k.close(99), -1, 'close(99)')
    const seen = ref<number>()
    yield* spawn(k, function* () {
      equal(k.errno, 0, 'errno of a new thread')
      yield* k.__tfork_thread(params(null, null, 1), yield* newStack(k), function* () {}, null)
      seen.value = k.errno
    })
    yield* k.nanosleep(2 * TICK_NS)
    equal(seen.value, k.EINVAL, 'errno of the thread that failed')
    equal(k.errno, k.EBADF, 'errno of the main thread, which did not call')
    trial.saw(`errno ${seen.value} in the thread that called, ${k.errno} in the other as before`)
  })
}

/** What is to be seen of a failure; made on the machine on which it happened. */
type Look = (
  k: Kernel,
  what: {
    readonly road: keyof typeof ROADS
    readonly failure: Failure
    readonly refusal: Refusal
    readonly before: unknown
  },
) => Steps

/** Makes every failure happen on both roads, on one machine for each road, and looks at each. */
function forEachRefusal(trial: Trial<Kernel>, look: Look): void {
  for (const road of roads) {
    const k = trial.createKernel({ ncpu: 2 })
    const story = function* () {
      for (const failure of FAILURES) {
        const before = stateOf(k)
        const refusal = yield* refused(k, road, failure)
        yield* look(k, { road, failure, refusal, before })
      }
    }
    tell(k, story, USER)
  }
}
