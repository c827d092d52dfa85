import { describe, expect, it } from 'vitest'
import type { Proc, Steps, Td } from '../../src/releases/8.0.js'
import { pause } from './runs.js'
import { everyState, seen } from './scene.js'

describe('ps of the debugger', () => {
  it('processes with threads of their own, and single ones', () => {
    const text = seen(function* (k) {
      return yield* everyState(k, () => k.ddbPs())
    })
    expect(text.split('\n').map((line) => line.replace(/0xd[\da-f]{7}/, '0xdddddddd'))).toEqual([
      '  pid  ppid  pgrp   uid   state   wmesg         wchan        cmd',
      '    0     0     0     0  RL     (threaded)                           kernel',
      '100009                  CanRun                              [never started]',
      '100008                  RunQ                                [queued]',
      '100007                  L      *a long l 0xdddddddd         [blocked]',
      '100006                  D       deaf     0xdddddddd         [deaf]',
      '100005                  S       a long m 0xdddddddd         [interruptible]',
      '100004                  Run     CPU 0                       [main]',
      '100000                  D       sched    0xdddddddd         [swapper]',
      '    1     0     0     0  SL      wait     0xdddddddd         [init]',
      '   10     0     0     0  RL                                  [idle: cpu0]',
      '   11     0     0     0  WL                                  [swi4: clock]',
    ])
  })

  it('a process whose only thread sleeps for good is an S all the same, but its threads are right', () => {
    const lines = seen(function* (k) {
      const procp = k.ref<Proc>()
      const body = function* (): Steps<void> {
        yield* k.tsleep('x', 0, 'x', 0)
      }
      yield* k.kproc_create(body, null, procp, 0, 0, 'single')
      const family = k.ref<Proc>()
      yield* k.kproc_create(body, null, family, 0, 0, 'family')
      yield* k.kthread_add(body, null, family.value, null, 0, 0, 'member')
      yield* pause(k, 1)
      return k.ddbPs().split('\n').slice(-4)
    })
    expect(lines).toEqual([
      '    2     0     0     0  SL      x        x                  [single]',
      '    3     0     0     0  SL     (threaded)                           family',
      '100007                  D       x        x                  [member]',
      '100006                  D       x        x                  [family]',
    ])
  })

  it('a thread without a name goes by that of its process; user processes have no brackets', () => {
    const text = seen(function* (k) {
      const td = k.ref<Td>()
      yield* k.kthread_add(function* () {}, null, null, td, k.RFSTOPPED, 0, '')
      k.process({ name: 'prog', uid: 1001 }, () => pause(k, 5))
      return [td.value!.td_name, k.ddbPs()]
    })
    const [name, table] = text as [string, string]
    const lines = table.split('\n')
    expect([name, lines[2]!.endsWith('[kernel]'), lines.at(-1)]).toEqual([
      '',
      true,
      '    2     1     0  1001  Rs                                  prog',
    ])
  })
})
