import { ref } from '@kt/core'
import { equal, holds, type Trial } from '@kt/core/contract'
import type { rlimit } from '../../../limits.js'
import type { Kernel } from '../../../releases/5.1.js'
import { FAILURES, fill, ROADS, roads, stays } from './failures.js'
import { params, spawn, tell, TICK_NS } from './story.js'

// ERRORS.

const USER = { uid: 1000 }
const TABLE_FULL = '<3>proc: table is full'

/** OB-TF-33: each reason gives the same on both roads; where several hold, both name the same one. */
export function sameErrors(trial: Trial<Kernel>): void {
  const [ofFunction, ofSyscall] = roads.map((road) => FAILURES.map((_, first) => firstOf(trial, road, first)))
  equal(ofSyscall, ofFunction, 'errors of __tfork and of __tfork_thread')
  equal(
    ofFunction,
    FAILURES.map(({ errno }) => errno),
    'what is named while that reason and all later ones hold',
  )
  trial.saw(`both: ${ofFunction!.join(', ')}, in this order`)
}

/** The error, by name, while a reason and all after it hold. */
function firstOf(trial: Trial<Kernel>, road: keyof typeof ROADS, first: number): string {
  const k = trial.createKernel()
  const story = function* () {
    const reasons = FAILURES.slice(first)
    for (const { begin } of reasons) if (begin !== undefined) yield* begin(k)
    let wanted: ReturnType<NonNullable<(typeof reasons)[0]['spoil']>> = params(ref<number>())
    for (const { spoil } of reasons) if (spoil !== undefined && wanted !== null) wanted = spoil(wanted)
    equal(yield* ROADS[road](k, wanted, stays(k)), -1, `${road}, ${reasons[0]!.name} and more`)
    // Two reasons share an errno: the log tells them apart.
    const isTable = reasons[0]!.name === 'the table is full'
    equal(k.msgbuf.includes(TABLE_FULL), isTable, `${road}, ${reasons[0]!.name}: a log line about the table`)
    return FAILURES.find(({ errno }) => k[errno] === k.errno)!.errno
  }
  return tell(k, story, USER).value
}

/** OB-TF-34: without memory for a kernel stack; without a word, and the next one works. */
export function enomem(trial: Trial<Kernel>): void {
  for (const road of roads) {
    const k = trial.createKernel()
    tell(
      k,
      function* () {
        k.inject({ at: 'uarea', when: 2 })
        for (let n = 0; n < 2; n++) {
          equal(yield* ROADS[road](k, params(), stays(k)), -1, `${road} without memory`)
          equal(k.errno, k.ENOMEM, `errno of ${road} without memory`)
        }
        equal(k.ENOMEM, 12, 'ENOMEM')
        equal(k.msgbuf, [], 'log lines')
        holds((yield* ROADS[road](k, params(), stays(k))) > 0, `${road} with memory again`)
        trial.saw(`${road} = -1, errno ${k.ENOMEM} (ENOMEM), twice; then a thread`)
      },
      USER,
    )
  }
}

/**
 * OB-TF-35 explains which shortages pass. The machine has no swap to run out of; kernel stacks are core memory, and
 * without them waiting does not help, only that somebody gives one back.
 */
export function shortages(trial: Trial<Kernel>): void {
  // Besides boot's: the thread that boots and waits, the process, and one thread more.
  const k = trial.createKernel({ uareas: stacksAfterBoot(trial) + 3 })
  tell(
    k,
    function* () {
      const first = yield* spawn(k, function* () {
        yield* k.nanosleep(300 * TICK_NS)
      })
      const answers: number[] = []
      for (let n = 0; n < 3; n++) {
        answers.push(yield* ROADS.__tfork_thread(k, params(), stays(k)), k.errno)
        yield* k.nanosleep(50 * TICK_NS)
      }
      equal(answers, [-1, 12, -1, 12, -1, 12], 'results while all stacks are in use, half a second apart')
      yield* k.nanosleep(200 * TICK_NS)
      equal(yield* k.kill(first, 0), -1, 'kill of the thread that had the stack')
      holds((yield* spawn(k, stays(k))) > 0, 'a creation when a stack was given back')
      trial.saw('three times ENOMEM, then a thread once another had ended')
    },
    USER,
  )
}

/** Kernel stacks in use when boot is done. */
function stacksAfterBoot(trial: Trial<Kernel>): number {
  const k = trial.createKernel()
  k.boot()
  return Number(k.sysctl('kern.nprocs'))
}

