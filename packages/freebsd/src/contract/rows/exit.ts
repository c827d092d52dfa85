import { seededOracle, type Steps } from '@kt/core'
import type { Trial } from '@kt/core/contract'
import type { Proc } from '../../proc.js'
import { added, created, ends, quiet, setPriority, tell, toldBy, yesNo, type Doing, type K } from './words.js'

/** So many that two leave together under one of them. */
const SEEDS = 24

/** FB8-D-09: where a kernel thread spends its time, beside a user's process that has another mode. */
export function kernelModeOnly(trial: Trial<K>): string {
  const laps = (isKernels: boolean) =>
    tell(trial, {}, function* (k) {
      let ended = 0
      let others = 0
      const body = (spend: (ns: number) => Doing, end: () => Doing) =>
        function* (): Steps<void> {
          for (let at = 0; at < 10; at++) {
            yield* spend(100_000_000)
            if (ended === 0) others++
          }
          ended++
          yield* end()
        }
      const ofThreads = body(k.work, k.kthread_exit)
      const ofUsers = body(k.user, function* () {})
      for (const name of ['one', 'two']) {
        if (isKernels) yield* added(k, name, ofThreads)
        else k.process({ name }, ofUsers)
      }
      yield* k.pause('both', 3 * k.hz)
      return `${others - 10} of 10`
    })
  const returns = tell(trial, {}, function* (k) {
    k.process({ name: 'sh' }, function* () {
      yield* added(k, 'service', function* () {}, k.curproc)
      yield* k.pause('sh', 100)
    })
    yield* k.pause('service', 50)
    return 'nothing happens'
  })
  return (
    `shares of a second that another has meanwhile: beside a kernel thread ${laps(true)}, beside a user's process ` +
    `in user mode ${laps(false)}; a kernel thread in a user's process that returns: ${returns}`
  )
}

/** FB8-D-10: main functions that return, by the process they are in. */
export function mainReturns(trial: Trial<K>): string {
  const endsOf = (make: (k: K) => Steps<string | Proc>, options: Readonly<Record<string, unknown>> = {}) => {
    const k = quiet(trial, options)
    const how = toldBy(
      k.boot(function* () {
        const made = yield* make(k)
        yield* k.pause('return', 10)
        if (typeof made === 'string') return made
        return `the process is gone ${yesNo(k.pfind(made.p_pid) === null)}, status ${made.p_xstat}`
      }),
    )
    return `${how}, saying ${k.console.join(' / ') || 'nothing'}`
  }
  const process = endsOf((k) => created(k, 'returning', returns))
  const siblings = endsOf(function* (k) {
    const p = yield* created(k, 'returning', returns)
    yield* added(
      k,
      'sibling',
      function* () {
        yield* k.pause('sibling', 100)
        yield* k.kthread_exit()
      },
      p,
    )
    yield* k.pause('return', 10)
    return `with another it waits for that: zombie ${yesNo(p.p_state === k.PRS_ZOMBIE)}`
  })
  const inProc0 = (k: K) => added(k, 'returning', returns)
  const thread = endsOf(function* (k) {
    yield* inProc0(k)
    return 'goes on'
  })
  const lenient = endsOf(
    function* (k) {
      const td = yield* inProc0(k)
      yield* k.pause('return', 10)
      return `the thread is gone ${yesNo(k.tdfind(td.td_tid) === null)}`
    },
    { lenient: true },
  )
  return `a process: ${process}; ${siblings}; in process 0: ${thread}; lenient: ${lenient}`
}

function* returns(): Steps<void> {}

/** FB8-D-16: whoever is woken by the wakeup of an exit looks at once, and again later. */
export function wakeupOfExit(trial: Trial<K>): string {
  const thread = tell(trial, {}, function* (k) {
    const td = yield* added(k, 'leaving', function* () {
      yield* k.pause('live', 10)
      yield* k.kthread_exit()
    })
    const looks = () => `is there ${yesNo(k.tdfind(td.td_tid) === td)}`
    return yield* waitsFor(k, td, looks)
  })
  const process = tell(trial, {}, function* (k) {
    const p = yield* created(k, 'leaving', function* () {
      yield* k.pause('live', 10)
      yield* k.kproc_exit(3)
    })
    const looks = () => `is there ${yesNo(k.pfind(p.p_pid) === p)}, child of ${p.p_pptr!.p_comm}, status ${p.p_xstat}`
    return yield* waitsFor(k, p, looks)
  })
  const careful = new Set<string>()
  for (let seed = 1; seed <= SEEDS; seed++)
    careful.add(tell(trial, { ncpu: 2, oracle: seededOracle(seed) }, (k) => waitsWithTheLock(k)))
  const inAnyOrder = [...careful].toSorted().join(' or ')
  return `kthread_exit: ${thread}; kproc_exit: ${process}; one with the process lock, on two CPUs: ${inAnyOrder}`
}

/** The lock of the process is what kproc_exit needs before its wakeup. */
function* waitsWithTheLock(k: K): Steps<string> {
  const go = {}
  const p = yield* created(k, 'leaving', function* () {
    yield* k.msleep(go, null, k.PWAIT, 'go', 0)
    yield* k.kproc_exit(0)
  })
  yield* k.pause('start', 5)
  yield* k.mtx_lock(p.p_mtx)
  yield* k.wakeup(go)
  const error = yield* k.msleep(p, p.p_mtx, k.PWAIT | k.PDROP, 'its end', 50)
  return `woken ${yesNo(error === 0)}`
}

/** Somebody urgent, who runs before the one that leaves goes on. */
function* waitsFor(k: K, chan: object, looks: () => string): Steps<string> {
  yield* setPriority(k, k.curthread, k.PSWP)
  yield* k.tsleep(chan, k.PSWP, 'its end', 0)
  const first = looks()
  yield* k.pause('later', 10)
  return `at the wakeup it ${first}, later it ${looks()}`
}

/** FB8-D-24: the only thread, and two that leave at once on two CPUs. */
export function lastThreads(trial: Trial<K>): string {
  const left = (p: Proc, k: K) => `the process ends ${yesNo(k.pfind(p.p_pid) === null)} with status ${p.p_xstat}`
  const single = tell(trial, {}, function* (k) {
    const p = yield* created(k, 'alone', ends(k))
    yield* k.pause('exit', 10)
    return left(p, k)
  })
  const endings = new Set<string>()
  for (let seed = 1; seed <= SEEDS; seed++) {
    endings.add(
      tell(trial, { ncpu: 2, oracle: seededOracle(seed) }, function* (k) {
        const go = {}
        const leaves = function* (): Steps<void> {
          yield* k.msleep(go, null, k.PWAIT, 'go', 0)
          yield* k.kthread_exit()
        }
        const p = yield* created(k, 'both', leaves)
        yield* added(k, 'other', leaves, p)
        yield* k.pause('start', 10)
        yield* k.wakeup(go)
        yield* k.pause('exit', 50)
        return left(p, k)
      }),
    )
  }
  return `one alone: ${single}; two together: ${[...endings].toSorted().join(' or ')}`
}
