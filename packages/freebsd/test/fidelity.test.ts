import { describe, expect, it } from 'vitest'
import { createKernel, ref, type FreebsdOptions, type Proc } from '../src/releases/8.0.js'
import { MS, panicOf, pause, spawn, spawnIn, valueOf } from './services/runs.js'

// Where two parts of the kernel meet.

describe('a sleep that ends a loan', () => {
  /** What a thread has, and its base, that sleeps with a mutex for which another waits: before, asleep, afterwards. */
  const priorities = (options: FreebsdOptions, pri: number) => {
    const k = createKernel({ daemons: 'none', ...options })
    const m = k.mtx('m')
    const seen: string[] = []
    valueOf(
      k.boot(function* () {
        const owner = yield* spawn(k, 'owner', function* () {
          yield* k.mtx_lock(m)
          yield* k.wakeup('go')
          yield* k.work(MS)
          seen.push(`borrows ${owner.td_priority}`)
          yield* k.msleep('nothing', m, pri, 'nothing', 9)
          seen.push(`woken ${owner.td_priority}`)
          yield* k.mtx_unlock(m)
        })
        const urgent = function* () {
          yield* k.tsleep('go', 0, 'go', 0)
          yield* k.mtx_lock(m)
          yield* k.mtx_unlock(m)
        }
        yield* spawn(k, 'urgent', urgent, 20)
        yield* pause(k, 5)
        seen.push(`asleep ${owner.td_priority}`)
        yield* pause(k, 20)
      }),
    )
    return seen
  }

  it('SCHED_ULE raises the sleeper to 160 from the user priority that it fell to', () => {
    expect(priorities({}, 0)).toEqual(['borrows 20', 'asleep 160', 'woken 160'])
    expect(priorities({}, 92)).toEqual(['borrows 20', 'asleep 160', 'woken 160'])
  })

  it('SCHED_4BSD gives it what the sleep asks for', () => {
    expect(priorities({ scheduler: '4bsd' }, 92)).toEqual(['borrows 20', 'asleep 92', 'woken 92'])
  })

  it('and lets it fall back where the sleep asks for nothing', () => {
    expect(priorities({ scheduler: '4bsd' }, 0)).toEqual(['borrows 20', 'asleep 68', 'woken 68'])
  })
})

describe('whoever is woken at 64', () => {
  /** Who goes on first, the waker or the sleeper, which has 64. */
  const first = (options: FreebsdOptions, wakerAt: number) => {
    const k = createKernel({ daemons: 'none', ...options })
    const log: string[] = []
    valueOf(
      k.boot(function* () {
        const sleeper = function* () {
          yield* k.tsleep('go', 0, 'go', 0)
          log.push('sleeper')
        }
        yield* spawn(k, 'sleeper', sleeper, 64)
        yield* pause(k, 2)
        yield* k.thread_lock(k.curthread)
        yield* k.sched_prio(k.curthread, wakerAt)
        yield* k.thread_unlock(k.curthread)
        yield* k.wakeup('go')
        log.push('waker')
        yield* pause(k, 2)
      }),
    )
    return log[0]
  }

  it.each([
    ['ule', true, 68, 'sleeper'],
    ['ule', false, 68, 'waker'],
    ['ule', 'full', 68, 'sleeper'],
    ['ule', true, 224, 'sleeper'],
    ['ule', false, 224, 'sleeper'],
    ['4bsd', true, 68, 'waker'],
    ['4bsd', false, 68, 'waker'],
    ['4bsd', 'full', 68, 'sleeper'],
    ['4bsd', true, 224, 'sleeper'],
    ['4bsd', false, 224, 'waker'],
  ] as const)('scheduler %s, preemption %s, a waker at %s: the %s goes on first', (scheduler, preemption, at, who) => {
    expect(first({ scheduler, preemption }, at)).toBe(who)
  })

  it('at 63 SCHED_4BSD lets it go first, as SCHED_ULE does at 64', () => {
    const k = createKernel({ daemons: 'none', scheduler: '4bsd' })
    const log: string[] = []
    valueOf(
      k.boot(function* () {
        const sleeper = function* () {
          yield* k.tsleep('go', 0, 'go', 0)
          log.push('sleeper')
        }
        yield* spawn(k, 'sleeper', sleeper, 63)
        yield* pause(k, 2)
        yield* k.wakeup('go')
        log.push('waker')
      }),
    )
    expect(log).toEqual(['sleeper', 'waker'])
  })
})

