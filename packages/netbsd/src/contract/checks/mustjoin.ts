import { equal, holds, valueOf, type Trial } from '@kt/core/contract'
import type { NetbsdKernel } from '../../kernel.js'
import type { Lwp } from '../../lwp.js'

type Check = (trial: Trial<NetbsdKernel>) => void

const WAIT_TICKS = 500

/** A thread that nobody joins is reported at the end; one that is joined, or need not be, is not. */
export const unjoinedIsReported: Check = (trial) => {
  const k = trial.createKernel({ ncpu: 2 })
  valueOf(
    k.boot(function* main() {
      const joined = k.ref<Lwp>()
      const orphan = k.ref<Lwp>()
      const mustJoin = k.KTHREAD_MPSAFE | k.KTHREAD_MUSTJOIN
      function* func() {
        yield* k.kthread_exit(0)
      }
      yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, func, null, null, 'detached')
      yield* k.kthread_create(k.PRI_NONE, mustJoin, null, func, null, joined, 'joined')
      yield* k.kthread_create(k.PRI_NONE, mustJoin, null, func, null, orphan, 'orphan')
      yield* k.kthread_join(joined.value!)
    }),
  )
  const reports = k.remarks.map(({ text }) => text)
  equal(reports.length, 1, `reports of threads that nobody joined (${reports.join('; ')})`)
  holds(reports[0]!.includes('orphan'), `the report names the thread: ${reports[0]!}`)
  equal(k.ps().find(({ lname }) => lname === 'orphan')?.wchan, 'kthrwait', 'what the orphan waits for in the end')
  trial.saw(reports[0]!)
}

/** Asleep in kthread_exit until somebody joins. */
export const exitBlocksUntilJoin: Check = (trial) => {
  const k = trial.createKernel({ ncpu: 2 })
  const newlp = k.ref<Lwp>()
  const seen = valueOf(
    k.boot(function* main() {
      function* func() {
        yield* k.kthread_exit(0)
      }
      const flags = k.KTHREAD_MPSAFE | k.KTHREAD_MUSTJOIN
      yield* k.kthread_create(k.PRI_NONE, flags, null, func, null, newlp, 'waiter')
      const l = newlp.value!
      yield* k.kpause('wait', false, 1, null)
      const early = [l.l_stat, l.l_wmesg]
      yield* k.kpause('wait', false, WAIT_TICKS, null)
      const late = [l.l_stat, l.l_wmesg]
      const answer = yield* k.kthread_join(l)
      yield* k.kpause('wait', false, 1, null)
      return { early, late, answer, after: l.l_stat }
    }),
  )
  const asleep = [k.LSSLEEP, 'kthrwait']
  equal(seen, { early: asleep, late: asleep, answer: 0, after: k.LSZOMB }, 'the thread before and after kthread_join')
  trial.saw(`LSSLEEP in 'kthrwait' for ${(WAIT_TICKS + 1) / k.hz} s, LSZOMB after kthread_join`)
}
