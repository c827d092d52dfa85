import { ref, type Steps } from '@kt/core'
import { equal, holds, valueOf, type Trial } from '@kt/core/contract'
import type { NetbsdKernel } from '../../kernel.js'
import type { Lwp } from '../../lwp.js'
import { exits, living, spawn } from './spawn.js'

// DESCRIPTION: what a kernel thread is.

const NS_PER_MS = 1_000_000

/** NB6-KT-06: the handle is an LWP, with what an LWP has, in the list of process 0. */
export function isLwp(trial: Trial<NetbsdKernel>): void {
  const k = trial.createKernel({ ncpu: 2 })
  valueOf(
    k.boot(function* () {
      const own = ref<Lwp>()
      function* func() {
        own.value = k.curlwp
        yield* k.tsleep(own, 0, 'waits', 0)
        yield* k.kthread_exit(0)
      }
      const l = yield* spawn(k, func, { pri: 101, name: 'w' })
      equal([l.l_stat, l.l_priority, l.l_name], [k.LSRUN, 101, 'w'], 'state, priority and name of the LWP')
      yield* k.kpause('func', false, 1, null)
      holds(own.value === l, 'the thread is not the LWP that its creator was given')
      holds(k.proc0.lwps.includes(l), 'the LWP is not in the list of process 0')
      const rows = k.ps().filter(({ pid, lid }) => pid === 0 && lid === l.l_lid)
      const shown = rows.map(({ lname, lstate, wchan }) => `${lname} ${lstate} ${wchan}`)
      equal(shown, ['w sleep waits'], 'rows of process 0 with its LID')
      trial.saw(`LWP ${l.l_lid} of process 0, priority ${l.l_priority}: ${shown.join()}`)
    }),
  )
}

/**
 * NB6-KT-07: it never goes to user mode. Where a user thread gives way on its way there, a kernel thread goes on:
 * whoever asked for its CPU waits until it has ended.
 */
export function staysInKernel(trial: Trial<NetbsdKernel>): void {
  const kernelMs = waitOfUrgent(trial, function* (k) {
    function* func() {
      yield* k.work(50 * NS_PER_MS)
      yield* k.kthread_exit(0)
    }
    const l = yield* spawn(k, func)
    equal(l.l_flag & k.LW_SYSTEM, k.LW_SYSTEM, 'its mark of a system LWP')
  })
  const userMs = waitOfUrgent(trial, function* (k) {
    k.process({ name: 'sh', uid: 1000 }, function* () {
      yield* k.user(50 * NS_PER_MS)
    })
    yield* k.yield()
  })
  equal(userMs, 0, 'ms that an urgent thread waited for a user thread with 40 ms left')
  equal(kernelMs, 40, 'ms that it waited for a kernel thread with 40 ms left')
  const k = trial.createKernel()
  const strayed = k.boot(function* () {
    yield* k.user(NS_PER_MS)
  })
  equal(strayed.kind, 'fault', 'end of a run in which a kernel thread asks for time in user mode')
  trial.saw(`an urgent thread waited ${userMs} ms for a thread in user mode, ${kernelMs} ms for a kernel thread`)
}

/** How long a thread of priority 127 waits for the only CPU when an interrupt wakes it 10 ms after `busy` began. */
function waitOfUrgent(trial: Trial<NetbsdKernel>, busy: (k: NetbsdKernel) => Steps): number {
  const k = trial.createKernel({ ncpu: 1 })
  const run = k.boot(function* () {
    let askedNs = 0
    let ranNs = 0
    function* urgent() {
      yield* k.tsleep('urgent', 0, 'urgent', 0)
      ranNs = k.now
      yield* k.kthread_exit(0)
    }
    yield* spawn(k, urgent, { pri: 127 })
    yield* k.kpause('asleep', false, 1, null)
    yield* busy(k)
    function* handler() {
      askedNs = k.now
      yield* k.wakeup('urgent')
    }
    k.interrupt(handler, { afterNs: 10 * NS_PER_MS })
    yield* k.kpause('busy', false, 20, null)
    return (ranNs - askedNs) / NS_PER_MS
  })
  return valueOf(run)
}

/** NB6-KT-08, NB10-KT-09: from a cold machine, a kernel thread and a user process alike; the new one is process 0's. */
export function anyProcessMayAsk(trial: Trial<NetbsdKernel>): void {
  const k = trial.createKernel({ ncpu: 2 })
  const ran: string[] = []
  function* ask(name: string) {
    const asker = k.curproc
    function* func() {
      ran.push(`${name} for ${asker.p_comm}, in process ${k.curproc.p_pid}`)
      yield* k.kthread_exit(0)
    }
    const l = yield* spawn(k, func, { name })
    holds(l.process === k.proc0, `${name} belongs to ${l.process.name}`)
  }
  k.attach(() => ask('cold'))
  valueOf(
    k.boot(function* () {
      yield* ask('warm')
      k.process({ name: 'sh', uid: 1000 }, () => ask('user'))
      yield* k.kpause('ask', false, 10, null)
    }),
  )
  const expected = ['cold for swapper', 'warm for swapper', 'user for sh'].map((one) => `${one}, in process 0`)
  equal(ran, expected, 'threads that ran')
  trial.saw(ran.join('; '))
}

/**
 * NB6-KT-09, NB10-KT-10: while there is no memory for anything new, threads that exist keep to their states and times:
 * a sleeper comes back in its tick, and one that waits for a CPU gets it.
 */
