import { describe, expect, it } from 'vitest'
import { createKernel, seededOracle, type Kernel, type Steps, type Td } from '../../src/releases/8.0.js'
import { allSchedules, EWOULDBLOCK, flavours, LONG, onOneCpu, pause, quiet, spawn, valueOf } from './runs.js'

/** Sleepers of one channel, the first to come first; what each got, in the order in which they ran. */
function* sleepers(k: Kernel, names: readonly string[], ran: string[], priority?: number): Steps<Td[]> {
  const tds: Td[] = []
  for (const name of names) {
    function* body(): Steps<void> {
      ran.push(`${name} ${yield* k.tsleep('channel', 0, 'wait', LONG)}`)
    }
    tds.push(yield* spawn(k, name, body, priority))
    yield* pause(k, 1)
  }
  return tds
}

describe('tsleep and wakeup', () => {
  it.each(flavours)('returns 0 when woken; a wakeup without a sleeper is lost: $machine', ({ options }) => {
    const k = createKernel(options())
    const outcome = k.boot(function* (k) {
      const ran: string[] = []
      yield* k.wakeup('channel')
      yield* k.wakeup_one('channel')
      const [td] = yield* sleepers(k, ['a'], ran)
      const asleep = [td!.td_state, td!.td_inhibitors, td!.td_wchan, td!.td_wmesg, ...ran]
      yield* k.wakeup('channel')
      const woken = [td!.td_inhibitors, td!.td_wchan, td!.td_wmesg]
      yield* pause(k, 1)
      return [asleep, woken, ran]
    })
    expect(valueOf(outcome)).toEqual([[k.TDS_INHIBITED, k.TDI_SLEEPING, 'channel', 'wait'], [0, null, null], ['a 0']])
  })

  it.each(allSchedules)('wakeup wakes all of a channel and nobody else: $machine', ({ options }) => {
    const outcome = createKernel(options()).boot(function* (k) {
      const ran: string[] = []
      yield* sleepers(k, ['a', 'b', 'c', 'd'], ran)
      yield* spawn(k, 'other', function* () {
        ran.push(`other ${yield* k.tsleep('another channel', 0, 'wait', 20)}`)
      })
      yield* pause(k, 1)
      yield* k.wakeup('channel')
      yield* pause(k, 5)
      const first = ran.splice(0).sort()
      yield* pause(k, 30)
      return [first, ran]
    })
    expect(valueOf(outcome)).toEqual([['a 0', 'b 0', 'c 0', 'd 0'], [`other ${EWOULDBLOCK}`]])
  })

  it.each(onOneCpu)(
    'who came first runs first, and nobody runs at another priority for it: $machine',
    ({ options }) => {
      const outcome = createKernel(options()).boot(function* (k) {
        const ran: string[] = []
        const tds = yield* sleepers(k, ['a', 'b', 'c'], ran)
        yield* k.wakeup('channel')
        const priorities = tds.map((td) => td.td_priority)
        yield* pause(k, 1)
        return [priorities, ran]
      })
      expect(valueOf(outcome)).toEqual([
        [68, 68, 68],
        ['a 0', 'b 0', 'c 0'],
      ])
    },
  )

  it.each(onOneCpu)('wakeup goes by arrival, whatever the priorities: $machine', ({ options }) => {
    const k = createKernel({ ...options(), trace: true })
    const outcome = k.boot(function* (k) {
      for (const [name, priority] of [
        ['poor', 100],
        ['rich', 70],
        ['middle', 90],
      ] as const)
        yield* sleepers(k, [name], [], priority)
      k.mark('now')
      yield* k.wakeup('channel')
      yield* pause(k, 1)
    })
    valueOf(outcome)
    const events = [...k.trace!.events()]
    const woken = events.slice(events.findIndex(({ detail }) => detail === 'now')).filter(({ kind }) => kind === 'wake')
    expect(woken.slice(0, 3).map(({ name }) => name)).toEqual(['poor', 'rich', 'middle'])
  })

  it.each(onOneCpu)('wakeup_one takes the best priority, and of equals who came first: $machine', ({ options }) => {
    const outcome = createKernel(options()).boot(function* (k) {
      const ran: string[] = []
      for (const [name, priority] of [
        ['a', 100],
        ['b', 84],
        ['c', 100],
        ['d', 84],
        ['e', 72],
      ] as const)
        yield* sleepers(k, [name], ran, priority)
      const order: string[] = []
      for (let n = 0; n < 6; n++) {
        yield* k.wakeup_one('channel')
        yield* pause(k, 1)
        order.push(ran.splice(0).join('+'))
      }
      return order
    })
    expect(valueOf(outcome)).toEqual(['e 0', 'b 0', 'd 0', 'a 0', 'c 0', ''])
  })

  it('wakeup_one: the kernel knows whom it takes, the page does not say it', () => {
    const winners = (reading: 'page' | 'kernel') => {
      const seen = new Set<string>()
      for (let seed = 1; seed <= 20; seed++) {
        const outcome = createKernel({ ...quiet, reading, oracle: seededOracle(seed) }).boot(function* (k) {
          const ran: string[] = []
          yield* sleepers(k, ['a', 'b', 'c'], ran)
          yield* k.wakeup_one('channel')
          yield* pause(k, 2)
          return ran.join()
        })
        seen.add(valueOf(outcome))
      }
      return [...seen].sort()
    }
    expect(winners('kernel')).toEqual(['a 0'])
    expect(winners('page')).toEqual(['a 0', 'b 0', 'c 0'])
  })

  it('two channels are one only if they are the same value', () => {
    const outcome = createKernel(quiet).boot(function* (k) {
      const woken: string[] = []
      const one = {}
      for (const [name, chan] of [
        ['object', one],
        ['twin', {}],
        ['text', 'lbolt'],
        ['number', 7],
        ['thread', k.thread0],
      ] as const) {
        yield* spawn(k, name, function* () {
          if ((yield* k.tsleep(chan, 0, 'wait', 20)) === 0) woken.push(name)
        })
      }
      yield* pause(k, 1)
      yield* k.wakeup(one)
      yield* k.wakeup(['lb', 'olt'].join(''))
      yield* k.wakeup(8)
      yield* k.wakeup(k.thread0)
      yield* pause(k, 1)
      return woken
    })
    expect(valueOf(outcome)).toEqual(['object', 'text', 'thread'])
  })

  it('arguments that no kernel takes are the scenario’s mistakes', () => {
    const attempts: readonly ((k: Kernel) => Iterable<unknown>)[] = [
      (k) => k.tsleep(null as never, 0, 'wait', 1),
      (k) => k.tsleep('channel', -1, 'wait', 1),
      (k) => k.tsleep('channel', 0x800, 'wait', 1),
      (k) => k.tsleep('channel', 0, 'wait', 1.5),
      (k) => k.tsleep('channel', 0, 7 as never, 1),
      (k) => k.wakeup(null as never),
      (k) => k.wakeup_one(undefined as never),
      (k) => k.msleep('channel', {} as never, 0, 'wait', 1),
      (k) => k.msleep_spin('channel', null as never, 'wait', 1),
    ]
    const endings = attempts.map((attempt) => {
      const outcome = createKernel(quiet).boot(function* (k) {
        yield* attempt(k) as Steps
      })
      return outcome.kind === 'fault' && (outcome.error as Error).name
    })
    expect(endings).toEqual([
      'TypeError',
      'RangeError',
      'RangeError',
      'RangeError',
      'TypeError',
      'TypeError',
      'TypeError',
      'TypeError',
      'TypeError',
    ])
  })
})

