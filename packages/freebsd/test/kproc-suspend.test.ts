import { describe, expect, it } from 'vitest'
import { ref, seededOracle, type FreebsdOptions, type Kernel, type Proc, type Steps } from '../src/releases/8.0.js'
import { addProcess, addThread, endOf, quiet, READINGS, SCHEDULERS, valueOf } from './staging.js'

const SEEDS = 40

/** A process that looks before every round whether it is to stop. */
function* looping(k: Kernel, round: () => void, ticks = 5): Steps<never> {
  for (;;) {
    yield* k.kproc_suspend_check(k.curproc)
    round()
    yield* k.pause('work', ticks)
  }
}

/** One that never looks. */
function* deaf(k: Kernel): Steps<never> {
  for (;;) yield* k.pause('deaf', 5)
}

/** Starts a thread that suspends a process, and reports with what result and after how many ticks. */
function* suspender(k: Kernel, p: Proc, timo: number, log: unknown[]): Steps<void> {
  yield* addThread(k, 'suspender', function* () {
    const since = k.ticks
    const error = yield* k.kproc_suspend(p, timo)
    log.push([error, k.ticks - since])
    yield* k.kthread_exit()
  })
}

const wmesg = (p: Proc) => p.newest!.td_wmesg

describe.each(READINGS)('kproc_suspend and kproc_resume, reading %s', (reading) => {
  const machine = (options: FreebsdOptions = {}) => quiet({ reading, ...options })

  it.each(SCHEDULERS)('no word is lost between them, on two CPUs in many orders (%s)', (scheduler) => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const k = machine({ scheduler, ncpu: 2, oracle: seededOracle(seed) })
      let rounds = 0
      const seen = valueOf(
        k.boot(function* () {
          const p = yield* addProcess(k, 'p', () => looping(k, () => rounds++, 1))
          const results: unknown[] = []
          for (let n = 0; n < 4; n++) {
            results.push(yield* k.kproc_suspend(p, 1000))
            const at = rounds
            yield* k.pause('look', 5)
            results.push(rounds - at, yield* k.kproc_resume(p))
            // Again at once: it may not have got away yet.
            results.push(yield* k.kproc_suspend(p, 1000), yield* k.kproc_resume(p))
            const resumed = rounds
            yield* k.pause('look', 5)
            results.push(rounds > resumed)
          }
          return results
        }),
      )
      expect([seed, seen]).toEqual([seed, Array.from({ length: 4 }, () => [0, 0, 0, 0, 0, true]).flat()])
    }
  })

  it('a resume releases a suspender that still waits, with 0, though nothing was parked', () => {
    const k = machine()
    const log: unknown[] = []
    valueOf(
      k.boot(function* () {
        const p = yield* addProcess(k, 'p', () => deaf(k))
        yield* suspender(k, p, 0, log)
        yield* suspender(k, p, 1000, log)
        yield* k.pause('wait', 50)
        expect(log).toEqual([])
        expect(yield* k.kproc_resume(p)).toBe(0)
        yield* k.pause('released', 1)
        expect(wmesg(p)).toBe('deaf')
      }),
    )
    expect(log.length).toBe(2)
    for (const [error, ticks] of log as [number, number][])
      expect([error, ticks === 50 || ticks === 51]).toEqual([0, true])
  })

  it('a request that got no answer stands: it parks later, until a resume', () => {
    const k = machine()
    let rounds = 0
    valueOf(
      k.boot(function* () {
        const p = yield* addProcess(k, 'p', () => looping(k, () => rounds++, 100))
        yield* k.pause('begun', 10)
        expect(yield* k.kproc_suspend(p, 20)).toBe(k.EWOULDBLOCK)
        expect([rounds, wmesg(p)]).toEqual([1, 'work'])
        yield* k.pause('later', 100)
        expect([rounds, wmesg(p)]).toEqual([1, 'kpsusp'])
        expect(yield* k.kproc_resume(p)).toBe(0)
        yield* k.pause('later', 1)
        expect([rounds, wmesg(p)]).toEqual([2, 'work'])
      }),
    )
  })

  it('it is no count: one resume is enough, and a resume in advance is forgotten', () => {
    const k = machine()
    let rounds = 0
    valueOf(
      k.boot(function* () {
        const p = yield* addProcess(k, 'p', () => looping(k, () => rounds++))
        expect([yield* k.kproc_resume(p), yield* k.kproc_resume(p)]).toEqual([0, 0])
        expect(yield* k.kproc_suspend(p, 100)).toBe(0)
        yield* k.pause('parks', 1)
        // One that is parked already does not say so again.
        expect(yield* k.kproc_suspend(p, 100)).toBe(k.EWOULDBLOCK)
        const before = rounds
        expect(yield* k.kproc_resume(p)).toBe(0)
        yield* k.pause('goes on', 20)
        expect(rounds > before).toBe(true)
      }),
    )
  })

  it('two suspenders are released by one word', () => {
    const k = machine()
    const log: unknown[] = []
    valueOf(
      k.boot(function* () {
        const p = yield* addProcess(k, 'p', () => looping(k, () => {}, 50))
        yield* k.pause('begun', 10)
        yield* suspender(k, p, 0, log)
        yield* suspender(k, p, 0, log)
        yield* k.pause('word', 100)
        expect(wmesg(p)).toBe('kpsusp')
      }),
    )
    expect(log.map((entry) => (entry as number[])[0])).toEqual([0, 0])
  })

  it('it cuts short a sleep on the process itself, and no other', () => {
    const k = machine()
    const seen = valueOf(
      k.boot(function* () {
        const took: number[] = []
        for (const isOnItself of [true, false]) {
          const p = yield* addProcess(k, 'p', function* () {
            for (;;) {
              yield* k.kproc_suspend_check(k.curproc)
              yield* k.tsleep(isOnItself ? k.curproc : 'else', k.PVFS, 'vlruwt', k.hz)
            }
          })
          yield* k.pause('asleep', 100)
          const since = k.ticks
          expect(yield* k.kproc_suspend(p, 0)).toBe(0)
          took.push(k.ticks - since)
        }
        return took
      }),
    )
    expect(seen[0]).toBe(0)
    expect(seen[1]! >= 900 && seen[1]! <= 901).toBe(true)
  })

  it('the lock of the process is free afterwards, whatever the answer', () => {
    const k = machine()
    valueOf(
      k.boot(function* () {
        const p = yield* addProcess(k, 'p', () => looping(k, () => {}))
        const silent = yield* addProcess(k, 'silent', () => deaf(k))
        for (const [process, timo] of [
          [p, 100],
          [silent, 1],
          [k.proc0, 1],
        ] as const) {
          // prettier-ignore
          yield* k.kproc_suspend(process, timo)
          yield* k.kproc_resume(process)
          expect(k.locks()).toEqual([])
          yield* k.PROC_LOCK(process)
          yield* k.PROC_UNLOCK(process)
        }
      }),
    )
  })

  it('ticks: a time-out of n takes n or n + 1, and less than none takes one', () => {
    const k = machine()
    const took = valueOf(
      k.boot(function* () {
        const p = yield* addProcess(k, 'p', () => deaf(k))
        const ticks: number[] = []
        for (const timo of [100, 1, -5]) {
          const since = k.ticks
          expect(yield* k.kproc_suspend(p, timo)).toBe(k.EWOULDBLOCK)
          ticks.push(k.ticks - since)
        }
        return ticks
      }),
    )
    for (const [at, timo] of [100, 1, 1].entries()) expect(took[at]! - timo === 0 || took[at]! - timo === 1).toBe(true)
  })

  it('a process that ends leaves its suspender to its time-out', () => {
    const k = machine()
    const log: unknown[] = []
    valueOf(
      k.boot(function* () {
        const p = yield* addProcess(k, 'p', function* () {
          yield* k.pause('lives', 10)
          yield* k.kproc_exit(0)
        })
        yield* suspender(k, p, 100, log)
        yield* k.pause('all', 200)
        expect(p.isReaped).toBe(true)
      }),
    )
    expect((log as number[][])[0]![0]).toBe(k.EWOULDBLOCK)
    const outcome = k.run(function* () {
      const p = yield* addProcess(k, 'p', function* () {
        yield* k.kproc_exit(0)
      })
      yield* k.kproc_suspend(p, 0)
    })
    expect(endOf(outcome)).toEqual(['deadlock', ['main: suspkp']])
  })

  it('a process that suspends itself waits for its own word', () => {
    const k = machine()
    const log: unknown[] = []
    valueOf(
      k.boot(function* () {
        const p = yield* addProcess(k, 'p', function* () {
          log.push(yield* k.kproc_suspend(k.curproc, 10))
          yield* k.kproc_suspend_check(k.curproc)
          log.push('resumed')
          yield* k.kproc_exit(0)
        })
        yield* k.pause('parks', 50)
        expect([log, wmesg(p)]).toEqual([[k.EWOULDBLOCK], 'kpsusp'])
        yield* k.kproc_resume(p)
        yield* k.pause('ends', 5)
      }),
    )
    expect(log).toEqual([k.EWOULDBLOCK, 'resumed'])
  })

  it('two threads of one process that both look keep waking each other (FB8-O-11)', () => {
    const k = machine({ stepsMax: 20_000 })
    const outcome = k.boot(function* () {
      const p = yield* addProcess(k, 'p', () => looping(k, () => {}))
      yield* addThread(k, 'q', () => looping(k, () => {}), p)
      yield* k.pause('begun', 20)
      expect(yield* k.kproc_suspend(p, 100)).toBe(0)
      yield* k.pause('for good', 100)
    })
    expect(outcome.kind).toBe('livelock')
    expect(['p', 'q']).toContain(outcome.kind === 'livelock' ? outcome.thread?.name : null)
  })

  it('of which only one looks, the other works on', () => {
    const k = machine()
    const rounds = { looks: 0, works: 0 }
    valueOf(
      k.boot(function* () {
        const p = yield* addProcess(k, 'p', () => looping(k, () => rounds.looks++))
        const works = function* (): Steps<never> {
          for (; ; rounds.works++) yield* k.pause('work', 5)
        }
        yield* addThread(k, 'q', works, p)
        expect(yield* k.kproc_suspend(p, 100)).toBe(0)
        const before = { ...rounds }
        yield* k.pause('more', 100)
        expect([rounds.looks - before.looks, rounds.works > before.works]).toEqual([0, true])
      }),
    )
  })

  it('it works with INVARIANTS', () => {
    const k = machine({ invariants: true })
    const seen = valueOf(
      k.boot(function* () {
        const p = yield* addProcess(k, 'p', () => looping(k, () => {}))
        return [yield* k.kproc_suspend(p, 0), yield* k.kproc_resume(p), yield* k.kproc_suspend(p, 100)]
      }),
    )
    expect(seen).toEqual([0, 0, 0])
  })

  it('while cold it says 0 at once, and nothing is parked', () => {
    const k = machine()
    const seen: unknown[] = []
    const global_procpp = ref<Proc>()
    k.SYSINIT('start', k.SI_SUB_RUN_QUEUE, k.SI_ORDER_ANY, k.kproc_start, { arg0: 'p', func: body, global_procpp })
    k.SYSINIT('suspend', k.SI_SUB_INTR, k.SI_ORDER_FIRST, suspends, null)
    function* body(): Steps<never> {
      seen.push('ran')
      return yield* looping(k, () => seen.push('passed'))
    }
    function* suspends(): Steps<void> {
      seen.push(yield* k.kproc_suspend(global_procpp.value!, 0), k.ticks)
    }
    valueOf(
      k.boot(function* () {
        yield* k.pause('parks', 20)
        // The request stands.
        expect([seen, wmesg(global_procpp.value!)]).toEqual([[0, 0, 'ran'], 'kpsusp'])
        yield* k.kproc_resume(global_procpp.value!)
        yield* k.pause('passes', 1)
      }),
    )
    expect(seen).toEqual([0, 0, 'ran', 'passed'])
  })

  it('Giant is given up by both, and had again as deep', () => {
    const k = machine()
    valueOf(
      k.boot(function* () {
        const depths: unknown[] = []
        const p = yield* addProcess(k, 'p', function* () {
          yield* k.pause('begins', 5)
          yield* k.mtx_lock(k.Giant)
          yield* k.kproc_suspend_check(k.curproc)
          depths.push(yield* k.mtx_owned(k.Giant))
          yield* k.mtx_unlock(k.Giant)
          yield* deaf(k)
        })
        yield* k.mtx_lock(k.Giant)
        yield* k.mtx_lock(k.Giant)
        expect(yield* k.kproc_suspend(p, 100)).toBe(0)
        expect(yield* k.mtx_recursed(k.Giant)).toBe(true)
        yield* k.mtx_unlock(k.Giant)
        yield* k.mtx_unlock(k.Giant)
        yield* k.kproc_resume(p)
        yield* k.pause('goes on', 5)
        expect(depths).toEqual([true])
      }),
    )
  })
})

