import { describe, expect, it } from 'vitest'
import { createKernel, type Kernel, type Steps, type Td } from '../../src/releases/8.0.js'
import { MS, pause, spawn, valueOf } from './runs.js'

function* takesTurns(k: Kernel, log: string[]): Steps<Td> {
  return yield* spawn(
    k,
    'urgent',
    function* () {
      yield* k.tsleep('urgent', 0, 'urgent', 0)
      log.push('urgent')
    },
    20,
  )
}

describe.each(['ule', '4bsd'] as const)('when it takes place, %s', (scheduler) => {
  it('at once, where nothing is held', () => {
    const k = createKernel({ daemons: 'none', scheduler })
    const outcome = k.boot(function* () {
      const log: string[] = []
      yield* takesTurns(k, log)
      yield* pause(k, 1)
      yield* k.wakeup('urgent')
      log.push('main')
      return log
    })
    expect(valueOf(outcome)).toEqual(['urgent', 'main'])
  })

  it('where a critical section is left for the last time', () => {
    const k = createKernel({ daemons: 'none', scheduler })
    const outcome = k.boot(function* () {
      const log: string[] = []
      yield* takesTurns(k, log)
      yield* pause(k, 1)
      yield* k.critical_enter()
      yield* k.critical_enter()
      yield* k.wakeup('urgent')
      log.push('in two')
      yield* k.critical_exit()
      log.push('in one')
      yield* k.critical_exit()
      log.push('out')
      return log
    })
    expect(valueOf(outcome)).toEqual(['in two', 'in one', 'urgent', 'out'])
  })

  it('where the lock of the threads is released', () => {
    const k = createKernel({ daemons: 'none', scheduler })
    const outcome = k.boot(function* () {
      const log: string[] = []
      const td = k.ref<Td>()
      function* func(): Steps<void> {
        log.push('urgent')
        yield* k.kthread_exit()
      }
      yield* k.kthread_add(func, null, null, td, k.RFSTOPPED, 0, 'urgent')
      yield* k.thread_lock(td.value!)
      yield* k.sched_prio(td.value!, 20)
      yield* k.sched_add(td.value!, k.SRQ_BORING)
      log.push('added')
      yield* k.thread_unlock(td.value!)
      log.push('unlocked')
      return log
    })
    expect(valueOf(outcome)).toEqual(['added', 'urgent', 'unlocked'])
  })

  it('whoever is preempted comes before the others of its place', () => {
    const k = createKernel({ daemons: 'none', scheduler })
    const outcome = k.boot(function* () {
      const log: string[] = []
      yield* takesTurns(k, log)
      yield* pause(k, 1)
      yield* spawn(k, 'equal', function* () {
        log.push('equal')
      })
      yield* k.wakeup('urgent')
      log.push('main')
      yield* pause(k, 1)
      return log
    })
    expect(valueOf(outcome)).toEqual(['urgent', 'main', 'equal'])
  })

  it('a kernel thread that neither sleeps nor yields is never time-sliced', () => {
    const k = createKernel({ daemons: 'none', scheduler })
    const outcome = k.boot(function* () {
      const log: unknown[] = []
      yield* spawn(k, 'equal', function* () {
        log.push('equal')
      })
      yield* spawn(
        k,
        'better',
        function* () {
          log.push('better')
        },
        65,
      )
      const before = k.ticks
      // Many times a slice.
      yield* k.work(3000 * MS)
      log.push(['main', k.ticks - before])
      yield* pause(k, 1)
      return log
    })
    expect(valueOf(outcome)).toEqual([['main', 3000], 'better', 'equal'])
  })

  it('sched_relinquish goes behind its equals and to nobody worse', () => {
    const k = createKernel({ daemons: 'none', scheduler })
    const outcome = k.boot(function* () {
      const log: string[] = []
      for (const [name, priority] of [
        ['worse', 72],
        ['equal', 68],
        ['same place', 71],
      ] as const) {
        yield* spawn(
          k,
          name,
          function* () {
            log.push(name)
          },
          priority,
        )
      }
      yield* k.sched_relinquish()
      log.push(`main at ${k.curthread.td_priority}`)
      yield* pause(k, 1)
      return log
    })
    expect(valueOf(outcome)).toEqual(['equal', 'same place', 'main at 68', 'worse'])
  })

  it('uio_yield falls to the user priority, and stays there until a sched_prio', () => {
    const k = createKernel({ daemons: 'none', scheduler })
    const outcome = k.boot(function* () {
      const log: unknown[] = []
      yield* spawn(
        k,
        'worse',
        function* () {
          log.push('worse')
        },
        127,
      )
      const user = k.curthread.td_user_pri
      yield* k.uio_yield()
      log.push(k.curthread.td_priority === user, user >= 128 && user <= 203)
      yield* k.sched_relinquish()
      log.push(k.curthread.td_priority === user)
      yield* k.sched_prio(k.curthread, 68)
      log.push(k.curthread.td_priority)
      return log
    })
    expect(valueOf(outcome)).toEqual(['worse', true, true, true, 68])
  })

  it('nobody preempts during boot', () => {
    const k = createKernel({ daemons: 'none', scheduler })
    const log: string[] = []
    k.SYSINIT('early', k.SI_SUB_DRIVERS, k.SI_ORDER_ANY, early, null)
    k.SYSINIT('late', k.SI_SUB_KTHREAD_BUF, k.SI_ORDER_ANY, early, null)
    function* early(): Steps<void> {
      const name = `made ${k.cold ? 'cold' : 'warm'}`
      yield* spawn(
        k,
        name,
        function* () {
          log.push(name)
        },
        20,
      )
      log.push(k.cold ? 'cold' : 'warm')
    }
    valueOf(k.boot())
    // What was made early runs at the first chance thereafter.
    expect(log).toEqual(['cold', 'made cold', 'made warm', 'warm'])
  })
})
