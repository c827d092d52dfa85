import { ref, type Steps } from '@kt/core'
import { equal, holds, valueOf, type Trial } from '@kt/core/contract'
import type { NetbsdKernel } from '../../kernel.js'
import type { Lwp } from '../../lwp.js'
import { exits, living, spawn } from './spawn.js'

// DESCRIPTION: what a kernel thread is.

const MS = 1_000_000

/** NB6-KT-06: the handle is an LWP, with what an LWP has, in the list of process 0. */
export function isLwp(trial: Trial<NetbsdKernel>): void {
  const k = trial.createKernel({ ncpu: 2 })
  valueOf(
    k.boot(function* () {
      const own = ref<Lwp>()
      const l = yield* spawn(
        k,
        function* () {
          own.value = k.curlwp
          yield* k.tsleep(own, 0, 'waits', 0)
          yield* k.kthread_exit(0)
        },
        { pri: 101, name: 'w' },
      )
      equal([l.l_stat, l.l_priority, l.l_name], [k.LSRUN, 101, 'w'], 'state, priority and name of the LWP')
      yield* k.kpause('waits', false, 1, null)
      holds(own.value === l, 'the thread is not the LWP that its creator was given')
      holds(k.proc0.lwps.includes(l), 'the LWP is not in the list of process 0')
      const rows = k.ps().filter(({ pid, lid }) => pid === 0 && lid === l.l_lid)
      const shown = rows.map(({ lname, lstate, wchan }) => `${lname} ${lstate} ${wchan}`)
      equal(shown, ['w sleep waits'], 'rows of process 0 with its LID')
      trial.saw(`LWP ${l.l_lid} of process 0: ${shown.join()}, priority ${l.l_priority}`)
    }),
  )
}

/**
 * NB6-KT-07: it never goes to user mode. Where a user thread gives way on its way there, a kernel thread goes on:
 * whoever asked for its CPU waits until it has ended.
 */
export function staysInKernel(trial: Trial<NetbsdKernel>): void {
  const inKernel = startOfUrgentMs(trial, function* (k) {
    const l = yield* spawn(k, function* () {
      yield* k.work(50 * MS)
      yield* k.kthread_exit(0)
    })
    equal(l.l_flag & k.LW_SYSTEM, k.LW_SYSTEM, 'its mark of a system LWP')
  })
  const inUserMode = startOfUrgentMs(trial, function* (k) {
    yield* k.mutex_exit(yield* heldMutex(k))
    k.process({ name: 'sh', uid: 1000 }, () => k.user(50 * MS)[Symbol.iterator]() as unknown as Steps)
  })
  equal(inKernel, 50, 'ms that an urgent thread waited for a kernel thread with 50 ms to do')
  equal(inUserMode, 10, 'ms that it waited for a user thread')
  trial.saw(`asked for after 10 ms, an urgent thread ran after ${inUserMode} ms of user mode, ${inKernel} ms of kernel`)
}
