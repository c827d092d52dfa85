import { describe, expect, test } from 'vitest'
import { Callout, createKernel, type Steps } from '../src/releases/8.0.js'
import { down, EVENTS } from './shutdown-words.js'
import { addThread, endOf, MS, quiet } from './staging.js'

/** reboot(2), the buffers that it waits for, and shutdown_nice. */

const HALTED = ['', 'The operating system has halted.', 'Please press any key to reboot.', '']

describe('reboot', () => {
  test('RB_AUTOBOOT syncs, says how long the system was up, and restarts a second later', () => {
    const { k, end, console } = down(0, {})
    expect(end).toEqual(['shutdown', 0])
    expect(console).toEqual(['All buffers synced.', 'Uptime: 1s', 'Rebooting...'])
    expect(k.now / MS).toBe(100 + 1000)
  })

  test('RB_NOSYNC does not sync', () => {
    const { end, console } = down(4, {})
    expect(end).toEqual(['shutdown', 4])
    expect(console).toEqual(['Uptime: 1s', 'Rebooting...'])
  })

  test('RB_HALT stays down', () => {
    const { end, console } = down(8, {})
    expect(end).toEqual(['shutdown', 8])
    expect(console).toEqual(['All buffers synced.', 'Uptime: 1s', ...HALTED.slice(0, -1), ''])
  })

  test('RB_DUMP finds nothing to dump to; with RB_HALT it does not look', () => {
    const dumped = down(0x100, {}).console
    expect(dumped.some((line) => line.includes('dump'))).toBe(true)
    const halted = down(0x108, {}).console
    expect(halted).toEqual(['All buffers synced.', 'Uptime: 1s', ...HALTED])
  })

  test.each([
    [undefined, 5000],
    [1200, 1200],
    [0, 0],
  ] as const)('RB_POWEROFF waits kern.shutdown.poweroff_delay (%s) first', (delay, expected) => {
    const { k, end, console } = down(0x4000, {}, function* (kernel) {
      if (delay !== undefined) kernel.sysctl('kern.shutdown.poweroff_delay', delay)
      yield* []
    })
    expect(end).toEqual(['shutdown', 0x4000])
    expect(console).toEqual(['All buffers synced.', 'Uptime: 1s'])
    expect(k.now / MS).toBe(100 + expected)
  })

  test.each([1, 2, 4])('from any of %d CPUs it goes on on the first, with Giant held', (ncpu) => {
    const k = quiet({ ncpu })
    const seen: unknown[] = []
    const outcome = k.boot(function* () {
      const look = function* () {
        seen.push([k.curcpu().pc_cpuid, k.Giant.owner === k.curthread])
        yield* []
      }
      for (const event of EVENTS) yield* k.EVENTHANDLER_REGISTER(event, look, null, 0)
      const td = yield* addThread(k, 'operator', function* () {
        yield* k.pause('rest', 2)
        yield* k.sched_bind(k.curthread, ncpu - 1)
        seen.push(k.curcpu().pc_cpuid)
        yield* k.reboot(4)
      })
      yield* k.tsleep(td, k.PWAIT, 'ever', 0)
    })
    expect(endOf(outcome)).toEqual(['shutdown', 4])
    expect(seen).toEqual([ncpu - 1, [0, true], [0, true], [0, true]])
  })

  test('handlers: pre_sync before the buffers, post_sync after the uptime, final last; each by priority, with howto', () => {
    const k = quiet()
    const outcome = k.boot(function* () {
      for (const event of EVENTS.toReversed())
        for (const priority of [k.SHUTDOWN_PRI_LAST, k.SHUTDOWN_PRI_FIRST, k.SHUTDOWN_PRI_DEFAULT])
          yield* k.EVENTHANDLER_REGISTER(event, says, `${event} ${priority}`, priority)
      function* says(words: string, howto: number): Steps<void> {
        yield* k.printf('%s, 0x%x\n', words, howto)
      }
      yield* k.reboot(0x800)
    })
    expect(endOf(outcome)).toEqual(['shutdown', 0x800])
    expect(k.console).toEqual([
      'shutdown_pre_sync 0, 0x800',
      'shutdown_pre_sync 10000, 0x800',
      'shutdown_pre_sync 20000, 0x800',
      'All buffers synced.',
      'Uptime: 1s',
      'shutdown_post_sync 0, 0x800',
      'shutdown_post_sync 10000, 0x800',
      'shutdown_post_sync 20000, 0x800',
      'shutdown_final 0, 0x800',
      'shutdown_final 10000, 0x800',
      'shutdown_final 20000, 0x800',
      'Rebooting...',
    ])
  })

  test('while cold there is nothing to sync', () => {
    const k = createKernel()
    k.SYSINIT('no', k.SI_SUB_DRIVERS, k.SI_ORDER_ANY, () => k.reboot(0), null)
    expect(endOf(k.boot())).toEqual(['shutdown', 0])
    expect(k.console).toEqual(['Uptime: 1s', 'Rebooting...'])
  })

  test.each([
    [0, '1s'],
    [58, '59s'],
    [59, '1m0s'],
    [3599, '1h0m0s'],
    [3661, '1h1m2s'],
    [86_399, '1d0h0m0s'],
    [2 * 86_400 + 3 * 3600 + 4 * 60 + 5, '2d3h4m6s'],
  ])('Uptime after %d s', (seconds, words) => {
    const { console } = down(4, { hz: 100 }, function* (k) {
      // A tick less, for the one that a sleep may last longer.
      if (seconds > 0) yield* k.pause('rest', seconds * k.hz - 1)
    })
    expect(console).toEqual([`Uptime: ${words}`, 'Rebooting...'])
  })
})

