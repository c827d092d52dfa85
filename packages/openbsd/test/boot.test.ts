import type { Outcome } from '@kt/core'
import { describe, expect, test } from 'vitest'
import type { OpenbsdKernel } from '../src/kernel.js'
import * as ob42 from '../src/releases/4.2.js'
import * as ob51 from '../src/releases/5.1.js'

/** What boot makes, in what order, and what it waits for. */

const CASES = (['4.2', '5.1'] as const).flatMap((release) =>
  [1, 2, 4].map((ncpu) => ({
    release,
    ncpu,
    make: (options: ob51.OpenbsdOptions = {}): OpenbsdKernel =>
      release === '4.2' ? ob42.createKernel({ ncpu, ...options }) : ob51.createKernel({ ncpu, ...options }),
  })),
)
const WHERE = 'OpenBSD $release, ncpu $ncpu'

function valueOf<T>(outcome: Outcome<T>): T {
  if (outcome.kind === 'done') return outcome.value
  if (outcome.kind === 'fault') throw outcome.error
  throw new Error(`the run ended with ${JSON.stringify(outcome)}`)
}

function idles(release: string, from: number, to: number): string[] {
  if (release === '4.2') return []
  return Array.from({ length: to - from }, (_, n) => `idle${from + n}`)
}

const DAEMONS: Readonly<Record<string, readonly string[]>> = {
  '4.2': ['pagedaemon', 'reaper', 'cleaner', 'update', 'aiodoned', 'crypto'],
  '5.1': ['pagedaemon', 'reaper', 'cleaner', 'update', 'aiodoned'],
}

/** Names of processes 0, 1, 2, … after boot. */
function bootOrder(release: string, ncpu: number): string[] {
  const early = [...idles(release, 0, 1), 'syswq', ...idles(release, 1, ncpu)]
  return ['swapper', 'init', ...early, 'pfpurge', ...DAEMONS[release]!]
}

describe('process ids', () => {
  test.each(CASES)(
    `${WHERE}: 0 and 1, then what was deferred, then the daemons, all in order`,
    ({ make, release, ncpu }) => {
      const k = make()
      valueOf(k.boot())
      const table = k.ps().toReversed()
      expect(table.map(({ comm }) => comm)).toEqual(bootOrder(release, ncpu))
      expect(table.map(({ pid }) => pid)).toEqual(table.map((_entry, at) => at))
      expect(k.sysctl('kern.nprocs')).toBe(table.length)
      expect(table.map(({ ppid, pgid }) => [ppid, pgid]).slice(2)).toEqual(table.slice(2).map(() => [0, 0]))
    },
  )

  test.each(CASES)(`${WHERE}: after boot they are spread, by the seed`, ({ make }) => {
    const ids = (pidSeed?: number) => {
      const k = make(pidSeed === undefined ? {} : { pidSeed })
      return valueOf(
        k.boot(function* main() {
          const pids = [k.curproc.p_pid]
          for (let n = 0; n < 8; n++) {
            const newpp = k.ref<ob51.Proc>()
            yield* k.kthread_create(() => sleeps(k), n, newpp, 't%d', n)
            pids.push(newpp.value!.p_pid)
          }
          return pids
        }),
      )
    }
    const pids = ids(5)
    expect(ids(5)).toEqual(pids)
    expect(ids(6)).not.toEqual(pids)
    // The seed that is there without being asked for.
    expect(ids()).toEqual(ids(1))
    expect(new Set(pids).size).toBe(9)
    expect(pids.every((pid) => pid >= 1 && pid <= 32_766)).toBe(true)
    expect(pids.some((pid, at) => at > 0 && pid === pids[at - 1]! + 1)).toBe(false)
  })

  test.each(CASES)(
    `${WHERE}: a deferred thread comes before the daemons, a later one does not`,
    ({ make, ncpu, release }) => {
      const k = make()
      const pids: number[] = []
      function* create() {
        const newpp = k.ref<ob51.Proc>()
        yield* k.kthread_create(() => sleeps(k), 'arg', newpp, 'driver')
        pids.push(newpp.value!.p_pid)
      }
      k.attach(function* () {
        yield* k.kthread_create_deferred(create, null)
      })
      valueOf(k.boot(create))
      // pfpurge, whose pseudo-device attaches after the devices, comes after the driver.
      const expected = bootOrder(release, ncpu).indexOf('pfpurge')
      expect(pids[0]).toBe(expected)
      expect(k.pfind(expected + 1)?.p_comm).toBe('pfpurge')
      expect(pids[1]).toBeGreaterThan(100)
    },
  )
})