describe('priorities of a sleep', () => {
  /** Active and base priority while asleep and afterwards. */
  const priorities = (scheduler: 'ule' | '4bsd', pri: number, before: number, staticBoost?: number) =>
    valueOf(
      createKernel({ ...quiet, scheduler }).boot(function* (k) {
        if (staticBoost !== undefined) k.sysctl('kern.sched.static_boost', staticBoost)
        const seen: number[] = []
        const td = yield* spawn(
          k,
          'sleeper',
          function* () {
            yield* k.tsleep('channel', pri, 'wait', LONG)
            seen.push(td.td_priority)
            yield* k.tsleep('channel', 0, 'wait', LONG)
          },
          before,
        )
        yield* pause(k, 1)
        seen.push(td.td_priority)
        yield* k.wakeup('channel')
        yield* pause(k, 1)
        seen.push(td.td_priority)
        return seen
      }),
    )

  it('4BSD: the sleeper takes it on and keeps it; 0 changes nothing; flags are not part of it', () => {
    expect(priorities('4bsd', 104, 68)).toEqual([104, 104, 104])
    expect(priorities('4bsd', 68, 120)).toEqual([68, 68, 68])
    expect(priorities('4bsd', 0, 90)).toEqual([90, 90, 90])
    expect(priorities('4bsd', 0x100 | 80, 90)).toEqual([80, 80, 80])
  })

  it('4BSD: it becomes the base priority', () => {
    const outcome = createKernel({ ...quiet, scheduler: '4bsd' }).boot(function* (k) {
      const td = yield* spawn(k, 'sleeper', () => k.tsleep('channel', 104, 'wait', LONG))
      yield* pause(k, 1)
      return [td.td_priority, td.td_base_pri]
    })
    expect(valueOf(outcome)).toEqual([104, 104])
  })

  it('ULE does not look at it, but lets nobody sleep at worse than 160', () => {
    expect(priorities('ule', 104, 68)).toEqual([68, 68, 68])
    expect(priorities('ule', 68, 120)).toEqual([120, 120, 120])
    expect(priorities('ule', 0, 200)).toEqual([160, 160, 160])
  })

  it('ULE with kern.sched.static_boost: 1 assigns it, 0 leaves all alone, another bounds', () => {
    expect(priorities('ule', 104, 68, 1)).toEqual([104, 104, 104])
    expect(priorities('ule', 0, 200, 1)).toEqual([200, 200, 200])
    expect(priorities('ule', 104, 200, 0)).toEqual([200, 200, 200])
    expect(priorities('ule', 104, 120, 90)).toEqual([90, 90, 90])
  })
})
