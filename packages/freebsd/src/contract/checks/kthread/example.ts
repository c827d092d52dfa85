import type { Out, Steps } from '@kt/core'
import { equal, holds, valueOf } from '@kt/core/contract'
import { ref, type Kernel, type kthread_desc, type Td } from '../../../releases/8.0.js'
import { isParked, resumes, suspends } from './suspend-words.js'
import { quiet, type Check } from './words.js'

// EXAMPLES: the page's bufdaemon.

/** The example, on a cold machine, and what its thread saw. */
interface Example {
  readonly desc: kthread_desc
  readonly bufdaemonthread: Out<Td>
  /** What the global pointer had when the main function began. */
  seenAtStart: Td | null
  /** Whether every check was given the caller by way of the pointer. */
  isSelf: boolean
  rounds: number
}

function bufdaemon(k: Kernel): Example {
  const bufdaemonthread = ref<Td>()
  function* buf_daemon(): Steps<void> {
    example.seenAtStart = bufdaemonthread.value
    holds(example.seenAtStart !== null, 'the pointer is null when the main function begins')
    yield* k.EVENTHANDLER_REGISTER('shutdown_pre_sync', k.kthread_shutdown, example.seenAtStart, k.SHUTDOWN_PRI_LAST)
    for (;;) {
      example.isSelf &&= bufdaemonthread.value === k.curthread
      yield* k.kthread_suspend_check(bufdaemonthread.value!)
      example.rounds++
      yield* k.tsleep(example, k.PVM, 'psleep', k.hz)
    }
  }
  const desc = { arg0: 'bufdaemon', func: buf_daemon, global_threadpp: bufdaemonthread }
  const example: Example = { desc, bufdaemonthread, seenAtStart: null, isSelf: true, rounds: 0 }
  k.SYSINIT('bufdaemon', k.SI_SUB_KTHREAD_BUF, k.SI_ORDER_FIRST, k.kthread_start, desc)
  return example
}

/** FB8-KT-65: pointer and descriptor make a thread of that name, with that function, behind that pointer. */
export const descAndPointer: Check = (trial) => {
  const k = quiet(trial)
  const { desc, bufdaemonthread, rounds } = bufdaemon(k)
  equal([rounds, bufdaemonthread.value], [0, null], 'rounds and pointer before boot')
  equal(Object.keys(desc), ['arg0', 'func', 'global_threadpp'], 'members of the descriptor')
  valueOf(k.boot())
  const td = bufdaemonthread.value
  holds(td !== null, 'the pointer is null after boot')
  equal([td.td_name, td.td_proc.p_pid], ['bufdaemon', 0], 'name and process of the thread')
  holds(k.tdfind(td.td_tid) === td, 'the thread is not there')
  trial.saw(`thread ${td.td_name} (tid ${td.td_tid}) of process ${td.td_proc.p_pid}`)
}

/** FB8-KT-66: the thread is made at that place of the boot, not before and not after. */
export const startedBySysinit: Check = (trial) => {
  const k = quiet(trial)
  const { bufdaemonthread } = bufdaemon(k)
  equal([k.SI_SUB_KTHREAD_BUF, k.SI_ORDER_FIRST], [0xea00000, 0], 'SI_SUB_KTHREAD_BUF and SI_ORDER_FIRST')
  const seen: string[] = []
  const look = (when: string, subsystem: number, order: number) => {
    k.SYSINIT(when, subsystem, order, () => [], null)
    k.SYSINIT(when, subsystem, order, () => note(when), null)
  }
  function* note(when: string): Steps<void> {
    seen.push(`${when}: ${bufdaemonthread.value === null ? 'null' : bufdaemonthread.value.td_name}`)
  }
  look('before', k.SI_SUB_KTHREAD_BUF - 1, k.SI_ORDER_ANY)
  look('after', k.SI_SUB_KTHREAD_BUF, k.SI_ORDER_SECOND)
  valueOf(k.boot())
  equal(seen, ['before: null', 'after: bufdaemon'], 'the pointer around SI_SUB_KTHREAD_BUF / SI_ORDER_FIRST')
  trial.saw(seen.join('; '))
}

/** FB8-KT-67: the thread itself registers, last of those before the sync, ahead of its first check. */
export const registersItself: Check = (trial) => {
  const k = quiet(trial)
  const example = bufdaemon(k)
  equal(k.eventhandlers('shutdown_pre_sync'), [], 'handlers before boot')
  valueOf(k.boot())
  const td = example.bufdaemonthread.value
  const handlers = k.eventhandlers('shutdown_pre_sync').filter(({ arg }) => arg === td)
  equal(handlers.length, 1, 'handlers with the thread as argument')
  const [handler] = handlers
  holds(handler!.func === k.kthread_shutdown, 'the handler is not kthread_shutdown')
  equal([handler!.priority, k.SHUTDOWN_PRI_LAST], [20_000, 20_000], 'its priority, and SHUTDOWN_PRI_LAST')
  trial.saw(`kthread_shutdown of ${td!.td_name} at ${handler!.priority}`)
}

