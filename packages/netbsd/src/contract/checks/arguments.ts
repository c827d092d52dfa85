import { ref, type Out } from '@kt/core'
import { describeOutcome, equal, holds, panics, valueOf, type Trial } from '@kt/core/contract'
import type { NetbsdKernel } from '../../kernel.js'
import type { Lwp } from '../../lwp.js'
import { exits, living, spawn } from './spawn.js'

// kthread_create: func, arg, newlp and fmt.

/** NB6-KT-21, NB10-KT-24: not before the thread has a CPU, and once. */
export function funcIsCalledOnce(trial: Trial<NetbsdKernel>): void {
  const k = trial.createKernel({ ncpu: 1 })
  const calls: number[] = []
  valueOf(
    k.boot(function* () {
      function* func() {
        calls.push(k.curlwp.l_stat)
        for (let n = 0; n < 3; n++) yield* k.kpause('again', false, 2, null)
        yield* k.kthread_exit(0)
      }
      yield* spawn(k, func)
      yield* spawn(k, func, { flags: k.KTHREAD_IDLE })
      yield* k.work(1000)
      equal(calls.length, 0, 'calls of func before its thread was dispatched')
      yield* k.kpause('dispatch', false, 1, null)
      equal(calls, [k.LSONPROC], 'state of the thread at each call of func')
      yield* k.kpause('dispatch', false, 20, null)
    }),
  )
  equal(calls.length, 1, 'calls of func after its thread slept three times and ended')
  trial.saw('no call before the first dispatch, one at it, none later')
}

/** NB6-KT-22, NB10-KT-25: the run stops there. A return is no exit (NB-D-23). */
export function funcMustNotReturn(trial: Trial<NetbsdKernel>): void {
  const k = trial.createKernel({ ncpu: 2 })
  const newlp = ref<Lwp>()
  const outcome = k.boot(function* () {
    function* returns() {
      yield* k.kpause('work', false, 1, null)
    }
    newlp.value = yield* spawn(k, returns, { name: 'returns' })
    yield* k.kpause('later', false, 10, null)
  })
  if (trial.reading === 'page') panics(outcome, 'NB-D-23')
  else holds(outcome.kind === 'undefined' && outcome.id === 'UB:NB-D-23', `it ended with ${describeOutcome(outcome)}`)
  equal(newlp.value!.l_stat, k.LSONPROC, 'state of the thread whose func returned')
  trial.saw(describeOutcome(outcome))
}

/** NB6-KT-23, NB10-KT-26: the same func, ended by `kthread_exit`, ends cleanly. */
export function funcEndsWithExit(trial: Trial<NetbsdKernel>): void {
  funcMustNotReturn(trial)
  const k = trial.createKernel({ ncpu: 2 })
  const outcome = k.boot(function* () {
    function* ends() {
      yield* k.kpause('work', false, 1, null)
      yield* k.kthread_exit(0)
    }
    const l = yield* spawn(k, ends, { name: 'ends' })
    yield* k.kpause('later', false, 10, null)
    return l.l_stat
  })
  equal(valueOf(outcome), k.LSZOMB, 'state of the thread that called kthread_exit')
  equal(k.console, [], 'lines on the console')
  trial.saw('with kthread_exit(0) the thread ended in LSZOMB, and the run went on')
}

/** NB6-KT-24, NB10-KT-27: whatever is not null arrives, the very same. */
export function argIsHandedOver(trial: Trial<NetbsdKernel>): void {
  const k = trial.createKernel({ ncpu: 2 })
  const given = [{ soft: 'state' }, ['list'], 'text', '', 17, 0, false]
  const received: unknown[] = []
  function* func(arg: unknown) {
    received.push(arg)
    yield* k.kthread_exit(0)
  }
  valueOf(
    k.boot(function* () {
      for (const [at, arg] of given.entries()) {
        equal(yield* k.kthread_create(k.PRI_NONE, 0, null, func, arg, null, 'w%d', at), 0, 'kthread_create')
        yield* k.kpause('func', false, 1, null)
      }
    }),
  )
  equal(received.length, given.length, 'calls of func')
  for (const [at, arg] of given.entries()) holds(received[at] === arg, `func ${at} was given something else than arg`)
  trial.saw(`${given.length} arguments arrived as they were given, '', 0 and false among them`)
}