function* sleeps(k: OpenbsdKernel) {
  for (;;) yield* k.tsleep('for ever', k.PWAIT, 'ever', 0)
}

describe('who waits for what when boot is done', () => {
  const WCHANS: Readonly<Record<string, string>> = {
    swapper: 'schedul',
    init: 'wait',
    syswq: 'bored',
    pfpurge: 'pftm',
    reaper: 'reaper',
  }

  test.each(CASES)(WHERE, ({ make }) => {
    const k = make()
    valueOf(
      k.boot(function* () {
        yield* k.tsleep('a moment', k.PWAIT, 'moment', 2)
      }),
    )
    const wchans = new Map(k.ps().map(({ comm, wchan }) => [comm, wchan]))
    for (const [comm, wchan] of Object.entries(WCHANS)) expect([comm, wchans.get(comm)]).toEqual([comm, wchan])
    // Every kernel thread sleeps where no signal ends it; init does not.
    for (const { pid, comm, stat } of k.ps()) expect([comm, stat]).toEqual([comm, pid === 1 ? 'Ss' : 'DK'])
    for (const { comm, command, uid } of k.ps()) expect([command, uid]).toEqual([`(${comm})`, 0])
    expect(k.proc0.p_priority).toBe(k.PVM)
    expect(k.console).toEqual([])
  })
})

describe('while the machine is cold', () => {
  test.each(CASES)(`${WHERE}: tsleep returns 0 at once, and afterwards it sleeps`, ({ make }) => {
    const k = make()
    const seen: unknown[] = []
    k.attach(function* () {
      seen.push(
        k.cold,
        yield* k.tsleep('x', k.PWAIT, 'attach', 0),
        yield* k.tsleep('x', k.PWAIT | k.PCATCH, 'attach', 7),
      )
      seen.push(k.now, k.initproc)
    })
    valueOf(
      k.boot(function* main() {
        const before = k.ticks
        seen.push(k.cold, yield* k.tsleep('x', k.PWAIT, 'main', 3), k.ticks - before)
      }),
    )
    expect(seen).toEqual([true, 0, 0, 0, null, false, 35, 3])
  })

  test.each(CASES)(`${WHERE}: devices attach in order, on process 0`, ({ make }) => {
    const k = make()
    const log: string[] = []
    for (const name of ['em0', undefined, 'em1']) {
      const dev = k.attach(function* (self) {
        log.push(`${self.dv_xname} ${k.curproc.p_pid} ${self === dev}`)
      }, name)
    }
    valueOf(k.boot())
    expect(log).toEqual(['em0 0 true', 'dev1 0 true', 'em1 0 true'])
  })

  test.each(CASES)(`${WHERE}: a thread cannot be made yet, says the page`, ({ make }) => {
    const k = make()
    k.attach(function* () {
      yield* k.kthread_create(() => sleeps(k), 'arg', null, 'early')
    })
    expect(k.boot()).toMatchObject({ kind: 'panic', clause: 'OB-KT-22' })
    expect(k.sysctl('kern.nprocs')).toBe(1)
  })

  test.each(CASES)(`${WHERE}: the kernel makes it process 1, and panics when it ends`, ({ make }) => {
    const k = make({ reading: 'kernel' })
    const newpp = k.ref<ob51.Proc>()
    k.attach(function* () {
      yield* k.kthread_create(
        function* () {
          yield* k.tsleep('work', k.PWAIT, 'work', 2)
          yield* k.kthread_exit(3)
        },
        'arg',
        newpp,
        'early',
      )
    })
    const outcome = k.boot(function* main() {
      yield* k.tsleep('a moment', k.PWAIT, 'moment', 100)
    })
    expect([newpp.value!.p_pid, k.initproc!.p_pid]).toEqual([1, 2])
    expect(outcome).toMatchObject({ kind: 'panic', clause: 'OB-D-10', message: 'init died (signal 0, exit 3)' })
    expect(k.console.at(-1)).toBe('panic: init died (signal 0, exit 3)')
  })
})