describe('a panic while a process is being ended', () => {
  it('lets no wait on a condition variable wait, which then is no wait that was cut short', () => {
    const k = createKernel({ daemons: 'none', reading: 'kernel' })
    const cv = k.cv('cv')
    const m = k.mtx('m')
    const seen: number[] = []
    const handler = function* () {
      yield* k.mtx_lock(m)
      seen.push(yield* k.cv_wait_sig(cv, m), yield* k.cv_timedwait_sig(cv, m, 5))
      seen.push(yield* k.msleep('channel', m, k.PCATCH, 'wait', 5))
      yield* k.mtx_unlock(m)
    }
    const outcome = k.boot(function* () {
      yield* k.EVENTHANDLER_REGISTER('shutdown_pre_sync', handler, null, k.SHUTDOWN_PRI_FIRST)
      const process = ref<Proc>()
      const ender = function* () {
        yield* pause(k, 3)
        yield* k.kproc_exit(0)
      }
      yield* k.kproc_create(ender, null, process, 0, 0, 'ending')
      yield* spawnIn(k, process.value, 'sibling', function* () {
        yield* pause(k, 9)
        yield* k.panic('on purpose')
      })
      yield* pause(k, 100)
    })
    expect(panicOf(outcome)[0]).toBe('on purpose')
    // A sleep looks whether its process ends before it looks at anything else but a cold machine.
    expect(seen).toEqual([0, 0, k.EINTR])
  })
})

describe('the lock of a process', () => {
  // On four CPUs: whoever waits for it spins.
  it.each(['page', 'kernel'] as const)('keeps threads from joining and from leaving it: reading %s', (reading) => {
    const k = createKernel({ daemons: 'none', reading, ncpu: 4 })
    const at: Record<string, number> = {}
    const note = (what: string) => {
      at[what] = Math.floor(k.now / MS)
    }
    valueOf(
      k.boot(function* () {
        const process = ref<Proc>()
        const first = function* () {
          yield* pause(k, 100)
          yield* k.kproc_exit(0)
        }
        yield* k.kproc_create(first, null, process, 0, 0, 'p')
        const p = process.value!
        const leaver = yield* spawnIn(k, p, 'leaver', function* () {
          yield* pause(k, 9)
        })
        yield* spawn(k, 'holder', function* () {
          yield* k.PROC_LOCK(p)
          yield* k.work(20 * MS)
          note('unlocked')
          yield* k.PROC_UNLOCK(p)
        })
        yield* spawn(k, 'waiter', function* () {
          yield* k.tsleep(leaver, 0, 'exit', 0)
          note('told of the end')
          expect(p.p_numthreads).toBe(2)
          yield* pause(k, 30)
          expect(p.p_numthreads).toBe(2)
          expect(p.p_threads.includes(leaver)).toBe(false)
        })
        yield* pause(k, 5)
        yield* spawnIn(k, p, 'newcomer', function* () {
          note('joined')
          yield* pause(k, 70)
        })
        yield* pause(k, 70)
      }),
    )
    // The wakeup of an exit comes first, and without the lock.
    expect(at).toEqual({ 'told of the end': 10, unlocked: 20, joined: 20 })
  })

  it('held by the caller itself is taken twice, which INVARIANTS does not let pass', () => {
    const end = (invariants: boolean) => {
      const k = createKernel({ daemons: 'none', invariants })
      return k.boot(function* () {
        yield* k.PROC_LOCK(k.proc0)
        const error = yield* k.kthread_add(() => pause(k, 1), null, null, null, k.RFSTOPPED, 0, 'idler')
        yield* k.PROC_UNLOCK(k.proc0)
        return error
      })
    }
    expect(valueOf(end(false))).toBe(0)
    expect(panicOf(end(true))[0]).toBe('_mtx_lock_sleep: recursed on non-recursive mutex process lock')
  })
})

describe('handlers of process_fork', () => {
  it('get the flags that the fork has: those of the caller, and those that kproc_create adds', () => {
    const k = createKernel({ daemons: 'none' })
    const told: number[] = []
    valueOf(
      k.boot(function* () {
        const forked = function* (_arg: null, _parent: Proc, _child: Proc, flags: number) {
          told.push(flags)
          yield* k.DELAY(0)
        }
        yield* k.EVENTHANDLER_REGISTER('process_fork', forked, null, k.EVENTHANDLER_PRI_ANY)
        const body = function* () {
          yield* k.kproc_exit(0)
        }
        for (const flags of [0, k.RFHIGHPID]) yield* k.kproc_create(body, null, null, flags, 0, 'child')
      }),
    )
    const always = k.RFMEM | k.RFFDG | k.RFPROC | k.RFSTOPPED
    expect(told).toEqual([always, always | k.RFHIGHPID])
  })
})
