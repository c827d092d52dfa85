import { describe, expect, it } from 'vitest'
import type { OpenbsdKernel } from '../../src/kernel.js'
import type { KinfoProc, Steps } from '../../src/releases/5.1.js'
import * as ob51 from '../../src/releases/5.1.js'
import { MS, pause, releases, spawn, valueOf } from './runs.js'

function entry(k: OpenbsdKernel, comm: string): KinfoProc | undefined {
  return k.ps().find((row) => row.comm === comm)
}

const AFTER_BOOT = {
  '4.2': `
  PID  PPID  PGID TT STAT  WCHAN   COMMAND
    9     0     0 ?? DK    crypto_ (crypto)
    8     0     0 ?? DK    aiodone (aiodoned)
    7     0     0 ?? DK    syncer  (update)
    6     0     0 ?? DK    cleaner (cleaner)
    5     0     0 ?? DK    reaper  (reaper)
    4     0     0 ?? DK    pgdaemo (pagedaemon)
    3     0     0 ?? DK    pftm    (pfpurge)
    2     0     0 ?? DK    bored   (syswq)
    1     0     1 ?? Ss    wait    (init)
    0     0     0 ?? DK    schedul (swapper)`,
  '5.1': `
  PID     TID  PPID  PGID TT STAT  WCHAN   COMMAND
    9 1000009     0     0 ?? DK    aiodone (aiodoned)
    8 1000008     0     0 ?? DK    syncer  (update)
    7 1000007     0     0 ?? DK    cleaner (cleaner)
    6 1000006     0     0 ?? DK    reaper  (reaper)
    5 1000005     0     0 ?? DK    pgdaemo (pagedaemon)
    4 1000004     0     0 ?? DK    pftm    (pfpurge)
    3 1000003     0     0 ?? DK    bored   (syswq)
    2 1000002     0     0 ?? DK    -       (idle0)
    1 1000001     0     1 ?? Ss    wait    (init)
    0 1000000     0     0 ?? DK    schedul (swapper)`,
}

