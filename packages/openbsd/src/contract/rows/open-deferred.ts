import { ref } from '@kt/core'
import { ending, type Trial } from '@kt/core/contract'
import type { Proc } from '../../proc.js'
import { thrown } from './open-words.js'
import { ends, pause, tell, type K } from './words.js'

/** OB-Q-07 */
export function deferredOrder(trial: Trial<K>): string {
  const k = trial.createKernel()
  const log: string[] = []
  function* plain(name: string) {
    log.push(name)
  }
  function* nesting(name: string) {
    log.push(`${name}(`)
    yield* k.kthread_create_deferred(plain, 'nested')
    log.push(')')
  }
  k.attach(function* () {
    yield* k.kthread_create_deferred(plain, 'a')
    yield* k.kthread_create_deferred(nesting, 'b')
    yield* k.kthread_create_deferred(plain, 'c')
    yield* k.kthread_create_deferred(plain, 'c')
    log.push('attached:')
  })
  const outcome = k.boot(function* () {
    log.push('; later:')
    yield* k.kthread_create_deferred(plain, 'd')
    log.push('caller')
  })
  return outcome.kind === 'done' ? log.join(' ') : ending(outcome)
}

/** OB-Q-08 */
export function callbackSleeps(trial: Trial<K>): string {
  const k = trial.createKernel()
  const log: string[] = []
  function* worker() {
    log.push('a thread runs')
    yield* k.kthread_exit(0)
  }
  k.attach(function* () {
    yield* k.kthread_create_deferred(function* () {
      yield* k.kthread_create(worker, 'arg', null, 'worker')
      log.push('created')
    }, null)
    yield* k.kthread_create_deferred(function* () {
      log.push(`process ${k.curproc.p_pid} sleeps${k.cold ? ' while cold' : ''}`)
      const error = yield* k.tsleep('callback', k.PWAIT, 'callbk', 3)
      log.push(`it wakes with ${error}`)
    }, null)
    yield* k.kthread_create_deferred(function* () {
      log.push('the next callback')
    }, null)
  })
  const outcome = k.boot()
  return outcome.kind === 'done' ? log.join(', ') : ending(outcome)
}

/** OB-Q-09 */
export function deferredNull(trial: Trial<K>): string {
  return tell(trial, {}, function* (k) {
    const problem = yield* thrown(function* () {
      yield* k.kthread_create_deferred(null as never, 'arg')
    })
    return `${problem} from the call itself`
  })
}

/** OB-Q-25: a thread that ends between the first callback and the reaper keeps its slot. */
export function beforeTheReaper(trial: Trial<K>): string {
  const k = trial.createKernel()
  const early = ref<Proc>()
  const seen: string[] = []
  k.attach(function* () {
    yield* k.kthread_create_deferred(function* () {
      const maxproc = k.sysctl('kern.maxproc') as number
      k.sysctl('kern.maxproc', (k.sysctl('kern.nprocs') as number) + 1)
      const first = yield* k.kthread_create(ends(k), 'arg', early, 'early')
      yield* pause(k, 100)
      const isDead = early.value!.p_stat === k.SDEAD && !early.value!.isFree
      const second = yield* k.kthread_create(ends(k), 'arg', null, 'next')
      k.sysctl('kern.maxproc', maxproc)
      seen.push(
        `the last slot: ${first}; a second after its thread ended (${isDead ? 'dead, not freed' : 'freed'}): ${second}`,
      )
    }, null)
  })
  const outcome = k.boot(function* () {
    yield* k.settle()
    seen.push(`once there is a reaper: ${early.value!.isFree ? 'freed' : 'not freed'}`)
  })
  return outcome.kind === 'done' ? seen.join('; ') : ending(outcome)
}

/** OB-Q-26: one more entry in the table each time, until boot comes to its end. */
export function tableFullInBoot(trial: Trial<K>): string {
  const messages: string[] = []
  for (let maxproc = 1; ; maxproc++) {
    const k = trial.createKernel()
    k.sysctl('kern.maxproc', maxproc)
    const outcome = k.boot()
    if (outcome.kind !== 'panic') return `${messages.join(', ')}; with ${maxproc} entries boot ${ending(outcome)}`
    messages.push(outcome.message)
  }
}
