import { describe, expect, test } from 'vitest'
import { createKernel, ref, type Kernel, type Steps, type Td } from '../src/releases/8.0.js'
import { notes, valueOf } from './staging.js'

/** What boot runs, and in what order; and what a module that is loaded later runs. */

const SUBSYSTEMS: readonly (readonly [name: string, value: number])[] = [
  ['DUMMY', 0x0000000],
  ['DONE', 0x0000001],
  ['TUNABLES', 0x0700000],
  ['COPYRIGHT', 0x0800001],
  ['SETTINGS', 0x0880000],
  ['MTX_POOL_STATIC', 0x0900000],
  ['LOCKMGR', 0x0980000],
  ['VM', 0x1000000],
  ['KMEM', 0x1800000],
  ['KVM_RSRC', 0x1a00000],
  ['WITNESS', 0x1a80000],
  ['MTX_POOL_DYNAMIC', 0x1ac0000],
  ['LOCK', 0x1b00000],
  ['EVENTHANDLER', 0x1c00000],
  ['VNET_PRELINK', 0x1e00000],
  ['KLD', 0x2000000],
  ['CPU', 0x2100000],
  ['RANDOM', 0x2120000],
  ['KDTRACE', 0x2140000],
  ['MAC', 0x2180000],
  ['MAC_POLICY', 0x21c0000],
  ['MAC_LATE', 0x21d0000],
  ['VNET', 0x21e0000],
  ['INTRINSIC', 0x2200000],
  ['VM_CONF', 0x2300000],
  ['DDB_SERVICES', 0x2380000],
  ['RUN_QUEUE', 0x2400000],
  ['KTRACE', 0x2480000],
  ['OPENSOLARIS', 0x2490000],
  ['CYCLIC', 0x24a0000],
  ['AUDIT', 0x24c0000],
  ['CREATE_INIT', 0x2500000],
  ['SCHED_IDLE', 0x2600000],
  ['MBUF', 0x2700000],
  ['INTR', 0x2800000],
  ['SOFTINTR', 0x2800001],
  ['ACL', 0x2900000],
  ['DEVFS', 0x2f00000],
  ['INIT_IF', 0x3000000],
  ['NETGRAPH', 0x3010000],
  ['DTRACE', 0x3020000],
  ['DTRACE_PROVIDER', 0x3048000],
  ['DTRACE_ANON', 0x308c000],
  ['DRIVERS', 0x3100000],
  ['CONFIGURE', 0x3800000],
  ['VFS', 0x4000000],
  ['CLOCKS', 0x4800000],
  ['CLIST', 0x5800000],
  ['SYSV_SHM', 0x6400000],
  ['SYSV_SEM', 0x6800000],
  ['SYSV_MSG', 0x6c00000],
  ['P1003_1B', 0x6e00000],
  ['PSEUDO', 0x7000000],
  ['EXEC', 0x7400000],
  ['PROTO_BEGIN', 0x8000000],
  ['PROTO_IF', 0x8400000],
  ['PROTO_DOMAININIT', 0x8600000],
  ['PROTO_DOMAIN', 0x8800000],
  ['PROTO_IFATTACHDOMAIN', 0x8800001],
  ['PROTO_END', 0x8ffffff],
  ['KPROF', 0x9000000],
  ['KICK_SCHEDULER', 0xa000000],
  ['INT_CONFIG_HOOKS', 0xa800000],
  ['ROOT_CONF', 0xb000000],
  ['DUMP_CONF', 0xb200000],
  ['RAID', 0xb380000],
  ['SWAP', 0xc000000],
  ['INTRINSIC_POST', 0xd000000],
  ['SYSCALLS', 0xd800000],
  ['VNET_DONE', 0xdc00000],
  ['KTHREAD_INIT', 0xe000000],
  ['KTHREAD_PAGE', 0xe400000],
  ['KTHREAD_VM', 0xe800000],
  ['KTHREAD_BUF', 0xea00000],
  ['KTHREAD_UPDATE', 0xec00000],
  ['KTHREAD_IDLE', 0xee00000],
  ['SMP', 0xf000000],
  ['RUN_SCHEDULER', 0xfffffff],
]

const ORDERS = { FIRST: 0, SECOND: 1, THIRD: 2, FOURTH: 3, MIDDLE: 0x1000000, ANY: 0xfffffff }

/** Constants of a kernel whose names begin so. */
function constants(k: Kernel, prefix: string): Record<string, unknown> {
  const names = new Set<string>()
  for (const name in k) if (name.startsWith(prefix)) names.add(name)
  for (let at: object | null = k; at !== null; at = Object.getPrototypeOf(at) as object | null)
    for (const name of Object.getOwnPropertyNames(at)) if (name.startsWith(prefix)) names.add(name)
  return Object.fromEntries([...names].map((name) => [name.slice(prefix.length), k[name as keyof Kernel]]))
}

