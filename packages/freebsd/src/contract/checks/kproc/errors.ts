import { ref, type Steps } from '@kt/core'
import { equal, holds, valueOf, type Trial } from '@kt/core/contract'
import type { Proc } from '../../../proc.js'
import type { Kernel } from '../../../releases/8.0.js'
import { exits, loops, pause, spawn, waits } from './spawn.js'

// RETURN VALUES and ERRORS.

type Check = (trial: Trial<Kernel>) => void

/** FB8-KP-37: 0 when it was done, else not; the one of both pages hands on what the other function said (FB8-D-21). */
export const results: Check = (trial) => {
  const k = trial.createKernel({ daemons: 'none' })
  valueOf(
    k.boot(function* () {
      const newpp = ref<Proc>()
      const good = [yield* k.kproc_create(() => loops(k, () => {}), null, newpp, 0, 0, 'worker')]
      good.push(yield* k.kproc_suspend(newpp.value!, 100), yield* k.kproc_resume(newpp.value!))
      equal(good, [0, 0, 0], 'kproc_create, kproc_suspend and kproc_resume that were done')
      const bad = [yield* k.kproc_create(() => exits(k), null, null, k.RFCFDG, 0, 'refused')]
      bad.push(yield* k.kproc_suspend(k.proc0, 100), yield* k.kproc_resume(k.proc0))
      equal(bad, [k.EINVAL, k.EINVAL, k.EINVAL], 'the same that were refused')
      const shared: number[] = []
      for (const procptr of [ref<Proc>(), newpp]) {
        k.inject({ at: 'kstack' })
        shared.push(yield* k.kproc_kthread_add(() => exits(k), null, procptr, null, 0, 0, 'process', 'thread'))
        shared.push(yield* k.kproc_kthread_add(() => exits(k), null, procptr, null, 0, 0, 'process', 'thread'))
      }
      equal(shared, [k.ENOMEM, 0, k.ENOMEM, 0], 'kproc_kthread_add, new and added, each without a stack and with one')
      trial.saw(`done ${good.join(', ')}; refused ${bad.join(', ')}; kproc_kthread_add ${shared.join(', ')}`)
    }),
  )
}

/** FB8-KP-39: of a user process, of process 0 and of init it is refused, at once and without a trace. */
export const einvalUnlessKproc: Check = (trial) => {
  const k = trial.createKernel({ daemons: 'none' })
  let rounds = 0
  const seen = valueOf(
    k.boot(function* () {
      const user = k.process({ name: 'sh', uid: 1000 }, function* (): Steps<void> {
        for (; rounds < 20; rounds++) yield* k.pause('sh', 2)
      })!
      const errors: number[] = []
      for (const p of [user, k.proc0, k.initproc!]) {
        const { p_siglist } = p
        const since = k.ticks
        errors.push(yield* k.kproc_suspend(p, 0), yield* k.kproc_resume(p))
        equal([k.ticks - since, p.p_siglist], [0, p_siglist], `ticks, and pending signals of ${p.p_comm}`)
      }
      const p = yield* spawn(k, () => loops(k, () => {}))
      equal([yield* k.kproc_suspend(p, 100), yield* k.kproc_resume(p)], [0, 0], 'the same of a kernel process')
      yield* pause(k, 100)
      return errors
    }),
  )
  equal(seen, [22, 22, 22, 22, 22, 22], 'suspend and resume of a user process, process 0 and init')
  equal(rounds, 20, 'rounds of the user process')
  trial.saw(`EINVAL = ${k.EINVAL}`)
}

/** FB8-KP-40: the last number of processes can be had, one more cannot, and no thread counts. */
export const eagainAtMaxproc: Check = (trial) => {
  const k = trial.createKernel({ daemons: 'none', maxproc: 7 })
  valueOf(
    k.boot(function* () {
      const newpp = ref<Proc>()
      const body = () => waits(k, 'go')
      while (k.allproc.length < 7) yield* spawn(k, body)
      equal(k.sysctl('kern.maxproc'), 7, 'kern.maxproc')
      let calls = 0
      function* func(): Steps<void> {
        calls++
        yield* k.kproc_exit(0)
      }
      equal(yield* k.kproc_create(func, null, newpp, 0, 0, 'more'), 35, 'kproc_create when there are 7 of 7')
      yield* pause(k, 10)
      equal([newpp.value, k.allproc.length, calls], [null, 7, 0], 'newpp, processes, calls of func')
      equal(yield* k.kthread_add(body, null, null, null, 0, 0, 'thread'), 0, 'kthread_add when there are 7 of 7')
      yield* k.wakeup('go')
      yield* pause(k, 10)
      holds(k.allproc.length < 7, 'no process has left')
      equal(yield* k.kproc_create(func, null, newpp, 0, 0, 'more'), 0, 'kproc_create when there are fewer')
    }),
  )
  trial.saw(`EAGAIN = ${k.EAGAIN} with 7 processes of 7, 0 with fewer`)
}

/** FB8-KP-41: RFCFDG is refused, whatever else is asked for, without waiting; nothing is made. */
export const einvalForRfcfdg: Check = (trial) => {
  const k = trial.createKernel({ daemons: 'none' })
  const seen = valueOf(
    k.boot(function* () {
      const newpp = ref<Proc>()
      const errors: number[] = []
      const before = k.allproc.length
      const since = k.now
      for (const flags of [0, k.RFSTOPPED, k.RFHIGHPID, k.RFNOWAIT])
        errors.push(yield* k.kproc_create(() => exits(k), null, newpp, flags | k.RFCFDG, 0, 'refused'))
      equal([k.now - since, k.allproc.length, newpp.value], [0, before, null], 'time, processes, newpp')
      return errors
    }),
  )
  equal(seen, [22, 22, 22, 22], 'kproc_create with RFCFDG, alone and with others')
  trial.saw(`EINVAL = ${k.EINVAL}, at once`)
}