/** FB8-KT-68: when the buffers are synced the daemon has been parked, and no earlier handler found it so. */
export const parkedBeforeSync: Check = (trial) => {
  const k = quiet(trial)
  const example = bufdaemon(k)
  const seen: boolean[] = []
  const outcome = k.boot(function* () {
    const td = example.bufdaemonthread.value!
    function* looks() {
      seen.push(isParked(k, td))
    }
    yield* k.EVENTHANDLER_REGISTER('shutdown_pre_sync', looks, null, k.SHUTDOWN_PRI_DEFAULT)
    yield* k.EVENTHANDLER_REGISTER('shutdown_pre_sync', looks, null, k.SHUTDOWN_PRI_LAST + 1)
    yield* k.EVENTHANDLER_REGISTER('shutdown_post_sync', looks, null, k.SHUTDOWN_PRI_FIRST)
    yield* k.reboot(k.RB_AUTOBOOT)
  })
  equal(outcome.kind, 'shutdown', 'the run ends with')
  equal(seen, [false, true, true], 'parked: before its event, after it, and after the sync')
  const stop = "Waiting (max 60 seconds) for system thread `bufdaemon' to stop...done"
  equal(k.console.slice(0, 2), [stop, 'All buffers synced.'], 'the console')
  trial.saw(k.console.slice(0, 2).join('; '))
}

/** FB8-KT-69: the pointer serves as well as curthread, because both are the same thread. */
export const checkByPointer: Check = (trial) => {
  const k = quiet(trial)
  const example = bufdaemon(k)
  valueOf(
    k.boot(function* () {
      const td = example.bufdaemonthread.value!
      for (let cycle = 0; cycle < 3; cycle++) {
        const { rounds } = example
        yield* k.pause('wait', 2 * k.hz)
        holds(example.rounds > rounds, 'the daemon does nothing')
        yield* suspends(k, td, 2 * k.hz)
        const before = example.rounds
        yield* resumes(k, td)
        equal(example.rounds, before + 1, 'rounds after a resume')
      }
    }),
  )
  holds(example.isSelf, 'the pointer was not the caller')
  trial.saw(`suspended and resumed three times in ${example.rounds} rounds`)
}

/** FB8-KT-70: at boot, and when the new thread runs before its creator is done with it (FB8-D-11). */
export const pointerIsValid: Check = (trial) => {
  const booted = quiet(trial)
  const example = bufdaemon(booted)
  valueOf(booted.boot())
  holds(example.seenAtStart !== null, 'the main function was not called, at boot')
  holds(example.seenAtStart === example.bufdaemonthread.value, 'the pointer was another one')

  const k = quiet(trial)
  let hasRun = false
  const seen = valueOf(
    k.boot(function* () {
      const pointer = ref<Td>()
      const seenBy = ref<Td>()
      function* func() {
        hasRun = true
        seenBy.value = pointer.value
        yield* k.kthread_exit()
      }
      // A thread has the priority of its template: better than the caller's, it runs at once.
      yield* k.sched_prio(k.thread0, k.PSWP)
      yield* k.kthread_start({ arg0: 'eager', func, global_threadpp: pointer })
      holds(hasRun, 'the thread did not run before its creator went on')
      return { pointer: pointer.value!.td_name, seen: seenBy.value?.td_name ?? 'null' }
    }),
  )
  trial.saw(`an eager thread sees ${seen.seen}; afterwards the pointer is ${seen.pointer}`)
  equal(seen, { pointer: 'eager', seen: 'eager' }, 'the pointer, and what the main function saw in it')
}

/** FB8-KT-71: a function without parameters serves: what it is called with is null. */
export const noParameters: Check = (trial) => {
  const k = quiet(trial)
  const { desc } = bufdaemon(k)
  equal(desc.func.length, 0, "parameters of the example's function")
  const seen: unknown[][] = []
  function* func(...args: unknown[]) {
    seen.push(args)
    yield* k.kthread_exit()
  }
  k.SYSINIT('other', k.SI_SUB_KTHREAD_BUF, k.SI_ORDER_SECOND, k.kthread_start, {
    arg0: 'other',
    func,
    global_threadpp: null,
  })
  valueOf(k.boot())
  equal(seen, [[null]], 'what a function of a descriptor was called with')
  trial.saw('it is called with null')
}
