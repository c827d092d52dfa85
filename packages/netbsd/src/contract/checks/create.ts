import type { Steps } from '@kt/core'
import { equal, holds, valueOf, type Trial } from '@kt/core/contract'
import type { NetbsdKernel } from '../../kernel.js'
import type { Lwp } from '../../lwp.js'
import { dispatches, exits, living, spawn } from './spawn.js'

// kthread_create: what it makes, and how pri, flags and ci shape it.

const NS_PER_MS = 1_000_000

/** NB6-KT-13, NB10-KT-17: process 0 has one LWP more, and it is the one that was asked for. */
export function createsOne(trial: Trial<NetbsdKernel>): void {
  const k = trial.createKernel({ ncpu: 2 })
  valueOf(
    k.boot(function* () {
      const before = living(k)
      const l = yield* spawn(k, () => exits(k), { name: 'one' })
      const added = living(k).filter((each) => !before.includes(each))
      equal(
        added.map(({ l_name }) => l_name),
        ['one'],
        'LWPs that were added',
      )
      holds(added[0] === l, 'the LWP that was added is not the one given back')
      equal(living(k).length, before.length + 1, 'LWPs of process 0')
      trial.saw(`process 0 had ${before.length} LWPs, then ${living(k).length}`)
    }),
  )
}

/** NB6-KT-14, NB10-KT-18: views show `pri` as the base priority, and the scheduler goes by it. */
export function priIsPriority(trial: Trial<NetbsdKernel>): void {
  const k = trial.createKernel({ ncpu: 1 })
  valueOf(
    k.boot(function* () {
      const ran: string[] = []
      const given = [97, 127, 1, 110]
      for (const pri of given) {
        function* func() {
          ran.push(k.curlwp.l_name)
          yield* k.kpause('seen', false, 2, null)
          yield* k.kthread_exit(0)
        }
        const l = yield* spawn(k, func, { pri, name: `p${pri}` })
        equal(l.l_priority_base, pri, `base priority of ${l.l_name}`)
      }
      yield* k.kpause('run', false, 1, null)
      const shown = k.ps().filter(({ lname }) => ran.includes(lname))
      const priorities = shown.map(({ lname, usrpri }) => `${lname} ${usrpri}`)
      equal(
        priorities.reverse(),
        given.map((pri) => `p${pri} ${pri}`),
        'base priorities in ps',
      )
      equal(ran, ['p127', 'p110', 'p97', 'p1'], 'order in which one CPU ran them')
      trial.saw(`created with ${given.join(', ')}; ran as ${ran.join(', ')}`)
    }),
  )
}

/** NB6-KT-15, NB10-KT-19: 96, or 63 in the time-sharing class, as long as nothing has been recomputed (NB-D-12). */
export function noneIsDefault(trial: Trial<NetbsdKernel>): void {
  const k = trial.createKernel({ ncpu: 2 })
  valueOf(
    k.boot(function* () {
      const fixed = yield* spawn(k, () => exits(k), { pri: k.PRI_NONE, flags: 0 })
      const shared = yield* spawn(k, () => exits(k), { pri: k.PRI_NONE, flags: k.KTHREAD_TS })
      equal([fixed.l_priority_base, shared.l_priority_base], [k.PRI_KTHREAD, k.MAXPRI_USER], 'defaults')
      equal([k.PRI_KTHREAD, k.MAXPRI_USER], [96, 63], 'the numbers of these defaults')
      trial.saw(`PRI_NONE gave ${fixed.l_priority_base}, with KTHREAD_TS ${shared.l_priority_base}`)
    }),
  )
}

/** What a thread shows of each flag right after its creation. */
interface Effects {
  readonly idle: boolean
  readonly mpsafe: boolean
  readonly intr: boolean
  readonly ts: boolean
  readonly mustjoin: boolean
}

function effectsOn(k: NetbsdKernel, l: Lwp): Effects {
  const has = (bit: number) => (l.l_pflag & bit) !== 0
  return {
    idle: l.l_stat === k.LSIDL,
    mpsafe: l.l_blcnt === 0,
    intr: has(k.LP_INTR),
    ts: l.l_class === k.SCHED_OTHER,
    mustjoin: has(k.LP_MUSTJOIN),
  }
}

