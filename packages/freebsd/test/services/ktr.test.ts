import { describe, expect, it } from 'vitest'
import {
  Callout,
  createKernel,
  type FreebsdOptions,
  type Kernel,
  type Proc,
  type Steps,
  type Td,
} from '../../src/releases/8.0.js'
import { MS, pause, spawn, valueOf } from './runs.js'

const SCHED = 0x2000_0000
const EVH = 0x2_0000
const CALLOUT = 0x200_0000

/** Texts recorded while a part of main ran. */
function recorded(part: (k: Kernel) => Steps<void>, options: FreebsdOptions = {}): string[] {
  const k = createKernel({ daemons: 'none', ...options })
  const outcome = k.boot(function* () {
    yield* pause(k, 1)
    k.sysctl('debug.ktr.mask', SCHED)
    yield* part(k)
    k.sysctl('debug.ktr.mask', 0)
  })
  valueOf(outcome)
  return k.ktr.map(({ text }) => text)
}

const MAIN = 'main tid 100004'
const NEW = 'new tid 100005'
const thread = (id: string, rest: string) => `KTRGRAPH group:"thread", id:"${id}", ${rest}`
const load = (count: number) => `KTRGRAPH group:"load", id:"CPU 0 load", counter:${count}, attributes: none`

describe('records of the scheduler', () => {
  it('queued, woken, switched and gone, word for word', () => {
    const seen = recorded(function* (k) {
      const body = function* (): Steps<void> {
        yield* k.kthread_exit()
      }
      yield* k.kthread_add(body, null, null, null, 0, 0, 'new')
      yield* k.tsleep('chan', 0, 'message', 1)
    })
    expect(seen).toEqual([
      thread(NEW, `state:"runq add", attributes: prio:68, linkedto:"${MAIN}"`),
      thread(MAIN, `point:"wokeup", attributes: linkedto:"${NEW}"`),
      thread(MAIN, 'state:"sleep", attributes: prio:68, wmesg:"message", lockname:"(null)"'),
      thread(NEW, 'state:"running", attributes: prio:68'),
      load(1),
      thread(NEW, 'state:"thread exit", attributes: prio:td'),
      thread('idle: cpu0 tid 100002', 'state:"running", attributes: prio:255'),
      load(0),
      thread(MAIN, 'state:"runq add", attributes: prio:68, linkedto:"idle: cpu0 tid 100002"'),
      thread('idle: cpu0 tid 100002', `point:"wokeup", attributes: linkedto:"${MAIN}"`),
      thread('idle: cpu0 tid 100002', 'state:"idle", attributes: prio:255'),
      thread(MAIN, 'state:"running", attributes: prio:68'),
      load(1),
    ])
  })

  it('why a thread left its CPU: it sleeps, is blocked, waits for an interrupt, or yields', () => {
    const seen = recorded(function* (k) {
      const m = k.mtx('a lock')
      yield* k.mtx_lock(m)
      yield* spawn(
        k,
        'blocks',
        function* () {
          yield* k.mtx_lock(m)
          yield* k.mtx_unlock(m)
        },
        20,
      )
      yield* k.mtx_unlock(m)
      yield* spawn(k, 'equal', function* () {})
      yield* k.sched_relinquish()
      yield* pause(k, 1)
    })
    const left = seen.filter((text) => /state:"(?!runq|running|idle|thread)/.test(text))
    expect(left.map((text) => text.replace('KTRGRAPH group:"thread", id:', ''))).toEqual([
      '"main tid 100004", state:"yielding", attributes: prio:68, wmesg:"(null)", lockname:"(null)"',
      '"blocks tid 100005", state:"blocked", attributes: prio:20, wmesg:"(null)", lockname:"a lock"',
      // Preempted where the loan ends; and after a loan a thread of time-sharing has its user priority.
      '"main tid 100004", state:"yielding", attributes: prio:128, wmesg:"(null)", lockname:"(null)"',
      '"main tid 100004", state:"yielding", attributes: prio:128, wmesg:"(null)", lockname:"(null)"',
      '"main tid 100004", state:"sleep", attributes: prio:128, wmesg:"pause", lockname:"(null)"',
    ])
  })

  it('an interrupt thread that is done waits for the next', () => {
    const seen = recorded(function* (k) {
      const c = new Callout()
      yield* k.callout_init(c, k.CALLOUT_MPSAFE)
      yield* k.callout_reset(c, 1, function* () {}, null)
      yield* k.work(5 * MS)
    })
    expect(seen.filter((text) => text.includes('id:"swi4: clock tid 100003"'))).toEqual([
      thread('swi4: clock tid 100003', `state:"runq add", attributes: prio:52, linkedto:"${MAIN}"`),
      thread('swi4: clock tid 100003', 'state:"running", attributes: prio:52'),
      thread('swi4: clock tid 100003', 'state:"iwait", attributes: prio:52, wmesg:"(null)", lockname:"(null)"'),
    ])
  })

  it.each([
    ['ule', 'prio'],
    ['4bsd', 'priority change'],
  ] as const)('a change of priority, %s', (scheduler, point) => {
    const k = createKernel({ daemons: 'none', scheduler, ktrMask: SCHED })
    const outcome = k.boot(function* () {
      const td = k.ref<Td>()
      yield* k.kthread_add(function* () {}, null, null, td, k.RFSTOPPED, 0, 'new')
      yield* k.sched_prio(td.value!, 80)
      yield* k.sched_prio(td.value!, 80)
      return [`new tid ${td.value!.td_tid}`, `main tid ${k.curthread.td_tid}`]
    })
    const [id, main] = valueOf(outcome)
    expect(k.ktr.map(({ text }) => text).filter((text) => text.includes(`id:"${id}", point`))).toEqual([
      thread(id!, `point:"${point}", attributes: prio:68, new prio:80, linkedto:"${main}"`),
    ])
  })

  it('the priority that a sleep gives under SCHED_4BSD is such a change', () => {
    const seen = recorded(
      function* (k) {
        yield* k.tsleep('chan', k.PPAUSE, 'chan', 1)
      },
      { scheduler: '4bsd' },
    )
    expect(
      seen.filter((text) => text.includes('priority change')).map((text) => text.replace(/tid \d+/g, 'tid')),
    ).toEqual([thread('main tid', 'point:"priority change", attributes: prio:68, new prio:104, linkedto:"main tid"')])
  })

  it('each statistics clock', () => {
    const seen = recorded(function* (k) {
      yield* k.work(1000 * MS)
    })
    const clocks = seen.filter((text) => text.includes('statclock'))
    expect([clocks.length, ...new Set(clocks)]).toEqual([
      133,
      thread(MAIN, 'point:"statclock", attributes: prio:68, stathz:133'),
    ])
  })

  it.each([
    ['ule', 'thread exit', 'proc exit', 'CPU 0 load'],
    ['4bsd', 'exit', 'proc exit', 'global load'],
  ] as const)('ends, and the load, %s', (scheduler, threadExit, procExit, id) => {
    const k = createKernel({ daemons: 'none', scheduler, ktrMask: SCHED })
    const outcome = k.boot(function* () {
      yield* spawn(k, 'a thread', function* () {})
      const body = function* (): Steps<void> {
        yield* k.kproc_exit(0)
      }
      yield* k.kproc_create(body, null, k.ref(), 0, 0, 'a process')
      yield* pause(k, 3)
    })
    valueOf(outcome)
    const states = k.ktr.flatMap(
      ({ text }) => /id:"a (.*) tid \d+", state:"(.*exit)", attributes: (.*)$/.exec(text) ?? [],
    )
    expect(states.filter((_, n) => n % 4 !== 0)).toEqual([
      'thread',
      threadExit,
      'prio:td',
      'process',
      procExit,
      'prio:td',
    ])
    const loads = k.ktr.filter(({ text }) => text.includes('group:"load"'))
    expect(loads.length).toBeGreaterThan(3)
    expect(
      loads.every(
        ({ text }) => /^KTRGRAPH group:"load", id:"(.*)", counter:\d+, attributes: none$/.exec(text)?.[1] === id,
      ),
    ).toBe(true)
  })

  it('a line keeps the name it was first asked for, whatever becomes of the thread (FB8-D-22)', () => {
    const k = createKernel({ daemons: 'none', ktrMask: SCHED })
    const outcome = k.boot(function* () {
      const procp = k.ref<Proc>()
      const td = k.ref<Td>()
      const body = function* (): Steps<void> {
        yield* pause(k, 1)
        yield* k.kproc_exit(0)
      }
      yield* k.kproc_kthread_add(body, null, procp, td, 0, 0, 'family', 'member')
      const names = [td.value!.td_name, td.value!.ktrName]
      yield* pause(k, 3)
      return names
    })
    const [name, line] = valueOf(outcome)
    expect([name, line?.replace(/\d+/, 'n')]).toEqual(['member', 'family tid n'])
    expect(k.ktr.some(({ text }) => text.includes('id:"member'))).toBe(false)
  })
})

describe('other records', () => {
  it('handlers of events', () => {
    const k = createKernel({ daemons: 'none', ktrMask: EVH })
    const outcome = k.boot(function* () {
      for (const priority of [7, 3]) yield* k.EVENTHANDLER_REGISTER('event', function* () {}, null, priority)
      yield* k.EVENTHANDLER_INVOKE('event')
    })
    valueOf(outcome)
    expect(k.ktr.map((record) => [record.class, /priority (\d)/.exec(record.text)?.[1]])).toEqual([
      [EVH, '3'],
      [EVH, '7'],
    ])
  })

  it('callouts', () => {
    const k = createKernel({ daemons: 'none', ktrMask: CALLOUT })
    const outcome = k.boot(function* () {
      const c = new Callout()
      yield* k.callout_init(c, k.CALLOUT_MPSAFE)
      yield* k.callout_reset(c, 1, function* () {}, null)
      yield* pause(k, 5)
    })
    valueOf(outcome)
    expect(k.ktr.map((record) => [record.class, record.timeNs / MS, record.cpu])).toEqual([[CALLOUT, 2, 0]])
  })
})

describe('ktr(4)', () => {
  it('records nothing of these classes by default', () => {
    const k = createKernel()
    valueOf(k.boot((k) => pause(k, 100)))
    expect(k.ktr).toEqual([])
  })

  it('keeps the last 1024, the oldest first', () => {
    const k = createKernel({ daemons: 'none', ktrMask: EVH })
    const outcome = k.boot(function* () {
      for (let n = 0; n < 1500; n++) {
        const tag = yield* k.EVENTHANDLER_REGISTER('event', function* () {}, null, n)
        yield* k.EVENTHANDLER_INVOKE('event')
        yield* k.EVENTHANDLER_DEREGISTER('event', tag)
      }
    })
    valueOf(outcome)
    const numbers = k.ktr.map(({ text }) => Number(/priority (\d+)/.exec(text)?.[1]))
    expect([numbers.length, numbers[0], numbers.at(-1)]).toEqual([1024, 476, 1499])
    expect(numbers.every((number, n) => number === 476 + n)).toBe(true)
  })

  it('debug.ktr.mask and debug.ktr.cpumask say what and where', () => {
    const k = createKernel({ daemons: 'none', ncpu: 2, ktrMask: EVH })
    const outcome = k.boot(function* () {
      yield* k.EVENTHANDLER_REGISTER('event', function* () {}, null, 5)
      for (const [cpu, mask, cpumask] of [
        [0, EVH, 0b11],
        [1, EVH, 0b01],
        [0, EVH, 0b01],
        [1, SCHED, 0b11],
        [1, EVH | SCHED, 0b10],
      ] as const) {
        yield* k.sched_bind(k.curthread, cpu)
        k.sysctl('debug.ktr.cpumask', cpumask)
        k.sysctl('debug.ktr.mask', mask)
        yield* k.EVENTHANDLER_INVOKE('event')
        k.sysctl('debug.ktr.mask', 0)
      }
    })
    valueOf(outcome)
    expect(k.ktr.map(({ cpu }) => cpu)).toEqual([0, 0, 1])
  })

  it('nothing is recorded once the kernel panics', () => {
    const k = createKernel({ daemons: 'none', ktrMask: SCHED | EVH })
    const outcome = k.boot(function* () {
      yield* k.EVENTHANDLER_REGISTER('shutdown_final', function* () {}, null, 0)
      yield* k.work(MS)
      yield* k.panic('over')
    })
    expect(outcome.kind).toBe('panic')
    expect(outcome.nowNs).toBeGreaterThan(MS)
    expect(k.ktr.length).toBeGreaterThan(0)
    expect(k.ktr.filter(({ timeNs, text }) => timeNs > MS || text.includes('eventhandler'))).toEqual([])
  })
})