describe('buffers', () => {
  test('are waited for as long as there get fewer', () => {
    const { k, console } = down(0, {}, function* (kernel) {
      kernel.buffers.busy = 3
      // One is written every 80 ms.
      const c = new Callout()
      yield* kernel.callout_init(c, 1)
      const write = function* () {
        if (--kernel.buffers.busy > 0) yield* kernel.callout_reset(c, 80, write, null)
      }
      yield* kernel.callout_reset(c, 80, write, null)
    })
    expect(console[0]).toMatch(/^Syncing disks, buffers remaining\.\.\. (3 )+(2 )+(1 )+$/)
    expect(console.slice(1)).toEqual(['Final sync complete', 'Uptime: 1s', 'Rebooting...'])
    expect(k.buffers.busy).toBe(0)
  })

  test('are given up after twenty rounds without progress, and 5 s more', () => {
    const { k, console } = down(0, {}, function* (kernel) {
      kernel.buffers.busy = 2
      yield* []
    })
    const line = `Syncing disks, buffers remaining... ${'2 '.repeat(20)}`
    const seconds = Math.floor(1 + (50 * 190) / 1000 + 5 + 0.1)
    expect(console).toEqual([line, 'Giving up on 2 buffers', `Uptime: ${seconds}s`, 'Rebooting...'])
    // 50 ms more in each round than in the one before.
    expect(k.now / MS).toBe(50 * 190 + 5000 + 100 + 1000)
  })

  test('the rounds begin anew whenever the number falls', () => {
    const { console } = down(0, {}, function* (kernel) {
      kernel.buffers.busy = 2
      const c = new Callout()
      yield* kernel.callout_init(c, 1)
      const write = function* () {
        kernel.buffers.busy = 1
        yield* []
      }
      yield* kernel.callout_reset(c, 4000, write, null)
    })
    // 13 rounds are over 50 · (0 + … + 12) = 3900 ms, and one more is begun before the number falls.
    expect(console[0]).toBe(`Syncing disks, buffers remaining... ${'2 '.repeat(14)}${'1 '.repeat(20)}`)
    expect(console[1]).toBe('Giving up on 1 buffers')
  })

  test('Giant is free while they are waited for', () => {
    const log: string[] = []
    const { end } = down(0, { ncpu: 2 }, function* (kernel) {
      kernel.buffers.busy = 1
      yield* addThread(kernel, 'writer', function* () {
        yield* kernel.pause('rest', 10)
        yield* kernel.mtx_lock(kernel.Giant)
        log.push('has Giant')
        kernel.buffers.busy = 0
        yield* kernel.mtx_unlock(kernel.Giant)
        yield* kernel.kthread_exit()
      })
    })
    expect(end).toEqual(['shutdown', 0])
    expect(log).toEqual(['has Giant'])
  })
})

describe('shutdown_nice', () => {
  test.each([0, 8, 0x4000])('has init take the system down: howto 0x%x', (howto) => {
    const k = quiet()
    const outcome = k.boot(function* () {
      let who = ''
      yield* k.EVENTHANDLER_REGISTER(
        'shutdown_pre_sync',
        function* () {
          who = k.curproc.p_comm
          yield* k.printf('by %s\n', who)
        },
        null,
        0,
      )
      yield* k.shutdown_nice(howto)
      yield* k.tsleep('ever', 0, 'ever', 0)
    })
    expect(endOf(outcome)).toEqual(['shutdown', howto])
    expect(k.console.slice(0, 3)).toEqual(['by init', 'All buffers synced.', 'Uptime: 1s'])
  })

  test('does so itself before there is an init, without a sync', () => {
    const k = createKernel()
    k.SYSINIT('no', k.SI_SUB_DDB_SERVICES, k.SI_ORDER_ANY, () => k.shutdown_nice(8), null)
    expect(endOf(k.boot())).toEqual(['shutdown', 8 | 4])
    expect(k.console).toEqual(['Uptime: 1s', ...HALTED])
  })

  test('its flags stay for whatever takes the system down', () => {
    const k = quiet()
    const outcome = k.boot(function* () {
      yield* k.shutdown_nice(8)
      // Nobody has run init yet.
      yield* k.reboot(4)
    })
    expect(endOf(outcome)).toEqual(['shutdown', 8 | 4])
  })
})