describe('what was deferred', () => {
  test.each(CASES)(`${WHERE}: runs when init exists, and before the daemons do`, ({ make }) => {
    const k = make()
    const seen: unknown[] = []
    k.attach(function* () {
      yield* k.kthread_create_deferred(function* (arg: object | null) {
        seen.push(arg, k.initproc?.p_pid, k.cold, k.curproc === k.proc0)
        seen.push(k.allproc.some(({ p_comm }) => p_comm === 'pagedaemon'))
        yield* k.tsleep('x', k.PWAIT, 'callbk', 1)
        const init = k.ps().find(({ pid }) => pid === 1)
        seen.push(init?.wchan, init?.stat)
      }, null)
    })
    valueOf(k.boot())
    expect(seen).toEqual([null, 1, false, true, false, 'initexe', 'D'])
  })

  test.each(CASES)(`${WHERE}: a callback that creates nothing leaves the table as it is`, ({ make, release, ncpu }) => {
    const k = make()
    k.attach(function* () {
      for (let n = 0; n < 3; n++) yield* k.kthread_create_deferred(function* () {}, n)
    })
    valueOf(k.boot())
    expect(k.sysctl('kern.nprocs')).toBe(bootOrder(release, ncpu).length)
  })

  test.each(CASES)(`${WHERE}: without memory for its record the kernel panics`, ({ make }) => {
    const k = make()
    k.attach(function* () {
      k.inject({ at: 'kthread_q' })
      yield* k.kthread_create_deferred(function* () {}, null)
    })
    expect(k.boot()).toMatchObject({ kind: 'panic', message: 'unable to allocate kthread_q' })
  })
})

describe('config_pending', () => {
  /** A driver that holds boot until its thread has worked for a while; `holds` times. */
  function driver(k: OpenbsdKernel, holds: number, log: string[]) {
    k.attach(function* () {
      for (let n = 0; n < holds; n++) {
        yield* k.config_pending_incr()
        yield* k.kthread_create_deferred(function* () {
          yield* k.kthread_create(explore, 10 * (n + 1), null, 'usb%d', n)
        }, null)
      }
    }, 'usb')
    function* explore(ticks: number) {
      yield* k.tsleep('explore', k.PWAIT, 'usbexp', ticks)
      const swapper = k.ps().find(({ pid }) => pid === 0)
      const hasReaper = k.allproc.some(({ p_comm }) => p_comm === 'reaper')
      log.push(`${ticks}: ${swapper!.wchan}, ${hasReaper ? 'daemons' : 'no daemons'}`)
      yield* k.config_pending_decr()
      yield* k.kthread_exit(0)
    }
  }

  test.each(CASES)(`${WHERE}: boot goes on when the last hold is gone`, ({ make }) => {
    const k = make()
    const log: string[] = []
    driver(k, 3, log)
    const ticks = valueOf(
      k.boot(function* main() {
        return k.ticks
      }),
    )
    expect(log).toEqual(['10: cfpend, no daemons', '20: cfpend, no daemons', '30: cfpend, no daemons'])
    expect(ticks).toBe(30)
  })

  test.each(CASES)(`${WHERE}: a hold that nobody gives up stops boot`, ({ make }) => {
    const k = make()
    k.attach(function* () {
      yield* k.config_pending_incr()
    })
    const outcome = k.boot(function* main() {
      return 'never'
    })
    expect(outcome).toMatchObject({ kind: 'deadlock', stuck: [{ name: 'swapper', wmesg: 'cfpend' }] })
  })

  test.each(CASES)(`${WHERE}: giving up what nobody holds panics`, ({ make }) => {
    const k = make()
    const outcome = k.boot(function* main() {
      yield* k.config_pending_decr()
    })
    expect(outcome).toMatchObject({ kind: 'panic', message: 'config_pending_decr' })
  })
})

