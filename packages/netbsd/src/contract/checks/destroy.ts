import { equal, holds, panics, valueOf, type Trial } from '@kt/core/contract'
import type { Lwp } from '../../lwp.js'
import type { Kernel } from '../../releases/6.js'

type Check = (trial: Trial<Kernel>) => void

/** Any thread that executes in the kernel may ask for it, a user process's LWP in a system call included. */
export const destroyEndsAnotherThread: Check = (trial) => {
  const k = trial.createKernel({ ncpu: 2 })
  let calls = 0
  const seen = valueOf(
    k.boot(function* main() {
      function* func() {
        calls++
        yield* k.kthread_exit(0)
      }
      const states: number[] = []
      const targets = [k.ref<Lwp>(), k.ref<Lwp>()]
      const idle = k.KTHREAD_IDLE | k.KTHREAD_MPSAFE
      for (const target of targets) yield* k.kthread_create(k.PRI_NONE, idle, null, func, null, target, 'target')
      const [first, second] = targets.map(({ value }) => value!) as [Lwp, Lwp]

      yield* k.kthread_destroy(first)
      states.push(first.l_stat)
      k.process({ name: 'sh', uid: 1000 }, function* () {
        yield* k.kthread_destroy(second)
        states.push(second.l_stat)
      })
      yield* k.kpause('wait', false, 5, null)
      // A dead thread is freed by the next creation.
      yield* k.kthread_create(k.PRI_NONE, idle, null, func, null, null, 'next')
      const { lwps } = k.proc0
      return { states, listed: [lwps.includes(first), lwps.includes(second)] }
    }),
  )
  equal(seen, { states: [k.LSZOMB, k.LSZOMB], listed: [false, false] }, 'targets of a kthread and of a user process')
  equal(calls, 0, 'calls of func')
  trial.saw('asked by a kthread and by a user process: both targets gone, func never called')
}

/** Only of a thread that never ran. */
export const destroyNeedsLsidl: Check = (trial) => {
  for (const state of ['runnable', 'running', 'asleep', 'dead'] as const) {
    const k = trial.createKernel({ ncpu: 2 })
    let stat = 0
    const outcome = k.boot(function* main() {
      const newlp = k.ref<Lwp>()
      function* func() {
        if (state === 'running') yield* k.work(50_000_000)
        if (state === 'asleep') yield* k.kpause('asleep', false, 1000, null)
        yield* k.kthread_exit(0)
      }
      // Bound to the creator's CPU it cannot run before the creator gives way.
      const ci = state === 'runnable' ? k.curcpu() : k.cpu_lookup(1 - k.curcpu().ci_index)
      yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, ci, func, null, newlp, 'target')
      if (state !== 'runnable') yield* k.kpause('wait', false, 2, null)
      stat = newlp.value!.l_stat
      yield* k.kthread_destroy(newlp.value!)
    })
    const expected = { runnable: k.LSRUN, running: k.LSONPROC, asleep: k.LSSLEEP, dead: k.LSZOMB }[state]
    equal(stat, expected, `state of the target that is ${state}`)
    holds(stat !== k.LSIDL, 'the target is not in LSIDL')
    panics(outcome, 'NB6-KT-50')
  }
  trial.saw('LSRUN, LSONPROC, LSSLEEP and LSZOMB: a panic each')
}
