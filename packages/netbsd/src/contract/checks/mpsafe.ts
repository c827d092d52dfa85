import { equal, holds, valueOf, type Trial } from '@kt/core/contract'
import type { NetbsdKernel } from '../../kernel.js'

type Check = (trial: Trial<NetbsdKernel>) => void

const WORK_NS = 3_000_000
/** Longer than the creator waits between two creations. */
const LONG_WORK_NS = 25_000_000
const BIG_LOCK = 'kernel_lock'

/** No big lock on entry, and two such threads execute at one instant. */
export const mpsafeNeedsNoBigLock: Check = (trial) => {
  const { holds: held, together } = pair(trial, 'mpsafe')
  equal(held, [0, 0, 0, 0], 'holds of the big lock on entry and after a sleep, of both threads')
  equal(together, 2, 'threads that executed at one instant')
  trial.saw(`${held[0]} holds on entry, ${together} threads at work at one instant on 2 CPUs`)
}

/** One hold on entry, the same again after every sleep, and never two such threads at one instant. */
export const othersOwnBigLock: Check = (trial) => {
  const { holds: held, together, owner } = pair(trial, 'giant')
  equal(held, [1, 1, 1, 1], 'holds of the big lock on entry and after a sleep, of both threads')
  equal(together, 1, 'threads that executed at one instant')
  holds(owner.startsWith('giant'), `${BIG_LOCK} belongs to one of the threads while it executes: saw ${owner}`)
  trial.saw(`${held[0]} hold on entry and after a sleep, ${together} thread at work at any instant on 2 CPUs`)
}

/** Giving the lock up lets another in; taking it again restores the hold. */
export const mayGiveUpBigLock: Check = (trial) => {
  const k = trial.createKernel({ ncpu: 2 })
  const log: string[] = []
  valueOf(
    k.boot(function* main() {
      function* first() {
        log.push(`first: ${k.curlwp.l_blcnt}`)
        yield* k.work(LONG_WORK_NS)
        yield* k.KERNEL_UNLOCK_ONE(null)
        log.push(`first, unlocked: ${k.curlwp.l_blcnt}`)
        yield* k.work(WORK_NS)
        log.push('first wants the lock')
        yield* k.KERNEL_LOCK(1, null)
        log.push(`first, locked: ${k.curlwp.l_blcnt}`)
        yield* k.kthread_exit(0)
      }
      function* second() {
        log.push(`second: ${k.curlwp.l_blcnt}`)
        yield* k.work(2 * WORK_NS)
        log.push('second ends')
        yield* k.kthread_exit(0)
      }
      yield* k.kthread_create(k.PRI_NONE, 0, k.cpu_lookup(0), first, null, null, 'first')
      yield* k.kpause('wait', false, 1, null)
      yield* k.kthread_create(k.PRI_NONE, 0, k.cpu_lookup(1), second, null, null, 'second')
      yield* k.kpause('wait', false, 10, null)
    }),
  )
  equal(
    log,
    ['first: 1', 'first, unlocked: 0', 'second: 1', 'first wants the lock', 'second ends', 'first, locked: 1'],
    'the order of events',
  )
  trial.saw(log.join('; '))
}

/** The whole sentence of the later page. */
export const ownsBigLockExceptWhereGivenUp: Check = (trial) => {
  othersOwnBigLock(trial)
  mayGiveUpBigLock(trial)
}

/** Two threads of a kind at work, each on its CPU: their holds, and how many were at work at one instant. */
function pair(trial: Trial<NetbsdKernel>, name: 'mpsafe' | 'giant') {
  const k = trial.createKernel({ ncpu: 2 })
  const counts: number[] = []
  let atWork = 0
  let together = 0
  let owner = ''
  valueOf(
    k.boot(function* main() {
      const flags = name === 'mpsafe' ? k.KTHREAD_MPSAFE : 0
      function* func() {
        for (let turn = 0; turn < 2; turn++) {
          counts.push(k.curlwp.l_blcnt)
          together = Math.max(together, ++atWork)
          owner = k.locks().find((lock) => lock.name === BIG_LOCK)?.owner ?? 'nobody'
          yield* k.work(WORK_NS)
          atWork--
          yield* k.kpause('wait', false, 2, null)
        }
        yield* k.kthread_exit(0)
      }
      for (let n = 0; n < 2; n++) {
        yield* k.kthread_create(k.PRI_NONE, flags, k.cpu_lookup(n), func, null, null, `${name}%d`, n)
      }
      yield* k.kpause('wait', false, 20, null)
    }),
  )
  equal(counts.length, 4, 'turns that both threads had')
  return { holds: counts, together, owner }
}