export function isNotSwapped(trial: Trial<NetbsdKernel>): void {
  const k = trial.createKernel({ ncpu: 2 })
  valueOf(
    k.boot(function* () {
      const woken: number[] = []
      function* sleeper() {
        for (let minute = 0; minute < 3; minute++) {
          yield* k.kpause('minute', false, 60 * k.hz, null)
          woken.push(k.ticks)
        }
        yield* k.kthread_exit(0)
      }
      const l = yield* spawn(k, sleeper, { name: 'sleeper' })
      const late = yield* spawn(k, () => exits(k), { name: 'late', ci: k.curcpu() })
      const startTicks = k.ticks
      k.inject({ at: 'uarea', when: { from: 1 } })
      const error = yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, exits, k, null, 'refused')
      equal(error, k.ENOMEM, 'a creation without memory')
      equal(late.l_stat, k.LSRUN, 'state of a thread that waits for its CPU')
      const states = new Set<string>()
      for (let second = 0; second < 185; second++) {
        yield* k.kpause('look', false, k.hz, null)
        for (const { pid, lstate } of k.ps()) if (pid === 0) states.add(lstate)
      }
      equal([late.l_stat, l.l_stat], [k.LSZOMB, k.LSZOMB], 'states of both threads later')
      const minutes = [1, 2, 3].map((minute) => startTicks + minute * 60 * k.hz)
      equal(woken, minutes, 'ticks at which the sleeper came back')
      const strange = [...states].filter((state) => !['idl', 'run', 'sleep', 'onproc', 'zomb'].includes(state))
      equal(strange, [], 'states of kernel threads that are none of an LWP in memory')
      trial.saw(`3 minutes without memory: slept and came back at ticks ${woken.join(', ')}; ${[...states].join(', ')}`)
    }),
  )
}

/** NB6-KT-10, NB10-KT-11: one address space with process 0, whoever asked for the thread. */
export function sharesAddressSpace(trial: Trial<NetbsdKernel>): void {
  const [seen, asker, zero] = sharedWithProcess0(trial, (k) => k.curproc.p_vmspace)
  holds(seen === zero, 'the thread has another address space than process 0')
  holds(asker !== zero, 'the process that asked for it has no address space of its own')
  trial.saw(`a thread created by a user process has the address space of process 0, not its creator's`)
}

/** NB6-KT-11, NB10-KT-12: one set of limits with process 0; those of the creator have no effect. */
export function sharesLimits(trial: Trial<NetbsdKernel>): void {
  const [seen, asker, zero] = sharedWithProcess0(trial, (k) => k.curproc.limits)
  holds(seen === zero, 'the thread has other limits than process 0')
  holds(asker !== zero, 'the process that asked for it has no limits of its own')
  const k = trial.createKernel({ ncpu: 2 })
  const soft = valueOf(
    k.boot(function* () {
      let seenSoft = 0
      function* func() {
        yield* k.kpause('set', false, 1, null)
        seenSoft = k.curproc.limits['RLIMIT_NPROC']!.soft
        yield* k.kthread_exit(0)
      }
      yield* spawn(k, func)
      k.sysctl('proc.0.rlimit.maxproc.soft', 77)
      yield* k.kpause('func', false, 3, null)
      return seenSoft
    }),
  )
  equal(soft, 77, 'RLIMIT_NPROC that the thread sees after that of process 0 was set')
  trial.saw(`created under RLIMIT_NPROC 0; RLIMIT_NPROC of process 0 set to ${soft}, and the thread sees ${soft}`)
}

/** What a thread created by a user process without any limit left sees, what that process has, what process 0 has. */
function sharedWithProcess0<T>(trial: Trial<NetbsdKernel>, look: (k: NetbsdKernel) => T): readonly [T, T, T] {
  const k = trial.createKernel({ ncpu: 2 })
  const seen: T[] = []
  function* func() {
    seen.push(look(k))
    yield* k.kthread_exit(0)
  }
  valueOf(
    k.boot(function* () {
      k.process({ name: 'sh', uid: 1000, nprocSoft: 0 }, function* () {
        seen.push(look(k))
        yield* spawn(k, func)
      })
      yield* k.kpause('sh', false, 10, null)
      seen.push(look(k))
      equal(k.curproc, k.proc0, 'the process of main')
    }),
  )
  equal(seen.length, 3, 'contexts that were looked at')
  return [seen[1]!, seen[0]!, seen[2]!]
}

/** NB6-KT-12, NB10-KT-13: the command name of process 0, which has every kernel thread. */
export function process0IsSwapper(trial: Trial<NetbsdKernel>): void {
  const k = trial.createKernel({ ncpu: 2 })
  valueOf(
    k.boot(function* () {
      yield* spawn(k, () => exits(k))
    }),
  )
  equal([k.proc0.p_pid, k.proc0.p_comm], [0, 'swapper'], 'PID and command name of process 0')
  const elsewhere = k.processes.flatMap((proc) => (proc === k.proc0 ? [] : proc.lwps)).filter((l) => l.isSystem)
  equal(elsewhere.length, 0, 'kernel threads of other processes')
  trial.saw(`process ${k.proc0.p_pid} is ${k.proc0.p_comm}, with ${living(k).length} LWPs`)
}

/** NB10-KT-08: both of the older page's clauses in one. */
export function livesInKernel(trial: Trial<NetbsdKernel>): void {
  isLwp(trial)
  staysInKernel(trial)
}