/** OB-TF-36: a user raises the soft limit up to the hard one, and no further; what failed before then works. */
export function softUpToHard(trial: Trial<Kernel>): void {
  const k = trial.createKernel()
  tell(
    k,
    function* () {
      const set = (rlim_cur: number, rlim_max: number) => k.setrlimit(k.RLIMIT_NPROC, { rlim_cur, rlim_max })
      equal(yield* set(3, 6), 0, 'lowering both limits')
      equal((yield* fill(k)).length, 2, 'threads besides the main one, at a soft limit of 3')
      equal(k.errno, k.EAGAIN, 'errno at the soft limit')
      equal(yield* set(6, 6), 0, 'raising the soft limit to the hard one')
      equal((yield* fill(k)).length, 3, 'threads more, at 6')
      equal(yield* set(7, 6), -1, 'a soft limit above the hard one')
      equal(k.errno, k.EINVAL, 'errno of that')
      equal(yield* set(7, 7), -1, 'a higher hard limit')
      equal(k.errno, k.EPERM, 'errno of that')
      const now = ref<rlimit>()
      equal(yield* k.getrlimit(k.RLIMIT_NPROC, now), 0, 'getrlimit')
      equal(now.value, { rlim_cur: 6, rlim_max: 6 }, 'limits in the end')
      trial.saw('3 fit, then 6, and no more')
    },
    USER,
  )
}

/** OB-TF-37: any flag at all is invalid; nothing else among the arguments is looked at. */
export function einval(trial: Trial<Kernel>): void {
  const FLAGS = [1, 2, 0x800, 0x4000_0000, -1, -(2 ** 31)]
  for (const road of roads) {
    const k = trial.createKernel()
    tell(k, function* () {
      const answers: number[] = []
      for (const flags of FLAGS) {
        equal(yield* ROADS[road](k, params(null, 'tcb', flags), stays(k)), -1, `${road} with tf_flags ${flags}`)
        answers.push(k.errno)
      }
      equal(
        answers,
        FLAGS.map(() => 22),
        `errno of ${road} with flags`,
      )
      equal(k.EINVAL, 22, 'EINVAL')
      for (const tcb of [null, 0, -1, 'tcb'])
        holds((yield* ROADS[road](k, params(null, tcb, 0), stays(k))) > 0, `${road} with tf_tcb ${String(tcb)}`)
      trial.saw(`${road}: errno 22 for ${FLAGS.length} values of tf_flags, a thread for 0`)
    })
  }
}

/** OB-TF-38: the table counts everything; its last five slots are for root, and then nobody gets one. */
export function eagainOfSystem(trial: Trial<Kernel>): void {
  for (const road of roads) {
    const k = trial.createKernel()
    const slots = 12
    tell(
      k,
      function* () {
        const nprocs = () => Number(k.sysctl('kern.nprocs'))
        const maxproc = nprocs() + slots
        equal(k.sysctl('kern.maxproc', maxproc), 0, 'setting kern.maxproc')
        equal((yield* fill(k, road)).length, slots - 5, 'threads that a user can make')
        equal([k.errno, nprocs()], [k.EAGAIN, maxproc - 5], 'errno and kern.nprocs after the first that failed')
        equal(k.EAGAIN, 35, 'EAGAIN')
        equal(k.msgbuf, [TABLE_FULL], 'log lines')
        // Root takes the rest: a process, and its threads.
        const roots = ref<number>()
        k.process({ name: 'root' }, function* () {
          roots.value = (yield* fill(k, road)).length
          equal([k.errno, nprocs()], [k.EAGAIN, maxproc], 'errno of root and kern.nprocs when all is full')
          yield* k.nanosleep(5 * TICK_NS)
        })
        yield* k.nanosleep(2 * TICK_NS)
        equal(roots.value, 4, 'threads that root can make in its process')
        equal(k.msgbuf, [TABLE_FULL], 'log lines within ten seconds')
        trial.saw(`${road}: EAGAIN at ${maxproc - 5} of ${maxproc} for a user, at ${maxproc} for root`)
      },
      { ...USER, nprocSoft: 100 },
    )
  }
}

