import { describe, expect, it } from 'vitest'
import { createKernel, type eventhandler_tag, type Kernel, type Steps } from '../../src/releases/8.0.js'
import { pause, spawn, valueOf } from './runs.js'

function run<T>(main: (k: Kernel) => Steps<T>): T {
  return valueOf(createKernel({ daemons: 'none' }).boot(main))
}

/** A handler that notes the argument it was registered with. */
function noting(log: unknown[]) {
  return function* (arg: string): Steps<void> {
    log.push(arg)
  }
}

describe('EVENTHANDLER(9)', () => {
  it('lower priorities come first, equals in order of registration', () => {
    const seen = run(function* (k) {
      const log: unknown[] = []
      for (const [name, priority] of [
        ['any', k.EVENTHANDLER_PRI_ANY],
        ['last', k.EVENTHANDLER_PRI_LAST],
        ['first', k.EVENTHANDLER_PRI_FIRST],
        ['any too', k.EVENTHANDLER_PRI_ANY],
        ['first too', k.EVENTHANDLER_PRI_FIRST],
        ['later', k.EVENTHANDLER_PRI_LAST + 100],
      ] as const)
        yield* k.EVENTHANDLER_REGISTER('event', noting(log), name, priority)
      yield* k.EVENTHANDLER_INVOKE('event')
      return [log, k.eventhandlers('event').map(({ arg, priority }) => [arg, priority])]
    })
    expect(seen).toEqual([
      ['first', 'first too', 'any', 'any too', 'last', 'later'],
      [
        ['first', 0],
        ['first too', 0],
        ['any', 10_000],
        ['any too', 10_000],
        ['last', 20_000],
        ['later', 20_100],
      ],
    ])
  })

  it('the names of shutdown have the same priorities', () => {
    const k = createKernel()
    expect([k.SHUTDOWN_PRI_FIRST, k.SHUTDOWN_PRI_DEFAULT, k.SHUTDOWN_PRI_LAST]).toEqual([0, 10_000, 20_000])
  })

  it('a handler gets its argument, then those of the event', () => {
    const seen = run(function* (k) {
      const log: unknown[] = []
      const handler = function* (...all: unknown[]): Steps<void> {
        log.push(all)
      }
      yield* k.EVENTHANDLER_REGISTER('event', handler, 'mine', 0)
      yield* k.EVENTHANDLER_INVOKE('event', 1, 'two')
      return log
    })
    expect(seen).toEqual([['mine', 1, 'two']])
  })

  it('an event that nobody registered for does nothing', () => {
    expect(
      run(function* (k) {
        yield* k.EVENTHANDLER_INVOKE('unknown')
        return k.eventhandlers('unknown')
      }),
    ).toEqual([])
  })

  it('-1 is not a priority to register at', () => {
    const k = createKernel({ daemons: 'none' })
    const outcome = k.boot(function* () {
      yield* k.EVENTHANDLER_REGISTER('event', noting([]), 'x', -1)
    })
    expect(outcome.kind === 'fault' ? String(outcome.error) : outcome.kind).toContain('RangeError')
  })

  it('what is deregistered is not called; a null tag removes all', () => {
    const seen = run(function* (k) {
      const log: unknown[] = []
      const tags: eventhandler_tag[] = []
      for (const name of ['a', 'b', 'c']) tags.push(yield* k.EVENTHANDLER_REGISTER('event', noting(log), name, 0))
      yield* k.EVENTHANDLER_DEREGISTER('event', tags[1]!)
      yield* k.EVENTHANDLER_INVOKE('event')
      yield* k.EVENTHANDLER_DEREGISTER('event', null)
      yield* k.EVENTHANDLER_INVOKE('event')
      yield* k.EVENTHANDLER_DEREGISTER('other', null)
      return [log, k.eventhandlers('event')]
    })
    expect(seen).toEqual([['a', 'c'], []])
  })

  it('handlers may sleep, register and deregister', () => {
    const seen = run(function* (k) {
      const log: unknown[] = []
      const sleeps = function* (): Steps<void> {
        yield* pause(k, 3)
        log.push(`slept until ${k.ticks}`)
        yield* k.EVENTHANDLER_REGISTER('event', noting(log), 'new', 5)
      }
      const tag = yield* k.EVENTHANDLER_REGISTER('event', sleeps, null, 0)
      yield* k.EVENTHANDLER_INVOKE('event')
      yield* k.EVENTHANDLER_DEREGISTER('event', tag)
      yield* k.EVENTHANDLER_INVOKE('event')
      return log
    })
    expect(seen).toEqual(['slept until 4', 'new', 'new'])
  })
})

