import { equal, holds } from '@kt/core/contract'
import { ref, type Td } from '../../../releases/8.0.js'
import { addsDeaf, addsLooper, isParked, resumes, userThread } from './suspend-words.js'
import { exits, runs, type Check } from './words.js'

// RETURN VALUES.

/** FB8-KT-62: 0 when there is a thread, else what is wrong. */
export const ofAdd: Check = (trial) => {
  const seen = runs(trial, function* (k) {
    const results: number[] = []
    for (const isThere of [true, false, true]) {
      const newtdpp = ref<Td>()
      if (!isThere) k.inject({ at: 'kstack' })
      const error = yield* k.kthread_add(() => exits(k), null, null, newtdpp, 0, 0, 'new')
      equal(newtdpp.value !== null, error === 0, 'whether there is a thread, and whether the result is 0')
      results.push(error)
    }
    return results
  })
  holds(seen[0] === 0 && seen[1] !== 0 && seen[2] === 0, `results with, without and with memory: ${seen.join(', ')}`)
  trial.saw(`kthread_add with, without and with memory = ${seen.join(', ')}`)
}

/** FB8-KT-63: 0 for a kernel thread, parked or not, else what is wrong. */
export const ofResume: Check = (trial) => {
  const seen = runs(trial, function* (k) {
    const { td } = yield* addsLooper(k)
    const user = userThread(k)
    const idle = yield* k.kthread_resume(td)
    equal(yield* k.kthread_suspend(td, 100), 0, 'kthread_suspend')
    const parked = yield* k.kthread_resume(td)
    yield* k.pause('wait', 1)
    holds(!isParked(k, td), 'it is parked after a resume that returned 0')
    return [idle, parked, yield* k.kthread_resume(user)]
  })
  equal(seen.slice(0, 2), [0, 0], 'kthread_resume of a thread that runs, of one that is parked')
  holds(seen[2] !== 0, 'kthread_resume of a thread of a user returns 0')
  trial.saw(`kthread_resume of one that runs, of a parked one, of one that is none = ${seen.join(', ')}`)
}

/** FB8-KT-64: 0 for a thread that parks, else what is wrong: it does not, or it is none. */
export const ofSuspend: Check = (trial) => {
  const seen = runs(trial, function* (k) {
    const { td } = yield* addsLooper(k)
    const { td: deaf } = yield* addsDeaf(k)
    const user = userThread(k)
    const willing = yield* k.kthread_suspend(td, 100)
    holds(isParked(k, td), 'it is not parked after a suspend')
    yield* resumes(k, td)
    return [willing, yield* k.kthread_suspend(deaf, 100), yield* k.kthread_suspend(user, 100)]
  })
  equal(seen[0], 0, 'kthread_suspend of a thread that parks')
  holds(seen[1] !== 0 && seen[2] !== 0, `of one that does not, of one that is none: ${seen.slice(1).join(', ')}`)
  trial.saw(`kthread_suspend of one that parks, of one that does not, of one that is none = ${seen.join(', ')}`)
}
