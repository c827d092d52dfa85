import type { Steps } from '@kt/core'
import { equal, holds } from '@kt/core/contract'
import { ref, type Proc, type Td } from '../../../releases/8.0.js'
import { entry, refuses, runs, type Check } from './words.js'

// SYNOPSIS, the two functions that add a thread.

/** FB8-KT-10: seven arguments in the page's order, then as many as the format takes; an int comes back. */
export const addSignature: Check = (trial) => {
  equal(trial.createKernel().kthread_add.length, 7, 'named parameters of kthread_add')
  const argument = { given: true }
  const received: unknown[] = []
  const seen = runs(trial, function* (k) {
    const func = function* (arg: typeof argument) {
      received.push(arg)
      yield* k.kthread_exit()
    }
    const made: unknown[] = []
    for (const [fmt, ...args] of TAILS) {
      const newtdpp = ref<Td>()
      const error = yield* k.kthread_add(func, argument, k.proc0, newtdpp, 0, 3, fmt, ...args)
      made.push([error, newtdpp.value!.td_name, newtdpp.value!.td_kstack_pages])
    }
    k.inject({ at: 'kstack' })
    made.push(yield* k.kthread_add(func, argument, k.proc0, null, 0, 3, 'none'))
    yield* k.pause('turn', 2)
    return made
  })
  equal(seen, [[0, 'plain', 3], [0, 'one1', 3], [0, 'three3x', 3], 12], 'the int, name and stack; the int of a failure') // prettier-ignore
  equal(received.length, 3, 'calls of func')
  holds(
    received.every((arg) => arg === argument),
    'func was given something else than arg',
  )
  const func = () => nothing()
  refuses(trial, 'kthread_add', [
    [7, null, null, null, 0, 0, 'x'],
    [func, null, 7, null, 0, 0, 'x'],
    [func, null, null, 7, 0, 0, 'x'],
    [func, null, null, null, 'RFSTOPPED', 0, 'x'],
    [func, null, null, null, 0, 0.5, 'x'],
    [func, null, null, null, 0, 0, 7],
    [func, null, null, null, 0, 0, '%d'],
    [func, null, null, null, 0, 0, '%d', 'text'],
  ])
  trial.saw(TAILS.map(([fmt]) => `'${fmt}'`).join(', '))
}

/** FB8-KT-11: eight arguments, pointers to pointers among them, the name of the process before the format. */
export const kprocAddSignature: Check = (trial) => {
  equal(trial.createKernel().kproc_kthread_add.length, 8, 'named parameters of kproc_kthread_add')
  const argument = { given: true }
  const received: unknown[] = []
  const seen = runs(trial, function* (k) {
    const func = function* (arg: typeof argument) {
      received.push(arg)
      yield* k.tsleep('go', 0, 'waits', 0)
      yield* k.kthread_exit()
    }
    const made: unknown[] = []
    const procptr = ref<Proc>()
    for (const [fmt, ...args] of TAILS) {
      const tdptr = ref<Td>()
      const error = yield* k.kproc_kthread_add(func, argument, procptr, tdptr, 0, 3, 'process', fmt, ...args)
      made.push([error, procptr.value!.p_comm, tdptr.value!.td_name, tdptr.value!.td_kstack_pages])
      holds(entry(k, tdptr.value!)?.ki_pid === procptr.value!.p_pid, 'the thread is not one of that process')
    }
    const refused = yield* k.kproc_kthread_add(func, argument, ref<Proc>(), null, k.RFCFDG, 3, 'process', 'x')
    yield* k.pause('turn', 2)
    return [...made, refused]
  })
  const expected = ['plain', 'one1', 'three3x'].map((name) => [0, 'process', name, 3])
  equal(seen, [...expected, 22], 'the int, name of process and thread, stack; the int of a failure')
  equal(received.length, 3, 'calls of func')
  holds(
    received.every((arg) => arg === argument),
    'func was given something else than arg',
  )
  const func = () => nothing()
  refuses(trial, 'kproc_kthread_add', [
    [7, null, ref<Proc>(), null, 0, 0, 'p', 'x'],
    [func, null, null, null, 0, 0, 'p', 'x'],
    [func, null, ref<Proc>(), 7, 0, 0, 'p', 'x'],
    [func, null, ref<Proc>(), null, 0.5, 0, 'p', 'x'],
    [func, null, ref<Proc>(), null, 0, 0.5, 'p', 'x'],
    [func, null, ref<Proc>(), null, 0, 0, 7, 'x'],
    [func, null, ref<Proc>(), null, 0, 0, 'p', 7],
  ])
  trial.saw('a process and three threads, with names from procname and from the format')
}

const TAILS = [['plain'], ['one%d', 1], ['%s%d%c', 'three', 3, 'x']] as const

function* nothing(): Steps<void> {
  // It is never run.
}
