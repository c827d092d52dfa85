import { describe, expect, it } from 'vitest'
import type { OpenbsdKernel } from '../../src/kernel.js'
import * as ob51 from '../../src/releases/5.1.js'
import type { Proc, Steps } from '../../src/releases/5.1.js'
import { everywhere, MS, panicOf, pause, releases, schedules, spawn, valueOf } from './runs.js'

const EWOULDBLOCK = 35
const ERESTART = -1

/** Sleepers of one channel, the first to come first; what each got, in the order in which they ran. */
function* sleepers(k: OpenbsdKernel, names: readonly string[], ran: string[], priority?: number): Steps<Proc[]> {
  const procs: Proc[] = []
  for (const name of names) {
    procs.push(
      yield* spawn(k, name, function* () {
        ran.push(`${name} ${yield* k.tsleep('channel', priority ?? k.PWAIT, 'wait', 0)}`)
      }),
    )
    yield* pause(k, 1)
  }
  return procs
}

describe.each(releases)('sleeping on OpenBSD $release', ({ release, createKernel }) => {
  it('tsleep returns 0 when woken, and a wakeup without a sleeper is lost', () => {
    const k = createKernel()
    const outcome = k.boot(function* (): Steps {
      const ran: string[] = []
      yield* k.wakeup('channel')
      const [p] = yield* sleepers(k, ['a'], ran)
      const asleep = [p!.p_stat, p!.p_wchan, p!.p_wmesg, p!.p_priority, ...ran]
      yield* k.wakeup('channel')
      const woken = [p!.p_stat, p!.p_wchan, p!.p_wmesg]
      yield* pause(k, 1)
      return [asleep, woken, ran]
    })
    expect(valueOf(outcome)).toEqual([[k.SSLEEP, 'channel', 'wait', 32], [k.SRUN, null, null], ['a 0']])
  })

  it('the flags of the priority are not part of it', () => {
    const k = createKernel()
    const outcome = k.boot(function* (): Steps {
      const [p] = yield* sleepers(k, ['a'], [], k.PVFS | k.PCATCH)
      return [p!.p_priority, k.ps().find((entry) => entry.comm === 'a')!.stat]
    })
    expect(valueOf(outcome)).toEqual([20, 'SK'])
  })

  it.each(everywhere(schedules).filter((run) => run.release === release))(
    'wakeup wakes all of a channel and nobody else: $schedule',
    ({ options }) => {
      const k = createKernel(options())
      const outcome = k.boot(function* (): Steps {
        const ran: string[] = []
        yield* sleepers(k, ['a', 'b', 'c', 'd'], ran)
        yield* spawn(k, 'other', function* () {
          ran.push(`other ${yield* k.tsleep('another channel', k.PWAIT, 'wait', 20)}`)
        })
        yield* pause(k, 1)
        yield* k.wakeup('channel')
        yield* pause(k, 5)
        const first = ran.splice(0).sort()
        yield* pause(k, 30)
        return [first, ran]
      })
      expect(valueOf(outcome)).toEqual([['a 0', 'b 0', 'c 0', 'd 0'], [`other ${EWOULDBLOCK}`]])
    },
  )

  it('on one CPU they run by priority, and in order of arrival within four neighbouring priorities', () => {
    const k = createKernel()
    const outcome = k.boot(function* (): Steps {
      const ran: string[] = []
      for (const [name, priority] of [
        ['a', 40],
        ['b', 35],
        ['c', 16],
        ['d', 32],
        ['e', 19],
      ] as const)
        yield* sleepers(k, [name], ran, priority)
      yield* k.wakeup('channel')
      yield* pause(k, 1)
      return ran.map((line) => line[0]).join('')
    })
    expect(valueOf(outcome)).toBe('cebda')
  })

  it('wakeup_n wakes so many of them, the first to come first; −1 is all', () => {
    const k = createKernel()
    const outcome = k.boot(function* (): Steps {
      const ran: string[] = []
      const seen: string[] = []
      const look = () => seen.push(ran.splice(0).join(', '))
      yield* sleepers(k, ['a', 'b', 'c', 'd', 'e'], ran)
      for (const n of [1, 2, -1]) {
        yield* k.wakeup_n('channel', n)
        yield* pause(k, 1)
        look()
      }
      yield* sleepers(k, ['f', 'g'], ran)
      yield* k.wakeup_one('channel')
      yield* pause(k, 1)
      look()
      return seen
    })
    expect(valueOf(outcome)).toEqual(['a 0', 'b 0, c 0', 'd 0, e 0', 'f 0'])
  })

  it.each([
    { stopped: 'a', n: 1, runs: { '4.2': 'bcd', '5.1': '' }, afterwards: 'a' },
    { stopped: 'b', n: 2, runs: { '4.2': 'acd', '5.1': 'a' }, afterwards: 'b' },
    { stopped: 'ab', n: 2, runs: { '4.2': 'cd', '5.1': '' }, afterwards: 'ab' },
    { stopped: 'a', n: 2, runs: { '4.2': 'b', '5.1': 'b' }, afterwards: 'a' },
    { stopped: 'c', n: 2, runs: { '4.2': 'ab', '5.1': 'ab' }, afterwards: '' },
  ])('wakeup_n counts a stopped sleeper, and 4.2 overruns when the count ends on one: $stopped of $n', (row) => {
    const k = createKernel()
    const outcome = k.boot(function* (): Steps {
      const ran: string[] = []
      const names = ['a', 'b', 'c', 'd']
      const procs = yield* sleepers(k, names, ran, k.PWAIT | k.PCATCH)
      const stopped = procs.filter((p) => row.stopped.includes(p.p_comm))
      for (const p of stopped) yield* k.psignal(p, k.SIGSTOP)
      if (row.n === 1) yield* k.wakeup_one('channel')
      else yield* k.wakeup_n('channel', row.n)
      yield* pause(k, 1)
      const before = ran.splice(0)
      // Off the channel or not, they are stopped still.
      const states = new Set(stopped.map((p) => p.p_stat))
      const isOff = stopped.every((p) => p.p_wchan === null)
      for (const p of stopped) yield* k.psignal(p, k.SIGCONT)
      yield* pause(k, 1)
      return [before, [...states], isOff, ran]
    })
    const lines = (names: string) => Array.from(names, (name) => `${name} 0`)
    expect(valueOf(outcome)).toEqual([
      lines(row.runs[release]),
      [k.SSTOP],
      row.afterwards !== '',
      lines(row.afterwards),
    ])
  })

  it('two channels are one only if they are the same value', () => {
    const k = createKernel()
    const outcome = k.boot(function* (): Steps {
      const woken: string[] = []
      const one = {}
      for (const [name, ident] of [
        ['object', one],
        ['twin', {}],
        ['text', 'lbolt2'],
        ['number', 7],
      ] as const) {
        yield* spawn(k, name, function* () {
          if ((yield* k.tsleep(ident, k.PWAIT, 'wait', 20)) === 0) woken.push(name)
        })
      }
      yield* pause(k, 1)
      yield* k.wakeup(one)
      yield* k.wakeup(['lbolt', '2'].join(''))
      yield* k.wakeup(8)
      yield* pause(k, 1)
      return woken
    })
    expect(valueOf(outcome)).toEqual(['object', 'text'])
  })

  it.each([0, 1, 3 * MS, 10 * MS - 1])(
    'a time-out of n ticks is n−1 to n ticks long, %d ns into a tick',
    (offsetNs) => {
      const k = createKernel()
      const outcome = k.boot(function* () {
        yield* k.work(offsetNs)
        const elapsed: number[] = []
        for (const ticks of [1, 2, 7]) {
          const startNs = k.now
          if ((yield* k.tsleep({}, k.PWAIT, 'wait', ticks)) !== EWOULDBLOCK) throw new Error('not timed out')
          elapsed.push(k.now - startNs)
          if (offsetNs > 0) yield* k.work(offsetNs)
        }
        return elapsed
      })
      expect(valueOf(outcome)).toEqual([1, 2, 7].map((ticks) => ticks * 10 * MS - offsetNs))
    },
  )

  it('a wakeup disarms the time-out, even one that would come before the sleeper runs', () => {
    const k = createKernel()
    const outcome = k.boot(function* (): Steps {
      const results: number[] = []
      yield* spawn(k, 'sleeper', function* () {
        results.push(yield* k.tsleep('channel', k.PWAIT, 'wait', 2))
        results.push(yield* k.tsleep('channel', k.PWAIT, 'wait', 5))
      })
      yield* pause(k, 1)
      yield* k.wakeup('channel')
      // Nobody else runs until this is done, two ticks later.
      yield* k.work(25 * MS)
      yield* pause(k, 10)
      return results
    })
    expect(valueOf(outcome)).toEqual([0, EWOULDBLOCK])
  })

  it('lbolt wakes at every full second, whenever the sleep began', () => {
    const k = createKernel()
    const outcome = k.boot(function* (): Steps {
      const times: number[] = []
      for (const ticks of [30, 99, 1]) {
        yield* pause(k, ticks)
        const error = yield* k.tsleep(k.lbolt, k.PPAUSE, 'lbolt', 0)
        times.push(error, k.now / 1e9)
      }
      const error = yield* k.tsleep(k.lbolt, k.PPAUSE, 'lbolt', 40)
      return [...times, error, k.now / 1e9]
    })
    expect(valueOf(outcome)).toEqual([0, 1, 0, 2, 0, 3, EWOULDBLOCK, 3.4])
  })

  it('while cold tsleep returns 0 at once: nothing can wait at attach time', () => {
    const k = createKernel()
    const seen: unknown[] = []
    k.attach(function* () {
      const startNs = k.now
      seen.push(k.cold, yield* k.tsleep('channel', k.PWAIT | k.PCATCH, 'wait', 100))
      seen.push(yield* k.tsleep('channel', k.PWAIT, 'wait', 0), k.now - startNs)
    })
    const outcome = k.boot(function* (): Steps {
      return [k.cold, yield* k.tsleep('channel', k.PWAIT, 'wait', 1)]
    })
    expect(seen).toEqual([true, 0, 0, 0])
    expect(valueOf(outcome)).toEqual([false, EWOULDBLOCK])
  })

  it('a sleep gives up the CPU, the big lock and the interrupt level, and has them again afterwards', () => {
    const k = createKernel({ ncpu: 2 })
    const outcome = k.boot(function* (): Steps {
      const seen: unknown[] = []
      yield* k.KERNEL_LOCK()
      const p = k.curproc
      yield* spawn(k, 'other', function* () {
        seen.push([p.bigLocks, k.curproc.bigLocks, k.cpus().map((cpu) => cpu.ipl)])
        yield* k.wakeup('channel')
      })
      const s = yield* k.splraise(k.IPL_BIO)
      yield* k.tsleep('channel', k.PWAIT, 'wait', 0)
      seen.push(p.bigLocks, k.cpus()[k.curcpu().index]!.ipl)
      yield* k.splx(s)
      yield* k.KERNEL_UNLOCK()
      return seen
    })
    expect(valueOf(outcome)).toEqual([[2, 1, [0, 0]], 2, k.IPL_BIO])
  })

  it('OB-D-14: nobody sleeps in an interrupt or with a mutex held, by reading', () => {
    const inInterrupt = (k: OpenbsdKernel) =>
      k.boot(function* () {
        k.interrupt(function* () {
          yield* k.tsleep('channel', k.PWAIT, 'wait', 1)
        })
        yield* pause(k, 1)
      })
    const withMutex = (k: OpenbsdKernel) =>
      k.boot(function* () {
        yield* k.mtx_enter(k.MUTEX_INITIALIZER(k.IPL_NONE))
        yield* k.tsleep('channel', k.PWAIT, 'wait', 1)
      })
    expect(panicOf(inInterrupt(createKernel()))[1]).toBe('OB-D-14')
    expect(panicOf(withMutex(createKernel()))[1]).toBe('OB-D-14')
    expect(inInterrupt(createKernel({ reading: 'kernel' }))).toMatchObject({ kind: 'undefined', id: 'UB:OB-D-14' })
    const outcome = withMutex(createKernel({ reading: 'kernel' }))
    if (release === '4.2') expect(outcome).toMatchObject({ kind: 'undefined', id: 'UB:OB-D-14' })
    else expect(panicOf(outcome)[0]).toBe('assertwaitok: non-zero mutex count: 1')
  })

  it('a null ident stops a diagnostic kernel', () => {
    const sleep = (diagnostic: boolean) =>
      createKernel({ diagnostic }).boot(function* (k) {
        yield* k.tsleep(null as never, k.PWAIT, 'wait', 1)
      })
    expect(panicOf(sleep(true))).toEqual(['tsleep: no ident', null])
    expect(sleep(false)).toMatchObject({ kind: 'undefined', id: 'UB:OB-SLEEP' })
  })

  it('setrunnable ends a sleep or a stop, and panics for what runs already', () => {
    const k = createKernel()
    const ran: string[] = []
    const outcome = k.boot(function* () {
      const [a, b] = yield* sleepers(k, ['a', 'b'], ran, k.PWAIT | k.PCATCH)
      yield* k.psignal(b!, k.SIGSTOP)
      for (const p of [a!, b!]) yield* k.setrunnable(p)
      yield* pause(k, 1)
      yield* k.setrunnable(k.curproc)
    })
    expect(panicOf(outcome)).toEqual(['setrunnable', null])
    expect(ran).toEqual(['a 0', 'b 0'])
  })

  it('yield goes behind those of its user priority; preempt wants null', () => {
    const k = createKernel()
    const outcome = k.boot(function* (): Steps {
      const log: string[] = []
      for (const name of ['a', 'b']) {
        yield* spawn(k, name, function* () {
          log.push(`${name}1`)
          yield* k.yield()
          log.push(`${name}2 at ${k.curproc.p_priority}`)
          yield* k.preempt(null)
          log.push(`${name}3`)
        })
      }
      yield* pause(k, 1)
      return log
    })
    expect(valueOf(outcome)).toEqual(['a1', 'b1', 'a2 at 50', 'b2 at 50', 'a3', 'b3'])
    const preempted = createKernel().boot(function* (kernel) {
      yield* kernel.preempt(kernel.curproc)
    })
    expect(panicOf(preempted)[0]).toBe('preempt: cpu_preempt not yet implemented')
  })

  it('has msleep from 4.3 on only', () => {
    expect('msleep' in createKernel()).toBe(release === '5.1')
  })
})

