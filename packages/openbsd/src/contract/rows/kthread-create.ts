import { ref, type Steps } from '@kt/core'
import type { Trial } from '@kt/core/contract'
import { OpenFile } from '../../files.js'
import type { Proc } from '../../proc.js'
import { asUser, created, ends, errnoName, fillWithKthreads, lingers, pause, sleeps, tell, type K } from './words.js'

/** OB-D-01: what a thread opens in its table. */
export function descriptorTable(trial: Trial<K>): string {
  return tell(trial, {}, function* (k) {
    const { ps_fd } = k.proc0.p_p
    ps_fd.open(new OpenFile('/dev/console'))
    const seen = ref<number>()
    const thread = yield* created(k, 'opener', function* () {
      seen.value = k.curproc.p_p.ps_fd.open(new OpenFile('/dev/klog'))
      yield* sleeps(k)()
    })
    yield* pause(k, 1)
    const names = ps_fd.open_files.map(([, name]) => name).join(' and ')
    const own = thread.p_p.ps_fd.open_files.length
    return `the thread opens descriptor ${seen.value} and has ${own}; process 0 has ${names}`
  })
}

/** OB-D-02 */
export function noKernelStack(trial: Trial<K>): string {
  return tell(trial, {}, function* (k) {
    k.inject({ at: 'uarea' })
    const newpp = ref<Proc>()
    const before = [k.sysctl('kern.nprocs'), k.uvmexp.forks, k.msgbuf.length].join()
    const error = yield* k.kthread_create(ends(k), 'arg', newpp, 'stackless')
    const after = [k.sysctl('kern.nprocs'), k.uvmexp.forks, k.msgbuf.length].join()
    const isClean = newpp.value === null && before === after
    return `no kernel stack: ${errnoName(error)}, ${isClean ? 'nothing created, nothing said' : 'something left behind'}`
  })
}

/** The kernel side of a call that creates a thread. */
function creates(k: K): () => Steps<number> {
  return function* () {
    return yield* k.kthread_create(ends(k), 'arg', null, 'asked')
  }
}

/** OB-D-03: each kind fills the table for the other. */
export function oneTable(trial: Trial<K>): string {
  const byProcesses = tell(trial, {}, function* (k) {
    k.sysctl('kern.maxproc', Number(k.sysctl('kern.nprocs')) + 4)
    return yield* asUser(k, { name: 'forker' }, function* () {
      let children = 0
      while ((yield* k.fork(lingers(k))) !== -1) children++
      const error = yield* k.syscall('ioctl', creates(k))
      return `full with ${children + 1} processes: kthread_create ${errnoName(error)}`
    })
  })
  const byThreads = tell(trial, {}, function* (k) {
    k.sysctl('kern.maxproc', Number(k.sysctl('kern.nprocs')) + 4)
    return yield* asUser(k, { name: 'forker' }, function* () {
      const { made } = yield* k.syscall('ioctl', () => fillWithKthreads(k))
      const value = yield* k.fork(lingers(k))
      return `with ${made} kernel threads and a process: fork ${value} ${errnoName(k.errno)}`
    })
  })
  return `${byProcesses}; ${byThreads}`
}

/** OB-D-04 */
export function nullArgument(trial: Trial<K>): string {
  return tell(trial, {}, function* (k) {
    const newpp = ref<Proc>()
    const received: (Proc | null)[] = []
    function* func(arg: Proc | null) {
      received.push(arg)
      yield* k.kthread_exit(0)
    }
    yield* k.kthread_create(func, null, newpp, 'null')
    yield* pause(k, 1)
    if (received[0] === null) return 'func receives null'
    return received[0] === newpp.value ? 'func receives its own process' : 'func receives something else'
  })
}

/** OB-D-05 */
export function sharedLimits(trial: Trial<K>): string {
  return tell(trial, {}, function* (k) {
    const thread = yield* created(k, 'limited', sleeps(k))
    const limits = () => (thread.p_p.ps_limit === k.proc0.p_p.ps_limit ? 'shared' : 'its own')
    const soft = ({ p_p }: Proc) => p_p.ps_limit.pl_rlimit['RLIMIT_NPROC']!.soft
    const before = limits()
    yield* k.dosetrlimit(thread.p_p, k.RLIMIT_NPROC, { rlim_cur: 5, rlim_max: 10 })
    return `${before}, after its setrlimit ${limits()}: ${soft(thread)}, process 0 has ${soft(k.proc0)}`
  })
}

/** OB-D-10: a thread of attach time, and its end. */
export function beforeInit(trial: Trial<K>): string {
  const k = trial.createKernel()
  const newpp = ref<Proc>()
  let numbers = ''
  k.attach(function* () {
    yield* k.kthread_create(early, 'arg', newpp, 'early')
  })
  function* early() {
    yield* k.tsleep(newpp, k.PWAIT, 'early', 0)
    yield* k.kthread_exit(3)
  }
  const outcome = k.boot(function* () {
    numbers = `process ${newpp.value!.p_pid}, init is ${k.initproc!.p_pid}; at its end `
    yield* pause(k, 1)
    yield* k.wakeup(newpp)
    yield* pause(k, 1)
  })
  if (outcome.kind !== 'panic') throw new Error(`no panic but ${outcome.kind}`)
  return `${numbers}panic ${outcome.clause}: ${outcome.message}`
}

/** OB-D-14 */
export function whereItMaySleep(trial: Trial<K>): string {
  const process = tell(trial, {}, (k) =>
    asUser(k, { name: 'sh', uid: 1000 }, function* () {
      return errnoName(yield* k.syscall('ioctl', creates(k)))
    }),
  )
  const interrupt = tell(trial, {}, function* (k) {
    k.interrupt(function* () {
      yield* k.kthread_create(ends(k), 'arg', null, 'never')
    })
    yield* pause(k, 1)
    return 'returns'
  })
  const withMutex = (diagnostic: boolean) =>
    tell(trial, { diagnostic }, function* (k) {
      yield* k.mtx_enter(k.MUTEX_INITIALIZER(k.IPL_BIO))
      yield* k.kthread_create(ends(k), 'arg', null, 'never')
      return 'returns'
    })
  const mutex = `with a mutex held: ${withMutex(true)}, without DIAGNOSTIC ${withMutex(false)}`
  return `a process: ${process}; in an interrupt: ${interrupt}; ${mutex}`
}

/** OB-D-15 */
export function longName(trial: Trial<K>): string {
  return tell(trial, {}, function* (k) {
    const newpp = ref<Proc>()
    const error = yield* k.kthread_create(sleeps(k), 'arg', newpp, 'abcdefghij%s', 'klmnopqrst')
    return `returns ${error}, named '${newpp.value!.p_comm}'`
  })
}
