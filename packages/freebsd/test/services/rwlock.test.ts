import { describe, expect, it } from 'vitest'
import { createKernel, type Kernel, type Rwlock, type Steps, type Td } from '../../src/releases/8.0.js'
import { allSchedules, flavours, MS, onOneCpu, panicOf, pause, quiet, spawn, undefinedOf, valueOf } from './runs.js'

/** Starts a thread that runs at once, and goes for a lock at a priority of its own; it says so when it has it. */
function* wants(k: Kernel, rw: Rwlock, how: 'r' | 'w', name: string, got: string[], priority = 68): Steps<Td> {
  return yield* spawn(
    k,
    name,
    function* () {
      yield* k.sched_prio(k.curthread, priority)
      if (how === 'r') yield* k.rw_rlock(rw)
      else yield* k.rw_wlock(rw)
      got.push(name)
      yield* k.sched_relinquish()
      if (how === 'r') yield* k.rw_runlock(rw)
      else yield* k.rw_wunlock(rw)
    },
    50,
  )
}

describe('rwlock(9)', () => {
  it.each(allSchedules)('is for many readers or one writer: $machine', ({ options }) => {
    const outcome = createKernel(options()).boot(function* (k) {
      const rw = k.rwlock('rw')
      let [readers, writers, done] = [0, 0, 0]
      let mostReaders = 0
      let isBroken = false
      const check = () => {
        mostReaders = Math.max(mostReaders, readers)
        isBroken ||= writers > 1 || (writers > 0 && readers > 0)
      }
      for (const name of ['r1', 'r2', 'r3', 'w1', 'w2']) {
        yield* spawn(k, name, function* () {
          for (let n = 0; n < 6; n++) {
            if (name.startsWith('r')) {
              yield* k.rw_rlock(rw)
              readers++
              check()
              yield* k.work(50_000)
              yield* k.sched_relinquish()
              readers--
              yield* k.rw_runlock(rw)
            } else {
              yield* k.rw_wlock(rw)
              writers++
              check()
              yield* k.work(50_000)
              yield* k.sched_relinquish()
              writers--
              yield* k.rw_wunlock(rw)
            }
            yield* k.sched_relinquish()
          }
          done++
        })
      }
      yield* pause(k, 50)
      return [isBroken, mostReaders > 1, done]
    })
    expect(valueOf(outcome)).toEqual([false, true, 5])
  })

  it.each(onOneCpu)('a waiting writer keeps new readers out: $machine', ({ options }) => {
    const outcome = createKernel(options()).boot(function* (k) {
      const rw = k.rwlock('rw')
      const got: string[] = []
      yield* k.rw_rlock(rw)
      const writer = yield* wants(k, rw, 'w', 'writer', got)
      const reader = yield* wants(k, rw, 'r', 'reader', got)
      const blocked = [writer.td_lockname, reader.td_lockname, writer.td_inhibitors === k.TDI_LOCK]
      yield* k.rw_runlock(rw)
      yield* pause(k, 2)
      return [blocked, got]
    })
    expect(valueOf(outcome)).toEqual([
      ['rw', 'rw', true],
      ['writer', 'reader'],
    ])
  })

  it.each(onOneCpu)('but not one that holds some read lock already: $machine', ({ options }) => {
    const outcome = createKernel(options()).boot(function* (k) {
      const [rw, other] = [k.rwlock('rw'), k.rwlock('other')] as const
      const got: string[] = []
      yield* k.rw_rlock(rw)
      yield* wants(k, rw, 'w', 'writer', got)
      // The caller itself, again.
      yield* k.rw_rlock(rw)
      yield* spawn(
        k,
        'guest',
        function* () {
          yield* k.rw_rlock(other)
          yield* k.rw_rlock(rw)
          got.push('guest')
          yield* k.rw_runlock(rw)
          yield* k.rw_runlock(other)
        },
        50,
      )
      got.push('main')
      yield* k.rw_runlock(rw)
      yield* k.rw_runlock(rw)
      yield* pause(k, 2)
      return got
    })
    expect(valueOf(outcome)).toEqual(['guest', 'main', 'writer'])
  })

  it.each(onOneCpu)('who unlocks wakes all writers, and readers only if there is none: $machine', ({ options }) => {
    const outcome = createKernel(options()).boot(function* (k) {
      const rw = k.rwlock('rw')
      const got: string[] = []
      const tds: Td[] = []
      yield* k.rw_wlock(rw)
      for (const [how, name] of [
        ['r', 'r1'],
        ['w', 'w1'],
        ['r', 'r2'],
        ['w', 'w2'],
      ] as const)
        tds.push(yield* wants(k, rw, how, name, got))
      const awake = () => tds.filter((td) => td.td_state === k.TDS_RUNQ).map((td) => td.td_name)
      yield* k.rw_wunlock(rw)
      const first = awake()
      yield* pause(k, 5)
      return [first, got]
    })
    expect(valueOf(outcome)).toEqual([
      ['w1', 'w2'],
      ['w1', 'w2', 'r1', 'r2'],
    ])
  })

  it.each(onOneCpu)('with readers alone all are woken: $machine', ({ options }) => {
    const outcome = createKernel(options()).boot(function* (k) {
      const rw = k.rwlock('rw')
      yield* k.rw_wlock(rw)
      const tds = [yield* wants(k, rw, 'r', 'a', []), yield* wants(k, rw, 'r', 'b', [])]
      yield* k.rw_wunlock(rw)
      const states = tds.map((td) => td.td_state === k.TDS_RUNQ)
      yield* pause(k, 5)
      return states
    })
    expect(valueOf(outcome)).toEqual([true, true])
  })

  it.each(onOneCpu)('priority is lent to a writer, not to readers: $machine', ({ options }) => {
    const outcome = createKernel(options()).boot(function* (k) {
      const rw = k.rwlock('rw')
      const seen: number[] = []
      yield* k.sched_prio(k.curthread, 120)
      yield* k.rw_wlock(rw)
      yield* wants(k, rw, 'r', 'reader', [], 100)
      seen.push(k.curthread.td_priority)
      yield* wants(k, rw, 'w', 'writer', [], 90)
      seen.push(k.curthread.td_priority)
      yield* k.rw_wunlock(rw)
      seen.push(k.curthread.td_priority)
      yield* pause(k, 2)
      yield* k.rw_rlock(rw)
      yield* wants(k, rw, 'w', 'writer', [], 90)
      seen.push(k.curthread.td_priority)
      yield* k.rw_runlock(rw)
      yield* pause(k, 2)
      return seen
    })
    expect(valueOf(outcome)).toEqual([100, 90, 120, 120])
  })

  it('a writer that takes an rwlock has what is lent by those who go on waiting', () => {
    const seen: number[] = []
    const outcome = createKernel(quiet).boot(function* (k) {
      const rw = k.rwlock('rw')
      yield* k.rw_wlock(rw)
      yield* k.sched_prio(k.curthread, 120)
      function* writer(): Steps<void> {
        yield* k.rw_wlock(rw)
        seen.push(k.curthread.td_priority)
        yield* k.rw_wunlock(rw)
      }
      function* reader(): Steps<void> {
        yield* k.rw_rlock(rw)
        yield* k.rw_runlock(rw)
      }
      yield* spawn(k, 'writer', writer, 100)
      yield* k.sched_relinquish()
      yield* spawn(k, 'reader', reader, 80)
      yield* k.sched_relinquish()
      seen.push(k.curthread.td_priority)
      yield* k.rw_wunlock(rw)
      yield* pause(k, 2)
    })
    valueOf(outcome)
    expect(seen).toEqual([80, 80])
  })

  it.each(flavours)('a writer that sleeps is a panic for whoever comes: $machine', ({ options }) => {
    const k = createKernel(options())
    let tid = 0
    const outcome = k.boot(function* (k) {
      const rw = k.rwlock('rw')
      const td = yield* spawn(k, 'sleeper', function* () {
        yield* k.rw_wlock(rw)
        yield* pause(k, 100)
        yield* k.rw_wunlock(rw)
      })
      tid = td.td_tid
      yield* pause(k, 5)
      yield* k.rw_rlock(rw)
    })
    expect(panicOf(outcome)).toEqual(['sleeping thread', 'FB8-O-10'])
    expect(k.console).toContain(`Sleeping thread (tid ${tid}, pid 0) owns a non-sleepable lock`)
  })

  it.each(['ule', '4bsd'] as const)('on two CPUs one spins while the writer is on the other (%s)', (scheduler) => {
    const k = createKernel({ ...quiet, ncpu: 2, scheduler, trace: true })
    const outcome = k.boot(function* (k) {
      const rw = k.rwlock('rw')
      yield* spawn(k, 'owner', function* () {
        yield* k.rw_wlock(rw)
        yield* k.work(5 * MS)
        yield* k.rw_wunlock(rw)
      })
      yield* k.work(MS)
      yield* k.rw_rlock(rw)
      const atNs = k.now
      yield* k.rw_runlock(rw)
      return atNs
    })
    const events = [...k.trace!.events()]
    const freed = events.find(({ kind, detail }) => kind === 'unlock' && detail.includes('rw'))!
    expect(valueOf(outcome)).toBe(freed.timeNs)
    const own = events.filter(({ name, timeNs }) => name === 'main' && timeNs <= freed.timeNs)
    expect(own.map(({ kind }) => kind)).toContain('spin')
    expect(own.map(({ kind }) => kind)).not.toContain('sleep')
  })

  it('the tries never wait; the only reader can become the writer', () => {
    const outcome = createKernel(quiet).boot(function* (k) {
      const rw = k.rwlock('rw')
      const got: unknown[] = []
      got.push(yield* k.rw_try_rlock(rw), yield* k.rw_try_wlock(rw), yield* k.rw_try_rlock(rw))
      got.push(yield* k.rw_try_upgrade(rw))
      yield* k.rw_runlock(rw)
      got.push(
        yield* k.rw_try_upgrade(rw),
        yield* k.rw_wowned(rw),
        yield* k.rw_try_rlock(rw),
        yield* k.rw_try_wlock(rw),
      )
      yield* k.rw_downgrade(rw)
      got.push(yield* k.rw_wowned(rw), yield* k.rw_try_wlock(rw))
      yield* k.rw_runlock(rw)
      got.push(yield* k.rw_try_wlock(rw))
      yield* k.rw_wunlock(rw)
      return got
    })
    expect(valueOf(outcome)).toEqual([1, 0, 1, 0, 1, true, 0, 0, false, 0, 1])
  })

  it.each(onOneCpu)('a downgrade lets readers in unless a writer waits: $machine', ({ options }) => {
    const after = (withWriter: boolean) =>
      valueOf(
        createKernel(options()).boot(function* (k) {
          const rw = k.rwlock('rw')
          const got: string[] = []
          yield* k.rw_wlock(rw)
          const tds = [yield* wants(k, rw, 'r', 'reader', got)]
          if (withWriter) tds.push(yield* wants(k, rw, 'w', 'writer', got))
          yield* k.rw_downgrade(rw)
          const stillWait = tds.filter((td) => td.td_lockname === 'rw').map((td) => td.td_name)
          for (let n = 0; n < 4; n++) yield* k.sched_relinquish()
          const beside = [...got]
          yield* k.rw_runlock(rw)
          yield* pause(k, 2)
          return [stillWait, beside, got]
        }),
      )
    expect(after(false)).toEqual([[], ['reader'], ['reader']])
    expect(after(true)).toEqual([['reader', 'writer'], [], ['writer', 'reader']])
  })

  it('a writer recurses if it was made for that', () => {
    const outcome = createKernel({ ...quiet, invariants: true }).boot(function* (k) {
      const rw = k.rwlock('rw')
      yield* k.rw_init_flags(rw, 'again', k.RW_RECURSE)
      yield* k.rw_wlock(rw)
      yield* k.rw_wlock(rw)
      yield* k.rw_wunlock(rw)
      const held = yield* k.rw_wowned(rw)
      yield* k.rw_wunlock(rw)
      yield* k.rw_destroy(rw)
      return [rw.name, held, yield* k.rw_wowned(rw)]
    })
    expect(valueOf(outcome)).toEqual(['again', true, false])
  })

  const misuses: readonly { readonly says: string; readonly act: (k: Kernel) => Iterable<unknown> }[] = [
    {
      says: 'recursing but non-recursive rw',
      *act(k) {
        const rw = k.rwlock('rw')
        yield* k.rw_wlock(rw)
        yield* k.rw_wlock(rw)
      },
    },
    {
      says: 'wlock already held for rw',
      *act(k) {
        const rw = k.rwlock('rw')
        yield* k.rw_wlock(rw)
        yield* k.rw_rlock(rw)
      },
    },
    { says: 'not read locked', act: (k) => k.rw_runlock(k.rwlock('rw')) },
    { says: 'not exclusively locked', act: (k) => k.rw_wunlock(k.rwlock('rw')) },
    { says: 'not exclusively locked', act: (k) => k.rw_downgrade(k.rwlock('rw')) },
    { says: 'not read locked', act: (k) => k.rw_try_upgrade(k.rwlock('rw')) },
    {
      says: 'not unlocked',
      *act(k) {
        const rw = k.rwlock('rw')
        yield* k.rw_rlock(rw)
        yield* k.rw_destroy(rw)
      },
    },
  ]

  it.each(misuses)('misuse ($says): INVARIANTS panics, else it is not defined', ({ says, act }) => {
    const end = (invariants: boolean) =>
      createKernel({ ...quiet, invariants }).boot(function* (k) {
        yield* act(k) as Steps
      })
    expect(panicOf(end(true))[0]).toContain(says)
    expect(undefinedOf(end(false))).toBe('UB:rwlock')
  })
})
