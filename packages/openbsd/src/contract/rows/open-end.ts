import { ref, type Steps } from '@kt/core'
import { ending, type Trial } from '@kt/core/contract'
import type { Proc } from '../../proc.js'
import { ends, pause, tell, type K } from './words.js'

/** OB-Q-01 */
export function functionReturns(trial: Trial<K>): string {
  const story = function* (k: K): Steps<string> {
    function* returning() {
      yield* k.yield()
    }
    const newpp = ref<Proc>()
    yield* k.kthread_create(returning, 'arg', newpp, 'returning')
    yield* pause(k, 1)
    yield* k.settle()
    const p = newpp.value!
    const isTold = k.remarks.some(({ id }) => id === 'OB-Q-01')
    return `${p.isFree ? 'gone' : 'still there'}, status ${p.p_xstat}, ${isTold ? 'and a remark says so' : 'in silence'}`
  }
  return `${tell(trial, {}, story)}; lenient: ${tell(trial, { lenient: true }, story)}`
}

/** OB-Q-10 */
export function exitOfUserProcess(trial: Trial<K>): string {
  const k = trial.createKernel()
  const status = ref<number>()
  const outcome = k.boot(function* () {
    k.process({ name: 'sh' }, function* () {
      const pid = yield* k.fork(function* () {
        yield* k.syscall('ioctl', function* () {
          yield* k.kthread_exit(3)
        })
      })
      if ((yield* k.wait4(pid, status, 0)) !== pid) status.value = null
    })
  })
  if (outcome.kind !== 'done') return ending(outcome)
  const isTold = k.remarks.some(({ id }) => id === 'OB-Q-10')
  const warnings = k.console.filter((line) => /^WARNING: thread `sh' \(\d+\) exits with status 3$/.test(line))
  return `its process ends, and its parent gets 0x${(status.value ?? 0).toString(16)}; ${warnings.length} warning, ${isTold ? 'a remark' : 'no remark'}`
}

/** OB-Q-11 */
export function exitCodes(trial: Trial<K>): string {
  return tell(trial, {}, function* (k) {
    const seen: string[] = []
    for (const ecode of [0, 258, -1]) {
      const before = k.console.length
      const newpp = ref<Proc>()
      function* func() {
        yield* k.kthread_exit(ecode)
      }
      yield* k.kthread_create(func, 'arg', newpp, 'failing')
      yield* pause(k, 1)
      const said = k.console.slice(before).map((line) => /status (-?\d+)$/.exec(line)?.[1] ?? line)
      seen.push(`${ecode} is printed as ${said.join() || 'nothing'}, kept as 0x${newpp.value!.p_xstat.toString(16)}`)
    }
    return seen.join('; ')
  })
}

/** OB-Q-13: the thread wakes somebody more urgent than the reaper, so that its end can be seen before the reaper's work. */
export function slotIsFree(trial: Trial<K>): string {
  return tell(trial, {}, function* (k) {
    function* func() {
      yield* k.wakeup('last word')
      yield* k.kthread_exit(0)
    }
    const newpp = ref<Proc>()
    yield* k.kthread_create(func, 'arg', newpp, 'ending')
    k.sysctl('kern.maxproc', k.sysctl('kern.nprocs') as number)
    yield* k.tsleep('last word', k.PSWP, 'last', 0)
    const isDead = newpp.value!.p_stat === k.SDEAD
    const before = yield* k.kthread_create(ends(k), 'arg', null, 'next')
    yield* k.settle()
    const after = yield* k.kthread_create(ends(k), 'arg', null, 'next')
    return `${isDead ? 'dead' : 'alive'} and not reaped: ${before}; reaped: ${after}`
  })
}

/** OB-Q-14: init catches SIGCHLD, somebody sleeps on the process that ends, and somebody waits where the reaper does. */
export function wokenAtExit(trial: Trial<K>): string {
  const k = trial.createKernel()
  let signals = 0
  k.init(function* () {
    const handler = function* () {
      signals++
    }
    yield* k.sigaction(k.SIGCHLD, { handler, flags: 0, mask: 0 }, null)
  })
  const outcome = k.boot(function* () {
    yield* pause(k, 5)
    const before = signals
    const newpp = ref<Proc>()
    function* func() {
      yield* k.tsleep('work', k.PWAIT, 'work', 2)
      yield* k.kthread_exit(0)
    }
    yield* k.kthread_create(func, 'arg', newpp, 'ending')
    const error = yield* k.tsleep(newpp.value!, k.PWAIT, 'join', 10)
    const sleeper = error === 0 ? 'woken' : 'not woken'
    const reaper = newpp.value!.isFree ? 'woken' : 'not woken'
    return `reaper ${reaper}; SIGCHLD for init: ${signals - before}; a sleeper on the process: ${sleeper}`
  })
  return outcome.kind === 'done' ? outcome.value : ending(outcome)
}

/** OB-Q-15 */
export function joinOrKill(trial: Trial<K>): string {
  return tell(trial, {}, function* (k) {
    const names = ['kthread_join', 'kthread_destroy', 'kthread_suspend', 'kthread_stop'].filter((name) => name in k)
    const log: string[] = []
    const newpp = ref<Proc>()
    let isDying = false
    function* func() {
      while (!isDying) log.push(String(yield* k.tsleep('work', k.PWAIT | k.PCATCH, 'work', 100)))
      yield* k.wakeup('gone')
      yield* k.kthread_exit(0)
    }
    yield* k.kthread_create(func, 'arg', newpp, 'worker')
    yield* pause(k, 1)
    isDying = true
    yield* k.psignal(newpp.value!, k.SIGKILL)
    const lives = newpp.value!.p_stat === k.SRUN
    const error = yield* k.tsleep('gone', k.PWAIT, 'gone', 10)
    return [
      `calls for it: ${names.join() || 'none'}`,
      `SIGKILL: ${lives ? 'it lives' : 'it is gone'}, and its sleep with PCATCH gives ${log.join()}`,
      `its own word that it ends: ${error === 0 ? 'comes' : 'does not come'}`,
    ].join('; ')
  })
}
