import { describe, expect, it } from 'vitest'
import { type kinfo_proc, type Kernel, type Proc, type Steps } from '../../src/releases/8.0.js'
import { SLOCK, SRUN, SSLEEP, SSTOP, SWAIT, SZOMB } from '../../src/views.js'
import { pause, spawn, spawnIn } from './runs.js'
import { everyState, seen } from './scene.js'

function entry(k: Kernel, name: string): kinfo_proc {
  const found = k.kinfo_proc().find(({ ki_ocomm, ki_comm }) => ki_ocomm === name || ki_comm === name)
  if (found === undefined) throw new Error(`there is no thread ${name}`)
  return found
}

describe('kinfo_proc', () => {
  it('the state of each thread', () => {
    const states = seen(function* (k) {
      const names = ['main', 'queued', 'never started', 'interruptible', 'deaf', 'blocked', 'swi4: clock', 'idle: cpu0']
      return yield* everyState(k, () => names.map((name) => entry(k, name).ki_stat))
    })
    expect(states).toEqual([SRUN, SRUN, SRUN, SSLEEP, SSLEEP, SLOCK, SWAIT, SRUN])
  })

  it('their numbers', () => {
    expect([SRUN, SSLEEP, SSTOP, SZOMB, SWAIT, SLOCK]).toEqual([2, 3, 4, 5, 6, 7])
  })

  it('threads of a process that is being ended are stopped, unless they run', () => {
    const states = seen(function* (k) {
      const procp = k.ref<Proc>()
      const ends = function* (): Steps<void> {
        yield* k.tsleep('end', 0, 'end', 0)
        yield* k.kproc_exit(0)
      }
      yield* k.kproc_create(ends, null, procp, 0, 0, 'family')
      const p = procp.value!
      yield* spawnIn(k, p, 'sleeper', () => k.tsleep('other', 0, 'other', 0))
      yield* pause(k, 1)
      const before = entry(k, 'sleeper').ki_stat
      yield* k.wakeup('end')
      yield* pause(k, 1)
      const during = p.p_threads.map((td) => entry(k, td.td_name).ki_stat)
      yield* k.wakeup('other')
      yield* k.pause('parent waits', 1)
      return [before, during]
    })
    expect(states).toEqual([SSLEEP, [SSTOP, SSTOP]])
  })

  it('a zombie is one', () => {
    const states = seen(function* (k) {
      const body = function* (): Steps<void> {
        yield* k.kproc_exit(0)
      }
      yield* k.kproc_create(body, null, k.ref(), 0, 0, 'short')
      // At the last moment before init looks: it is queued behind main, which does not sleep again.
      yield* k.sched_relinquish()
      return entry(k, 'short').ki_stat
    })
    expect(states).toBe(SZOMB)
  })

  it('wait message and lock name have 8 characters, the thread’s name 16, that of the process 19', () => {
    const rows = seen(function* (k) {
      const procp = k.ref<Proc>()
      const body = function* (): Steps<void> {
        yield* pause(k, 100)
        yield* k.kproc_exit(0)
      }
      yield* k.kproc_create(body, null, procp, 0, 0, '0123456789abcdefghijklmn')
      const long = k.kinfo_proc().find(({ ki_pid }) => ki_pid === procp.value!.p_pid)!
      const texts = yield* everyState(k, () =>
        ['interruptible', 'blocked', 'main'].map((name) => {
          const { ki_wmesg, ki_lockname } = entry(k, name)
          return [ki_wmesg, ki_lockname]
        }),
      )
      return [texts, long.ki_comm, long.ki_ocomm, procp.value!.newest!.td_name]
    })
    expect(rows).toEqual([
      [
        ['a long m', ''],
        ['', 'a long l'],
        ['', ''],
      ],
      '0123456789abcdefghi',
      '0123456789abcdef',
      '0123456789abcdefghi',
    ])
  })

  it('priorities, class, numbers, CPUs', () => {
    const row = seen(function* (k) {
      const td = yield* spawn(k, 'deaf', () => k.tsleep('x', 0, 'deaf', 0))
      yield* k.sched_prio(td, 100)
      yield* k.sched_user_prio(td, 140)
      yield* pause(k, 1)
      const { ki_pri, ki_tid, ki_pid, ki_ppid, ki_numthreads, ki_lastcpu, ki_oncpu, ki_nice } = entry(k, 'deaf')
      const level = [ki_pri.pri_level, ki_pri.pri_native, ki_pri.pri_class]
      return [level, ki_tid === td.td_tid, ki_pid, ki_ppid, ki_numthreads, ki_lastcpu, ki_oncpu, ki_nice, k.NOCPU]
    })
    expect(row).toEqual([[100, 100, 3], true, 0, 0, 3, 0, 0xff, 0, 0xff])
  })

  it('seconds asleep', () => {
    const times = seen(function* (k) {
      yield* spawn(k, 'deaf', () => k.tsleep('x', 0, 'deaf', 0))
      yield* pause(k, 999)
      const first = entry(k, 'deaf').ki_slptime
      yield* pause(k, 4500)
      return [first, entry(k, 'deaf').ki_slptime, entry(k, 'main').ki_slptime]
    })
    expect(times).toEqual([1, 5, 0])
  })

  it('processes in order of creation, the newest thread of each first', () => {
    const order = seen(function* (k) {
      yield* spawn(k, 'one', () => k.pause('x', 5))
      yield* spawn(k, 'two', () => k.pause('x', 5))
      return k.kinfo_proc().map(({ ki_ocomm }) => ki_ocomm)
    })
    expect(order).toEqual(['two', 'one', 'main', 'swapper', 'init', 'idle: cpu0', 'swi4: clock'])
  })
})