/** OB-TF-39: the limit is kern.maxproc, at every moment; below what there is, nothing can be made. */
export function systemLimitIsConfigured(trial: Trial<Kernel>): void {
  const k = trial.createKernel()
  equal(k.sysctl('kern.maxproc'), 1310, 'kern.maxproc at boot')
  tell(k, function* () {
    const nprocs = Number(k.sysctl('kern.nprocs'))
    const more: number[] = []
    for (const room of [3, 1, 4, 4]) {
      equal(k.sysctl('kern.maxproc', nprocs + room), 0, 'setting kern.maxproc')
      more.push((yield* fill(k)).length)
      equal(k.errno, k.EAGAIN, 'errno at the limit')
    }
    // Three fit; a lower limit ends nobody and lets nobody in; then one more fits.
    equal(more, [3, 0, 1, 0], 'threads that root can make as kern.maxproc moves')
    trial.saw(`kern.maxproc ${nprocs} + 3, 1, 4, 4: ${more.join(', ')} threads more`)
  })
}

/**
 * OB-TF-40: a user has as many as the limit says, processes and threads together, and what others have does not
 * count. Nothing is logged. Root has no such limit (OB-D-20).
 */
export function eagainOfUser(trial: Trial<Kernel>): void {
  for (const road of roads) {
    const k = trial.createKernel()
    const other = function* () {
      yield* k.nanosleep(1000 * TICK_NS)
    }
    const { value } = tell(
      k,
      function* () {
        k.process({ name: 'same', uid: 1000 }, other)
        k.process({ name: 'another', uid: 1001 }, other)
        k.process({ name: 'root', uid: 0 }, other)
        const fitted = (yield* fill(k, road)).length
        equal(k.errno, k.EAGAIN, 'errno at the limit')
        return fitted
      },
      USER,
    )
    equal(value, k.MAXUPRC - 2, 'threads besides two main ones')
    equal(k.msgbuf, [], 'log lines')
    trial.saw(`${road}: EAGAIN with ${value + 2} of one user`)
  }
  const k = trial.createKernel()
  tell(
    k,
    function* () {
      const made: number[] = []
      for (let n = 0; n < 5; n++) made.push(yield* spawn(k, stays(k)))
      equal(made.length, 5, 'threads of root at a limit of 2')
    },
    { uid: 0, nprocSoft: 2 },
  )
}

/** OB-TF-41: the constants, and what a process has that never went through login. */
export function maxuprcIsChildMax(trial: Trial<Kernel>): void {
  const k = trial.createKernel()
  equal(k.MAXUPRC, k.CHILD_MAX, 'MAXUPRC')
  const { process } = tell(
    k,
    function* () {
      const now = ref<rlimit>()
      yield* k.getrlimit(k.RLIMIT_NPROC, now)
      equal(now.value?.rlim_cur, k.CHILD_MAX, 'soft RLIMIT_NPROC')
    },
    USER,
  )
  trial.saw(`MAXUPRC = CHILD_MAX = ${k.MAXUPRC}, the soft limit of ${process.name}`)
}

/** OB-TF-42. */
export function childMaxIs80(trial: Trial<Kernel>): void {
  const k = trial.createKernel()
  equal(k.CHILD_MAX, 80, 'CHILD_MAX')
  trial.saw(`CHILD_MAX = ${k.CHILD_MAX}`)
}

/** OB-TF-43: while kern.rthreads is 0, which it is at boot (OB-D-33), nobody makes a thread, root neither. */
export function enotsup(trial: Trial<Kernel>): void {
  for (const road of roads) {
    const k = trial.createKernel()
    equal(k.sysctl('kern.rthreads'), 0, 'kern.rthreads at boot')
    tell(
      k,
      function* () {
        const make = () => ROADS[road](k, params(), stays(k))
        equal([yield* make(), k.errno], [-1, 91], `${road} at first, and errno`)
        equal(k.ENOTSUP, 91, 'ENOTSUP')
        k.sysctl('kern.rthreads', 1)
        holds((yield* make()) > 0, `${road} with kern.rthreads 1`)
        k.sysctl('kern.rthreads', 0)
        equal([yield* make(), k.errno], [-1, 91], `${road} once it is switched off, and errno`)
        equal(k.curproc.process.ps_threads.length, 2, 'threads: what was made stays')
        // So that the other one can end.
        k.sysctl('kern.rthreads', 1)
      },
      { uid: 0, rthreads: 0 },
    )
  }
  trial.saw('-1, errno 91 (ENOTSUP); a thread with kern.rthreads 1; -1 again with 0')
}
