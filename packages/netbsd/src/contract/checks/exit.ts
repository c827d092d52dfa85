import { equal, holds, panics, valueOf, type Trial } from '@kt/core/contract'
import type { NetbsdKernel } from '../../kernel.js'
import type { Lwp } from '../../lwp.js'

type Check = (trial: Trial<NetbsdKernel>) => void

/** A zombie at once, collected by the next creation; nothing of it runs again. */
export const exitEndsCaller: Check = (trial) => {
  const k = trial.createKernel({ ncpu: 2 })
  const log: string[] = []
  const seen = valueOf(
    k.boot(function* main() {
      // What boot left to be done ends first, and is collected.
      yield* k.kpause('settle', false, 1, null)
      const newlp = k.ref<Lwp>()
      function* func() {
        log.push('before')
        try {
          yield* k.kthread_exit(0)
        } finally {
          log.push('after')
        }
      }
      yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, func, null, newlp, 'short')
      const l = newlp.value!
      yield* k.kpause('wait', false, 5, null)
      const dead = { stat: l.l_stat, name: l.l_name, listed: k.proc0.lwps.includes(l) }
      yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, func, null, null, 'next')
      return { dead, listed: k.proc0.lwps.includes(l) }
    }),
  )
  equal(seen.dead, { stat: k.LSZOMB, name: '(zombie)', listed: true }, 'the thread after kthread_exit')
  equal(seen.listed, false, 'whether it is listed after the next creation')
  equal(log, ['before', 'before'], 'what both threads executed')
  trial.saw(`l_stat ${seen.dead.stat}, named ${seen.dead.name}; collected by the next kthread_create`)
}

/** A user process that calls it breaks the contract. */
export const exitIsForKthreads: Check = (trial) => {
  const k = trial.createKernel({ ncpu: 2 })
  const outcome = k.boot(function* main() {
    k.process({ name: 'sh', uid: 1000 }, function* () {
      yield* k.kthread_exit(0)
    })
    yield* k.kpause('wait', false, 5, null)
  })
  panics(outcome, 'NB-D-22')
  trial.saw(outcome.kind === 'panic' ? outcome.message : outcome.kind)
}

/** The whole sentence of the later page. */
export const exitEndsCallerWhichIsKthread: Check = (trial) => {
  exitEndsCaller(trial)
  exitIsForKthreads(trial)
}

/** A code that is not 0 is printed, before the thread waits for its joiner; nobody can retrieve it. */
export const exitCodeIsPrinted: Check = (trial) => {
  const k = trial.createKernel({ ncpu: 2 })
  const seen = valueOf(
    k.boot(function* main() {
      const newlp = k.ref<Lwp>()
      function* func(code: number) {
        yield* k.kthread_exit(code)
      }
      yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, func, 0, null, 'zero')
      yield* k.kpause('wait', false, 1, null)
      const afterZero = k.console.length
      const flags = k.KTHREAD_MPSAFE | k.KTHREAD_MUSTJOIN
      yield* k.kthread_create(k.PRI_NONE, flags, null, func, 7, newlp, 'seven')
      yield* k.kpause('wait', false, 1, null)
      const beforeJoin = k.console.length
      const lid = newlp.value!.l_lid
      return { afterZero, beforeJoin, lid, answer: yield* k.kthread_join(newlp.value!) }
    }),
  )
  const warning = `WARNING: kthread \`seven' (${seen.lid}) exits with status 7`
  equal(k.console, [warning], 'the console')
  equal([seen.afterZero, seen.beforeJoin, seen.answer], [0, 1, 0], 'lines after code 0, lines before join, its answer')
  holds(k.console.length === seen.beforeJoin, 'joining prints nothing')
  trial.saw(k.console[0]!)
}
