import { equal, holds, valueOf } from '@kt/core/contract'
import { ref, type Kernel, type Td } from '../../../releases/8.0.js'
import { adds, creates, entry, exits, listed, quiet, runs, waits, type Check } from './words.js'

// DESCRIPTION, kthread_add: what it creates and where, and what becomes of its first four arguments.

/** FB8-KT-27: a thread with a number of its own, marked as the kernel's, that is in the list. */
export const createsThread: Check = (trial) => {
  runs(trial, function* (k) {
    const before = k.kinfo_proc().map(({ ki_tid }) => ki_tid)
    const td = yield* adds(k, () => waits(k, 'go'))
    holds(!before.includes(td.td_tid), `thread ${td.td_tid} was there before`)
    const after = k.kinfo_proc().map(({ ki_tid }) => ki_tid)
    equal(after.length, before.length + 1, 'threads in the list')
    holds(after.includes(td.td_tid) && k.tdfind(td.td_tid) === td, 'it is not found by its number')
    equal([td.td_pflags & k.TDP_KTHREAD, td.isKthread], [k.TDP_KTHREAD, true], 'TDP_KTHREAD')
    trial.saw(`thread ${td.td_tid}, TDP_KTHREAD`)
  })
}

/** FB8-KT-28: user mode is closed to it, in a process of users too, whose own thread goes there (FB8-D-09). */
export const isInKernelMode: Check = (trial) => {
  const ofUser = quiet(trial)
  valueOf(
    ofUser.boot(function* () {
      ofUser.process({ name: 'sh' }, function* () {
        yield* ofUser.user(1000)
      })
      yield* ofUser.pause('turn', 1)
    }),
  )
  for (const where of ['process 0', 'a kernel process', 'a user process'] as const) {
    const k = quiet(trial)
    const reached: string[] = []
    const outcome = k.boot(function* () {
      function* func() {
        reached.push('before')
        yield* k.user(1000)
        reached.push('after')
        yield* k.kthread_exit()
      }
      const procp =
        where === 'process 0'
          ? null
          : where === 'a kernel process'
            ? yield* creates(k, () => waits(k, 'go'))
            : k.process({ name: 'sh' }, () => waits(k, 'go'))
      yield* adds(k, func, 'worker', procp)
      yield* k.pause('turn', 10)
    })
    equal([outcome.kind, reached], ['fault', ['before']], `end of a run whose thread of ${where} goes to user mode`)
  }
  trial.saw('the simulator has no user mode for it, wherever it is')
}

/** FB8-KT-29: the process that was named has one more, the newest, and no other has. */
export const isAddedToProcp: Check = (trial) => {
  runs(trial, function* (k) {
    const kproc = yield* creates(k, () => waits(k, 'go'))
    const user = k.process({ name: 'sh' }, () => waits(k, 'go'))!
    for (const procp of [kproc, user, k.proc0]) {
      const before = [procp.p_numthreads, k.kinfo_proc().length]
      const td = yield* adds(k, () => waits(k, 'go'), 'added', procp)
      holds(td.td_proc === procp && procp.p_threads[0] === td, `it is not the newest of process ${procp.p_pid}`)
      const after = [procp.p_numthreads, k.kinfo_proc().length]
      equal(after, before.map((count) => count + 1), 'threads of the process, and of all') // prettier-ignore
      trial.saw(`${procp.p_comm}: ${procp.p_numthreads} threads`)
    }
  })
}

/** FB8-KT-30: null means process 0, whoever asks. */
export const nullIsProcess0: Check = (trial) => {
  const seen = runs(trial, function* (k) {
    const mine = yield* adds(k, () => waits(k, 'go'))
    const others: Td[] = []
    k.process({ name: 'sh' }, function* () {
      others.push(yield* adds(k, () => waits(k, 'go')))
    })
    yield* creates(k, function* () {
      others.push(yield* adds(k, () => waits(k, 'go')))
      yield* k.kthread_exit()
    })
    yield* k.pause('turn', 2)
    return [mine, ...others].map((td) => [td.td_proc === k.proc0, entry(k, td)?.ki_pid])
  })
  equal(seen, [[true, 0], [true, 0], [true, 0]], 'process 0, and its number, for main, a user and a daemon') // prettier-ignore
  trial.saw('process 0 for a thread of it, a user process and a kernel process')
}

