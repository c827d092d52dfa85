import { describe, expect, test } from 'vitest'
import { ref, type Steps } from '../src/releases/8.0.js'
import { addThread, endOf, quiet, valueOf } from './staging.js'
import { CPUS, KINDS, loop } from './suspend-words.js'

/** What a thread that is parked holds, what can let it go, and what others see of it. */

describe.each(KINDS)('as the $reading has it, under $scheduler', (kind) => {
  describe.each(CPUS)('on %i CPUs', (ncpu) => {
    const options = { ...kind, ncpu }

    test('a wakeup that is no resume does not let a parked thread go', () => {
      const k = quiet(options)
      const rounds: number[] = []
      const seen = k.boot(function* () {
        const td = yield* addThread(k, 'looper', () => loop(k, rounds))
        yield* k.pause('wait', 5)
        yield* k.kthread_suspend(td, 100)
        const before = rounds.length
        for (const chan of [td.td_name_address, td.td_flags_address, td]) {
          yield* k.wakeup(chan)
          yield* k.wakeup_one(chan)
          yield* k.pause('wait', 20)
        }
        return [rounds.length - before, td.td_wmesg]
      })
      expect(valueOf(seen)).toEqual([0, 'ktsusp'])
    })

    test('FB8-O-10 Giant is given up while a thread is parked, and had again; another lock is kept', () => {
      const k = quiet(options)
      const seen = k.boot(function* () {
        const sx = ref<unknown>()
        const td = yield* addThread(k, 'holder', function* (): Steps<never> {
          yield* k.pause('wait', 5)
          yield* k.mtx_lock(k.Giant)
          yield* k.mtx_lock(k.Giant)
          yield* k.kthread_suspend_check(k.curthread)
          sx.value = [k.Giant.owner === k.curthread, k.Giant.mtx_recurse]
          yield* k.mtx_unlock(k.Giant)
          yield* k.mtx_unlock(k.Giant)
          return yield* k.kthread_exit()
        })
        yield* k.kthread_suspend(td, 100)
        const during = k.Giant.owner
        yield* k.mtx_lock(k.Giant)
        yield* k.kthread_resume(td)
        yield* k.pause('wait', 5)
        yield* k.mtx_unlock(k.Giant)
        yield* k.pause('wait', 5)
        return [during, sx.value, k.Giant.owner]
      })
      expect(valueOf(seen)).toEqual([null, [true, 1], null])
    })

    test('FB8-O-27 a parked thread is a sleeper to all who look', () => {
      const k = quiet(options)
      const td = valueOf(
        k.boot(function* () {
          const looper = yield* addThread(k, 'looper', () => loop(k))
          yield* k.pause('wait', 5)
          yield* k.kthread_suspend(looper, 100)
          yield* k.pause('wait', 3 * k.hz)
          return looper
        }),
      )
      const line = k.kinfo_proc().find(({ ki_tid }) => ki_tid === td.td_tid)
      expect(line).toMatchObject({ ki_stat: 3, ki_wmesg: 'ktsusp', ki_lockname: '', ki_oncpu: k.NOCPU, ki_slptime: 3 })
      expect(k.waiting().find(({ id }) => id === td.td_tid)).toMatchObject({
        state: 'sleeping',
        call: 'kthread_suspend_check',
        wmesg: 'ktsusp',
      })
      const lineIn = (text: string) => text.split('\n').filter((row) => row.includes('ktsusp'))
      expect(lineIn(k.psText())).toHaveLength(1)
      expect(lineIn(k.psText())[0]).toMatch(/ktsusp +D.*\[kernel\/looper\]/)
      expect(lineIn(k.ddbPs())).toHaveLength(1)
      expect(lineIn(k.procstatText())).toHaveLength(1)
    })
  })

  test('FB8-G-13 the priority after the check', () => {
    const k = quiet(kind)
    const seen = k.boot(function* () {
      const td = yield* addThread(k, 'looper', () => loop(k))
      yield* k.pause('wait', 5)
      const before = td.td_priority
      yield* k.kthread_suspend(td, 100)
      yield* k.kthread_resume(td)
      yield* k.pause('wait', 5)
      return [before, td.td_priority]
    })
    expect(valueOf(seen)).toEqual([68, kind.scheduler === 'ule' ? 68 : 104])
  })
})

describe('FB8-D-04 in a kernel with INVARIANTS', () => {
  test.each([
    ['kernel', false, ['panic', 'sleeping without a lock']],
    ['kernel', true, ['done', 'ktsusp']],
    ['page', false, ['done', 'ktsusp']],
    ['page', true, ['done', 'ktsusp']],
  ] as const)('as the %s has it, a check that finds a request (with Giant: %s)', (reading, hasGiant, end) => {
    const k = quiet({ reading, invariants: true })
    const outcome = k.boot(function* () {
      const td = yield* addThread(k, 'asked', function* (): Steps<never> {
        k.curthread.td_flags |= k.TDF_KTH_SUSP
        if (hasGiant) yield* k.mtx_lock(k.Giant)
        yield* k.kthread_suspend_check(k.curthread)
        return yield* k.kthread_exit()
      })
      yield* k.pause('wait', 5)
      return td.td_wmesg
    })
    expect(endOf(outcome)).toEqual(end)
  })
})
