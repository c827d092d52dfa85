import type { Steps } from '@kt/core'
import { describeOutcome, equal, holds, valueOf } from '@kt/core/contract'
import { ref, type Kernel, type Proc, type Td } from '../../../releases/8.0.js'
import { adds, checks, exits, namesOf, quiet, refuses, runs, waits, type Check } from './words.js'

// NAME and SYNOPSIS: what there is, what it takes and what it yields. The types say the same at compile time.

const FAMILY = [
  'kthread_add',
  'kthread_exit',
  'kthread_resume',
  'kthread_shutdown',
  'kthread_start',
  'kthread_suspend',
  'kthread_suspend_check',
]

/** FB8-KT-01: seven functions, and one more that the page shows without naming it. */
export const family: Check = (trial) => {
  const { functions } = trial.page('kthread(9)')
  equal([...functions].sort(), FAMILY, 'functions in NAME')
  const k = trial.createKernel()
  equal(namesOf(k, 'kthread_'), FAMILY, 'what the kernel has under such a name')
  equal(typeof k.kproc_kthread_add, 'function', 'kproc_kthread_add')
  trial.saw(`${FAMILY.join(', ')}; and kproc_kthread_add`)
}

/** FB8-KT-02: what stands under the first header is what is no creation by hand. */
export const header: Check = (trial) => {
  const { header: name, functions } = trial.page('kthread(9)')
  equal(name, 'sys/kthread.h', 'the first header')
  const declared = functions.filter((one) => one !== 'kthread_add').sort()
  const kernel = namesOf(trial.createKernel(), 'kthread_').filter((one) => one !== 'kthread_add')
  equal(kernel, declared, 'what the kernel has, and what stands under that header')
  trial.saw(`${name}: ${declared.join(', ')}`)
}

/** FB8-KT-03: the flags that the two functions under the second header take are rfork's, with their values there. */
export const flagHeader: Check = (trial) => {
  const k = trial.createKernel({ ncpu: 1, daemons: 'none' })
  const { RFSTOPPED, RFHIGHPID, RFNOWAIT, RFCFDG } = k
  equal([RFSTOPPED, RFHIGHPID, RFNOWAIT, RFCFDG], [1 << 17, 1 << 18, 1 << 6, 1 << 12], 'values of RF* flags')
  const ran: string[] = []
  valueOf(
    k.boot(function* () {
      const body = function* () {
        ran.push(k.curthread.td_name)
        yield* k.kthread_exit()
      }
      equal(yield* k.kthread_add(body, null, null, null, 1 << 17, 0, 'add'), 0, 'kthread_add with 1 << 17')
      equal(yield* k.kproc_kthread_add(body, null, ref<Proc>(), null, 1 << 17, 0, 'p', 'kproc'), 0, 'kproc_kthread_add')
      equal(yield* k.kthread_add(body, null, null, null, 0, 0, 'unflagged'), 0, 'kthread_add without flags')
      yield* k.pause('turn', 10)
    }),
  )
  equal(ran, ['unflagged'], 'threads that ran')
  trial.saw(`RFSTOPPED = 0x${RFSTOPPED.toString(16)} stops a thread in either function`)
}

/** FB8-KT-04: a descriptor in, which is left as it is, and nothing out: a failure is a panic. */
export const startSignature: Check = (trial) => {
  const k = quiet(trial)
  equal(k.kthread_start.length, 1, 'parameters of kthread_start')
  const global_threadpp = ref<Td>()
  const desc = Object.freeze({ arg0: 'd', func: () => exits(k), global_threadpp })
  const yielded = valueOf(
    k.boot(function* () {
      return [yield* k.kthread_start(desc)] as readonly unknown[]
    }),
  )
  equal(yielded, [undefined], 'what kthread_start yielded')
  holds(global_threadpp.value !== null, 'kthread_start has created nothing')
  const other = quiet(trial)
  const failed = other.boot(function* () {
    other.inject({ at: 'kstack' })
    yield* other.kthread_start({ arg0: 'd', func: () => exits(other), global_threadpp: null })
  })
  const told = failed.kind === 'panic' ? failed.message : describeOutcome(failed)
  equal(told, `kthread_start: d: error ${other.ENOMEM}`, 'the panic of a kthread_start without a stack')
  trial.saw(`kthread_start yields nothing; without a stack: panic: ${told}`)
}

/** FB8-KT-05: the shape of a handler: registered as it is, it is called with thread and howto, and yields nothing. */
export const shutdownSignature: Check = (trial) => {
  const k = quiet(trial)
  equal(k.kthread_shutdown.length, 2, 'parameters of kthread_shutdown')
  const yielded: unknown[] = []
  const outcome = k.boot(function* () {
    const called = yield* adds(k, () => checks(k), 'called')
    yielded.push(yield* k.kthread_shutdown(called, k.RB_HALT))
    const registered = yield* adds(k, () => checks(k), 'registered')
    yield* k.EVENTHANDLER_REGISTER('shutdown_pre_sync', k.kthread_shutdown, registered, k.SHUTDOWN_PRI_LAST)
    yield* k.reboot(k.RB_HALT)
  })
  equal(outcome.kind, 'shutdown', 'how the run ended')
  equal(yielded, [undefined], 'what kthread_shutdown yielded')
  const waited = k.console.filter((line) => line.startsWith('Waiting'))
  const lineFor = (name: string) => `Waiting (max 60 seconds) for system thread \`${name}' to stop...done`
  equal(waited, [lineFor('called'), lineFor('registered')], 'the console')
  trial.saw(waited.join('; '))
}

