import type { Steps } from '@kt/core'
import { equal, holds, type Trial } from '@kt/core/contract'
import { EINVAL } from '../../../errno.js'
import type { __tfork, Kernel } from '../../../releases/5.1.js'
import { endOf, idle, live, newStack, params, spawn, tell, TICK_NS } from './story.js'

// DESCRIPTION: what is made, where it belongs, what it does first and how it ends.

/** OB-TF-09: the kernel has one thing more to schedule, and gives it a CPU of its own where there are two. */
export function createsThread(trial: Trial<Kernel>): void {
  const spans = [1, 2].map((ncpu) => {
    const k = trial.createKernel({ ncpu })
    const { value } = tell(k, function* () {
      const nprocs = k.sysctl('kern.nprocs') as number
      const others = k.allproc
      const beganNs = k.now
      const ends: number[] = []
      const tid = yield* spawn(k, function* () {
        yield* k.user(10 * TICK_NS)
        ends.push(k.now)
      })
      equal(k.sysctl('kern.nprocs'), nprocs + 1, 'kern.nprocs afterwards')
      const added = k.allproc.filter((p) => !others.includes(p))
      equal(
        added.map((p) => p.p_pid + k.THREAD_PID_OFFSET),
        [tid],
        'what the kernel schedules besides',
      )
      yield* k.user(10 * TICK_NS)
      ends.push(k.now)
      while (ends.length < 2) yield* k.nanosleep(TICK_NS)
      return Math.max(...ends) - beganNs
    })
    return value / TICK_NS
  })
  const [alone, together] = spans as [number, number]
  holds(alone >= 20, `two threads with 10 ticks of work each took ${alone} ticks on one CPU`)
  holds(together < 15, `two threads with 10 ticks of work each took ${together} ticks on two CPUs`)
  trial.saw(`twice 10 ticks of work: ${alone} ticks on one CPU, ${together} on two`)
}

/** OB-TF-10: one process id, one memory, one table of descriptors, one set of signal actions; no process more. */
export function sameProcess(trial: Trial<Kernel>): void {
  const k = trial.createKernel()
  const processes = () => new Set(k.ps().map(({ pid }) => pid)).size
  const { value } = tell(k, function* () {
    const pid = yield* k.getpid()
    const creator = k.curproc
    const count = processes()
    const inherited = yield* k.open('opened before')
    const place = (yield* k.mmap(4096)).word<{ rlim_cur: number; rlim_max: number }>(64)
    const seen = { pid: 0, closed: -1, opened: -1, stored: -1 }
    yield* spawn(k, function* () {
      seen.pid = yield* k.getpid()
      holds(k.curproc !== creator, 'startfunc executes in the thread that called')
      holds(k.curproc.p_p === creator.p_p, 'it is a thread of another process')
      seen.closed = yield* k.close(inherited)
      seen.opened = yield* k.open('opened by the thread')
      // The kernel stores only where the caller has memory.
      seen.stored = yield* k.getrlimit(k.RLIMIT_NPROC, place)
      yield* k.sigaction(k.SIGUSR1, { handler: 'SIG_IGN', flags: 0, mask: 0 }, null)
      yield* k.nanosleep(3 * TICK_NS)
    })
    yield* k.nanosleep(TICK_NS)
    equal(seen, { pid, closed: 0, opened: inherited, stored: 0 }, 'what the thread did')
    equal(processes(), count, 'processes while it lives')
    equal(yield* k.close(inherited), 0, 'closing in the main thread what the new thread opened')
    holds(place.value !== null, 'what the thread had stored in memory is not there')
    // Without the action that the thread set this is the end of the process.
    yield* k.kill(pid, k.SIGUSR1)
    yield* k.user(0)
    return pid
  })
  trial.saw(`process ${value}: descriptors, memory and signal actions of either thread are the other's`)
}

/** OB-TF-12: once, as what a new thread does first, and not in the thread that called. */
export function callsStartfunc(trial: Trial<Kernel>): void {
  const k = trial.createKernel()
  const { value } = tell(
    k,
    function* () {
      const callers = yield* k.getthrid()
      const ran: number[] = []
      const tid = yield* spawn(k, function* () {
        ran.push(yield* k.getthrid())
      })
      equal(ran, [], 'calls of startfunc when the caller goes on, on one CPU')
      yield* k.nanosleep(TICK_NS)
      equal(ran, [tid], 'threads that called startfunc')
      holds(tid !== callers, 'the new thread has the number of the caller')
      return tid
    },
    { ktrace: true },
  )
  const own = k.ktraceRecords.filter(({ pid }) => pid === value - k.THREAD_PID_OFFSET)
  const calls = own.filter(({ type }) => type === 'CALL').map((record) => (record as { call: string }).call)
  equal(calls[0], 'getthrid', 'the first system call of the new thread')
  trial.saw(`thread ${value} called startfunc, and nothing before it`)
}

