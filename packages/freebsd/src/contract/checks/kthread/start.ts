import { describeOutcome, equal, holds, valueOf } from '@kt/core/contract'
import { ref, type kthread_desc, type Td } from '../../../releases/8.0.js'
import { entry, exits, listed, pause, quiet, runs, waits, type Check } from './words.js'

// DESCRIPTION, kthread_start: who uses it, and what becomes of the descriptor.

const DAEMONS = ['bufdaemon', 'pagedaemon', 'syncer', 'vmdaemon']

/** FB8-KT-17: the four daemons that are named are started by it: threads of process 0, and no processes (FB8-D-01). */
export const startsDaemons: Check = (trial) => {
  const k = trial.createKernel({ daemons: 'page', ncpu: 1 })
  valueOf(k.boot(() => pause(k, k.hz)))
  const threads = listed(k, k.proc0).filter((name) => DAEMONS.includes(name))
  equal([...threads].sort(), DAEMONS, 'daemons among the threads of process 0')
  const processes = k.allproc.map(({ p_comm }) => p_comm).filter((name) => DAEMONS.includes(name))
  equal(processes, [], 'daemons among the processes')
  trial.saw(`threads of process 0: ${threads.join(', ')}`)
}

/** FB8-KT-18: an entry with the function itself and a descriptor creates the thread when its turn comes. */
export const isForSysinit: Check = (trial) => {
  const k = quiet(trial)
  const global_threadpp = ref<Td>()
  const seen: [string, Td | null, readonly string[]][] = []
  function* look(when: string) {
    seen.push([when, global_threadpp.value, listed(k, k.proc0).filter((name) => name === 'daemon')])
    yield* []
  }
  const desc = { arg0: 'daemon', func: () => waits(k, 'go'), global_threadpp }
  k.SYSINIT('after', k.SI_SUB_KTHREAD_BUF, k.SI_ORDER_SECOND, look, 'after')
  k.SYSINIT('daemon', k.SI_SUB_KTHREAD_BUF, k.SI_ORDER_FIRST, k.kthread_start, desc)
  k.SYSINIT('before', k.SI_SUB_KTHREAD_VM, k.SI_ORDER_ANY, look, 'before')
  valueOf(k.boot(() => pause(k, 1)))
  const td = global_threadpp.value
  holds(td !== null, 'no thread was created')
  equal(seen, [['before', null, []], ['after', td, ['daemon']]], 'the variable, and the list, around its place') // prettier-ignore
  equal(td.td_wmesg, 'waits', 'what the thread does when the system is up')
  trial.saw('there after its place among the SYSINITs, and not before')
}

/** FB8-KT-19: what it is given is taken for a descriptor, and what is none is refused. */
export const udataIsDesc: Check = (trial) => {
  const calls = runs(trial, function* (k) {
    const global_threadpp = ref<Td>()
    const ran: unknown[] = []
    function* func() {
      ran.push(k.curthread)
      yield* k.kthread_exit()
    }
    const udata: unknown = { arg0: 'from desc', func, global_threadpp }
    yield* k.kthread_start(udata as kthread_desc)
    yield* k.pause('turn', 1)
    equal(global_threadpp.value!.td_name, 'from desc', 'name of the thread')
    holds(ran[0] === global_threadpp.value, 'the function of the descriptor was not run by the thread')
    return ran.length
  })
  equal(calls, 1, 'calls of the function in the descriptor')
  const func = () => exits(trial.createKernel())
  const others: readonly unknown[] = [null, 'bufdaemon', func, {}, { arg0: 'x' }, { func }, { arg0: 7, func }]
  for (const udata of others) {
    const k = quiet(trial)
    const { kind } = k.boot(function* () {
      yield* k.kthread_start(udata as kthread_desc)
    })
    equal(kind, 'fault', 'end of a run with something else than a descriptor')
  }
  trial.saw('a descriptor is used, anything else refused')
}

/** FB8-KT-20: three members, and no other is looked at; the function has no parameters. */
export const descHasThree: Check = (trial) => {
  const read: string[] = []
  const parameters = runs(trial, function* (k) {
    const global_threadpp = ref<Td>()
    const got: unknown[] = []
    function* func(...args: readonly unknown[]) {
      got.push(...args)
      yield* k.kthread_exit()
    }
    const desc = { arg0: 'd', func, global_threadpp, flags: k.RFSTOPPED, pages: 9 }
    const watched = new Proxy(desc, {
      get(target, name: keyof typeof desc) {
        if (!read.includes(name)) read.push(name)
        return target[name]
      },
    })
    yield* k.kthread_start(watched)
    yield* k.pause('turn', 1)
    holds(global_threadpp.value !== null, 'the third member was not filled')
    // The kernel calls it with null, which one without parameters does not see (FB8-D-08).
    return got
  })
  equal(read, ['arg0', 'func', 'global_threadpp'], 'members that were looked at, in order')
  equal(parameters, [null], 'what func was called with')
  trial.saw(`members: ${read.join(', ')}`)
}

