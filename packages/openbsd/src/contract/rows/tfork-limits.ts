import type { KernelCall, Steps } from '@kt/core'
import type { Trial } from '@kt/core/contract'
import type { ProcessOptions } from '../../start-process.js'
import { asUser, errnoName, fillWithKthreads, lingers, resultOf, tell, type K51 } from './words.js'
import { fillWithThreads, footprint, returns, stays, tellUser, thread } from './tfork-words.js'

/** OB-D-20: how many threads a process gets, its first one counted. */
export function perUserLimit(trial: Trial<K51>): string {
  return tell(trial, {}, function* (k) {
    k.sysctl('kern.rthreads', 1)
    const fill = (options: Partial<ProcessOptions>) =>
      asUser(k, { name: 'prog', ...options }, function* () {
        return (yield* fillWithThreads(k)) + 1
      })
    const plain = yield* fill({ uid: 1000 })
    const byDefault = yield* fill({ uid: 1001, login: 'default' })
    const raised = yield* asUser(k, { name: 'prog', uid: 1002, login: 'staff' }, function* () {
      const soft = (yield* fillWithThreads(k)) + 1
      yield* k.setrlimit(k.RLIMIT_NPROC, { rlim_cur: 512, rlim_max: 512 })
      return `${soft}, then ${soft + (yield* fillWithThreads(k))}`
    })
    const ofRoot = yield* fill({})
    const own = `no login ${plain}, class default ${byDefault}, class staff ${raised} by setrlimit`
    return `MAXUPRC ${k.MAXUPRC}; ${own}, uid 0 ${ofRoot} of ${k.sysctl('kern.maxproc')}`
  })
}

/** OB-D-21: a process, its child, a zombie and threads in a table with ten free slots. */
export function whatIsCounted(trial: Trial<K51>): string {
  return tellUser(trial, { uid: 1000 }, function* (k) {
    k.sysctl('kern.maxproc', Number(k.sysctl('kern.nprocs')) + 9)
    const zombie = yield* k.fork(returns)
    yield* k.fork(lingers(k))
    yield* k.nanosleep(20e6)
    const hasZombie = k.kern_proc(k.KERN_PROC_PID, zombie).some(({ stat }) => stat.startsWith('Z'))
    const threads = yield* fillWithThreads(k)
    const errno = errnoName(k.errno)
    const { made, error } = yield* k.syscall('ioctl', () => fillWithKthreads(k))
    const owned = `a process, its child, ${hasZombie ? 'a zombie' : 'no zombie'} and ${threads} threads`
    return `uid 1000: ${owned}, then ${errno}; process 0: ${made} more, then ${errnoName(error)}`
  })
}

/** OB-D-24: everything is wrong at once, and is put right one by one. */
export function precedence(trial: Trial<K51>): string {
  return tell(trial, {}, (k) =>
    asUser(k, { name: 'prog', uid: 1000, nprocSoft: 1 }, function* () {
      const maxproc = Number(k.sysctl('kern.maxproc'))
      const stack = yield* k.mmap(0x4000)
      const seen: string[] = []
      function* call(tf_flags: number | null): Steps<void> {
        const lines = k.msgbuf.length
        const params = tf_flags === null ? null : { tf_tcb: null, tf_tid: null, tf_flags }
        const value = yield* k.__tfork_thread(params, stack.end, returns, 'startarg')
        seen.push(
          `${value === -1 ? errnoName(k.errno) : 'a thread'}${k.msgbuf.length > lines ? ' with a log line' : ''}`,
        )
      }
      k.sysctl('kern.maxproc', 1)
      k.inject({ at: 'uarea' })
      yield* call(null)
      yield* call(1)
      yield* call(0)
      k.sysctl('kern.rthreads', 1)
      yield* call(0)
      k.sysctl('kern.maxproc', maxproc)
      yield* call(0)
      yield* k.setrlimit(k.RLIMIT_NPROC, { rlim_cur: 10, rlim_max: 10 })
      yield* call(0)
      yield* call(0)
      return seen.join(', ')
    }),
  )
}

/** OB-D-25 */
export function noKernelStack(trial: Trial<K51>): string {
  return tellUser(trial, { uid: 1000 }, function* (k) {
    const before = footprint(k)
    const lines = k.msgbuf.length
    k.inject({ at: 'uarea', when: 2 })
    const first = resultOf(k, yield* thread(k, returns))
    yield* k.setrlimit(k.RLIMIT_NPROC, { rlim_cur: 1000, rlim_max: 1000 })
    const raised = resultOf(k, yield* thread(k, returns))
    const isClean = footprint(k) === before && k.msgbuf.length === lines
    const later = (yield* thread(k, returns)) > 0 ? 'a thread' : errnoName(k.errno)
    const left = isClean ? 'nothing created, nothing said' : 'something left behind'
    return `no kernel stack: ${first}, with the soft limit raised ${raised}, ${left}; with one: ${later}`
  })
}

/** OB-D-32: what each kind of fork adds to the counts. */
export function counters(trial: Trial<K51>): string {
  return tellUser(trial, {}, function* (k) {
    const kinds = ['forks', 'vforks', 'rforks', 'kernel threads']
    function* by(make: () => Steps<number> | KernelCall<number>): Steps<string> {
      const before = k.forkstat
      yield* make()
      const grown = kinds.filter((_kind, at) => k.forkstat[at]! - before[at]! === 1)
      return grown.join(' and ') || 'nothing'
    }
    const ofThread = yield* by(() => thread(k, returns))
    const ofFork = yield* by(() => k.fork(returns))
    const ofRfork = yield* by(() => k.rfork(k.RFPROC | k.RFFDG, returns))
    return `__tfork counts as ${ofThread}, fork as ${ofFork}, rfork as ${ofRfork}`
  })
}

/** OB-D-33 */
export function offByDefault(trial: Trial<K51>): string {
  return tell(trial, {}, (k) =>
    asUser(k, { name: 'prog' }, function* () {
      const atBoot = `${k.sysctl('kern.rthreads')}: ${resultOf(k, yield* thread(k, returns))}`
      k.sysctl('kern.rthreads', 1)
      const on = (yield* thread(k, returns)) > 0 ? 'a thread' : errnoName(k.errno)
      return `kern.rthreads ${atBoot}; 1: ${on}`
    }),
  )
}

/**
 * OB-D-35: the creator waits in the kernel where the end of a thread wakes it, at a better priority than the reaper's,
 * and so finds the thread dead and not yet reaped.
 */
export function slotOfTheDead(trial: Trial<K51>): string {
  return tellUser(trial, { uid: 1000, nprocSoft: 2 }, function* (k) {
    const number = yield* thread(k, returns)
    const ended = k.pfind(number - k.THREAD_PID_OFFSET)!
    yield* k.syscall('ioctl', function* () {
      yield* k.tsleep(k.curproc.p_p.threadsEnd(), k.PSWP, 'ended', 0)
    })
    const isReaped = ended.isFree
    const before = resultOf(k, yield* thread(k, stays(k)))
    yield* k.nanosleep(20e6)
    const after = (yield* thread(k, stays(k))) > 0 ? 'a thread' : errnoName(k.errno)
    return `limit 2: while the dead thread is ${isReaped ? '' : 'not '}reaped ${before}; later ${after}`
  })
}
