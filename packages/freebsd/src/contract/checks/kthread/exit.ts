import { describeOutcome, equal, holds } from '@kt/core/contract'
import { adds, creates, entry, exits, quiet, runs, waits, type Check } from './words.js'

// DESCRIPTION, kthread_exit.

/** FB8-KT-45: its process has a thread less, and nothing of it is in any list; all others stay. */
export const endsCaller: Check = (trial) => {
  runs(trial, function* (k) {
    const p = yield* creates(k, () => waits(k, 'stay'))
    for (const procp of [k.proc0, p]) {
      const td = yield* adds(k, () => waits(k, 'go'), 'leaver', procp)
      const sibling = yield* adds(k, () => waits(k, 'stay'), 'sibling', procp)
      yield* k.pause('turn', 1)
      const before = procp.p_numthreads
      yield* k.wakeup('go')
      yield* k.pause('turn', 1)
      equal([procp.p_numthreads, procp.p_state], [before - 1, k.PRS_NORMAL], 'threads of its process, and its state')
      equal([entry(k, td), k.tdfind(td.td_tid)], [undefined, null], 'the thread in the list, and by its number')
      equal([td.td_state, sibling.td_wmesg], [k.TDS_INACTIVE, 'waits'], 'state; what another thread of it does')
      trial.saw(`process ${procp.p_pid}: ${before} threads, then ${procp.p_numthreads}`)
    }
  })
}

/** FB8-KT-46: a main function ends with it, and all is well: nothing on the console, and the number is used again. */
export const mainCallsIt: Check = (trial) => {
  const k = quiet(trial)
  const outcome = k.boot(function* () {
    const tids: number[] = []
    for (let n = 0; n < 20; n++) {
      const td = yield* adds(k, function* () {
        yield* k.pause('works', 1)
        yield* exits(k)
      })
      tids.push(td.td_tid)
      yield* k.pause('turn', 10)
    }
    return { tids, threads: k.proc0.p_numthreads }
  })
  equal(outcome.kind, 'done', describeOutcome(outcome))
  holds(outcome.kind === 'done', 'the run did not end well')
  const { tids, threads } = outcome.value
  equal(threads, 2, 'threads of process 0 at the end: thread0 and main')
  holds(new Set(tids).size <= 2, `20 threads one after the other had the numbers ${tids.join(', ')}`)
  equal(k.console, [], 'the console')
  trial.saw(`20 threads came and went, numbers ${[...new Set(tids)].join(' and ')}`)
}

/**
 * FB8-KT-47: a return costs a process of the kernel all of it, with a line on the console, and is undefined in process 0,
 * where control goes on to user mode, which is none (FB8-D-10).
 */
export const returnIsNoEnd: Check = (trial) => {
  const k = quiet(trial)
  const ended = k.boot(function* () {
    const p = yield* creates(k, function* () {
      yield* k.pause('works', 1)
    })
    const line = `Kernel thread "daemon" (pid ${p.p_pid}) exited prematurely.`
    yield* k.pause('turn', 10)
    equal(k.console, [line], 'the console')
    equal([p.p_state, p.p_xstat, k.pfind(p.p_pid)], [k.PRS_ZOMBIE, 0, null], 'state and status of the process, and who has its number') // prettier-ignore
  })
  equal(ended.kind, 'done', describeOutcome(ended))
  const other = quiet(trial)
  const reached: string[] = []
  const outcome = other.boot(function* () {
    yield* adds(other, function* () {
      yield* other.pause('works', 1)
    })
    yield* other.pause('turn', 10)
    reached.push('after')
  })
  const seen = outcome.kind === 'undefined' ? outcome.id : describeOutcome(outcome)
  equal(
    [seen, reached, other.console],
    ['UB:return-from-proc0-thread', [], []],
    'a return in process 0, and the console',
  )
  trial.saw(`${k.console.join()} In process 0: ${seen}`)
}