/** NB6-KT-16: every set of flags shows the effects of its members and no other. INTR is legal with MPSAFE only. */
export function flagsCombine(trial: Trial<NetbsdKernel>): void {
  const k = trial.createKernel({ ncpu: 2 })
  const tried = valueOf(
    k.boot(function* () {
      // The threads wait here for good: an INTR thread may wait for a mutex, and for nothing else.
      const gate = k.mutex('gate')
      yield* k.mutex_enter(gate)
      function* func() {
        yield* k.mutex_enter(gate)
        yield* k.kthread_exit(0)
      }
      let sets = 0
      for (let flags = 0; flags < 0x20; flags++) {
        const has = (flag: number) => (flags & flag) !== 0
        if (has(k.KTHREAD_INTR) && !has(k.KTHREAD_MPSAFE)) continue
        const l = yield* spawn(k, func, { flags, name: `flags ${flags}` })
        const expected = {
          idle: has(k.KTHREAD_IDLE),
          mpsafe: has(k.KTHREAD_MPSAFE),
          intr: has(k.KTHREAD_INTR),
          ts: has(k.KTHREAD_TS),
          mustjoin: has(k.KTHREAD_MUSTJOIN),
        }
        equal({ ...effectsOn(k, l) }, expected, `effects of flags ${flags}`)
        sets++
      }
      return sets
    }),
  )
  equal(tried, 24, 'sets of flags that were tried')
  trial.saw(`${tried} sets of flags, each with the effects of its members`)
}

/** NB6-KT-17: 0 gives a thread that is runnable, SCHED_RR, under the big lock, not to be joined; each flag alters one. */
export function noFlagsIsLegal(trial: Trial<NetbsdKernel>): void {
  const k = trial.createKernel({ ncpu: 2 })
  valueOf(
    k.boot(function* () {
      let holds = -1
      function* func() {
        holds = k.curlwp.l_blcnt
        yield* k.kthread_exit(0)
      }
      const l = yield* spawn(k, func, { flags: 0 })
      const none: Effects = { idle: false, mpsafe: false, intr: false, ts: false, mustjoin: false }
      equal(effectsOn(k, l), none, 'effects of no flags')
      equal([l.l_stat, l.l_class], [k.LSRUN, k.SCHED_RR], 'state and class')
      yield* k.kpause('func', false, 1, null)
      equal(holds, 1, 'holds of the big lock inside func')
      equal(l.l_stat, k.LSZOMB, 'state after kthread_exit, with nobody joining')
      const flags = [k.KTHREAD_IDLE, k.KTHREAD_MPSAFE, k.KTHREAD_TS, k.KTHREAD_MUSTJOIN]
      for (const [at, effect] of (['idle', 'mpsafe', 'ts', 'mustjoin'] as const).entries()) {
        const one = yield* spawn(k, () => exits(k), { flags: flags[at]! })
        equal(effectsOn(k, one), { ...none, [effect]: true }, `effects of flag ${flags[at]!}`)
      }
      trial.saw(`flags 0: state LSRUN, class SCHED_RR, ${holds} hold of the big lock, exit without a joiner`)
    }),
  )
}

/** NB10-KT-20: both of the older page's clauses in one. */
export function flagsAlterBehaviour(trial: Trial<NetbsdKernel>): void {
  flagsCombine(trial)
  noFlagsIsLegal(trial)
}

/** NB6-KT-18, NB10-KT-21: bound before it first runs, it waits for its CPU although another has nothing to do. */
export function bornBound(trial: Trial<NetbsdKernel>): void {
  for (const index of [0, 1]) {
    const k = trial.createKernel({ ncpu: 2 })
    valueOf(
      k.boot(function* () {
        const ci = k.cpu_lookup(index)!
        yield* spawn(k, () => worksFor(k, 50), { ci, name: 'busy' })
        yield* k.kpause('busy', false, 1, null)
        const startNs = k.now
        const l = yield* spawn(k, () => exits(k), { ci, name: 'bound' })
        equal([l.isBound, l.l_cpu.ci_index, l.l_stat], [true, index, k.LSRUN], 'bound, its CPU and state at birth')
        yield* k.kpause('idle', false, 2, null)
        // Main came back on the other CPU, which has nothing else to do.
        const here = k.curcpu().index
        equal([l.l_stat, here, k.cpus()[here]!.queued], [k.LSRUN, 1 - index, 0], 'state at 20 ms, and the other CPU')
        yield* k.kpause('busy', false, 8, null)
        equal(dispatches(k, l), [index], 'CPUs it was switched to')
        const first = Array.from(k.trace!.events()).find((e) => e.kind === 'switch' && e.thread === l.l_lid)!
        const waitMs = (first.timeNs - startNs) / NS_PER_MS
        holds(waitMs >= 40, `it started after ${waitMs} ms, while its CPU was busy`)
        trial.saw(`bound to cpu${index}, it waited ${waitMs} ms for it with the other CPU idle`)
      }),
    )
  }
}

