import { ref, type Steps } from '@kt/core'
import { ending, type Trial } from '@kt/core/contract'
import { bitOf } from '../../sigacts.js'
import type { Proc } from '../../proc.js'
import { asUser, created, ends, pause, resultOf, sleeps, tell, yesNo, type K } from './words.js'

/** OB-D-06 */
export function notSwapped(trial: Trial<K>): string {
  return tell(trial, {}, function* (k) {
    const thread = yield* created(k, 'resident', sleeps(k))
    const [alive, exited] = yield* asUser(k, { name: 'parent' }, function* () {
      const pid = yield* k.fork(function* () {
        yield* k.user(1000)
      })
      const child = k.pfind(pid)!
      const before = k.isSwappable(child)
      yield* k.nanosleep(20e6)
      return [before, k.isSwappable(child)]
    })
    const answers = [k.isSwappable(thread), alive, exited].map(yesNo)
    return `to swap out: a kernel thread ${answers[0]}, a process ${answers[1]}, one that exited ${answers[2]}`
  })
}

/** OB-D-07: from everybody, from its own group, by its number, and from within the kernel. */
export function signals(trial: Trial<K>): string {
  const k = trial.createKernel()
  const toGroup = ref<string>()
  k.init(function* () {
    const group = yield* k.getpgrp()
    toGroup.value = `kill(0) in group ${group} ${resultOf(k, yield* k.kill(0, k.SIGTERM))}`
  })
  const outcome = k.boot(function* () {
    const slept: number[] = []
    const thread = yield* created(k, 'target', function* func() {
      slept.push(yield* k.tsleep(func, k.PWAIT | k.PCATCH, 'target', 0))
      yield* sleeps(k)()
    })
    const pending = (signo: number) => (thread.p_siglist & bitOf(signo)) !== 0
    while (toGroup.value === null) yield* pause(k, 1)
    const toAll = yield* asUser(k, { name: 'root' }, function* () {
      return resultOf(k, yield* k.kill(-1, k.SIGTERM))
    })
    const before = `pending ${yesNo(k.allproc.some(({ p_siglist }) => p_siglist !== 0))}, asleep ${yesNo(slept.length === 0)}`
    const toOne = yield* asUser(k, { name: 'root' }, function* () {
      return resultOf(k, yield* k.kill(thread.p_pid, k.SIGTERM))
    })
    const after = `pending ${yesNo(pending(k.SIGTERM))}, tsleep ${slept.join()}`
    yield* k.psignal(thread, k.SIGHUP)
    const posted = `psignal: pending ${yesNo(pending(k.SIGHUP))}`
    return `${toGroup.value}, kill(-1) ${toAll}: ${before}; kill(pid) ${toOne}: ${after}; ${posted}`
  })
  return outcome.kind === 'done' ? outcome.value : ending(outcome)
}

/** OB-D-08: init is the parent in the end, and waits for any child. */
export function exitCode(trial: Trial<K>): string {
  const k = trial.createKernel()
  const collected = ref<string>()
  const threads: Proc[] = []
  k.init(function* () {
    yield* k.syscall('ioctl', function* () {
      threads.push(
        yield* created(k, 'failing', function* () {
          yield* k.kthread_exit(0x107)
        }),
      )
    })
    yield* k.fork(function* () {
      yield* k.nanosleep(50e6)
      return 5
    })
    const status = k.ref<number>()
    yield* k.wait4(-1, status, 0)
    collected.value = `wait4 gives ${status.value! >> 8}, then ${resultOf(k, yield* k.wait4(-1, null, 0))}`
  })
  const outcome = k.boot(function* () {
    while (collected.value === null) yield* pause(k, 1)
    const thread = threads[0]!
    const line = k.console.find((text) => text.includes('failing'))?.replace(String(thread.p_pid), 'PID')
    const stored = `status 0x${thread.p_xstat.toString(16)} stored, freed ${yesNo(thread.isFree)}`
    return `${line}; ${stored}; init, of a child that exits with 5: ${collected.value}`
  })
  return outcome.kind === 'done' ? outcome.value : ending(outcome)
}

/** OB-D-09 */
export function functionReturns(trial: Trial<K>): string {
  return tell(trial, {}, function* (k) {
    yield* created(k, 'returning', function* () {
      yield* k.work(1000)
    })
    yield* pause(k, 1)
    return 'nothing happens'
  })
}

/** OB-D-11 */
export function deferredAfterBoot(trial: Trial<K>): string {
  const k = trial.createKernel()
  const log: string[] = []
  function* deferred(when: string): Steps<void> {
    const caller = k.curproc === k.proc0 ? 'process 0' : k.curproc.p_comm
    log.push(`${when}: called by ${caller}, init ${k.initproc === null ? 'not there' : 'there'}`)
  }
  k.attach(function* () {
    yield* k.kthread_create_deferred(deferred, 'put off at attach')
    log.push('attach goes on')
  })
  const outcome = k.boot(function* () {
    yield* k.kthread_create_deferred(deferred, 'after boot')
    log.push('main goes on')
    return log.join('; ')
  })
  return outcome.kind === 'done' ? outcome.value : ending(outcome)
}

/** OB-D-12 */
export function deferralWithoutMemory(trial: Trial<K>): string {
  const cold = trial.createKernel()
  cold.attach(function* () {
    cold.inject({ at: 'kthread_q' })
    yield* cold.kthread_create_deferred(ends(cold), 'arg')
  })
  const atAttach = cold.boot()
  const message = atAttach.kind === 'panic' ? `: ${atAttach.message}` : ''
  const later = tell(trial, {}, function* (k) {
    k.inject({ at: 'kthread_q', when: { from: 1 } })
    let calls = 0
    yield* k.kthread_create_deferred(function* () {
      calls++
    }, 'arg')
    return `called ${calls} time, without memory`
  })
  return `at attach ${ending(atAttach)}${message}; after boot ${later}`
}

/** OB-D-13: the same record, dead, then freed. */
export function staleRecord(trial: Trial<K>): string {
  let first = ''
  const then = tell(trial, {}, function* (k) {
    const thread = yield* created(k, 'short', ends(k))
    yield* pause(k, 1)
    yield* k.settle()
    first = `freed ${yesNo(thread.isFree)}, found by its number ${yesNo(k.pfind(thread.p_pid) !== null)}`
    yield* k.psignal(thread, k.SIGTERM)
    return 'returns'
  })
  return `after exit and reaping: ${first}; a signal to it: ${then}`
}
