import { ref, type Steps } from '@kt/core'
import { equal, holds, type Trial } from '@kt/core/contract'
import type { Proc } from '../../../proc.js'
import type { Kernel } from '../../../releases/8.0.js'

// EXAMPLES: the buffer daemon.

type Check = (trial: Trial<Kernel>) => void

const STOPS = "Waiting (max 60 seconds) for system process `bufdaemon' to stop...done"

/** FB8-KP-38: started by a SYSINIT, registered for the shutdown, parked by it; and the stock daemon does the same. */
export const bufdaemon: Check = (trial) => {
  const k = trial.createKernel({ daemons: 'none' })
  const bufdaemonproc = ref<Proc>()
  let rounds = 0
  const buf_kp = { arg0: 'bufdaemon', func: buf_daemon, global_procpp: bufdaemonproc }
  k.SYSINIT('bufdaemon', k.SI_SUB_KTHREAD_BUF, k.SI_ORDER_FIRST, k.kproc_start, buf_kp)

  function* buf_daemon(): Steps<never> {
    const self = bufdaemonproc.value!
    yield* k.EVENTHANDLER_REGISTER('shutdown_pre_sync', k.kproc_shutdown, self, k.SHUTDOWN_PRI_LAST)
    for (;;) {
      yield* k.kproc_suspend_check(self)
      rounds++
      yield* k.tsleep('bd_request', k.PVM, 'psleep', k.hz)
    }
  }

  const atSync: number[] = []
  const outcome = k.boot(function* () {
    yield* k.pause('up', 5 * k.hz)
    const registered = k.eventhandlers('shutdown_pre_sync')
    equal(registered.map(({ priority }) => priority), [20_000], 'priorities of the handlers') // prettier-ignore
    holds(registered[0]!.arg === bufdaemonproc.value, 'the handler is for another process')
    holds(rounds >= 5, `${rounds} rounds in five seconds`)
    yield* k.EVENTHANDLER_REGISTER('shutdown_post_sync', noted, null, k.EVENTHANDLER_PRI_ANY)
    yield* k.reboot(k.RB_AUTOBOOT)
  })
  function* noted(): Steps<void> {
    atSync.push(rounds)
    yield* k.DELAY(0)
  }
  if (outcome.kind === 'fault') throw outcome.error
  equal(outcome.kind, 'shutdown', 'end of the run')
  equal(k.console.slice(0, 2), [STOPS, 'All buffers synced.'], 'the console')
  equal(atSync, [rounds], 'rounds before and after the buffers were synced')

  const stock = trial.createKernel({ daemons: 'stock' })
  const end = stock.boot(function* () {
    yield* stock.reboot(stock.RB_AUTOBOOT)
  })
  equal([end.kind, stock.console.includes(STOPS)], ['shutdown', true], 'the stock daemon at a shutdown')
  trial.saw(`${rounds} rounds, then: ${STOPS}`)
}
