import { describe, expect, it } from 'vitest'
import { createKernel, type Kernel, type Proc, type Steps, type Sx, type Td } from '../../src/releases/8.0.js'
import {
  allSchedules,
  EINTR,
  flavours,
  MS,
  onOneCpu,
  panicOf,
  pause,
  quiet,
  spawn,
  undefinedOf,
  valueOf,
} from './runs.js'

/** Starts a thread that runs at once, and goes for a lock at a priority of its own; it says so when it has it. */
function* wants(k: Kernel, sx: Sx, how: 's' | 'x', name: string, got: string[], priority = 68): Steps<Td> {
  return yield* spawn(
    k,
    name,
    function* () {
      yield* k.sched_prio(k.curthread, priority)
      if (how === 's') yield* k.sx_slock(sx)
      else yield* k.sx_xlock(sx)
      got.push(name)
      yield* k.sched_relinquish()
      if (how === 's') yield* k.sx_sunlock(sx)
      else yield* k.sx_xunlock(sx)
    },
    50,
  )
}

describe('sx(9)', () => {
  it.each(allSchedules)('is shared or exclusive, across sleeps too: $machine', ({ options }) => {
    const outcome = createKernel(options()).boot(function* (k) {
      const sx = k.sx('sx')
      let [sharers, owners, done] = [0, 0, 0]
      let most = 0
      let isBroken = false
      const check = () => {
        most = Math.max(most, sharers)
        isBroken ||= owners > 1 || (owners > 0 && sharers > 0)
      }
      for (const name of ['s1', 's2', 's3', 'x1', 'x2']) {
        yield* spawn(k, name, function* () {
          for (let n = 0; n < 4; n++) {
            if (name.startsWith('s')) {
              yield* k.sx_slock(sx)
              sharers++
              check()
              yield* pause(k, 1)
              sharers--
              yield* k.sx_sunlock(sx)
            } else {
              yield* k.sx_xlock(sx)
              owners++
              check()
              yield* pause(k, 1)
              owners--
              yield* k.sx_xunlock(sx)
            }
            yield* pause(k, 3)
          }
          done++
        })
      }
      yield* pause(k, 300)
      return [isBroken, most > 1, done]
    })
    expect(valueOf(outcome)).toEqual([false, true, 5])
  })

  it.each(onOneCpu)('new sharers come in although somebody waits to have it alone: $machine', ({ options }) => {
    const outcome = createKernel(options()).boot(function* (k) {
      const sx = k.sx('sx')
      const got: string[] = []
      yield* k.sx_slock(sx)
      const td = yield* wants(k, sx, 'x', 'exclusive', got)
      const waits = [td.td_wmesg, td.td_lockname, td.td_inhibitors === k.TDI_SLEEPING]
      yield* wants(k, sx, 's', 'sharer', got)
      yield* pause(k, 2)
      const before = [...got]
      yield* k.sx_sunlock(sx)
      yield* pause(k, 2)
      return [waits, before, got]
    })
    expect(valueOf(outcome)).toEqual([['sx', null, true], ['sharer'], ['sharer', 'exclusive']])
  })

  it.each(onOneCpu)('an exclusive unlock wakes all sharers, or if there is none all others: $machine', (run) => {
    const outcome = createKernel(run.options()).boot(function* (k) {
      const sx = k.sx('sx')
      const got: string[] = []
      const tds: Td[] = []
      yield* k.sx_xlock(sx)
      for (const [how, name] of [
        ['x', 'x1'],
        ['s', 's1'],
        ['x', 'x2'],
        ['s', 's2'],
      ] as const)
        tds.push(yield* wants(k, sx, how, name, got))
      yield* k.sx_xunlock(sx)
      const first = tds.filter((td) => td.td_state === k.TDS_RUNQ).map((td) => td.td_name)
      yield* pause(k, 2)
      yield* k.sx_xlock(sx)
      const two = [yield* wants(k, sx, 'x', 'x3', []), yield* wants(k, sx, 'x', 'x4', [])]
      yield* k.sx_xunlock(sx)
      const second = two.filter((td) => td.td_state === k.TDS_RUNQ).map((td) => td.td_name)
      yield* pause(k, 2)
      return [first, got, second]
    })
    expect(valueOf(outcome)).toEqual([
      ['s1', 's2'],
      ['s1', 's2', 'x1', 'x2'],
      ['x3', 'x4'],
    ])
  })

  it.each(onOneCpu)('nobody lends: $machine', ({ options }) => {
    const outcome = createKernel(options()).boot(function* (k) {
      const sx = k.sx('sx')
      yield* k.sched_prio(k.curthread, 120)
      yield* k.sx_xlock(sx)
      yield* wants(k, sx, 'x', 'waiter', [], 70)
      const { td_priority } = k.curthread
      yield* k.sx_xunlock(sx)
      yield* pause(k, 1)
      return td_priority
    })
    expect(valueOf(outcome)).toBe(120)
  })

  it.each(flavours)('a waiter gives up Giant and has it again, to its depth: $machine', ({ options }) => {
    const outcome = createKernel(options()).boot(function* (k) {
      const sx = k.sx('sx')
      const seen: unknown[] = []
      yield* k.sx_xlock(sx)
      const td = yield* spawn(k, 'waiter', function* () {
        yield* k.mtx_lock(k.Giant)
        yield* k.mtx_lock(k.Giant)
        yield* k.sx_slock(sx)
        seen.push(k.Giant.owner === k.curthread, k.Giant.mtx_recurse)
        yield* k.sx_sunlock(sx)
        yield* k.mtx_unlock(k.Giant)
        yield* k.mtx_unlock(k.Giant)
      })
      yield* pause(k, 2)
      seen.push(k.Giant.owner === null, td.td_wmesg)
      yield* k.sx_xunlock(sx)
      yield* pause(k, 2)
      return seen
    })
    expect(valueOf(outcome)).toEqual([true, 'sx', true, 1])
  })

  it.each(['ule', '4bsd'] as const)('on two CPUs one spins, without Giant, unless SX_NOADAPTIVE (%s)', (scheduler) => {
    const kinds = (opts: number) => {
      const k = createKernel({ ...quiet, ncpu: 2, scheduler, trace: true })
      let giant: unknown = 'held'
      const outcome = k.boot(function* (k) {
        const sx = k.sx('sx', opts)
        yield* spawn(k, 'owner', function* () {
          yield* k.sx_xlock(sx)
          yield* k.work(5 * MS)
          giant = k.Giant.owner
          yield* k.sx_xunlock(sx)
        })
        yield* k.work(MS)
        yield* k.mtx_lock(k.Giant)
        k.mark('wants')
        yield* k.sx_xlock(sx)
        k.mark('has')
        const isBack = yield* k.mtx_owned(k.Giant)
        yield* k.mtx_unlock(k.Giant)
        yield* k.sx_xunlock(sx)
        return isBack
      })
      const events = [...k.trace!.events()]
      const at = (text: string) => events.findIndex(({ kind, detail }) => kind === 'mark' && detail === text)
      const own = events.slice(at('wants'), at('has')).filter(({ name }) => name === 'main')
      const waited = own.map(({ kind }) => kind).filter((kind) => kind === 'spin' || kind === 'sleep')
      return [waited, giant, valueOf(outcome)]
    }
    const { SX_NOADAPTIVE } = createKernel()
    expect(kinds(0)).toEqual([['spin'], null, true])
    expect(kinds(SX_NOADAPTIVE)).toEqual([['sleep'], null, true])
  })

  it('the tries never wait; the only sharer can have it alone, and share it again', () => {
    const outcome = createKernel(quiet).boot(function* (k) {
      const sx = k.sx('sx')
      const got: unknown[] = []
      got.push(yield* k.sx_try_slock(sx), yield* k.sx_try_xlock(sx), yield* k.sx_try_slock(sx))
      got.push(yield* k.sx_try_upgrade(sx))
      yield* k.sx_sunlock(sx)
      got.push(
        yield* k.sx_try_upgrade(sx),
        yield* k.sx_xlocked(sx),
        yield* k.sx_try_slock(sx),
        yield* k.sx_try_xlock(sx),
      )
      yield* k.sx_downgrade(sx)
      got.push(yield* k.sx_xlocked(sx), yield* k.sx_try_xlock(sx), yield* k.sx_try_slock(sx))
      yield* k.sx_sunlock(sx)
      yield* k.sx_sunlock(sx)
      yield* k.sx_destroy(sx)
      return got
    })
    expect(valueOf(outcome)).toEqual([1, 0, 1, 0, 1, true, 0, 0, false, 0, 1])
  })

  it.each(onOneCpu)('a downgrade lets all sharers in, whoever else waits: $machine', ({ options }) => {
    const outcome = createKernel(options()).boot(function* (k) {
      const sx = k.sx('sx')
      const got: string[] = []
      yield* k.sx_xlock(sx)
      yield* wants(k, sx, 'x', 'exclusive', got)
      yield* wants(k, sx, 's', 'a', got)
      yield* wants(k, sx, 's', 'b', got)
      yield* k.sx_downgrade(sx)
      yield* pause(k, 2)
      const beside = [...got]
      yield* k.sx_sunlock(sx)
      yield* pause(k, 2)
      return [beside, got]
    })
    expect(valueOf(outcome)).toEqual([
      ['a', 'b'],
      ['a', 'b', 'exclusive'],
    ])
  })

  it('its owner may have it again with SX_RECURSE', () => {
    const outcome = createKernel({ ...quiet, invariants: true }).boot(function* (k) {
      const sx = k.sx('sx')
      yield* k.sx_init_flags(sx, 'again', k.SX_RECURSE)
      yield* k.sx_xlock(sx)
      const got: unknown[] = [yield* k.sx_try_xlock(sx)]
      yield* k.sx_xlock(sx)
      for (let n = 0; n < 3; n++) {
        yield* k.sx_xunlock(sx)
        got.push(yield* k.sx_xlocked(sx))
      }
      return got
    })
    expect(valueOf(outcome)).toEqual([1, true, true, false])
  })

  it.each(
    flavours.flatMap((flavour) => (['sx_slock_sig', 'sx_xlock_sig'] as const).map((call) => ({ ...flavour, call }))),
  )('$call: the end of the process ends the wait with EINTR, and every later one: $machine', ({ options, call }) => {
    const log: unknown[] = []
    const outcome = createKernel(options()).boot(function* (k) {
      const sx = k.sx('sx')
      const proc = k.ref<Proc>()
      function* first(): Steps<void> {
        yield* pause(k, 10)
        yield* k.kproc_exit(0)
      }
      function* second(): Steps<void> {
        yield* k.mtx_lock(k.Giant)
        for (let n = 0; n < 2; n++) log.push(yield* k[call](sx), yield* k.mtx_owned(k.Giant))
        yield* k.mtx_unlock(k.Giant)
        yield* k.kthread_exit()
      }
      yield* k.sx_xlock(sx)
      yield* k.kproc_create(first, null, proc, 0, 0, 'proc')
      yield* k.kthread_add(second, null, proc.value, null, 0, 0, 'second')
      yield* pause(k, 100)
      log.push(k.pfind(proc.value!.pid) === null)
      yield* k.sx_xunlock(sx)
    })
    valueOf(outcome)
    expect(log).toEqual([EINTR, true, EINTR, true, true])
  })

  it('without contention they return 0', () => {
    const outcome = createKernel(quiet).boot(function* (k) {
      const sx = k.sx('sx')
      const got = [yield* k.sx_slock_sig(sx)]
      yield* k.sx_sunlock(sx)
      got.push(yield* k.sx_xlock_sig(sx))
      yield* k.sx_xunlock(sx)
      return got
    })
    expect(valueOf(outcome)).toEqual([0, 0])
  })

  const misuses: readonly { readonly says: string; readonly act: (k: Kernel) => Iterable<unknown> }[] = [
    {
      says: 'recursed on non-recursive sx',
      *act(k) {
        const sx = k.sx('sx')
        yield* k.sx_xlock(sx)
        yield* k.sx_xlock(sx)
      },
    },
    {
      says: 'xlock already held for sx',
      *act(k) {
        const sx = k.sx('sx')
        yield* k.sx_xlock(sx)
        yield* k.sx_slock(sx)
      },
    },
    { says: 'not share locked', act: (k) => k.sx_sunlock(k.sx('sx')) },
    { says: 'not exclusively locked', act: (k) => k.sx_xunlock(k.sx('sx')) },
    { says: 'not share locked', act: (k) => k.sx_try_upgrade(k.sx('sx')) },
    { says: 'not exclusively locked', act: (k) => k.sx_downgrade(k.sx('sx')) },
    {
      says: 'still held',
      *act(k) {
        const sx = k.sx('sx')
        yield* k.sx_slock(sx)
        yield* k.sx_destroy(sx)
      },
    },
  ]

  it.each(misuses)('misuse ($says): INVARIANTS panics, else it is not defined', ({ says, act }) => {
    const end = (invariants: boolean) =>
      createKernel({ ...quiet, invariants }).boot(function* (k) {
        yield* act(k) as Steps
      })
    expect(panicOf(end(true))[0]).toContain(says)
    expect(undefinedOf(end(false))).toBe('UB:sx')
  })
})
