import { describe, expect, test } from 'vitest'
import { ref, type Kernel, type Proc, type Steps, type Td } from '../src/releases/8.0.js'
import { addProcess, addThread, endOf, quiet, READINGS, valueOf } from './staging.js'

/** The ends of threads and processes. */

function* leavesAtOnce(k: Kernel): Steps<void> {
  yield* k.kthread_exit()
}

describe.each(READINGS)('as the %s has it', (reading) => {
  test('FB8-G-07 kthread_exit wakes whoever waits, then leaves; its number is free after the next creation', () => {
    const k = quiet({ reading })
    const outcome = k.boot(function* () {
      const { proc0 } = k
      const log: unknown[] = []
      const before = proc0.p_numthreads
      const td = yield* addThread(k, 'target', function* () {
        yield* k.pause('work', 5)
        log.push(`target leaves, ${proc0.p_numthreads - before} more`)
        yield* k.kthread_exit()
      })
      yield* addThread(k, 'waiter', function* () {
        yield* k.tsleep(td, k.PWAIT, 'exit', 0)
        log.push(`waiter goes on, target ${td.td_state === k.TDS_INACTIVE ? 'gone' : 'there'}`)
        yield* k.kthread_exit()
      })
      const tids = [td.td_tid]
      yield* k.pause('rest', 10)
      log.push(`${proc0.p_numthreads - before} more`)
      // The first creation drains the zombies, before it takes a number for itself.
      for (const name of ['next', 'later']) {
        const next = yield* addThread(k, name, () => leavesAtOnce(k))
        tids.push(next.td_tid)
      }
      return [log, tids.map((tid) => tid - tids[0]!)]
    })
    expect(valueOf(outcome)).toEqual([
      ['target leaves, 2 more', 'waiter goes on, target gone', '0 more'],
      [0, 0, 1],
    ])
  })

  test('FB8-G-07 kthread_exit: the number is taken until something is created', () => {
    const k = quiet({ reading })
    const outcome = k.boot(function* () {
      const td = yield* addThread(k, 'target', () => leavesAtOnce(k))
      yield* k.pause('rest', 10)
      // Nothing was created meanwhile: the structure still says what it was.
      const seen = [td.td_tid, td.td_name, k.tdfind(td.td_tid) === null, td.isRecycled]
      const next = yield* addThread(k, 'next', () => leavesAtOnce(k))
      return [...seen, next.td_tid === td.td_tid, td.isRecycled]
    })
    expect(valueOf(outcome)).toEqual([expect.any(Number), 'target', true, false, true, true])
  })

  test('FB8-G-08 kthread_exit of the last thread ends the process, with status 0, as a child of init', () => {
    const k = quiet({ reading })
    const outcome = k.boot(function* () {
      const procptr = ref<Proc>()
      const { initproc } = k
      const log: unknown[] = []
      function* thread(ticks: number): Steps<void> {
        yield* k.pause('work', ticks)
        log.push(k.curproc.p_numthreads)
        yield* k.kthread_exit()
      }
      for (const ticks of [5, 10]) {
        yield* k.kproc_kthread_add(thread, ticks, procptr, null, 0, 0, 'pool', 'pool %d', ticks)
      }
      const p = procptr.value!
      yield* k.EVENTHANDLER_REGISTER('process_exit', exits(k, log), null, k.EVENTHANDLER_PRI_ANY)
      const parents = [p.p_pptr === k.proc0]
      yield* k.pause('rest', 7)
      log.push(`one left: ${p.p_state === k.PRS_NORMAL}`)
      yield* k.pause('rest', 10)
      parents.push(p.p_pptr === initproc)
      return [log, parents, p.p_state === k.PRS_ZOMBIE, p.p_xstat, k.pfind(p.p_pid) === null, k.console]
    })
    expect(valueOf(outcome)).toEqual([
      [2, 'one left: true', 1, 'pool exits, 1 thread'],
      [true, true],
      true,
      0,
      true,
      [],
    ])
  })

  test('FB8-G-09 a main function that returns in a process of the kernel’s own ends that, with a line', () => {
    const k = quiet({ reading })
    const outcome = k.boot(function* () {
      const p = yield* addProcess(k, 'k', function* () {
        yield* k.pause('work', 5)
      })
      yield* k.pause('rest', 10)
      return [p.p_pid, p.p_state === k.PRS_ZOMBIE, p.p_xstat, p.p_pptr === k.initproc]
    })
    const [pid, ...rest] = valueOf(outcome)
    expect(rest).toEqual([true, 0, true])
    expect(k.console).toEqual([`Kernel thread "k" (pid ${String(pid)}) exited prematurely.`])
  })

  test('FB8-G-09 one of two main functions that returns waits until the other thread has left', () => {
    const k = quiet({ reading })
    const outcome = k.boot(function* () {
      const procptr = ref<Proc>()
      let returner: Td | null = null
      function* returns(): Steps<void> {
        returner = k.curthread
        yield* k.pause('work', 5)
      }
      function* stays(): Steps<void> {
        yield* k.pause('work', 50)
        yield* k.kthread_exit()
      }
      yield* k.kproc_kthread_add(returns, null, procptr, null, 0, 0, 'pair', 'returns')
      yield* k.kproc_kthread_add(stays, null, procptr, null, 0, 0, 'pair', 'stays')
      const p = procptr.value!
      const look = () => [p.p_state, p.p_numthreads, (returner!.td_inhibitors & k.TDI_SUSPENDED) !== 0]
      yield* k.pause('rest', 20)
      const seen = [look(), k.console.length]
      yield* k.pause('rest', 40)
      return [p.p_pid, ...seen, look(), p.p_xstat]
    })
    const [pid, ...rest] = valueOf(outcome)
    expect(rest).toEqual([[k.PRS_NORMAL, 2, true], 1, [k.PRS_ZOMBIE, 1, false], 0])
    expect(k.console).toEqual([`Kernel thread "returns" (pid ${String(pid)}) exited prematurely.`])
  })

  test('FB8-G-09 a main function of kthread_start that returns is not defined, and prints nothing', () => {
    const k = quiet({ reading })
    k.SYSINIT('short', k.SI_SUB_KTHREAD_BUF, k.SI_ORDER_FIRST, k.kthread_start, {
      arg0: 'short',
      func: function* () {
        yield* k.pause('work', 5)
      },
      global_threadpp: null,
    })
    const outcome = k.boot(function* () {
      yield* k.pause('rest', 10)
    })
    expect(endOf(outcome)).toEqual(['undefined', 'UB:return-from-proc0-thread'])
    expect(k.console).toEqual([])
  })
})

/** A handler of the end of processes that tells of it. */
function exits(k: Kernel, log: unknown[]) {
  return function* (_arg: null, p: Proc): Steps<void> {
    log.push(`${p.p_comm} exits, ${p.p_numthreads} thread`)
    yield* k.EVENTHANDLER_INVOKE('nobody listens')
  }
}
