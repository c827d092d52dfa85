import { seededOracle } from '@kt/core'
import { equal, holds, valueOf, type Trial } from '@kt/core/contract'
import type { NetbsdKernel } from '../../kernel.js'
import type { Lwp } from '../../lwp.js'

type Check = (trial: Trial<NetbsdKernel>) => void

const WAIT_TICKS = 6000
const ORDER_SEEDS = 24

/** Left in LSIDL, on no queue, however long the clock runs. */
export const idleStaysInLsidl: Check = (trial) => {
  const k = trial.createKernel({ ncpu: 2 })
  const newlp = k.ref<Lwp>()
  let calls = 0
  const states = valueOf(
    k.boot(function* main() {
      const idle = k.KTHREAD_IDLE | k.KTHREAD_MPSAFE
      function* func() {
        calls++
        yield* k.kthread_exit(0)
      }
      yield* k.kthread_create(k.PRI_NONE, idle, null, func, null, newlp, 'parked')
      const atOnce = newlp.value!.l_stat
      yield* k.kpause('wait', false, WAIT_TICKS, null)
      return [atOnce, newlp.value!.l_stat]
    }),
  )
  equal(states, [k.LSIDL, k.LSIDL], 'l_stat after create, and a minute later')
  equal(calls, 0, 'calls of func')
  equal(k.ps().find(({ lname }) => lname === 'parked')?.lstate, 'idl', 'state in ps')
  trial.saw(`l_stat ${states[0]} after create and ${states[1]} after ${k.now / 1e9} s; func was never called`)
}

/** Runnable, and queued, as soon as create returns. */
export const othersAreRunnable: Check = (trial) => {
  const k = trial.createKernel({ ncpu: 1 })
  const newlp = k.ref<Lwp>()
  let calls = 0
  const seen = valueOf(
    k.boot(function* main() {
      const queuedBefore = k.cpus()[0]!.queued
      function* func() {
        calls++
        yield* k.kthread_exit(0)
      }
      yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, func, null, newlp, 'ready')
      return { stat: newlp.value!.l_stat, queued: k.cpus()[0]!.queued - queuedBefore, calls }
    }),
  )
  equal(seen, { stat: k.LSRUN, queued: 1, calls: 0 }, 'the new thread when create returned')
  equal(calls, 1, 'calls of func in the end')
  trial.saw(`l_stat ${seen.stat} when create returned, ${seen.queued} thread more on the run queue`)
}

/** Soon, but in no fixed order with the return of create. */
export const startsSoon: Check = (trial) => {
  equal(orderOnOneCpu(trial, 96), ['create returned', 'func'], 'on one CPU, at the priority of the creator')
  equal(orderOnOneCpu(trial, 128), ['func', 'create returned'], 'on one CPU, at a priority that preempts')
  const orders = new Set<string>()
  for (let seed = 0; seed < ORDER_SEEDS; seed++) orders.add(orderOnTwoCpus(trial, seed))
  equal([...orders].sort(), ['create returned, func', 'func, create returned'], 'orders on two CPUs')
  trial.saw(`one CPU: create returned first; two CPUs: ${[...orders].sort().join(' | ')}`)
}

function orderOnOneCpu(trial: Trial<NetbsdKernel>, pri: number): string[] {
  const k = trial.createKernel({ ncpu: 1 })
  const log: string[] = []
  valueOf(
    k.boot(function* main() {
      yield* create(k, log, pri)
      yield* k.yield()
      equal(log.length, 2, 'what had happened when the creator had given way once')
    }),
  )
  return log
}

function orderOnTwoCpus(trial: Trial<NetbsdKernel>, seed: number): string {
  const k = trial.createKernel({ ncpu: 2, oracle: seededOracle(seed) })
  const log: string[] = []
  valueOf(
    k.boot(function* main() {
      const before = k.now
      yield* create(k, log, k.PRI_NONE)
      yield* k.kpause('wait', false, 1, null)
      holds(log.length === 2, `func had not begun ${k.now - before} ns after create`)
    }),
  )
  return log.join(', ')
}

function* create(k: NetbsdKernel, log: string[], pri: number) {
  function* func() {
    log.push('func')
    yield* k.kthread_exit(0)
  }
  yield* k.kthread_create(pri, k.KTHREAD_MPSAFE, null, func, null, null, 'starter')
  log.push('create returned')
}
