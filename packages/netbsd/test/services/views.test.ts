import { describe, expect, it } from 'vitest'
import type { NetbsdKernel } from '../../src/kernel.js'
import { MS, panicOf, releases, spawn, valueOf } from './releases.js'

const EINVAL = 22

describe.each(releases)('views and console of NetBSD $release', (driver) => {
  const { createKernel } = driver
  const [lidOfLwp0, firstLid] = driver.lids

  it('LIDs: lwp0, then the threads of the boot CPU in order', () => {
    const k = createKernel()
    valueOf(k.boot())
    const lids = Object.fromEntries(k.proc0.lwps.map((lwp) => [lwp.l_name, lwp.l_lid]))
    expect(k.lwp0.l_lid).toBe(lidOfLwp0)
    expect(['idle/0', 'softnet/0', 'softbio/0', 'softclk/0', 'softser/0', 'xcall/0'].map((name) => lids[name])).toEqual(
      [0, 1, 2, 3, 4, 5].map((n) => firstLid + n),
    )
  })

  it('a user process numbers its own LWPs in 6, and takes its PID from the same table in 10', () => {
    const k = createKernel()
    valueOf(k.boot())
    const process = () => k.process({ name: 'sh' }, () => sleepFor(k))
    const [a, b] = [process(), process()]
    const ids = [a, b].map((proc) => [proc.pid, proc.lwps[0]!.l_lid])
    const newest = Math.max(...k.proc0.lwps.map((lwp) => lwp.l_lid))
    if (driver.release === '6') {
      expect(ids).toEqual([
        [2, 1],
        [3, 1],
      ])
    } else {
      expect(a.pid).toBeGreaterThan(newest)
      expect(ids).toEqual([
        [a.pid, a.pid],
        [a.pid + 1, a.pid + 1],
      ])
    }
  })

  it('ps shows each LWP with both priorities, its wait message in 8 characters, and [system] for process 0', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const lwp = yield* spawn(
        k,
        'sleeper',
        function* () {
          yield* k.kpause('averylongmessage', false, 5, null)
        },
        { pri: 101 },
      )
      const nameless = k.ref<typeof lwp>()
      yield* spawn(k, 'runner', function* () {})
      yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_IDLE, null, sleepFor as never, k, nameless, 'parked')
      const find = (name: string) => k.ps().find((entry) => entry.lname === name)
      const states = [find('runner')?.lstate, find('parked')?.lstate, find('main')?.lstate, find('main')?.cpu]
      yield* k.kpause('x', false, 1, null)
      const entry = find('sleeper')!
      return { states, entry, lid: lwp.l_lid, nlwp: k.proc0.p_nlwps, zombie: find('(zombie)')?.lstate }
    })
    const { states, entry, lid, nlwp, zombie } = valueOf(outcome)
    expect(states).toEqual(['run', 'idl', 'onproc', 0])
    expect(entry).toEqual({
      pid: 0,
      lid,
      nlwp,
      pri: 101,
      usrpri: 101,
      nice: 0,
      wchan: 'averylon',
      lstate: 'sleep',
      cpu: 0,
      lname: 'sleeper',
      command: '[system]',
    })
    expect(zombie).toBe('zomb')
  })

  it('LWP lists are newest first', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      for (const name of ['first', 'second']) yield* spawn(k, name, () => sleepFor(k))
      return k.ps().map((entry) => entry.lname)
    })
    const names = valueOf(outcome)
    expect(names.slice(0, 3)).toEqual(['second', 'first', 'main'])
    expect(names.indexOf('idle/0')).toBeGreaterThan(names.indexOf('softnet/0'))
  })

  it('psText has a line for each, in columns', () => {
    const k = createKernel()
    valueOf(k.boot())
    const lines = k.psText().split('\n')
    expect(lines[0]).toBe('  PID   LID NLWP PRI  NI WCHAN    LSTATE  CPU NAME')
    expect(lines.length).toBe(k.ps().length + 1)
    const xcall = lines.find((line) => line.endsWith('xcall/0'))
    const nlwp = String(k.proc0.p_nlwps).padStart(4)
    expect(xcall).toBe(`    0 ${String(firstLid + 5).padStart(5)} ${nlwp} 127   0 xcall    sleep     0 xcall/0`)
  })

  it('the debugger’s view marks what runs, shows 200 for a sleeping kernel thread, and the process of a nameless one', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      yield* spawn(k, 'sleeper', () => sleepFor(k))
      yield* k.kpause('x', false, 1, null)
      return k.ddbPs().split('\n')
    })
    const lines = valueOf(outcome)
    expect(lines[0]).toMatch(/^PID +LID S CPU +FLAGS +STRUCT LWP \* NAME +WAIT$/)
    const fields = (name: string) =>
      lines
        .find((line) => line.includes(` ${name} `) || line.endsWith(` ${name}`))
        ?.split(/\s+/)
        .filter((word) => word !== '')
    const sleeper = fields('sleeper')!
    expect([sleeper[0], ...sleeper.slice(2, 5), ...sleeper.slice(6)]).toEqual(['0', '3', '0', '200', 'sleeper', 'long'])
    expect(fields('main')?.[1]).toMatch(/^>/)
    const swapper = fields('swapper')!
    expect(swapper.slice(-2)).toEqual(['swapper', 'uvm'])
    expect(swapper[1]).toBe(String(lidOfLwp0))
  })

  it('a dead thread is (zombie) in every view until it is collected, and keeps its name in the trace', () => {
    const k = createKernel({ trace: true })
    const outcome = k.boot(function* () {
      const lwp = yield* spawn(k, 'mortal', function* () {})
      yield* k.kpause('x', false, 1, null)
      const seen = [lwp.l_name, lwp.l_stat === k.LSZOMB, k.ddbPs().includes('(zombie)'), k.ddbPs().includes('mortal')]
      const before = k.proc0.p_nlwps
      yield* spawn(k, 'next', () => sleepFor(k))
      return [...seen, k.proc0.p_nlwps - before, k.proc0.lwps.includes(lwp)]
    })
    expect(valueOf(outcome)).toEqual(['(zombie)', true, true, false, 0, false])
    const exits = [...k.trace!.events()].filter((event) => event.kind === 'exit').map((event) => event.name)
    expect(exits).toContain('mortal')
    expect(exits).not.toContain('(zombie)')
  })

  it('limits: their defaults, what can be stored, and what a process starts with', () => {
    const k = createKernel()
    expect(k.sysctl('kern.maxproc')).toBe(1044)
    expect(k.sysctl('kern.maxlwp')).toBe(driver.release === '6' ? 2048 : 4096)
    expect(k.sysctl('proc.0.rlimit.maxproc.soft')).toBe(160)
    expect(k.sysctl('proc.0.rlimit.maxproc.hard')).toBe(1044)
    expect(k.sysctl('proc.0.rlimit.maxlwp.soft')).toBe(160)
    expect(k.sysctl('proc.0.rlimit.maxlwp.hard')).toBe(driver.release === '6' ? 2048 : 4096)
    expect([-1, 1.5, 30_000, Number.NaN].map((value) => k.sysctl('kern.maxproc', value))).toEqual([22, 22, 22, 22])
    expect([0, 29_999].map((value) => k.sysctl('kern.maxproc', value))).toEqual([0, 0])
    expect(k.sysctl('kern.maxproc')).toBe(29_999)
    expect([65_536, 65_535].map((value) => k.sysctl('kern.maxlwp', value))).toEqual([EINVAL, 0])
    valueOf(k.boot())
    const proc = k.process({ name: 'sh', uid: 5, nprocSoft: 7 }, () => sleepFor(k))
    expect(k.sysctl(`proc.${proc.pid}.rlimit.maxproc.soft`)).toBe(7)
    expect(k.sysctl(`proc.${proc.pid}.rlimit.maxproc.soft`, 9)).toBe(0)
    expect(proc.limits['RLIMIT_NPROC']?.soft).toBe(9)
    expect(k.sysctl('proc.0.rlimit.maxproc.soft')).toBe(160)
  })

  it('nodes that only one release has, and names there are not', () => {
    const k = createKernel()
    if (driver.release === '6') {
      expect(k.sysctl('kern.sched.upreempt_pri')).toBe(0)
      expect(() => k.sysctl('kern.sched.skim_interval')).toThrow('there is no sysctl node')
    } else {
      expect(k.sysctl('kern.sched.skim_interval')).toBe(10)
      expect(() => k.sysctl('kern.sched.upreempt_pri')).toThrow('there is no sysctl node')
    }
    expect(k.sysctl('kern.sched.min_catch')).toBe(1)
    expect(k.sysctl('kern.sched.timesoftints')).toBe(0)
    expect(() => k.sysctl('toString')).toThrow('there is no sysctl node')
    expect(() => k.sysctl('kern.maxprocs', 1)).toThrow('there is no sysctl node')
  })

  it('the exit warning names the thread, its LID and the code, before it waits for its joiner', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const newlp = k.ref<ReturnType<typeof k.proc0.lwps.at>>()
      function* func() {
        yield* k.kthread_exit(-7)
      }
      yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MUSTJOIN, null, func, 'arg', newlp as never, 'w/%d', 3)
      yield* k.kpause('x', false, 1, null)
      const lwp = newlp.value!
      const early = [lwp.l_wmesg, k.console.at(-1) === `WARNING: kthread \`w/3' (${lwp.l_lid}) exits with status -7`]
      yield* k.kthread_join(lwp)
      return [...early, k.console.filter((line) => line.startsWith('WARNING: kthread')).length]
    })
    expect(valueOf(outcome)).toEqual(['kthrwait', true, 1])
  })

  it('a panic is the last line of the console, as the release prints it', () => {
    const k = createKernel()
    const message = panicOf(
      k.boot(function* () {
        yield* k.setrunnable(k.curlwp)
      }),
    )
    expect(message).toMatch(/^setrunnable: lwp 0x[0-9a-f]+ state was 7$/)
    expect(k.console.at(-1)).toBe(`panic: ${message}`)
    const assertion = createKernel()
    const failed = panicOf(
      assertion.boot(function* () {
        yield* assertion.kpause('x', false, 0, null)
      }),
    )
    expect(failed).toMatch(/^kernel diagnostic assertion "timo != 0 \|\| intr" failed/)
  })

  it('k.cpus and k.locks tell what runs and who holds what', () => {
    const k = createKernel({ ncpu: 2 })
    const mtx = k.mutex('m')
    const outcome = k.boot(function* () {
      yield* k.mutex_enter(mtx)
      yield* k.KERNEL_LOCK(1, null)
      yield* spawn(k, 'queued', function* () {}, { ci: k.curcpu() })
      const here = k.cpus()[k.curcpu().index]!
      const locks = k.locks().map(({ name, owner, waiters }) => [name, owner?.split(' ')[0], waiters.length])
      yield* k.KERNEL_UNLOCK_ONE(null)
      yield* k.mutex_exit(mtx)
      return [here.running, here.queued >= 1, here.ipl, locks]
    })
    expect(valueOf(outcome)).toEqual([
      'main',
      true,
      0,
      [
        ['m', 'main', 0],
        ['kernel_lock', 'main', 0],
      ],
    ])
    expect(k.locks()).toEqual([])
  })

  it('two runs of the same scenario have the same trace, and a mark makes another', () => {
    const run = (text: string) => {
      const k = createKernel({ ncpu: 2, trace: true })
      valueOf(
        k.boot(function* () {
          yield* spawn(k, 'a', function* () {
            yield* k.work(MS)
          })
          k.mark(text)
          yield* k.kpause('x', false, 3, null)
        }),
      )
      return k.trace!.hash()
    }
    expect(run('one')).toBe(run('one'))
    expect(run('one')).not.toBe(run('two'))
  })
})

function* sleepFor(k: NetbsdKernel) {
  yield* k.kpause('long', false, 1000, null)
  yield* k.kthread_exit(0)
}