describe('init and other processes', () => {
  test.each(CASES)(`${WHERE}: init executes its body in group 0, then leads a session`, ({ make }) => {
    const k = make()
    const seen: unknown[] = []
    k.init(function* () {
      seen.push(yield* k.getpid(), yield* k.getppid(), yield* k.getpgrp(), yield* k.getuid(), k.curproc.p_comm)
      seen.push(k.allproc.some(({ p_comm }) => p_comm === 'reaper'))
    })
    valueOf(
      k.boot(function* main() {
        yield* k.tsleep('a moment', k.PWAIT, 'moment', 2)
      }),
    )
    expect(seen).toEqual([1, 0, 0, 0, 'init', true])
    expect(k.ps().find(({ pid }) => pid === 1)).toMatchObject({ pgid: 1, comm: 'init', stat: 'Ss', wchan: 'wait' })
  })

  test.each(CASES)(`${WHERE}: init acts on a signal while it has no child`, ({ make }) => {
    const k = make()
    let caught = 0
    k.init(function* () {
      const handler = function* () {
        caught++
      }
      yield* k.sigaction(k.SIGHUP, { handler, flags: 0, mask: 0 }, null)
    })
    valueOf(
      k.boot(function* main() {
        for (let n = 0; n < 2; n++) {
          yield* k.tsleep('a moment', k.PWAIT, 'moment', 2)
          yield* k.psignal(k.initproc!, k.SIGHUP)
        }
        yield* k.tsleep('a moment', k.PWAIT, 'moment', 2)
      }),
    )
    expect(caught).toBe(2)
    expect(k.ps().find(({ pid }) => pid === 1)?.wchan).toBe('wait')
  })

  test.each(CASES)(`${WHERE}: one given before boot begins when boot is done, as a child of init`, ({ make }) => {
    const k = make()
    const seen: unknown[] = []
    const early = k.process({ name: 'sh', uid: 1000 }, function* () {
      seen.push(k.curproc.p_comm, (yield* k.getpid()) > 100, yield* k.getppid(), yield* k.getuid())
      seen.push(
        k.cold,
        k.allproc.some(({ p_comm }) => p_comm === 'aiodoned'),
      )
    })
    expect(early).toBeNull()
    valueOf(
      k.boot(function* main() {
        yield* k.tsleep('a moment', k.PWAIT, 'moment', 5)
      }),
    )
    expect(seen).toEqual(['sh', true, 1, 1000, false, true])
    // Its parent has waited for it.
    expect(k.ps().some(({ comm }) => comm === 'sh')).toBe(false)
  })

  test.each(CASES)(`${WHERE}: on a warm machine it begins at once`, ({ make }) => {
    const k = make()
    valueOf(k.boot())
    const pid = valueOf(
      k.run(function* main() {
        const process = k.process({ name: 'sh' }, function* () {
          yield* k.user(1_000_000)
        })
        yield* k.tsleep('a moment', k.PWAIT, 'moment', 5)
        return process!.ps_pid
      }),
    )
    expect(pid).toBeGreaterThan(0)
    expect(k.pfind(pid)).toBeNull()
  })
})

describe('a table that is full while the machine boots', () => {
  test.each(CASES)(`${WHERE}: boot panics over each thread in turn`, ({ make, release, ncpu }) => {
    const words: Readonly<Record<string, string>> = {
      syswq: 'unable to create system work queue thread',
      pfpurge: 'pfpurge thread',
      crypto: 'crypto thread',
    }
    const order = bootOrder(release, ncpu).slice(1)
    for (const [at, name] of order.entries()) {
      const k = make()
      k.sysctl('kern.maxproc', at + 1)
      const told = name === 'syswq' && release === '5.1' ? ['unable to create workq thread for "syswq"'] : []
      // 5.1 goes on without that thread, and panics over the next.
      const missed = told.length > 0 ? order[at + 1]! : name
      const message = words[missed] ?? `fork ${missed.replace(/\d+$/, '')}`
      expect(k.boot()).toMatchObject({ kind: 'panic', clause: null, message })
      expect(k.console).toEqual(['proc: table is full', ...told, `panic: ${message}`])
    }
    const k = make()
    k.sysctl('kern.maxproc', order.length + 1)
    expect(k.boot().kind).toBe('done')
  })

  test.each(CASES)(`${WHERE}: and a main that finds no slot says so`, ({ make, release, ncpu }) => {
    const k = make()
    k.sysctl('kern.maxproc', bootOrder(release, ncpu).length)
    const outcome = k.boot(function* main() {
      return 'never'
    })
    expect(outcome.kind === 'fault' ? String(outcome.error) : outcome.kind).toBe(
      'RangeError: main cannot be started: kthread_create fails with errno 35',
    )
  })
})

describe('boot happens once', () => {
  test.each(CASES)(WHERE, ({ make }) => {
    const k = make()
    expect(() => k.run(function* () {})).toThrow('this machine is cold: use boot()')
    valueOf(k.boot())
    expect(() => k.boot()).toThrow('this machine has booted: use run()')
    expect(() => k.attach(function* () {})).toThrow('attach() is for a cold machine')
    expect(() => k.init(function* () {})).toThrow('init() is for a cold machine')
    expect(
      valueOf(
        k.run(function* () {
          return 'again'
        }),
      ),
    ).toBe('again')
  })

  test.each(CASES)(`${WHERE}: and the same each time`, ({ make }) => {
    const hash = () => {
      const k = make({ trace: true })
      valueOf(k.boot())
      return k.trace!.hash()
    }
    expect(hash()).toBe(hash())
  })
})