describe.each(READINGS)('kproc_shutdown, reading %s', (reading) => {
  const machine = (options: FreebsdOptions = {}) => quiet({ reading, ...options })

  const waiting = (seconds: number, name: string, end: string) =>
    `Waiting (max ${seconds} seconds) for system process \`${name}' to stop...${end}`

  it('waits as long as kern.shutdown.kproc_shutdown_wait says, and tells only a time-out apart', () => {
    const k = machine()
    const took = valueOf(
      k.boot(function* () {
        const p = yield* addProcess(k, 'deaf', () => deaf(k))
        const ticks: number[] = []
        for (const seconds of [60, 2, -1]) {
          k.sysctl('kern.shutdown.kproc_shutdown_wait', seconds)
          const since = k.ticks
          yield* k.kproc_shutdown(p, k.RB_NOSYNC)
          ticks.push(k.ticks - since)
        }
        // That it is no process of the kernel is no matter.
        yield* k.kproc_shutdown(k.proc0, 0)
        return ticks
      }),
    )
    for (const [at, ticks] of [60_000, 2000, 1].entries()) expect([ticks, ticks + 1]).toContain(took[at])
    expect(k.console).toEqual([
      waiting(60, 'deaf', 'timed out'),
      waiting(2, 'deaf', 'timed out'),
      waiting(-1, 'deaf', 'timed out'),
      waiting(-1, 'kernel', 'done'),
    ])
  })

  it('with 0 it waits for ever', () => {
    const k = machine()
    const outcome = k.boot(function* () {
      const p = yield* addProcess(k, 'p', function* () {
        yield* k.tsleep('stays', 0, 'stays', 0)
      })
      k.sysctl('kern.shutdown.kproc_shutdown_wait', 0)
      yield* k.kproc_shutdown(p, 0)
    })
    expect(endOf(outcome)).toEqual(['deadlock', ['p: stays', 'main: suspkp']])
  })

  it('does nothing while the kernel panics', () => {
    const k = machine()
    let rounds = 0
    const outcome = k.boot(function* () {
      const p = yield* addProcess(k, 'p', () => looping(k, () => rounds++))
      yield* k.EVENTHANDLER_REGISTER('shutdown_pre_sync', k.kproc_shutdown, p, k.SHUTDOWN_PRI_LAST)
      yield* k.pause('begun', 20)
      yield* k.panic('on purpose')
    })
    expect(endOf(outcome)).toEqual(['panic', 'on purpose'])
    expect(k.console.filter((line) => line.includes('Waiting'))).toEqual([])
    expect(k.console[0]).toBe('panic: on purpose')
  })
})