/** NB6-KT-25, NB10-KT-28: null is accepted, and func, if it looks, finds its own LWP (NB-D-01). */
export function argMayBeNull(trial: Trial<NetbsdKernel>): void {
  const k = trial.createKernel({ ncpu: 2 })
  const newlp = ref<Lwp>()
  const received: unknown[] = []
  const error = valueOf(
    k.boot(function* () {
      function* func(arg: Lwp) {
        received.push(arg)
        yield* k.kthread_exit(0)
      }
      const result = yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, func, null, newlp, 'no arg')
      yield* k.kpause('func', false, 1, null)
      return result
    }),
  )
  equal(error, 0, 'kthread_create with a null arg')
  equal(received.length, 1, 'calls of func')
  holds(received[0] === newlp.value, 'func was given something else than its own LWP')
  trial.saw('kthread_create with a null arg = 0; func was given its own LWP')
}

/**
 * NB6-KT-26, NB10-KT-29: once the call has returned 0 the slot has the LWP, and after an error what it had before. A
 * thread urgent enough to run at once finds the slot still empty (NB-D-20).
 */
export function newlpReceivesLwp(trial: Trial<NetbsdKernel>): void {
  const k = trial.createKernel({ ncpu: 1 })
  valueOf(
    k.boot(function* () {
      for (const pri of [k.PRI_KTHREAD, k.PRI_USER_RT]) {
        const newlp: Out<Lwp> = ref()
        const found: unknown[] = []
        function* func(own: Lwp) {
          found.push(own, newlp.value)
          yield* k.kthread_exit(0)
        }
        equal(yield* k.kthread_create(pri, k.KTHREAD_MPSAFE, null, func, null, newlp, 'p%d', pri), 0, 'kthread_create')
        const l = newlp.value
        const isEarly = found.length !== 0
        yield* k.kpause('func', false, 1, null)
        holds(l !== null && found[0] === l, 'the slot does not have the LWP of the new thread')
        equal(isEarly, pri === k.PRI_USER_RT, `whether priority ${pri} ran before kthread_create returned`)
        holds(found[1] === (isEarly ? null : l), `what priority ${pri} found in the slot`)
      }
      const dummy = k.lwp0
      const newlp = ref(dummy)
      k.inject({ at: 'uarea' })
      equal(yield* k.kthread_create(k.PRI_NONE, 0, null, exits, k, newlp, 'refused'), k.ENOMEM, 'without memory')
      holds(newlp.value === dummy, 'a failed creation has changed the slot')
      trial.saw('stored after 0 was returned; null to a thread of priority 128 that ran first; untouched by ENOMEM')
    }),
  )
}

/** NB6-KT-27: null is accepted, and the thread runs all the same. */
export function newlpMayBeNull(trial: Trial<NetbsdKernel>): void {
  const k = trial.createKernel({ ncpu: 2 })
  const ran: string[] = []
  valueOf(
    k.boot(function* () {
      function* func(name: string) {
        ran.push(name)
        yield* k.kthread_exit(0)
      }
      for (const flags of [0, k.KTHREAD_MPSAFE, k.KTHREAD_TS]) {
        const error = yield* k.kthread_create(k.PRI_NONE, flags, null, func, `flags ${flags}`, null, 'w')
        equal(error, 0, `kthread_create with a null newlp and flags ${flags}`)
      }
      yield* k.kpause('func', false, 1, null)
    }),
  )
  equal(ran.sort(), ['flags 0', 'flags 2', 'flags 8'], 'threads that ran')
  trial.saw(`null newlp: ${ran.length} of 3 threads were created and ran`)
}

