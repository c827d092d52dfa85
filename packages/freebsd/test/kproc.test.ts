import { describe, expect, it } from 'vitest'
import { ref, type FreebsdOptions, type Proc, type Steps, type Td } from '../src/releases/8.0.js'
import { waits } from './kproc-words.js'
import { addProcess, endOf, quiet, READINGS, valueOf } from './staging.js'

// The creation of processes. Their numbers, the limits, how they end and how they are suspended have files of their own.

describe.each(READINGS)('flags of kproc_create, reading %s', (reading) => {
  const machine = (options: FreebsdOptions = {}) => quiet({ reading, ...options })

  it('RFSTOPPED: the thread can run, counts as one that does, and waits until somebody queues it', () => {
    const k = machine()
    let ran = 0
    valueOf(
      k.boot(function* () {
        const p = yield* addProcess(k, 'p', body, k.RFSTOPPED)
        const td = p.newest!
        yield* k.pause('long', 10 * k.hz)
        expect([ran, td.td_state, p.p_state]).toEqual([0, k.TDS_CAN_RUN, k.PRS_NORMAL])
        const entry = k.kinfo_proc().find(({ ki_pid }) => ki_pid === p.p_pid)
        expect(entry?.ki_stat).toBe(2)
        yield* k.thread_lock(td)
        yield* k.sched_prio(td, k.PWAIT)
        yield* k.sched_add(td, k.SRQ_BORING)
        yield* k.thread_unlock(td)
        yield* k.pause('short', 1)
        expect(ran).toBe(1)
        expect(td.td_priority).toBe(k.PWAIT)
      }),
    )
    function* body(): Steps<void> {
      ran++
      yield* waits(k)
    }
  })

  it('RFPPWAIT: the creator waits for a child that is not queued, and so for ever', () => {
    const k = machine()
    const newpp = ref<Proc>()
    let ran = 0
    const outcome = k.boot(function* () {
      yield* k.kproc_create(body, null, newpp, k.RFPPWAIT, 0, 'child')
    })
    function* body(): Steps<void> {
      ran++
      yield* k.kproc_exit(0)
    }
    expect(endOf(outcome)).toEqual(['deadlock', ['main: ppwait']])
    expect([ran, newpp.value]).toEqual([0, null])
  })

  it('RFNOWAIT before there is an init is undefined, and any creation before process 0 a panic', () => {
    for (const [subsystem, flags, end] of [
      ['SI_SUB_RANDOM', 0, ['panic', 'kproc_create called too soon']],
      ['SI_SUB_RUN_QUEUE', 'RFNOWAIT', ['undefined', 'UB:no-init']],
      ['SI_SUB_RUN_QUEUE', 0, ['done', undefined]],
      ['SI_SUB_SCHED_IDLE', 'RFNOWAIT', ['done', undefined]],
    ] as const) {
      const k = machine()
      k.SYSINIT('early', k[subsystem], k.SI_ORDER_ANY, early, null)
      function* early(): Steps<void> {
        yield* k.kproc_create(() => waits(k), null, null, flags === 0 ? 0 : k[flags], 0, 'early')
      }
      expect(endOf(k.boot())).toEqual(end)
    }
  })

  it('a process created while cold does not run before boot is over that', () => {
    const k = machine()
    const seen: boolean[] = []
    const desc = { arg0: 'early', func: body, global_procpp: null }
    k.SYSINIT('early', k.SI_SUB_RUN_QUEUE, k.SI_ORDER_ANY, k.kproc_start, desc)
    function* body(): Steps<void> {
      seen.push(k.cold)
      yield* waits(k)
    }
    valueOf(k.boot())
    expect(seen).toEqual([false])
  })
})

describe.each(READINGS)('what a new process is, reading %s', (reading) => {
  const machine = (options: FreebsdOptions = {}) => quiet({ reading, ...options })

  it('it has the priorities of thread0, whoever asks, and its name twice', () => {
    const k = machine()
    valueOf(
      k.boot(function* () {
        const set = function* (td: Td, prio: number): Steps<void> {
          yield* k.thread_lock(td)
          yield* k.sched_prio(td, prio)
          yield* k.thread_unlock(td)
        }
        yield* set(k.curthread, k.PWAIT)
        const first = yield* addProcess(k, 'a name that is far too long', () => waits(k))
        yield* set(k.thread0, k.PVFS)
        const second = yield* addProcess(k, 'second', () => waits(k))
        const [a, b] = [first.newest!, second.newest!]
        expect([a.td_priority, a.td_base_pri, b.td_priority, b.td_base_pri]).toEqual([k.PVM, k.PUSER, k.PVFS, k.PVFS])
        expect([first.p_comm, a.td_name]).toEqual(['a name that is far ', 'a name that is far '])
        expect(first.p_flag & (k.P_SYSTEM | k.P_KTHREAD | k.P_HADTHREADS)).toBe(k.P_SYSTEM | k.P_KTHREAD)
        expect([a.td_pflags, first.p_numthreads, first.p_pptr]).toEqual([k.TDP_KTHREAD, 1, k.proc0])
      }),
    )
  })

  it('process_fork tells of it while it is being built: no name of its own, no handle stored', () => {
    const k = machine()
    const newpp = ref<Proc>()
    const told: unknown[] = []
    valueOf(
      k.boot(function* () {
        yield* k.EVENTHANDLER_REGISTER('process_fork', forked, null, k.EVENTHANDLER_PRI_ANY)
        yield* k.kproc_create(() => waits(k), null, newpp, k.RFHIGHPID, 0, 'child')
        yield* k.kthread_add(() => waits(k), null, null, null, 0, 0, 'thread')
      }),
    )
    function* forked(_arg: null, parent: Proc, child: Proc, flags: number): Steps<void> {
      told.push([parent.p_pid, child.p_pid, child.p_state, child.p_comm, newpp.value, flags & k.RFHIGHPID])
      yield* k.DELAY(0)
    }
    expect(told).toEqual([[0, 12, k.PRS_NEW, 'kernel', null, k.RFHIGHPID]])
    expect(newpp.value!.p_state).toBe(k.PRS_NORMAL)
  })

  it('its lifetime is that of no caller: the thread that made it may end', () => {
    const k = machine()
    const made = ref<Proc>()
    valueOf(
      k.boot(function* () {
        yield* addProcess(k, 'parent', function* () {
          made.value = yield* addProcess(k, 'child', () => waits(k))
          yield* k.kproc_exit(0)
        })
        yield* k.pause('ends', 10)
        expect([made.value!.p_pptr, made.value!.p_state]).toEqual([k.proc0, k.PRS_NORMAL])
      }),
    )
  })
})