/** FB8-KT-06: nothing in, so no code; and nothing after the call is ever reached, not even what cleans up. */
export const exitSignature: Check = (trial) => {
  const k = quiet(trial)
  equal(k.kthread_exit.length, 0, 'parameters of kthread_exit')
  const reached: string[] = []
  const seen = valueOf(
    k.boot(function* () {
      const func = function* () {
        try {
          reached.push('before')
          yield* k.kthread_exit()
          reached.push('after')
        } finally {
          reached.push('finally')
        }
      }
      const td = yield* adds(k, func)
      yield* k.pause('turn', k.hz)
      // The last one of a process: there is a status then, and it is 0.
      const newpp = ref<Proc>()
      equal(yield* k.kproc_create(() => exits(k), null, newpp, 0, 0, 'p'), 0, 'kproc_create')
      yield* k.pause('turn', 10)
      return [td.td_state, newpp.value!.p_xstat]
    }),
  )
  equal(reached, ['before'], 'code around kthread_exit that was reached')
  equal(seen, [k.TDS_INACTIVE, 0], 'state of the thread a second later; status of a process whose thread did it')
  trial.saw('code before kthread_exit was reached, code after it was not')
}

/** FB8-KT-07: a thread in, an int out, whichever thread it is. */
export const resumeSignature: Check = (trial) => {
  equal(trial.createKernel().kthread_resume.length, 1, 'parameters of kthread_resume')
  const results = runs(trial, function* (k) {
    const td = yield* adds(k, () => waits(k, 'go'))
    const user = yield* userThread(k)
    return [yield* k.kthread_resume(td), yield* k.kthread_resume(user), k.EINVAL]
  })
  equal(results, [0, 22, 22], 'kthread_resume of a kernel thread, of a user thread, and EINVAL')
  refuses(trial, 'kthread_resume', [[null], ['name'], [100001]])
  trial.saw(`kernel thread: ${results[0]}; user thread: ${results[1]}`)
}

/** FB8-KT-08: a thread and an int of ticks in, an int out. */
export const suspendSignature: Check = (trial) => {
  equal(trial.createKernel().kthread_suspend.length, 2, 'parameters of kthread_suspend')
  const results = runs(trial, function* (k) {
    const willing = yield* adds(k, () => checks(k))
    const deaf = yield* adds(k, () => waits(k, 'go'))
    const user = yield* userThread(k)
    const all = [yield* k.kthread_suspend(willing, k.hz), yield* k.kthread_suspend(deaf, 5)]
    return [...all, yield* k.kthread_suspend(user, 5)]
  })
  equal(results, [0, 35, 22], 'kthread_suspend of a thread that checks, of one that does not, of a user thread')
  const k = quiet(trial)
  const td = ref<Td>()
  const misused = k.boot(function* () {
    td.value = yield* adds(k, () => waits(k, 'go'))
    yield* k.kthread_suspend(td.value, 0.5)
  })
  equal(misused.kind, 'fault', 'end of a run with half a tick')
  refuses(trial, 'kthread_suspend', [
    [null, 1],
    ['name', 1],
  ])
  trial.saw(`it checks: ${results[0]}; it does not: ${results[1]}; a user thread: ${results[2]}`)
}

/** FB8-KT-09: a thread has to be given in this release, though it can only be the caller; nothing comes out. */
export const checkSignature: Check = (trial) => {
  equal(trial.createKernel().kthread_suspend_check.length, 1, 'parameters of kthread_suspend_check')
  const yielded: unknown[] = runs(trial, function* (k) {
    const idle = yield* k.kthread_suspend_check(k.curthread)
    const parked: unknown[] = []
    const td = yield* adds(k, function* () {
      yield* k.pause('loop', 2)
      parked.push(yield* k.kthread_suspend_check(k.curthread))
      yield* k.kthread_exit()
    })
    equal(yield* k.kthread_suspend(td, k.hz), 0, 'kthread_suspend')
    equal(yield* k.kthread_resume(td), 0, 'kthread_resume')
    yield* k.pause('turn', 2)
    return [idle, ...parked]
  })
  equal(yielded, [undefined, undefined], 'what it yielded when it did not park, and when it did')
  refuses(trial, 'kthread_suspend_check', [[], [null]])
  trial.saw('it takes a thread and yields nothing, parked or not')
}

/** A thread of a user process, which sleeps. */
function* userThread(k: Kernel): Steps<Td> {
  const process = k.process({ name: 'sh' }, function* () {
    yield* k.tsleep('never', 0, 'waits', 0)
  })
  yield* k.pause('turn', 1)
  return process!.p_threads[0]!
}