describe.each(releases)('ps on OpenBSD $release', ({ release, createKernel }) => {
  it('shows the machine after boot', () => {
    const k = createKernel()
    valueOf(k.boot())
    expect(`\n${k.psText()}`).toBe(AFTER_BOOT[release])
  })

  it('the debugger has numbers for states, flags in hexadecimal, and wait messages of twelve characters', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      yield* spawn(k, 'sleeper', function* () {
        yield* k.tsleep('x', k.PWAIT, 'fourteen chars', 0)
      })
      yield* pause(k, 1)
      return { text: k.ddbPs(), shownByPs: k.ps().length }
    })
    const { text, shownByPs } = valueOf(outcome)
    const [head, ...lines] = text.split('\n')
    expect(head).toBe('   PID   PPID   PGRP    UID  S       FLAGS  WAIT          COMMAND')
    // The numbers of main and the sleeper are random.
    const rowOf = (comm: string) => lines.find((line) => line.endsWith(`  ${comm}`))!.replace(/^(.) *\d+/, '$1     ')
    expect(['main', 'sleeper', 'init'].map(rowOf)).toEqual([
      '*           0      0      0  7    0x100200                main',
      '            0      0      0  3    0x100200  fourteen cha  sleeper',
      '            0      1      0  3           0  wait          init',
    ])
    expect(lines.at(-1)).toMatch(/^ {5}0 {5}-1 {6}0 {6}0 {2}3 {7}0x200 {2}scheduler {5}swapper$/)
    expect(lines).toHaveLength(shownByPs)
  })

  it('without -k it shows no kernel threads', () => {
    const k = createKernel()
    valueOf(k.boot())
    expect(k.ps({ k: false }).map(({ comm }) => comm)).toEqual(['init'])
  })

  it('first letters: R, D, S, I after 20 s, T', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const sleeper = yield* spawn(k, 'sleeper', function* () {
        yield* k.tsleep('x', k.PWAIT | k.PCATCH, 'longname', 0)
      })
      yield* spawn(k, 'disk', function* () {
        yield* k.tsleep('y', k.PRIBIO, 'biowait', 0)
      })
      const letters = () => ['main', 'sleeper', 'disk'].map((comm) => entry(k, comm)?.stat)
      const seen = [letters()]
      for (const ticks of [50, 1900, 50, 50]) {
        yield* pause(k, ticks)
        seen.push(letters())
      }
      yield* k.psignal(sleeper, k.SIGSTOP)
      seen.push(letters())
      return [seen, entry(k, 'sleeper')?.wchan, entry(k, 'disk')?.wchan, entry(k, 'main')?.wchan]
    })
    const [seen, ...wchans] = valueOf(outcome)
    expect(seen).toEqual([
      ['RK', 'RK', 'RK'],
      ['RK', 'SK', 'DK'],
      ['RK', 'SK', 'DK'],
      ['RK', 'IK', 'DK'],
      ['RK', 'IK', 'DK'],
      ['RK', 'TK', 'DK'],
    ])
    // Seven characters, and a dash for who does not sleep; a stopped sleeper is on its channel still.
    expect(wchans).toEqual(['longnam', 'biowait', '-'])
  })

  it('a dead kernel thread is a question mark until the reaper has run, and exiting', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      yield* spawn(k, 'dying', function* () {
        yield* k.tsleep('a', k.PWAIT, 'a', 2)
        yield* k.wakeup('main')
      })
      // It comes before the reaper, which runs at PVM.
      yield* k.tsleep('main', k.PSWP, 'main', 0)
      const dead = entry(k, 'dying')?.stat
      yield* k.settle()
      return [dead, entry(k, 'dying')]
    })
    expect(valueOf(outcome)).toEqual(['?EK', undefined])
  })

  it('suffixes of user processes: s for a session leader, V for who keeps its parent waiting, Z, N and <', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const process = k.process({ name: 'leader', uid: 1000 }, function* () {
        yield* k.fork(function* () {})
        yield* k.vfork(function* () {
          yield* k.nanosleep(100 * MS)
        })
        yield* k.nanosleep(1000 * MS)
      })!
      yield* pause(k, 3)
      const stats = () =>
        k.ps({ k: false }).map(({ pid, comm, stat }) => `${pid === process.pid ? 'own' : comm} ${stat}`)
      const during = stats()
      yield* pause(k, 20)
      const after = stats()
      process.ps_nice = 30
      const nice = stats()[0]
      process.ps_nice = 10
      return [during, after, nice, stats()[0], k.ps().find(({ pid }) => pid === process.pid)?.nice]
    })
    expect(valueOf(outcome)).toEqual([
      ['leader SV', 'own Ds', 'init Ss', 'leader Z'],
      ['own Ss', 'init Ss', 'leader Z', 'leader Z'],
      'own SNs',
      'own S<s',
      -10,
    ])
  })

  it('on several CPUs what runs or could run says where', () => {
    const k = createKernel({ ncpu: 2 })
    const outcome = k.boot(function* () {
      yield* pause(k, 1)
      return [k.curcpu().index, entry(k, 'main')?.stat, entry(k, 'reaper')?.stat]
    })
    const [cpu, main, reaper] = valueOf(outcome)
    expect(main).toBe(`RK/${cpu as number}`)
    expect(reaper).toBe('DK')
  })

  it('names: in parentheses without arguments, 16 characters; nothing resident for the system', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      yield* k.kthread_create(() => pause(k, 9), null, null, '%s%d', 'abcdefghijklmno', 1234)
      k.process({ name: 'a-program-with-a-long-name', uid: 7 }, function* () {
        yield* k.nanosleep(100 * MS)
      })
      return k
        .ps()
        .slice(0, 2)
        .map(({ comm, command, rssize, uid, ppid }) => [comm, command, rssize, uid, ppid])
    })
    expect(valueOf(outcome)).toEqual([
      ['a-program-with-a', '(a-program-with-a)', 16, 7, 1],
      ['abcdefghijklmno1', '(abcdefghijklmno1)', 0, 0, 0],
    ])
  })

  it('what was made last is listed first', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      for (const name of ['a', 'b', 'c']) {
        k.process({ name }, function* () {
          yield* k.nanosleep(1000 * MS)
        })
      }
      return k.ps().map(({ comm }) => comm)
    })
    expect(valueOf(outcome).slice(0, 4)).toEqual(['c', 'b', 'a', 'main'])
  })
})

