import type { Steps } from '@kt/core'
import { equal, holds, valueOf } from '@kt/core/contract'
import type { Kernel } from '../../../releases/8.0.js'
import { addsDeaf, addsLooper, isAsked, isParked, type Looper } from './suspend-words.js'
import { adds, quiet, type Check } from './words.js'

// DESCRIPTION, kthread_shutdown.

/** FB8-KT-59: it is a handler as it is; the event suspends the thread, and says so. */
export const isShutdownHandler: Check = (trial) => {
  const k = quiet(trial)
  const outcome = k.boot(function* () {
    const { td } = yield* addsLooper(k, 'daemon')
    yield* k.EVENTHANDLER_REGISTER('shutdown_pre_sync', k.kthread_shutdown, td, k.SHUTDOWN_PRI_FIRST)
    const [first] = k.eventhandlers('shutdown_pre_sync')
    holds(first?.func === k.kthread_shutdown && first.arg === td, 'it is not the first handler of the event')
    yield* k.reboot(k.RB_HALT)
  })
  equal(outcome.kind, 'shutdown', 'the run ends with')
  const lines = k.console.filter((line) => line.startsWith('Waiting'))
  equal(lines, [waiting('daemon', 'done')], 'what the event says on the console')
  trial.saw(lines.join('; '))
}

function waiting(name: string, end: string): string {
  return `Waiting (max 60 seconds) for system thread \`${name}' to stop...${end}`
}

/** FB8-KT-60: from the event on the thread does nothing, whereas one that did not register goes on. */
export const staysOutOfTheWay: Check = (trial) => {
  const k = quiet(trial)
  const rounds: number[][] = []
  const outcome = k.boot(function* () {
    const daemon = yield* addsLooper(k, 'daemon')
    const other = yield* addsLooper(k, 'other')
    yield* k.EVENTHANDLER_REGISTER('shutdown_pre_sync', k.kthread_shutdown, daemon.td, k.SHUTDOWN_PRI_DEFAULT)
    yield* k.EVENTHANDLER_REGISTER('shutdown_pre_sync', () => watches(k, [daemon, other], rounds), null, k.SHUTDOWN_PRI_LAST) // prettier-ignore
    yield* k.EVENTHANDLER_REGISTER('shutdown_post_sync', () => watches(k, [daemon, other], rounds), null, k.SHUTDOWN_PRI_LAST) // prettier-ignore
    yield* k.pause('wait', 100)
    holds(daemon.rounds > 5, 'the daemon does nothing before the shutdown either')
    yield* k.reboot(k.RB_AUTOBOOT)
  })
  equal(outcome.kind, 'shutdown', 'the run ends with')
  equal(rounds.map(([ofDaemon]) => ofDaemon), [0, 0], 'rounds of the daemon in 500 ticks before and after the sync') // prettier-ignore
  holds(
    rounds.every(([, ofOther]) => ofOther! > 40),
    `rounds of the other: ${rounds.map(([, ofOther]) => ofOther).join(', ')}`,
  )
  trial.saw('no round of the registered one during the shutdown; the other one goes on')
}

/** A handler that takes its time, and sees what is done meanwhile. */
function* watches(k: Kernel, [daemon, other]: readonly [Looper, Looper], rounds: number[][]): Steps<void> {
  holds(isParked(k, daemon.td), 'the daemon is not parked after its event')
  const before = [daemon.rounds, other.rounds] as const
  yield* k.pause('watch', 500)
  rounds.push([daemon.rounds - before[0], other.rounds - before[1]])
}

/** FB8-KT-61: while the handler waits it looks like whoever suspends, and gives up like one. */
export const suspendsAsUsual: Check = (trial) => {
  const k = quiet(trial)
  let during: unknown = null
  const outcome = k.boot(function* () {
    const { td } = yield* addsDeaf(k)
    yield* k.EVENTHANDLER_REGISTER('shutdown_pre_sync', k.kthread_shutdown, td, k.SHUTDOWN_PRI_LAST)
    const reboots = yield* adds(k, () => goesDown(k), 'reboots')
    yield* k.pause('wait', 59 * k.hz)
    during = [reboots.td_wmesg, reboots.td_wchan === td.td_flags_address, isAsked(k, td)]
    equal(k.console.length, 1, 'lines on the console while it waits')
    yield* k.pause('wait', 60 * k.hz)
  })
  equal(during, ['suspkt', true, true], 'wait message, channel, and the mark of the thread')
  equal(outcome.kind, 'shutdown', 'the run ends with')
  equal(k.console[0], waiting('deaf', 'timed out'), 'the console')
  trial.saw(k.console[0]!)

  // Two requests are one: whoever waits already is released by the same word.
  const both = quiet(trial)
  const results = valueOf(
    both.boot(function* () {
      const { td } = yield* addsLooper(both, 'looper', 50)
      const errors: number[] = []
      yield* adds(both, function* () {
        errors.push(yield* both.kthread_suspend(td, 1000))
        yield* both.kthread_exit()
      })
      yield* both.kthread_shutdown(td, both.RB_AUTOBOOT)
      yield* both.pause('wait', 1)
      return [...errors, isParked(both, td)]
    }),
  )
  equal(results, [0, true], 'kthread_suspend beside kthread_shutdown, and parked')
  equal(both.console, [waiting('looper', 'done')], 'the console')
}

function* goesDown(k: Kernel): Steps<number> {
  return yield* k.reboot(k.RB_AUTOBOOT)
}