/** FB8-KT-21: the name as the list of threads shows it. */
export const arg0IsName: Check = (trial) => {
  const names = runs(trial, function* (k) {
    const found: string[] = []
    for (const arg0 of ['bufdaemon', 'flush 2', '%s%d']) {
      const global_threadpp = ref<Td>()
      yield* k.kthread_start({ arg0, func: () => waits(k, 'go'), global_threadpp })
      found.push(entry(k, global_threadpp.value!)?.ki_ocomm ?? 'not in the list')
    }
    return found
  })
  equal(names, ['bufdaemon', 'flush 2', '%s%d'], 'names in the list of threads')
  trial.saw(names.map((name) => `'${name}'`).join(', '))
}

/** FB8-KT-22: copied: what becomes of the string afterwards does not matter, and 19 characters of it are kept. */
export const arg0IsCopied: Check = (trial) => {
  const seen = runs(trial, function* (k) {
    const global_threadpp = ref<Td>()
    const desc = { arg0: 'abcdefghijklmnopqrstuvwxyz', func: () => waits(k, 'go'), global_threadpp }
    yield* k.kthread_start(desc)
    desc.arg0 = 'changed'
    yield* k.pause('turn', 1)
    const td = global_threadpp.value!
    return [td.td_name, entry(k, td)!.ki_ocomm]
  })
  equal(seen, ['abcdefghijklmnopqrs', 'abcdefghijklmnop'], 'td_name after arg0 was changed, and the name in the list')
  trial.saw(seen.join(', in the list '))
}

/** FB8-KT-23: the thread begins with func and calls it once; a change of the descriptor comes too late. */
export const funcIsMain: Check = (trial) => {
  runs(trial, function* (k) {
    const global_threadpp = ref<Td>()
    const calls: Td[] = []
    const desc: { -readonly [M in keyof kthread_desc]: kthread_desc[M] } = {
      arg0: 'd',
      *func() {
        calls.push(k.curthread)
        for (let n = 0; n < 3; n++) yield* k.pause('turn', 2)
        yield* k.kthread_exit()
      },
      global_threadpp,
    }
    yield* k.kthread_start(desc)
    desc.func = () => waits(k, 'changed')
    equal(calls.length, 0, 'calls of func by its creator')
    yield* k.pause('turn', 20)
    equal(calls.length, 1, 'calls of func')
    holds(calls[0] === global_threadpp.value, 'func was called by another thread')
    equal(calls[0].td_state, k.TDS_INACTIVE, 'state of the thread when func has ended it')
  })
  trial.saw('called once, by the new thread')
}

/** FB8-KT-24: the variable holds the thread that runs func. */
export const threadppReceivesThread: Check = (trial) => {
  for (const ncpu of [1, 2]) {
    const k = quiet(trial, { ncpu })
    valueOf(
      k.boot(function* () {
        const global_threadpp = ref<Td>()
        const ran: Td[] = []
        function* func() {
          ran.push(k.curthread)
          yield* waits(k, 'go')
        }
        yield* k.kthread_start({ arg0: 'd', func, global_threadpp })
        const td = global_threadpp.value
        holds(td !== null && k.tdfind(td.td_tid) === td, 'the variable was not given a live thread')
        yield* k.pause('turn', 1)
        holds(ran[0] === td, 'the variable was given another thread than the one that runs func')
      }),
    )
  }
  trial.saw('it holds the thread that runs func')
}

/** FB8-KT-25: null is accepted, and the thread runs all the same. */
export const threadppMayBeNull: Check = (trial) => {
  const ran = runs(trial, function* (k) {
    const names: string[] = []
    function* func() {
      names.push(k.curthread.td_name)
      yield* k.kthread_exit()
    }
    yield* k.kthread_start({ arg0: 'unknown', func, global_threadpp: null })
    yield* k.pause('turn', 1)
    return names
  })
  equal(ran, ['unknown'], 'threads that ran')
  trial.saw('with null, and the thread ran')
}

/** FB8-KT-26: process 0 has it, whichever process asks. */
export const isOfProcess0: Check = (trial) => {
  const k = quiet(trial)
  const pps = [ref<Td>(), ref<Td>()]
  const outcome = k.boot(function* () {
    k.process({ name: 'sh' }, function* () {
      yield* k.kthread_start({ arg0: 'user', func: () => waits(k, 'go'), global_threadpp: pps[0]! })
    })
    yield* k.pause('turn', 1)
    yield* k.kthread_start({ arg0: 'main', func: () => waits(k, 'go'), global_threadpp: pps[1]! })
  })
  equal(outcome.kind, 'done', describeOutcome(outcome))
  const seen = pps.map(({ value: td }) => {
    const { ki_pid, ki_comm } = entry(k, td!)!
    return [td!.td_proc === k.proc0, ki_pid, ki_comm]
  })
  equal(seen, [[true, 0, 'kernel'], [true, 0, 'kernel']], 'process 0, its number and name, for both askers') // prettier-ignore
  trial.saw('asked for by a user process and by a thread: pid 0, kernel')
}