describe.each(releases)('sysctl kern.proc on OpenBSD $release', ({ createKernel }) => {
  it('filters: only ALL hides kernel threads, and TTY finds nobody', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const process = k.process({ name: 'prog', uid: 1000 }, function* () {
        yield* k.fork(function* () {
          yield* k.nanosleep(1000 * MS)
        })
        yield* k.nanosleep(1000 * MS)
      })!
      yield* pause(k, 1)
      const names = (op: number, arg?: number) => k.kern_proc(op, arg).map(({ comm }) => comm)
      const everybody = names(k.KERN_PROC_KTHREAD)
      return {
        all: names(k.KERN_PROC_ALL),
        hidden: everybody.length - names(k.KERN_PROC_ALL).length,
        total: everybody.length === k.sysctl('kern.nprocs'),
        pid: names(k.KERN_PROC_PID, process.pid),
        kernelPid: names(k.KERN_PROC_PID, k.curproc.p_pid),
        nobody: names(k.KERN_PROC_PID, 31_999),
        pgrp: names(k.KERN_PROC_PGRP, process.pid),
        pgrp0: names(k.KERN_PROC_PGRP, 0).includes('reaper'),
        session: names(k.KERN_PROC_SESSION, process.pid),
        uid: names(k.KERN_PROC_UID, 1000),
        uid0: names(k.KERN_PROC_UID, 0).length,
        ruid0: names(k.KERN_PROC_RUID, 0).includes('main'),
        tty: names(k.KERN_PROC_TTY, 0),
      }
    })
    expect(valueOf(outcome)).toEqual({
      all: ['prog', 'prog', 'init'],
      // Eight of boot's, main and process 0.
      hidden: 10,
      total: true,
      pid: ['prog'],
      kernelPid: ['main'],
      nobody: [],
      pgrp: ['prog', 'prog'],
      pgrp0: true,
      session: ['prog', 'prog'],
      uid: ['prog', 'prog'],
      uid0: 11,
      ruid0: true,
      tty: [],
    })
  })

  it('the effective user is not the real one', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const process = k.process({ name: 'prog', uid: 1000 }, function* () {
        yield* k.nanosleep(1000 * MS)
      })!
      process.credentials = { realUid: 1000, effectiveUid: 77 }
      const count = (op: number, arg: number) => k.kern_proc(op, arg).length
      const seen = [
        count(k.KERN_PROC_UID, 77),
        count(k.KERN_PROC_UID, 1000),
        count(k.KERN_PROC_RUID, 77),
        count(k.KERN_PROC_RUID, 1000),
      ]
      process.credentials = { realUid: 1000, effectiveUid: 1000 }
      return seen
    })
    expect(valueOf(outcome)).toEqual([1, 0, 0, 1])
  })

  it('there is no filter 8', () => {
    expect(() => createKernel().kern_proc(8)).toThrow(RangeError)
  })
})

describe('threads in views of OpenBSD 5.1', () => {
  it('each is an entry with the process’s id and its own number above 1000000; ps shows them with -H', () => {
    const k = ob51.createKernel()
    const seen: number[] = []
    function* asleep(): Steps<void> {
      yield* k.nanosleep(1000 * MS)
    }
    const outcome = k.boot(function* () {
      k.sysctl('kern.rthreads', 1)
      const process = k.process({ name: 'prog', uid: 1000 }, function* () {
        for (let n = 0; n < 2; n++) {
          const { end } = yield* k.mmap(65_536)
          const params = { tf_tcb: null, tf_tid: null, tf_flags: 0 }
          seen.push(yield* k.__tfork_thread(params, end, asleep, null))
        }
        yield* k.nanosleep(1000 * MS)
      })!
      yield* pause(k, 1)
      const rows = (options: ob51.PsOptions) => k.ps(options).map(({ pid, tid, comm }) => [pid, tid, comm])
      return {
        process: process.pid,
        withH: rows({ k: false, H: true }).slice(0, 3),
        withoutH: rows({ k: false, H: false }),
        pid: k.kern_proc(k.KERN_PROC_PID, process.pid).length,
      }
    })
    const { process, ...rest } = valueOf(outcome)
    const own = [process, process + 1_000_000, 'prog']
    expect(rest).toEqual({
      withH: [[process, seen[1], 'prog'], [process, seen[0], 'prog'], own],
      withoutH: [own, [1, 1_000_001, 'init']],
      pid: 3,
    })
  })
})

