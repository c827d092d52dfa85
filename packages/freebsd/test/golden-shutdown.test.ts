import { describe, expect, test } from 'vitest'
import { ref, type Kernel, type Steps, type Td } from '../src/releases/8.0.js'
import { endOf, quiet, READINGS, SECOND, valueOf } from './staging.js'

/** Handlers, and what is said when the system goes down. */

/** A thread for shutdown to suspend, started at its place in the boot as the page has it. */
function daemon(k: Kernel, arg0: string, priority: number, body: (td: Td) => Steps): void {
  const global_threadpp = ref<Td>()
  function* func(): Steps<void> {
    const td = global_threadpp.value!
    yield* k.EVENTHANDLER_REGISTER('shutdown_pre_sync', k.kthread_shutdown, td, priority)
    yield* body(td)
  }
  k.SYSINIT(arg0, k.SI_SUB_KTHREAD_BUF, k.SI_ORDER_FIRST, k.kthread_start, { arg0, func, global_threadpp })
}

/** Two of them: one that takes part, and one that does not. */
function alphaAndBeta(k: Kernel): void {
  daemon(k, 'beta', k.SHUTDOWN_PRI_LAST, function* () {
    for (;;) yield* k.pause('beta', k.hz)
  })
  daemon(k, 'alpha', k.SHUTDOWN_PRI_FIRST, function* (td) {
    for (;;) {
      yield* k.kthread_suspend_check(td)
      yield* k.pause('alpha', k.hz / 10)
    }
  })
}

describe.each(READINGS)('as the %s has it', (reading) => {
  test('FB8-G-05 kthread_shutdown when the system is rebooted, line by line', () => {
    const k = quiet({ reading })
    alphaAndBeta(k)
    const outcome = k.boot(function* () {
      yield* k.reboot(0)
    })
    expect(endOf(outcome)).toEqual(['shutdown', 0])
    expect(k.console).toEqual([
      "Waiting (max 60 seconds) for system thread `alpha' to stop...done",
      "Waiting (max 60 seconds) for system thread `beta' to stop...timed out",
      'All buffers synced.',
      'Uptime: 1m1s',
      'Rebooting...',
    ])
    // A tenth of a second for alpha at most, 60 s for beta, a tenth after the sync, 1 s before the reset.
    expect(k.now / SECOND).toBeGreaterThan(61.1)
    expect(k.now / SECOND).toBeLessThan(61.3)
  })

  test('FB8-G-16 kthread_shutdown prints nothing and suspends nobody while the kernel panics', () => {
    const k = quiet({ reading })
    alphaAndBeta(k)
    const howtos: number[] = []
    const outcome = k.boot(function* () {
      for (const event of ['shutdown_pre_sync', 'shutdown_post_sync', 'shutdown_final']) {
        yield* k.EVENTHANDLER_REGISTER(event, notes(k, howtos), null, k.SHUTDOWN_PRI_FIRST)
      }
      yield* k.pause('rest', 250)
      yield* k.panic('out of %s', 'luck')
    })
    expect(endOf(outcome)).toEqual(['panic', 'out of luck'])
    expect(howtos).toEqual(Array<number>(3).fill(k.RB_DUMP | k.RB_NOSYNC))
    expect(k.console[0]).toBe('panic: out of luck')
    expect(k.console.join('\n')).not.toMatch(/Waiting|stop|sync/)
  })

  test('FB8-G-18 EVENTHANDLER_REGISTER: by priority, then in order, and one that comes in behind is called as well', () => {
    const k = quiet({ reading })
    const outcome = k.boot(function* () {
      const log: string[] = []
      function* say(name: string): Steps<void> {
        log.push(name)
        if (name !== 'a' || log.length > 1) return
        yield* k.EVENTHANDLER_REGISTER('event', say, 'behind', 10_000)
        yield* k.EVENTHANDLER_REGISTER('event', say, 'level', 0)
        yield* k.EVENTHANDLER_REGISTER('event', say, 'last', 20_000)
      }
      for (const [name, priority] of [
        ['b1', 20_000],
        ['b2', 20_000],
        ['a', 0],
      ] as const) {
        yield* k.EVENTHANDLER_REGISTER('event', say, name, priority)
      }
      yield* k.EVENTHANDLER_INVOKE('event')
      return log
    })
    expect(valueOf(outcome)).toEqual(['a', 'level', 'behind', 'b1', 'b2', 'last'])
  })

  test('FB8-G-18 EVENTHANDLER_REGISTER before the cursor is for the next time', () => {
    const k = quiet({ reading })
    const outcome = k.boot(function* () {
      const log: string[] = []
      let isFirst = true
      function* say(name: string): Steps<void> {
        log.push(name)
        if (!isFirst) return
        isFirst = false
        yield* k.EVENTHANDLER_REGISTER('event', say, 'before', 5)
      }
      yield* k.EVENTHANDLER_REGISTER('event', say, 'late', 10)
      yield* k.EVENTHANDLER_REGISTER('event', say, 'later', 20)
      yield* k.EVENTHANDLER_INVOKE('event')
      yield* k.EVENTHANDLER_INVOKE('event')
      return log
    })
    expect(valueOf(outcome)).toEqual(['late', 'later', 'before', 'late', 'later'])
  })
})

/** A handler that notes what the system goes down for. */
function notes(k: Kernel, howtos: number[]) {
  return function* (_arg: null, howto: number): Steps<void> {
    howtos.push(howto)
    yield* k.DELAY(1)
  }
}
