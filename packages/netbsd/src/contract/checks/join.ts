import { seededOracle } from '@kt/core'
import { describeOutcome, equal, holds, panics, valueOf, type Trial } from '@kt/core/contract'
import type { NetbsdKernel } from '../../kernel.js'
import type { Lwp } from '../../lwp.js'

type Check = (trial: Trial<NetbsdKernel>) => void

const SEEDS = 24

/** Asleep until the target has terminated: when join returns the target is a zombie, whoever the joiner displaces. */
export const joinWaitsForTermination: Check = (trial) => {
  for (const [ncpu, pri] of [
    [1, 96],
    [1, 128],
    [2, 96],
    [2, 128],
  ] as const) {
    const k = trial.createKernel({ ncpu })
    const seen = valueOf(
      k.boot(function* main() {
        const target = k.ref<Lwp>()
        const joiner = k.ref<Lwp>()
        const log: unknown[] = []
        const mustJoin = k.KTHREAD_MPSAFE | k.KTHREAD_MUSTJOIN
        function* func() {
          yield* k.kpause('busy', false, 5, null)
          log.push('target ends')
          yield* k.kthread_exit(0)
        }
        function* join() {
          const answer = yield* k.kthread_join(target.value!)
          log.push(`join returned ${answer}`, target.value!.l_stat)
          yield* k.kthread_exit(0)
        }
        yield* k.kthread_create(k.PRI_NONE, mustJoin, null, func, null, target, 'target')
        yield* k.kthread_create(pri, k.KTHREAD_MPSAFE, null, join, null, joiner, 'joiner')
        yield* k.kpause('wait', false, 2, null)
        log.push(joiner.value!.l_stat, joiner.value!.l_wmesg)
        yield* k.kpause('wait', false, 10, null)
        return log
      }),
    )
    const expected = [k.LSSLEEP, 'kthrwait', 'target ends', 'join returned 0', k.LSZOMB]
    equal(seen, expected, `${ncpu} CPU, joiner of priority ${pri}`)
  }
  trial.saw("joiner in LSSLEEP 'kthrwait' until the target was LSZOMB, at priorities 96 and 128, on 1 and 2 CPUs")
}

/** Two parties meet: whoever comes first waits for the other, on every schedule tried. */
export const joinMeetsExit: Check = (trial) => {
  const firsts = new Set<string>()
  for (let seed = 0; seed < SEEDS; seed++) {
    const k = trial.createKernel({ ncpu: 2, oracle: seededOracle(seed) })
    const log: string[] = []
    const answer = valueOf(
      k.boot(function* main() {
        const newlp = k.ref<Lwp>()
        function* func() {
          log.push('exit')
          yield* k.kthread_exit(0)
        }
        const flags = k.KTHREAD_MPSAFE | k.KTHREAD_MUSTJOIN
        yield* k.kthread_create(k.PRI_NONE, flags, null, func, null, newlp, 'party')
        log.push('join')
        const result = yield* k.kthread_join(newlp.value!)
        log.push('joined')
        return result
      }),
    )
    equal(answer, 0, `what join returned with seed ${seed}`)
    equal(log[2], 'joined', `what came last with seed ${seed}`)
    firsts.add(log[0]!)
  }
  equal([...firsts].sort(), ['exit', 'join'], 'who came first')
  trial.saw(`${SEEDS} schedules: exit first and join first both met, join returned 0`)
}

/** In either order both sides go on; the one that exits first sleeps in kthread_exit. */
export const exitWaitsForJoiner: Check = (trial) => {
  for (const order of ['exit first', 'join first'] as const) {
    const k = trial.createKernel({ ncpu: 2 })
    const seen = valueOf(
      k.boot(function* main() {
        const newlp = k.ref<Lwp>()
        function* func() {
          if (order === 'join first') yield* k.kpause('busy', false, 5, null)
          yield* k.kthread_exit(0)
        }
        const flags = k.KTHREAD_MPSAFE | k.KTHREAD_MUSTJOIN
        yield* k.kthread_create(k.PRI_NONE, flags, null, func, null, newlp, 'target')
        const l = newlp.value!
        if (order === 'exit first') yield* k.kpause('wait', false, 5, null)
        const before = [l.l_stat, l.l_wmesg]
        const startedNs = k.now
        const answer = yield* k.kthread_join(l)
        const waited = k.now > startedNs
        yield* k.kpause('wait', false, 1, null)
        return { before, answer, waited, after: l.l_stat }
      }),
    )
    const { before, ...rest } = seen
    if (order === 'exit first') equal(before, [k.LSSLEEP, 'kthrwait'], 'the target before kthread_join')
    else holds(before[1] !== 'kthrwait', 'the target was in kthread_exit before kthread_join')
    equal(rest, { answer: 0, waited: order === 'join first', after: k.LSZOMB }, order)
  }
  trial.saw("exit first slept in 'kthrwait'; join first waited; both ended with 0 and LSZOMB")
}

/** A second join of one thread breaks the contract, after the first or beside it. */
export const joinOnlyOnce: Check = (trial) => {
  const after = trial.createKernel({ ncpu: 2 })
  panics(joinTwice(after, 'one after the other'), 'NB-D-07')
  const beside = trial.createKernel({ ncpu: 2 })
  const outcome = joinTwice(beside, 'at once')
  panics(outcome, 'NB-D-07')
  trial.saw(describeOutcome(outcome))
}

/** Joining a thread that was not created for it breaks the contract. */
export const joinOnlyMustjoin: Check = (trial) => {
  const k = trial.createKernel({ ncpu: 2 })
  const outcome = k.boot(function* main() {
    const newlp = k.ref<Lwp>()
    function* func() {
      yield* k.kpause('busy', false, 5, null)
      yield* k.kthread_exit(0)
    }
    yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, func, null, newlp, 'detached')
    return yield* k.kthread_join(newlp.value!)
  })
  panics(outcome, 'NB-D-08')
  trial.saw(describeOutcome(outcome))
}

/** The whole sentence of the later page. */
export const joinOnceOfWaitingThread: Check = (trial) => {
  joinOnlyOnce(trial)
  joinOnlyMustjoin(trial)
  exitWaitsForJoiner(trial)
}

function joinTwice(k: NetbsdKernel, how: 'one after the other' | 'at once') {
  return k.boot(function* main() {
    const target = k.ref<Lwp>()
    function* func() {
      yield* k.kpause('busy', false, 5, null)
      yield* k.kthread_exit(0)
    }
    function* other() {
      yield* k.kthread_join(target.value!)
      yield* k.kthread_exit(0)
    }
    const flags = k.KTHREAD_MPSAFE | k.KTHREAD_MUSTJOIN
    yield* k.kthread_create(k.PRI_NONE, flags, null, func, null, target, 'target')
    if (how === 'at once') {
      yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, other, null, null, 'other')
      yield* k.kpause('wait', false, 1, null)
      equal(target.value!.wasJoined, true, 'whether the other thread has joined')
    } else yield* k.kthread_join(target.value!)
    return yield* k.kthread_join(target.value!)
  })
}