describe.each(releases)('other views of OpenBSD $release', ({ createKernel }) => {
  it('cpus() tells what runs, how much waits, and the level; an interrupt too', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      yield* pause(k, 1)
      yield* spawn(k, 'a', () => pause(k, 1))
      yield* spawn(k, 'b', () => pause(k, 1))
      const seen: unknown[] = [k.cpus()]
      k.interrupt(
        function* () {
          seen.push(k.cpus())
        },
        { name: 'em0', ipl: k.IPL_NET, afterNs: MS },
      )
      yield* k.work(2 * MS)
      return seen
    })
    expect(valueOf(outcome)).toEqual([
      [{ index: 0, running: 'main', queued: 2, ipl: 0 }],
      [{ index: 0, running: 'em0', queued: 2, ipl: k.IPL_NET }],
    ])
  })

  it('isSwappable: no kernel threads, and nobody who exits', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const process = k.process({ name: 'prog' }, function* () {
        yield* k.nanosleep(50 * MS)
      })!
      yield* pause(k, 1)
      const p = process.ps_mainproc!
      const before = [k.isSwappable(p), k.isSwappable(k.curproc), k.isSwappable(k.proc0), k.isSwappable(k.initproc!)]
      yield* pause(k, 10)
      return [...before, k.isSwappable(p)]
    })
    expect(valueOf(outcome)).toEqual([true, false, false, true, false])
  })

  it('pfind and allproc know the living only', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const p = yield* spawn(k, 'a', () => pause(k, 1))
      const alive = [k.pfind(p.p_pid) === p, k.allproc[0] === p, k.pfind(0) === k.proc0, k.pfind(1) === k.initproc]
      yield* pause(k, 3)
      return [...alive, k.pfind(p.p_pid), k.allproc.includes(p)]
    })
    expect(valueOf(outcome)).toEqual([true, true, true, true, null, false])
  })

  it('counters: forkstat by kind, with pages of user processes only; uvmexp counts forks and shared memory', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const before = [k.forkstat, k.uvmexp] as const
      yield* spawn(k, 'a', () => pause(k, 1))
      yield* spawn(k, 'b', () => pause(k, 1))
      k.process({ name: 'prog' }, function* () {
        yield* k.fork(function* () {})
        yield* k.vfork(function* () {})
        yield* k.rfork(k.RFPROC | k.RFFDG, function* () {})
        yield* k.rfork(k.RFPROC | k.RFFDG | k.RFMEM, function* () {})
      })
      yield* pause(k, 3)
      return [k.forkstat.map((n, at) => n - before[0][at]!), k.uvmexp.forks - before[1].forks, k.uvmexp.forks_sharevm - before[1].forks_sharevm] // prettier-ignore
    })
    // fork: that of the process itself, and its own. Memory is shared by two kernel threads and RFMEM, not by vfork.
    expect(valueOf(outcome)).toEqual([[2, 1, 2, 2, 32, 16, 32, 0], 7, 3])
  })

  it('uvmexp.swtch counts switches', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const before = k.uvmexp.swtch
      yield* pause(k, 1)
      const slept = k.uvmexp.swtch - before
      yield* k.work(MS)
      return [slept, k.uvmexp.swtch - before]
    })
    const [slept, worked] = valueOf(outcome)
    // From main to whoever was waiting, to nobody and back; work switches nothing.
    expect(slept).toBeGreaterThanOrEqual(2)
    expect(worked).toBe(slept)
  })
})