/** FB8-KT-31: func is what it executes, from the beginning and once. */
export const executesFunc: Check = (trial) => {
  const k = quiet(trial)
  const calls: number[] = []
  const td = valueOf(
    k.boot(function* () {
      const created = yield* adds(k, function* () {
        k.mark('in func')
        calls.push(k.curthread.td_state)
        for (let n = 0; n < 3; n++) yield* k.pause('turn', 2)
        yield* k.kthread_exit()
      })
      equal([calls.length, created.td_state], [0, k.TDS_RUNQ], 'calls before the thread had the CPU, and its state')
      yield* k.pause('turn', 20)
      return created
    }),
  )
  equal(calls, [k.TDS_RUNNING], 'state of the thread at each call of func')
  const events = Array.from(k.trace!.events()).filter(({ thread }) => thread === td.td_tid)
  const kinds = events.map(({ kind }) => kind).filter((kind) => ['create', 'switch', 'mark'].includes(kind))
  equal(kinds.slice(0, 3), ['create', 'switch', 'mark'], 'what happened to the thread first')
  trial.saw(kinds.slice(0, 3).join(', '))
}

/** FB8-KT-32: func is given arg, the very same, whatever it is, and nothing besides (FB8-D-08). */
export const argIsHandedOver: Check = (trial) => {
  const given = [{ soft: 'state' }, ['list'], 'text', '', 17, 0, false, null]
  const received: unknown[] = []
  runs(trial, function* (k) {
    function* func(...args: readonly unknown[]) {
      equal(args.length, 1, 'arguments of func')
      received.push(args[0])
      yield* k.kthread_exit()
    }
    for (const [at, arg] of given.entries()) {
      equal(yield* k.kthread_add(func, arg, null, null, 0, 0, 'w%d', at), 0, 'kthread_add')
      yield* k.pause('turn', 1)
    }
  })
  equal(received.length, given.length, 'calls of func')
  for (const [at, arg] of given.entries()) holds(received[at] === arg, `func was not given arg ${JSON.stringify(arg)}`)
  trial.saw(`${given.length} arguments arrived as they were given, '', 0, false and null among them`)
}

/** FB8-KT-33: the new thread calls func; with one CPU, and nobody better than the other, the creator goes on first. */
export const newThreadCalls: Check = (trial) => {
  const log: string[] = []
  runs(trial, function* (k) {
    const callers: Td[] = []
    const td = yield* adds(k, function* () {
      callers.push(k.curthread)
      log.push('func')
      yield* k.kthread_exit()
    })
    equal(td.td_priority, k.curthread.td_priority, 'priorities of the thread and of its creator')
    log.push('kthread_add returned')
    yield* k.pause('turn', 1)
    holds(callers[0] === td && td !== k.curthread, 'func was called by another thread than the new one')
  })
  equal(log, ['kthread_add returned', 'func'], 'what happened first')
  trial.saw(log.join(', then '))
}

/** FB8-KT-34: the variable holds the thread when the call is over; what fails to be created is not stored. */
export const newtdppReceivesThread: Check = (trial) => {
  for (const ncpu of [1, 2]) {
    const k = quiet(trial, { ncpu })
    valueOf(
      k.boot(function* () {
        const newtdpp = ref<Td>()
        const ran: Td[] = []
        function* func() {
          ran.push(k.curthread)
          yield* waits(k, 'go')
        }
        equal(yield* k.kthread_add(func, null, null, newtdpp, 0, 0, 'w'), 0, 'kthread_add')
        const td = newtdpp.value
        holds(td !== null && k.tdfind(td.td_tid) === td, 'newtdpp was not given a live thread')
        yield* k.pause('turn', 1)
        holds(ran[0] === td, 'newtdpp was given another thread than the one that executes func')
        k.inject({ at: 'kstack' })
        equal(yield* k.kthread_add(func, null, null, newtdpp, 0, 0, 'w'), k.ENOMEM, 'kthread_add without a stack')
        holds(newtdpp.value === td, 'a failed creation has changed newtdpp')
      }),
    )
  }
  trial.saw('newtdpp holds the thread that executes func; ENOMEM leaves it alone')
}

/** FB8-KT-35: null is accepted, and the thread runs all the same. */
export const newtdppMayBeNull: Check = (trial) => {
  const seen = runs(trial, function* (k) {
    const ran: string[] = []
    function* func() {
      ran.push(k.curthread.td_name)
      yield* exits(k)
    }
    const error = yield* k.kthread_add(func, null, null, null, 0, 0, 'unknown')
    const found = hasThread(k, 'unknown')
    yield* k.pause('turn', 1)
    return [error, found, ran]
  })
  equal(seen, [0, true, ['unknown']], 'kthread_add, whether the thread is in the list, and threads that ran')
  trial.saw('kthread_add with a null newtdpp = 0, and the thread ran')
}

function hasThread(k: Kernel, name: string): boolean {
  return listed(k, k.proc0).includes(name)
}