/** OB-TF-13: that very value, and nothing besides; null too. */
export function passesStartarg(trial: Trial<Kernel>): void {
  const k = trial.createKernel()
  const wanted = [{ an: 'object' }, 0, 'text', null]
  const given: unknown[][] = []
  tell(k, function* () {
    for (const startarg of wanted) {
      function* func(...args: unknown[]): Steps<void> {
        given.push(args)
      }
      yield* k.__tfork_thread(params(null, 'tcb'), yield* newStack(k), func, startarg)
      yield* k.nanosleep(TICK_NS)
    }
  })
  equal(
    given.map((args) => args.length),
    wanted.map(() => 1),
    'arguments of startfunc, call by call',
  )
  for (const [at, startarg] of wanted.entries())
    holds(given[at]![0] === startarg, `startarg ${at} came through as something else`)
  trial.saw(`${wanted.length} values came through, null among them`)
}

/**
 * OB-TF-14: the thread is gone, whatever startfunc returned, and only the thread; after the last one the process. The
 * page makes no condition, so it is so as well when threads were switched off meanwhile.
 */
export function exitsOnReturn(trial: Trial<Kernel>): void {
  returnAmongOthers(trial)
  returnOfTheLast(trial)
  returnWhenSwitchedOff(trial)
}

function returnAmongOthers(trial: Trial<Kernel>): void {
  const k = trial.createKernel()
  const process = live(k, function* () {
    const { process: own } = k.curproc
    let turns = 0
    let isOver = false
    yield* spawn(k, function* () {
      for (; !isOver; turns++) yield* k.nanosleep(TICK_NS)
    })
    const tid = yield* spawn(k, function* () {
      yield* k.user(1000)
      return 42
    })
    equal(own.threadCount, 3, 'threads before startfunc returns')
    yield* k.nanosleep(TICK_NS)
    equal(own.threadCount, 2, 'threads after it has returned')
    equal(k.pfind(tid - k.THREAD_PID_OFFSET), null, 'the thread')
    const before = turns
    yield* k.nanosleep(5 * TICK_NS)
    holds(turns > before, 'another thread stopped with it')
    isOver = true
    return 7
  })
  // 7 is the main function's; 42 goes nowhere.
  equal(endOf(process), 'exit code 7', 'end of the process')
}

function returnOfTheLast(trial: Trial<Kernel>): void {
  const k = trial.createKernel()
  let reached = 0
  const process = live(k, function* () {
    yield* spawn(k, function* () {
      yield* k.nanosleep(3 * TICK_NS)
      reached++
      return 42
    })
    yield* k.__threxit(null)
    reached += 10
  })
  equal(reached, 1, 'a thread whose main thread has ended goes on, and the main thread does not')
  equal(endOf(process), 'exit code 0', 'end of a process whose last thread returned')
  trial.saw(`after the last return the process ended with ${endOf(process)}`)
}

function returnWhenSwitchedOff(trial: Trial<Kernel>): void {
  const k = trial.createKernel()
  const { value } = tell(k, function* () {
    const { process } = k.curproc
    yield* spawn(k, idle)
    k.sysctl('kern.rthreads', 0)
    yield* k.nanosleep(TICK_NS)
    return process.threadCount
  })
  equal(value, 1, 'threads left when startfunc has returned and kern.rthreads is 0')
}

/** OB-TF-15: read at the time of the call, each member once; the caller may use the structure again at once. */
export function readAtEntry(trial: Trial<Kernel>): void {
  const k = trial.createKernel()
  const seen: unknown[] = []
  const { value } = tell(k, function* () {
    const first = k.ref<number>()
    const second = k.ref<number>()
    const reads: string[] = []
    const struct = { tf_tcb: 'first' as unknown, tf_tid: first, tf_flags: 0 }
    const watched = new Proxy<__tfork>(struct, {
      get(target, member: keyof __tfork) {
        if (typeof member === 'string') reads.push(member)
        return target[member]
      },
    })
    function* func() {
      seen.push(yield* k.__get_tcb())
    }
    const made = yield* k.__tfork_thread(watched, yield* newStack(k), func, null)
    const readByThen = [...reads]
    // The new thread has not run yet.
    equal(seen, [], 'control blocks seen when the caller goes on')
    struct.tf_tcb = 'second'
    struct.tf_tid = second
    struct.tf_flags = 1
    yield* k.nanosleep(TICK_NS)
    equal([...readByThen].sort(), ['tf_flags', 'tf_tcb', 'tf_tid'], 'members read during the call')
    equal(reads, readByThen, 'members read until the new thread had ended')
    equal([first.value, second.value], [made, null], 'what lies at the old tf_tid and at the new one')
    // What it says now counts for the next call.
    const next = yield* k.__tfork_thread(watched, yield* newStack(k), func, null)
    return { next, errno: k.errno }
  })
  equal(seen, ['first'], 'control blocks of new threads')
  equal(value, { next: -1, errno: EINVAL }, 'the next call with the changed structure')
  trial.saw('three members read once, at the call; a change after it changes nothing')
}