describe('a list that changes while it is walked', () => {
  it('an entry that comes in behind is called in the same pass, one before is not', () => {
    const seen = run(function* (k) {
      const log: unknown[] = []
      const adds = function* (): Steps<void> {
        log.push('adds')
        yield* k.EVENTHANDLER_REGISTER('event', noting(log), 'behind', 20)
        yield* k.EVENTHANDLER_REGISTER('event', noting(log), 'equal', 10)
        yield* k.EVENTHANDLER_REGISTER('event', noting(log), 'before', 0)
      }
      const tag = yield* k.EVENTHANDLER_REGISTER('event', adds, null, 10)
      yield* k.EVENTHANDLER_INVOKE('event')
      log.push('again')
      yield* k.EVENTHANDLER_DEREGISTER('event', tag)
      yield* k.EVENTHANDLER_INVOKE('event')
      return log
    })
    expect(seen).toEqual(['adds', 'equal', 'behind', 'again', 'before', 'equal', 'behind'])
  })

  it('an entry that is removed meanwhile is skipped, and the list is none the worse', () => {
    const seen = run(function* (k) {
      const log: unknown[] = []
      const tags: eventhandler_tag[] = []
      const removes = function* (): Steps<void> {
        log.push('removes')
        for (const tag of tags.splice(0)) yield* k.EVENTHANDLER_DEREGISTER('event', tag)
        log.push(k.eventhandlers('event').map(({ arg }) => arg))
      }
      tags.push(yield* k.EVENTHANDLER_REGISTER('event', noting(log), 'early', 0))
      tags.push(yield* k.EVENTHANDLER_REGISTER('event', removes, 'self', 10))
      tags.push(yield* k.EVENTHANDLER_REGISTER('event', noting(log), 'late', 20))
      yield* k.EVENTHANDLER_REGISTER('event', noting(log), 'stays', 30)
      yield* k.EVENTHANDLER_INVOKE('event')
      yield* k.EVENTHANDLER_INVOKE('event')
      return log
    })
    expect(seen).toEqual(['early', 'removes', ['stays'], 'stays', 'stays'])
  })

  it('a dead entry is no place to register before: the order of the living counts', () => {
    const seen = run(function* (k) {
      const log: unknown[] = []
      const tags: eventhandler_tag[] = []
      const replaces = function* (): Steps<void> {
        yield* k.EVENTHANDLER_DEREGISTER('event', tags[0]!)
        yield* k.EVENTHANDLER_REGISTER('event', noting(log), 'new', 15)
      }
      yield* k.EVENTHANDLER_REGISTER('event', replaces, null, 0)
      tags.push(yield* k.EVENTHANDLER_REGISTER('event', noting(log), 'dead', 20))
      yield* k.EVENTHANDLER_REGISTER('event', noting(log), 'old', 10)
      yield* k.EVENTHANDLER_REGISTER('event', noting(log), 'last', 30)
      yield* k.EVENTHANDLER_INVOKE('event')
      return log
    })
    expect(seen).toEqual(['old', 'new', 'last'])
  })

  it('deregistering does not wait for a handler that runs', () => {
    const seen = run(function* (k) {
      const log: unknown[] = []
      const slow = function* (): Steps<void> {
        yield* pause(k, 10)
        log.push('handler ends')
      }
      const tag = yield* k.EVENTHANDLER_REGISTER('event', slow, null, 0)
      yield* spawn(k, 'invokes', () => k.EVENTHANDLER_INVOKE('event'))
      yield* pause(k, 3)
      yield* k.EVENTHANDLER_DEREGISTER('event', tag)
      log.push('deregistered')
      yield* pause(k, 20)
      return log
    })
    expect(seen).toEqual(['deregistered', 'handler ends'])
  })

  it('passes may nest: the dead stay in the list until the last one ends', () => {
    const seen = run(function* (k) {
      const log: unknown[] = []
      const tags: eventhandler_tag[] = []
      let depth = 0
      const nests = function* (): Steps<void> {
        if (depth++ > 0) return
        log.push('outer')
        yield* k.EVENTHANDLER_DEREGISTER('event', tags[0]!)
        yield* k.EVENTHANDLER_INVOKE('event')
        log.push('inner is over')
      }
      yield* k.EVENTHANDLER_REGISTER('event', nests, null, 0)
      tags.push(yield* k.EVENTHANDLER_REGISTER('event', noting(log), 'dead', 5))
      yield* k.EVENTHANDLER_REGISTER('event', noting(log), 'lives', 10)
      yield* k.EVENTHANDLER_INVOKE('event')
      return log
    })
    expect(seen).toEqual(['outer', 'lives', 'inner is over', 'lives'])
  })
})

describe('events of the kernel’s own', () => {
  it('process_exit says which process', () => {
    const seen = run(function* (k) {
      const log: unknown[] = []
      const handler = function* (_arg: null, p: { readonly p_comm: string }): Steps<void> {
        log.push(p.p_comm)
      }
      yield* k.EVENTHANDLER_REGISTER('process_exit', handler, null, 0)
      const body = function* (): Steps<void> {
        yield* k.kproc_exit(0)
      }
      yield* k.kproc_create(body, null, k.ref(), 0, 0, 'short')
      yield* pause(k, 5)
      return log
    })
    expect(seen).toEqual(['short'])
  })

  it('the built-in handlers of shutdown_final: power, modules’ place empty, halt and panic, reset', () => {
    const k = createKernel({ daemons: 'none' })
    valueOf(k.boot())
    expect(k.eventhandlers('shutdown_final').map(({ priority }) => priority)).toEqual([
      0, 20_000, 20_100, 20_100, 20_200,
    ])
  })
})