/**
 * NB6-KT-19, NB10-KT-22: through a second of sleeps and wakeups, with the other CPU mostly idle and in the end its own
 * taken out of use, it stays. A thread that differs only in not being bound does not.
 */
export function staysBound(trial: Trial<NetbsdKernel>): void {
  const k = trial.createKernel({ ncpu: 2 })
  valueOf(
    k.boot(function* () {
      const ci = k.cpu_lookup(1)!
      function* restless() {
        for (let round = 0; round < 40; round++) {
          yield* k.work(7 * NS_PER_MS)
          yield* k.kpause('rest', false, 1 + (round % 2), null)
        }
        yield* k.kthread_exit(0)
      }
      const bound: Lwp[] = []
      for (let n = 0; n < 3; n++) bound.push(yield* spawn(k, restless, { ci, name: `bound/${n}` }))
      // Something on the other CPU, so that whoever may move has reason to.
      yield* spawn(k, restless, { ci: k.cpu_lookup(0), name: 'other' })
      const free = yield* spawn(k, restless, { name: 'free' })
      yield* k.kpause('run', false, k.hz / 2, null)
      k.setOffline(ci, true)
      yield* k.kpause('run', false, k.hz, null)
      for (const l of bound) {
        const cpus = dispatches(k, l)
        equal(l.l_stat, k.LSZOMB, 'state of a bound thread at the end')
        holds(cpus.length >= 40, `it was dispatched ${cpus.length} times only`)
        equal([...new Set(cpus)], [1], 'CPUs of a bound thread')
      }
      equal([...new Set(dispatches(k, free))].sort(), [0, 1], 'CPUs of a thread that is not bound')
      const switches = bound.map((l) => dispatches(k, l).length)
      trial.saw(`switched to ${switches.join(', ')} times, always on cpu1; an unbound thread was on both CPUs`)
    }),
  )
}

/** NB6-KT-20, NB10-KT-23: whichever CPU is idle while the others are busy, that one runs it. */
export function unboundRunsAnywhere(trial: Trial<NetbsdKernel>): void {
  const k = trial.createKernel({ ncpu: 3 })
  const seen = valueOf(
    k.boot(function* () {
      const all = [0, 1, 2]
      const seenOn: number[] = []
      const own = k.curcpu().index
      for (const idle of all.filter((index) => index !== own)) {
        const busy = all.find((index) => index !== own && index !== idle)!
        yield* spawn(k, () => worksFor(k, 50), { ci: k.cpu_lookup(busy), name: 'busy' })
        yield* k.kpause('busy', false, 1, null)
        equal(k.curcpu().index, own, 'CPU of the creator')
        const l = yield* spawn(k, () => worksFor(k, 1))
        // The creator keeps its own CPU busy.
        yield* k.work(20 * NS_PER_MS)
        equal([idle, ...dispatches(k, l)], [idle, idle], 'the idle CPU, and those that ran the thread')
        seenOn.push(...dispatches(k, l))
        yield* k.kpause('end', false, 10, null)
      }
      return { own, seenOn }
    }),
  )
  equal(seen.seenOn.length, 2, 'CPUs besides the creator’s')
  trial.saw(`created on cpu${seen.own}, unbound threads ran on cpu${seen.seenOn.join(' and cpu')}`)
}

function* worksFor(k: NetbsdKernel, ms: number): Steps<void> {
  yield* k.work(ms * NS_PER_MS)
  yield* k.kthread_exit(0)
}
