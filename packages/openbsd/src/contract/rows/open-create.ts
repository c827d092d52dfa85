import { ref, seededOracle, type Steps } from '@kt/core'
import type { Trial } from '@kt/core/contract'
import type { Proc } from '../../proc.js'
import { thrown } from './open-words.js'
import { ends, pause, tell, type K } from './words.js'

/** OB-Q-02 */
export function whoRunsFirst(trial: Trial<K>): string {
  return [1, 2, 4]
    .map((ncpu) => {
      const order = tell(trial, { ncpu }, function* (k) {
        const log: string[] = []
        function* func(name: string) {
          log.push(name)
          yield* k.kthread_exit(0)
        }
        for (const name of ['a', 'b']) yield* k.kthread_create(func, name, null, name)
        yield* k.work(1_000_000)
        log.push('creator')
        yield* pause(k, 1)
        return log.join(', ')
      })
      return `${ncpu} CPU: ${order}`
    })
    .join('; ')
}

const SEEDS = 10

/** OB-Q-03: in every order in which several CPUs may act, too. */
export function readyBeforeFunc(trial: Trial<K>): string {
  const seen = new Set<string>()
  for (let seed = 1; seed <= SEEDS; seed++) {
    const words = tell(trial, { ncpu: 2, oracle: seededOracle(seed) }, function* (k) {
      const newpp = ref<Proc>()
      let atEntry = 'func did not run'
      function* func() {
        const self = k.curproc
        atEntry = [
          newpp.value === self ? '*newpp' : 'no *newpp',
          self.p_comm === 'early7' ? 'name' : 'no name',
          self.isSystem ? 'P_SYSTEM' : 'no P_SYSTEM',
        ].join(', ')
        yield* k.kthread_exit(0)
      }
      yield* k.kthread_create(func, 'arg', newpp, 'early%d', 7)
      yield* pause(k, 1)
      return atEntry
    })
    seen.add(words)
  }
  return `${SEEDS} runs on 2 CPUs, at entry to func: ${[...seen].toSorted().join(' / ')}`
}

/** OB-Q-04 */
export function longName(trial: Trial<K>): string {
  return tell(trial, {}, function* (k) {
    const newpp = ref<Proc>()
    const error = yield* k.kthread_create(ends(k), 'arg', newpp, 'abcdefghij%s', 'klmnopqrst')
    return `'${newpp.value!.p_comm}', returns ${error}, ${k.console.length} lines on the console`
  })
}

/** OB-Q-05 */
export function badFormat(trial: Trial<K>): string {
  return tell(trial, {}, function* (k) {
    const before = k.sysctl('kern.nprocs')
    const newpp = ref<Proc>()
    const none = yield* thrown(() => k.kthread_create(ends(k), 'arg', newpp, null as never) as Steps)
    const wrong = yield* thrown(() => k.kthread_create(ends(k), 'arg', newpp, '%d', 'text') as Steps)
    const missing = yield* thrown(() => k.kthread_create(ends(k), 'arg', newpp, '%s') as Steps)
    const isClean = newpp.value === null && k.sysctl('kern.nprocs') === before
    return `no format: ${none}; a wrong value: ${wrong}; a missing one: ${missing}; ${isClean ? 'nothing created' : 'something left behind'}`
  })
}

/** OB-Q-06: the variable begins with process 0, because a null argument is another question. */
export function argumentIsOutPointer(trial: Trial<K>): string {
  return tell(trial, {}, function* (k) {
    const p = ref<Proc>(k.proc0)
    const received: string[] = []
    function* func(arg: Proc) {
      received.push(`${k.curproc.p_comm} gets ${arg.p_comm}`)
      yield* k.kthread_exit(0)
    }
    for (const name of ['first', 'second']) yield* k.kthread_create(func, p.value!, p, name)
    yield* pause(k, 1)
    return received.join(', ')
  })
}

/** OB-Q-12 */
export function creatorDies(trial: Trial<K>): string {
  const creator = tell(trial, {}, function* (k) {
    const newpp = ref<Proc>()
    const log: string[] = []
    function* created() {
      yield* k.tsleep('later', k.PWAIT, 'later', 5)
      log.push(`it lives on as a child of ${k.curproc.p_p.ps_pptr!.name}`)
      yield* k.kthread_exit(0)
    }
    function* creating() {
      yield* k.kthread_create(created, 'arg', null, 'created')
      yield* k.kthread_exit(0)
    }
    yield* k.kthread_create(creating, 'arg', newpp, 'creating')
    yield* pause(k, 1)
    yield* k.settle()
    if (!newpp.value!.isFree) return 'the creator is still there'
    yield* pause(k, 10)
    return log.join()
  })
  const k = trial.createKernel()
  k.attach(function* () {
    yield* k.kthread_create_deferred(function* () {
      yield* k.kthread_exit(0)
    }, null)
  })
  const outcome = k.boot()
  return `the creator ends: ${creator}; process 0 ends: ${outcome.kind === 'undefined' ? outcome.id : outcome.kind}`
}

/** OB-Q-16 */
export function processIds(trial: Trial<K>): string {
  const ids = (pidSeed: number) => {
    const k = trial.createKernel({ pidSeed })
    const chosen: number[] = []
    k.boot(function* () {
      for (let n = 0; n < 5; n++) {
        const newpp = ref<Proc>()
        yield* k.kthread_create(ends(k), n, newpp, 't%d', n)
        chosen.push(newpp.value!.p_pid)
      }
    })
    return chosen
  }
  const [once, again, other] = [ids(7), ids(7), ids(8)].map(String)
  const isInRange = ids(7).every((pid) => pid >= 1 && pid <= 32_766)
  const repeat = once === again ? 'equal seeds, equal ids' : 'ids do not repeat'
  return `${repeat}; ${once === other ? 'the seed does not matter' : 'another seed, other ids'}; ${isInRange ? '' : 'not '}all from 1 to 32766`
}
