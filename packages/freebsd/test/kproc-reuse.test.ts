import { describe, expect, it } from 'vitest'
import { ref, type FreebsdOptions, type Kernel, type Proc, type Steps, type Td } from '../src/releases/8.0.js'
import { attempt, exits, NO_STACK, waits } from './kproc-words.js'
import { addProcess, endOf, quiet, READINGS, SECOND, valueOf } from './staging.js'

describe.each(READINGS)('structures that are used again, reading %s', (reading) => {
  const machine = (options: FreebsdOptions = {}) => quiet({ reading, ...options })

  /** A process that has ended and was waited for. */
  function* gone(k: Kernel): Steps<Proc> {
    const p = yield* addProcess(k, 'gone', () => exits(k))
    yield* k.pause('reap', 3)
    expect(p.isReaped).toBe(true)
    return p
  }

  it.each([
    ['the same stack', 0],
    ['another stack', 8],
  ])('the next process has the thread number of the one that was waited for last: %s', (_stack, pages) => {
    const k = machine()
    valueOf(
      k.boot(function* () {
        const old = yield* gone(k)
        const tid = old.p_threads[0]!.td_tid
        const stacks = k.sysctl('vm.kstacks') as number
        const newpp = ref<Proc>()
        yield* k.kproc_create(() => waits(k), null, newpp, 0, pages, 'next')
        const next = newpp.value!
        expect([next.newest!.td_tid, next.newest!.td_kstack_pages]).toEqual([tid, pages === 0 ? 4 : pages])
        expect([old.isRecycled, next.p_pid > old.p_pid, next === old]).toEqual([true, true, false])
        expect(k.tdfind(tid)).toBe(next.newest)
        // The stack of the default size is in the cache.
        expect(k.sysctl('vm.kstacks')).toBe(pages === 0 ? stacks : stacks + 1)
        // A thread, too, has a number that nobody has.
        const newtdpp = ref<Td>()
        yield* k.kthread_add(() => waits(k), null, null, newtdpp, 0, 0, 'thread')
        expect(newtdpp.value!.td_tid).not.toBe(tid)
      }),
    )
  })

  it('a structure whose new stack cannot be had is kept, without one, for the next', () => {
    const k = machine()
    valueOf(
      k.boot(function* () {
        const old = yield* gone(k)
        const tid = old.p_threads[0]!.td_tid
        k.inject({ at: 'kstack' })
        expect((yield* attempt(k, 0, 8))[0]).toBe(k.ENOMEM)
        expect(k.console).toEqual([NO_STACK])
        // Nobody has it yet.
        expect(old.isRecycled).toBe(false)
        k.inject({ at: 'kstack' })
        expect((yield* attempt(k))[0]).toBe(k.ENOMEM)
        const next = yield* addProcess(k, 'next', () => waits(k))
        expect([next.newest!.td_tid, next.newest!.td_kstack_pages, old.isRecycled]).toEqual([tid, 4, true])
      }),
    )
  })

  it('until it is used again a process that has ended only never answers; then it is another', () => {
    const k = machine({ maxproc: 5 })
    let old: Proc | null = null
    valueOf(
      k.boot(function* () {
        old = yield* gone(k)
        expect(yield* k.kproc_suspend(old, 10)).toBe(k.EWOULDBLOCK)
        expect(yield* k.kproc_resume(old)).toBe(0)
        // A creation that fails gives it back.
        const p = yield* addProcess(k, 'p', () => waits(k, 'end'))
        expect(old.isRecycled).toBe(true)
        yield* k.pause('sleeps', 1)
        yield* k.wakeup('end')
        yield* k.pause('reap', 3)
        const other = yield* addProcess(k, 'q', () => waits(k))
        expect([p.isRecycled, other.newest!.td_tid]).toEqual([true, p.p_threads[0]!.td_tid])
      }),
    )
    for (const call of ['kproc_suspend', 'kproc_resume', 'kproc_suspend_check'] as const) {
      const other = machine()
      const outcome = other.boot(function* () {
        const stale = yield* gone(other)
        yield* addProcess(other, 'next', () => waits(other))
        yield* (other[call] as (p: Proc, timo: number) => ReturnType<Kernel['kproc_suspend']>)(stale, 10)
      })
      expect([call, ...endOf(outcome)]).toEqual([call, 'undefined', 'UB:stale-process'])
    }
  })

  it('a creation that the limit refuses uses nothing up', () => {
    const k = machine({ maxproc: 6 })
    valueOf(
      k.boot(function* () {
        const stays = yield* addProcess(k, 'stays', () => waits(k))
        const old = yield* gone(k)
        k.process({ name: 'sh' }, function* () {
          yield* k.pause('stays', 10 * k.hz)
        })
        expect(k.allproc.length).toBe(6)
        expect((yield* attempt(k))[0]).toBe(k.EAGAIN)
        expect([old.isReaped, old.isRecycled]).toEqual([true, false])
        yield* k.wakeup('go')
        yield* k.pause('reap', 3)
        // That of the one that ended last comes first.
        const next = yield* addProcess(k, 'next', () => waits(k))
        expect([stays.isRecycled, old.isRecycled]).toEqual([true, false])
        expect(next.newest!.td_tid).toBe(stays.p_threads[0]!.td_tid)
      }),
    )
  })

  it('its thread is stale with it', () => {
    const k = machine()
    const outcome = k.boot(function* () {
      const old = yield* gone(k)
      const td = old.p_threads[0]!
      const early = yield* k.kthread_suspend(td, 10)
      yield* addProcess(k, 'next', () => waits(k))
      return [early, yield* k.kthread_suspend(td, 10)]
    })
    const page = ['done', [k.EINVAL, k.EINVAL]]
    expect(endOf(outcome)).toEqual(reading === 'page' ? page : ['undefined', 'UB:stale-thread'])
  })

  it('a thousand processes one after another leave nothing behind', () => {
    const k = machine({ ncpu: 2 })
    const seen = valueOf(
      k.boot(function* () {
        yield* gone(k)
        const before = [k.allproc.length, k.sysctl('vm.kstacks'), k.initproc!.p_children.length]
        const tids = new Set<number>()
        for (let n = 0; n < 1000; n++) {
          const p = yield* addProcess(k, 'p', () => exits(k))
          tids.add(p.newest!.td_tid)
          yield* k.pause('reap', 1)
        }
        yield* k.pause('reap', 10)
        expect([k.allproc.length, k.sysctl('vm.kstacks'), k.initproc!.p_children.length]).toEqual(before)
        return tids.size
      }),
    )
    expect(seen <= 2).toBe(true)
    expect(k.now < 10 * SECOND).toBe(true)
  })
})