/** NB6-KT-28: with KTHREAD_MUSTJOIN it is a broken contract, found before the thread can run (NB-D-05). */
export function mustjoinNeedsNewlp(trial: Trial<NetbsdKernel>): void {
  for (const others of [0, trial.createKernel().KTHREAD_MPSAFE]) {
    const k = trial.createKernel({ ncpu: 2 })
    const flags: number = k.KTHREAD_MUSTJOIN | others
    let calls = 0
    function* func() {
      calls++
      yield* k.kthread_exit(0)
    }
    const outcome = k.boot(function* () {
      return yield* k.kthread_create(k.PRI_NONE, flags, null, func, null, null, 'w')
    })
    panics(outcome, 'NB-D-05')
    equal(calls, 0, 'calls of func')
    trial.saw(describeOutcome(outcome))
  }
}

/** NB10-KT-30: both of the older page's clauses in one. */
export function newlpMayBeNullUnlessMustjoin(trial: Trial<NetbsdKernel>): void {
  newlpMayBeNull(trial)
  mustjoinNeedsNewlp(trial)
}

/** NB6-KT-29, NB10-KT-31: what printf makes of it, of which 15 characters are kept (NB-D-19). */
export function fmtMakesName(trial: Trial<NetbsdKernel>): void {
  const k = trial.createKernel({ ncpu: 2 })
  const names = valueOf(
    k.boot(function* () {
      const newlp = ref<Lwp>()
      const made: string[] = []
      const wanted = [
        ['plain', []],
        ['w%d/%s', [3, 'x']],
        ['%s%04x%c', ['a', 255, 'z']],
        ['100%% %-3d|', [7]],
        ['%s', ['abcdefghijklmnopqrst']],
      ] as const
      for (const [fmt, args] of wanted) {
        const error = yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_IDLE, null, exits, k, newlp, fmt, ...args)
        equal(error, 0, `kthread_create with fmt ${fmt}`)
        made.push(newlp.value!.l_name)
      }
      return made
    }),
  )
  equal(names, ['plain', 'w3/x', 'a00ffz', '100% 7  |', 'abcdefghijklmno'], 'names')
  trial.saw(names.map((name) => `'${name}'`).join(', '))
}

/** NB6-KT-30, NB10-KT-32: null is a broken contract, and nothing is created (NB-D-04). */
export function fmtMustNotBeNull(trial: Trial<NetbsdKernel>): void {
  const k = trial.createKernel({ ncpu: 2 })
  const before: number[] = []
  const newlp = ref<Lwp>()
  const outcome = k.boot(function* () {
    before.push(living(k).length)
    return yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_IDLE, null, exits, k, newlp, null as never)
  })
  if (newlp.value !== null) trial.saw(`kthread_create with a null fmt made a thread named '${newlp.value.l_name}'`)
  panics(outcome, 'NB-D-04')
  equal(living(k).length, before[0], 'LWPs of process 0')
  trial.saw(describeOutcome(outcome))
}

/** NB6-KT-31: it stands in the views and in what is printed, and means nothing else: two threads may share one. */
export function nameIsForDisplay(trial: Trial<NetbsdKernel>): void {
  const k = trial.createKernel({ ncpu: 2 })
  valueOf(
    k.boot(function* () {
      function* func() {
        yield* k.tsleep('go', 0, 'go', 0)
        yield* k.kthread_exit(3)
      }
      const twins = [yield* spawn(k, func, { name: 'twin' }), yield* spawn(k, func, { name: 'twin' })]
      yield* k.kpause('asleep', false, 1, null)
      equal(k.ps().filter(({ lname }) => lname === 'twin').length, 2, 'rows of ps with the name')
      equal(linesWith(k.psText(), 'twin'), 2, 'lines of the ps view with the name')
      equal(linesWith(k.ddbPs(), 'twin'), 2, 'lines of the debugger’s ps with the name')
      const lids = twins.map(({ l_lid }) => l_lid)
      holds(lids[0] !== lids[1], 'two threads have one LID')
      yield* k.wakeup('go')
      yield* k.kpause('end', false, 1, null)
      const printed = lids.map((lid) => `WARNING: kthread \`twin' (${lid}) exits with status 3`)
      equal([...k.console].sort(), printed.sort(), 'lines on the console')
      trial.saw(`two threads 'twin', LIDs ${lids.join(' and ')}, in ps, in ddb and on the console`)
    }),
  )
}

function linesWith(text: string, word: string): number {
  return text.split('\n').filter((line) => line.includes(word)).length
}
