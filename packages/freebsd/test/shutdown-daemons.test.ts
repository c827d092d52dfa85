import { describe, expect, test } from 'vitest'
import { createKernel, ref, type Kernel, type Steps, type Td } from '../src/releases/8.0.js'
import { down } from './shutdown-words.js'
import { addThread, MS, valueOf } from './staging.js'

/** How the system's own processes and threads stop when it goes down. */

describe('the stock system', () => {
  const waiting = (what: string, name: string) => `Waiting (max 60 seconds) for system ${what} \`${name}' to stop...`

  const CASES = [
    { daemons: 'stock', what: 'process' },
    { daemons: 'page', what: 'thread' },
  ] as const

  test.each(CASES)('$daemons: vnlru first, then bufdaemon and syncer', ({ daemons, what }) => {
    const { k, end, console } = down(0, { daemons })
    expect(end).toEqual(['shutdown', 0])
    expect(console).toEqual([
      `${waiting('process', 'vnlru')}done`,
      `${waiting(what, 'bufdaemon')}done`,
      // Its last rounds, four in a second, all fall into one, so it has nothing to tell.
      `${waiting(what, 'syncer')}done`,
      'All buffers synced.',
      'Uptime: 3s',
      'Rebooting...',
    ])
    // bufdaemon is asleep for a second, the last rounds take one.
    expect(k.now / MS).toBe(1001 + 4 * 251 + 100 + 1000)
  })

  test.each(CASES)('$daemons: the syncer tells once a second what is left', ({ daemons, what }) => {
    const { console } = down(0, { daemons }, function* (k) {
      // A sleep of a second takes a tick more, so in six minutes the syncer is not where it was within the second.
      yield* k.pause('rest', 360 * k.hz)
    })
    expect(console.slice(0, 5)).toEqual([
      `${waiting('process', 'vnlru')}done`,
      `${waiting(what, 'bufdaemon')}done`,
      waiting(what, 'syncer'),
      'Syncing disks, vnodes remaining...0 done',
      'All buffers synced.',
    ])
  })

  test.each(['stock', 'page', 'none'] as const)('INVARIANTS let the daemons (%s) be', (daemons) => {
    const k = createKernel({ daemons, invariants: true })
    valueOf(
      k.boot(function* () {
        yield* k.pause('rest', 30 * k.hz)
      }),
    )
    expect(k.console).toEqual([])
  })

  test('with RB_NOSYNC the syncer is left alone, the others are not', () => {
    const { console } = down(4, { daemons: 'stock' })
    expect(console.slice(0, 2)).toEqual([
      `${waiting('process', 'vnlru')}done`,
      `${waiting('process', 'bufdaemon')}done`,
    ])
    expect(console.slice(2)).toEqual([expect.stringMatching(/^Uptime: /), 'Rebooting...'])
  })

  test('the syncer works off what is left before it says that it stops', () => {
    const { k, console } = down(0, { daemons: 'stock' }, function* (kernel) {
      yield* kernel.pause('rest', 2)
      kernel.buffers.vnodes = 12
    })
    const counts = /remaining\.\.\.([\d ]+)done$/.exec(console[3]!)![1]!.trim().split(' ').map(Number)
    // One is gone when it is told to hurry; then it is four a second, and a word when a second is over.
    expect(counts).toEqual([7, 3, 0])
    expect(k.buffers.vnodes).toBe(0)
  })

  test.each(['kernel', 'page'] as const)('INVARIANTS, as the %s has it, with its daemons as threads', (reading) => {
    const { k, end, console } = down(0, { daemons: 'page', invariants: true, reading })
    if (reading === 'page') expect(end).toEqual(['shutdown', 0])
    else {
      // The first thread that is to be suspended is one too many.
      expect(end).toEqual(['panic', 'PDROP requires a non-Giant lock'])
      expect(console.slice(0, 2)).toEqual([
        `${waiting('process', 'vnlru')}done`,
        `${waiting('thread', 'bufdaemon')}panic: PDROP requires a non-Giant lock`,
      ])
      expect(k.panicstr).toBe('PDROP requires a non-Giant lock')
    }
  })
})

describe('kern.shutdown.kproc_shutdown_wait', () => {
  test.each([
    [2, 'timed out', 2001],
    // FB8-O-29: a tick, and what is printed is the value as it is.
    [-1, 'timed out', 2],
  ] as const)('%d s', (seconds, word, ticks) => {
    let took = 0
    const { k, console } = down(4, {}, function* (kernel) {
      kernel.sysctl('kern.shutdown.kproc_shutdown_wait', seconds)
      const td = yield* addThread(kernel, 'deaf', () => deaf(kernel))
      yield* kernel.EVENTHANDLER_REGISTER('shutdown_pre_sync', kernel.kthread_shutdown, td, 0)
      const since = kernel.ticks
      const measure = function* () {
        took = kernel.ticks - since
        yield* []
      }
      yield* kernel.EVENTHANDLER_REGISTER('shutdown_pre_sync', measure, null, 1)
    })
    expect(console[0]).toBe(`Waiting (max ${seconds} seconds) for system thread \`deaf' to stop...${word}`)
    expect(took).toBe(ticks)
    expect(k.sysctl('kern.shutdown.kproc_shutdown_wait')).toBe(seconds)
  })

  test('0 waits for ever', () => {
    const { end, console } = down(4, {}, function* (kernel) {
      kernel.sysctl('kern.shutdown.kproc_shutdown_wait', 0)
      const td = yield* addThread(kernel, 'deaf', () => deaf(kernel))
      yield* kernel.EVENTHANDLER_REGISTER('shutdown_pre_sync', kernel.kthread_shutdown, td, 0)
    })
    expect(end[0]).toBe('deadlock')
    expect(end[1]).toContain('main: suspkt')
    expect(console).toEqual(["Waiting (max 0 seconds) for system thread `deaf' to stop..."])
  })

  test.each(['page', 'kernel'] as const)(
    'FB8-D-14 who is no kernel thread is done with, as the %s has it',
    (reading) => {
      const { console } = down(4, { reading }, function* (kernel) {
        const user = ref<Td>()
        kernel.process({ name: 'prog' }, function* () {
          user.value = kernel.curthread
          yield* kernel.tsleep('ever', 0, 'ever', 0)
        })
        yield* kernel.pause('rest', 1)
        yield* kernel.EVENTHANDLER_REGISTER('shutdown_pre_sync', kernel.kthread_shutdown, user.value!, 0)
        yield* kernel.EVENTHANDLER_REGISTER('shutdown_pre_sync', kernel.kproc_shutdown, kernel.proc0, 1)
      })
      expect(console.slice(0, 2)).toEqual([
        "Waiting (max 60 seconds) for system thread `prog' to stop...done",
        "Waiting (max 60 seconds) for system process `kernel' to stop...done",
      ])
    },
  )
})

function* deaf(k: Kernel): Steps<never> {
  for (;;) yield* k.tsleep('nobody comes', k.PWAIT, 'deaf', 0)
}