describe('msleep on OpenBSD 5.1', () => {
  const { createKernel } = ob51

  it.each(schedules)(
    'releases the mutex when it sleeps and has it again, unless PNORELOCK: $schedule',
    ({ options }) => {
      const k = createKernel(options())
      const outcome = k.boot(function* (): Steps {
        const mtx = k.MUTEX_INITIALIZER(k.IPL_BIO, 'mtx')
        const log: unknown[] = []
        let isAsleep = false
        const me = k.curproc
        function* waker(): Steps<void> {
          while (!isAsleep) yield* pause(k, 1)
          yield* k.mtx_enter(mtx)
          isAsleep = false
          yield* k.wakeup('channel')
          yield* k.mtx_leave(mtx)
        }
        for (const flag of [0, k.PNORELOCK]) {
          yield* spawn(k, 'waker', waker)
          yield* k.mtx_enter(mtx)
          isAsleep = true
          log.push(yield* k.msleep('channel', mtx, k.PWAIT | flag, 'wait', 0))
          log.push(mtx.owner === me, k.cpus()[k.curcpu().index]!.ipl, isAsleep)
          if (flag === 0) yield* k.mtx_leave(mtx)
        }
        return log
      })
      expect(valueOf(outcome)).toEqual([0, true, 4, false, 0, false, 0, false])
    },
  )

  it('returns what tsleep returns, with the mutex: time-out, signal before and during the sleep', () => {
    const k = createKernel()
    const outcome = k.boot(function* (): Steps {
      const mtx = k.MUTEX_INITIALIZER(k.IPL_NONE)
      const log: unknown[] = []
      const p = yield* spawn(k, 'sleeper', function* () {
        const sleep = function* (flags: number, timo: number): Steps<void> {
          yield* k.mtx_enter(mtx)
          log.push(yield* k.msleep('channel', mtx, k.PWAIT | flags, 'wait', timo), mtx.owner === k.curproc)
          if (mtx.owner !== null) yield* k.mtx_leave(mtx)
        }
        yield* sleep(0, 2)
        yield* sleep(k.PCATCH, 0)
        yield* sleep(k.PCATCH, 0)
        yield* sleep(k.PCATCH | k.PNORELOCK, 0)
      })
      yield* pause(k, 5)
      yield* k.psignal(p, k.SIGTERM)
      yield* pause(k, 5)
      return log
    })
    expect(valueOf(outcome)).toEqual([EWOULDBLOCK, true, ERESTART, true, ERESTART, true, ERESTART, false])
  })

  it('sleeps even while cold', () => {
    const k = createKernel()
    const seen: unknown[] = []
    k.attach(function* () {
      const mtx = k.MUTEX_INITIALIZER(k.IPL_NONE)
      yield* k.mtx_enter(mtx)
      seen.push(k.cold, yield* k.msleep('channel', mtx, k.PWAIT, 'wait', 3), k.now)
      yield* k.mtx_leave(mtx)
    })
    valueOf(k.boot())
    expect(seen).toEqual([true, EWOULDBLOCK, 30 * MS])
  })

  it('wants no second mutex', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const [a, b] = [k.MUTEX_INITIALIZER(k.IPL_NONE), k.MUTEX_INITIALIZER(k.IPL_NONE)]
      yield* k.mtx_enter(a)
      yield* k.mtx_enter(b)
      yield* k.msleep('channel', b, k.PWAIT, 'wait', 0)
    })
    expect(panicOf(outcome)[0]).toBe('assertwaitok: non-zero mutex count: 1')
  })
})