describe('SYSINIT', () => {
  test('the subsystems and orders of kernel.h', () => {
    const k = createKernel()
    expect(constants(k, 'SI_SUB_')).toEqual(Object.fromEntries(SUBSYSTEMS))
    expect(constants(k, 'SI_ORDER_')).toEqual(ORDERS)
  })

  test('subsystems run in ascending order, whatever order they were registered in', () => {
    const k = createKernel()
    const log: string[] = []
    const real = SUBSYSTEMS.slice(2)
    // Every other one, and then the rest from the back.
    const mixed = [...real.filter((_, at) => at % 2 === 0), ...real.filter((_, at) => at % 2 === 1).toReversed()]
    for (const [name, value] of mixed) k.SYSINIT(name, value, k.SI_ORDER_MIDDLE, notes(log, name), null)
    valueOf(k.boot())
    expect(log).toEqual(real.map(([name]) => name))
  })

  test('orders run in ascending order within a subsystem, equals in order of registration', () => {
    const k = createKernel()
    const log: string[] = []
    const add = (order: number, word: string) => {
      k.SYSINIT(word, k.SI_SUB_PSEUDO, order, notes(log, word), null)
    }
    add(k.SI_ORDER_ANY, 'any 1')
    add(k.SI_ORDER_FIRST, 'first 1')
    add(k.SI_ORDER_MIDDLE, 'middle')
    add(k.SI_ORDER_FOURTH, 'fourth')
    add(k.SI_ORDER_FIRST, 'first 2')
    add(k.SI_ORDER_THIRD, 'third')
    add(k.SI_ORDER_MIDDLE + 1, 'after middle')
    add(k.SI_ORDER_SECOND, 'second')
    add(k.SI_ORDER_ANY, 'any 2')
    valueOf(k.boot())
    const expected = ['first 1', 'first 2', 'second', 'third', 'fourth', 'middle', 'after middle', 'any 1', 'any 2']
    expect(log).toEqual(expected)
  })

  test('what is added meanwhile is sorted in; what would have been earlier runs next', () => {
    const k = createKernel()
    const log: string[] = []
    const add = (subsystem: number, word: string) => {
      k.SYSINIT(word, subsystem, k.SI_ORDER_FIRST, notes(log, word), null)
    }
    add(k.SI_SUB_VFS, 'vfs')
    add(k.SI_SUB_PSEUDO, 'pseudo')
    k.SYSINIT('loader', k.SI_SUB_DRIVERS, k.SI_ORDER_FIRST, loader, null)
    function* loader(): Steps<void> {
      log.push('loader')
      add(k.SI_SUB_CLOCKS, 'clocks')
      add(k.SI_SUB_DRIVERS, 'drivers')
      add(k.SI_SUB_KLD, 'kld')
      yield* []
    }
    valueOf(k.boot())
    expect(log).toEqual(['loader', 'kld', 'drivers', 'vfs', 'clocks', 'pseudo'])
  })

  test('all run on thread0 with Giant held, which a sleep gives up and has again', () => {
    const k = createKernel()
    const log: unknown[] = []
    const look = (when: string) => log.push([when, k.curthread === k.thread0, k.Giant.owner === k.thread0])
    const add = (subsystem: number, func: () => Steps<void>) => {
      k.SYSINIT('look', subsystem, k.SI_ORDER_FIRST, func, null)
    }
    for (const subsystem of [k.SI_SUB_TUNABLES, k.SI_SUB_DRIVERS, k.SI_SUB_RUN_SCHEDULER])
      add(subsystem, function* () {
        look('runs')
        yield* []
      })
    add(k.SI_SUB_ROOT_CONF, function* () {
      k.interrupt(
        function* () {
          log.push(['asleep', k.thread0.td_wmesg, k.Giant.owner === null])
          yield* []
        },
        { afterNs: 5_000_000 },
      )
      const error = yield* k.pause('mount', 10)
      look(`slept ${error}, ${k.ticks} ticks`)
    })
    valueOf(k.boot())
    const runs = ['runs', true, true]
    expect(log).toEqual([runs, runs, ['asleep', 'mount', true], ['slept 35, 11 ticks', true, true], runs])
    expect([k.Giant.owner, k.thread0.td_wmesg]).toEqual([null, 'sched'])
  })

  test('a boot that is over takes none any more', () => {
    const k = createKernel()
    valueOf(k.boot())
    expect(() => {
      k.SYSINIT('late', k.SI_SUB_PSEUDO, k.SI_ORDER_ANY, notes([], 'late'), null)
    }).toThrow(TypeError)
  })
})

describe('kldload', () => {
  test('SYSINITs of a module run sorted, on the loader, with Giant held', () => {
    const k = createKernel()
    const log: unknown[] = []
    const outcome = k.boot(function* () {
      const main = k.curthread
      const entry = (subsystem: number, order: number, word: string) => ({
        subsystem,
        order,
        udata: word,
        *func(udata: string): Steps<void> {
          log.push([udata, k.curthread === main, k.Giant.owner === main])
          yield* []
        },
      })
      const sysinits = [
        entry(k.SI_SUB_PSEUDO, k.SI_ORDER_ANY, 'late'),
        entry(k.SI_SUB_DRIVERS, k.SI_ORDER_MIDDLE, 'driver'),
        entry(k.SI_SUB_PSEUDO, k.SI_ORDER_FIRST, 'early'),
      ]
      const error = yield* k.kldload({ name: 'mod', sysinits })
      return [error, k.Giant.owner]
    })
    expect(valueOf(outcome)).toEqual([0, null])
    expect(log).toEqual([
      ['driver', true, true],
      ['early', true, true],
      ['late', true, true],
    ])
  })

  test('kthread_start there behaves as at boot: process 0, made from thread0', () => {
    const k = createKernel()
    const outcome = k.boot(function* () {
      const main = k.curthread
      yield* k.thread_lock(main)
      yield* k.sched_prio(main, 100)
      yield* k.thread_unlock(main)
      const global_threadpp = ref<Td>()
      const log: unknown[] = []
      const func = function* () {
        log.push(k.curproc === k.proc0, k.curthread.td_priority)
        yield* k.kthread_exit()
      }
      const udata = { arg0: 'mod', func, global_threadpp }
      const sysinit = { subsystem: k.SI_SUB_DRIVERS, order: k.SI_ORDER_ANY, func: k.kthread_start, udata }
      yield* k.kldload({ name: 'mod', sysinits: [sysinit] })
      yield* k.pause('rest', 1)
      return [...log, global_threadpp.value?.td_name]
    })
    expect(valueOf(outcome)).toEqual([true, 68, 'mod'])
  })
})