describe('ps', () => {
  it('a line for each thread: PRI from 84 on, letters, kernel processes in brackets', () => {
    const text = seen(function* (k) {
      return yield* everyState(k, () => {
        k.process({ name: 'prog', nice: 5 }, () => pause(k, 5))
        return k.psText()
      })
    })
    expect(text.split('\n')).toEqual([
      '  PID    TID  PPID PRI NI MWCHAN   STAT C COMMAND',
      '    0 100009     0 -16  0 -        RL   0 [kernel/never started]',
      '    0 100008     0  16  0 -        RL   0 [kernel/queued]',
      '    0 100007     0 -24  0 *a long l LL   0 [kernel/blocked]',
      '    0 100006     0 -16  0 deaf     DL   0 [kernel/deaf]',
      '    0 100005     0 -16  0 a long m SL   0 [kernel/interruptible]',
      '    0 100004     0 -24  0 -        RL   0 [kernel/main]',
      '    0 100000     0 -16  0 sched    DL   0 [kernel/swapper]',
      '    1 100001     0 -16  0 wait     SL   0 [init]',
      '   10 100002     0 171  0 -        RL   0 [idle]',
      '   11 100003     0 -32  0 -        WL   0 [intr]',
      '    2 100010     1 101  5 -        Rs   0 prog',
    ])
  })

  it('who sleeps interruptibly for more than 20 seconds is idle', () => {
    const states = seen(function* (k) {
      yield* spawn(k, 'interruptible', () => k.tsleep('x', k.PCATCH, 'x', 0))
      yield* spawn(k, 'deaf', () => k.tsleep('x', 0, 'x', 0))
      const letters = () => ['interruptible', 'deaf'].map((name) => statOf(k, name))
      yield* pause(k, 20_000)
      const before = letters()
      yield* pause(k, 1_500)
      return [before, letters()]
    })
    expect(states).toEqual([
      ['SL', 'DL'],
      ['IL', 'DL'],
    ])
  })

  it('a parked thread shows at 20 under SCHED_4BSD, as ktsusp', () => {
    const line = seen(
      function* (k) {
        const td = yield* spawn(k, 'target', function* () {
          yield* pause(k, 2)
          yield* k.kthread_suspend_check(k.curthread)
        })
        yield* k.kthread_suspend(td, 100)
        return lineOf(k, 'target').trim().split(/ +/).slice(3, 7)
      },
      { scheduler: '4bsd' },
    )
    expect(line).toEqual(['20', '0', 'ktsusp', 'DL'])
  })
})

function lineOf(k: Kernel, name: string): string {
  return k
    .psText()
    .split('\n')
    .find((line) => line.includes(`/${name}]`))!
}

function statOf(k: Kernel, name: string): string {
  return lineOf(k, name).trim().split(/ +/)[6]!
}

describe('procstat', () => {
  it('a line for each thread', () => {
    const text = seen(function* (k) {
      return yield* everyState(k, () => k.procstatText())
    })
    expect(text.split('\n')).toEqual([
      '  PID    TID COMM             TDNAME           CPU  PRI STATE   WCHAN',
      '    0 100009 kernel           never started      0   68 run     -',
      '    0 100008 kernel           queued             0  100 run     -',
      '    0 100007 kernel           blocked            0   60 lock    *a long l',
      '    0 100006 kernel           deaf               0   68 sleep   deaf',
      '    0 100005 kernel           interruptible      0   68 sleep   a long m',
      '    0 100004 kernel           main               0   60 run     -',
      '    0 100000 kernel           swapper            0   68 sleep   sched',
      '    1 100001 init             init               0   68 sleep   wait',
      '   10 100002 idle             idle: cpu0         0  255 run     -',
      '   11 100003 intr             swi4: clock        0   52 wait    -',
    ])
  })
})

describe('cpus', () => {
  it('what each runs, and how many wait', () => {
    const view = seen(
      function* (k) {
        yield* k.sched_bind(k.curthread, 1)
        yield* spawn(k, 'other', function* () {
          yield* k.sched_bind(k.curthread, 1)
        })
        yield* pause(k, 1)
        yield* k.work(1000)
        return k.cpus()
      },
      { ncpu: 2 },
    )
    expect(view).toEqual([
      { index: 0, running: null, queued: 0 },
      { index: 1, running: 'main', queued: 0 },
    ])
  })
})
