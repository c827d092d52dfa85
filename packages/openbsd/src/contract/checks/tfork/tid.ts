import { seededOracle, usualOracle, type Oracle, type Out, type Steps } from '@kt/core'
import { equal, holds, type Trial } from '@kt/core/contract'
import type { UserPointer } from '../../../memory.js'
import type { Kernel } from '../../../releases/5.1.js'
import { idle, newStack, params, spawn, tell, TICK_NS } from './story.js'

// DESCRIPTION: tf_tcb and tf_tid.

/** OB-TF-16: the block of the call, not the caller's; and none where that is null. */
export function setsTcb(trial: Trial<Kernel>): void {
  const k = trial.createKernel()
  const wanted = [{ block: 'of the thread' }, 0x7f00_1000, null]
  const seen: unknown[] = []
  const { value } = tell(k, function* () {
    const callers = { block: 'of the caller' }
    yield* k.__set_tcb(callers)
    for (const tf_tcb of wanted) {
      function* func() {
        seen.push(yield* k.__get_tcb())
      }
      yield* k.__tfork_thread(params(null, tf_tcb), yield* newStack(k), func, null)
      yield* k.nanosleep(TICK_NS)
    }
    return (yield* k.__get_tcb()) === callers
  })
  equal(seen.length, wanted.length, 'threads that asked for their block')
  for (const [at, tf_tcb] of wanted.entries())
    holds(seen[at] === tf_tcb, `the block of call ${at}: __get_tcb in the thread = ${String(seen[at])}`)
  holds(value, "the caller's own block was changed")
  trial.saw(`${wanted.length} threads have the block of their tf_tcb, null for null`)
}

/**
 * OB-TF-17: there is no thread without its number being where tf_tid points. Where nothing can be stored there is none.
 */
export function storesTid(trial: Trial<Kernel>): void {
  const k = trial.createKernel()
  const { value } = tell(k, function* () {
    const { process } = k.curproc
    const variable = k.ref<number>()
    const mapped = (yield* k.mmap(4096)).word(4092)
    const children: number[] = []
    for (const tf_tid of [variable, mapped]) {
      function* func() {
        children.push(yield* k.getthrid())
      }
      const tid = yield* k.__tfork_thread(params(tf_tid, 'tcb'), yield* newStack(k), func, null)
      equal(tf_tid.value, tid, 'what lies at tf_tid, beside what the caller got')
      yield* k.nanosleep(TICK_NS)
    }
    equal(children, [variable.value, mapped.value], 'getthrid in the new threads')
    // A process that dies of it has told nothing.
    yield* k.sigaction(k.SIGSEGV, { handler: idle, flags: 0, mask: 0 }, null)
    const gone = yield* k.mmap(4096)
    yield* k.munmap(gone)
    const readOnly = yield* k.mmap(4096, false)
    for (const tf_tid of [gone.word(), readOnly.word(), readOnly.word(8192)]) {
      const tid = yield* k.__tfork_thread(params(tf_tid, 'tcb'), yield* newStack(k), idle, null)
      equal([tid, process.threadCount], [-1, 1], 'result, and threads, where nothing can be stored')
    }
    return children
  })
  trial.saw(`${value.join(' and ')} at tf_tid; no thread where tf_tid is a wild pointer`)
}

const SEEDS = 24
const CPUS = [1, 2] as const
/** Who comes first to user mode; every order of these has to be met. */
const ORDERS = ['the caller, the child', 'the child, the caller', 'the caller, the handler, the child']

/**
 * OB-TF-18: the number is there for the first thing that either executes in user mode, a signal handler of the new
 * thread included, whoever goes first. Every schedule is another machine.
 */
export function storedBeforeUserMode(trial: Trial<Kernel>): void {
  const met = new Set<string>()
  let schedules = 0
  for (const ncpu of CPUS) {
    for (const oracle of oracles()) {
      schedules++
      for (const order of firstLooks(trial, ncpu, oracle)) met.add(order)
    }
  }
  const missing = ORDERS.filter((order) => !met.has(order))
  equal(missing, [], 'orders that no schedule met')
  trial.saw(`${schedules} schedules with ${ORDERS.length} orders: each thread found the number at once`)
}

/** The usual order, and many others; with free timers clock ticks come at any time. */
function* oracles(): Generator<Oracle> {
  yield usualOracle()
  for (const freeTimers of [false, true]) for (let seed = 0; seed < SEEDS; seed++) yield seededOracle(seed, freeTimers)
}

/** Creates threads in all ways, and tells of each who was in user mode in what order. */
function firstLooks(trial: Trial<Kernel>, ncpu: number, oracle: Oracle): readonly string[] {
  const k = trial.createKernel({ ncpu, oracle })
  /** Where a thread finds its number, by that number; and who has looked there. */
  const places = new Map<number, Out<number>>()
  const looks = new Map<Out<number>, string[]>()
  /** The first thing that a thread does in user mode; no call comes before it. */
  function look(who: string, at: Out<number>, own: number): void {
    equal(at.value, own, `what ${who} finds at tf_tid at first`)
    looks.get(at)!.push(who)
  }
  function numberOfRunning(): number {
    return k.curproc.p_pid + k.THREAD_PID_OFFSET
  }
  function* handler(): Steps<void> {
    look('the handler', places.get(numberOfRunning())!, numberOfRunning())
  }
  function* make(way: 'library' | 'system call', isSignalled: boolean): Steps<void> {
    const tid = k.ref<number>()
    tid.value = -1
    looks.set(tid, [])
    const stack = yield* newStack(k)
    function* func() {
      look('the child', tid, numberOfRunning())
      yield* k.user(1000)
      yield* k.__threxit(null)
    }
    const wanted = params(tid, 'tcb')
    const result =
      way === 'library' ? yield* k.__tfork_thread(wanted, stack, func, null) : yield* k.rawTfork(wanted, func)
    look('the caller', tid, result)
    places.set(result, tid)
    if (isSignalled) yield* k.kill(result, k.SIGUSR1)
    // A clock that is ahead of the CPUs may bring the end of a sleep before the child has had its turn.
    while (!looks.get(tid)!.includes('the child')) yield* k.nanosleep(TICK_NS)
  }
  function* ways(): Steps<void> {
    for (const isSignalled of [false, true]) {
      yield* make('library', isSignalled)
      yield* make('system call', isSignalled)
    }
  }
  tell(k, function* () {
    yield* k.sigaction(k.SIGUSR1, { handler, flags: 0, mask: 0 }, null)
    yield* ways()
    // Two callers at once.
    let left = 2
    for (let callers = left; callers > 0; callers--) {
      yield* spawn(k, function* () {
        yield* make('library', false)
        yield* make('system call', false)
        left--
      })
    }
    while (left > 0) yield* k.nanosleep(TICK_NS)
  })
  return [...looks.values()].map((looked) => looked.join(', '))
}

/** OB-TF-19: the call succeeds as ever, and what lay at the last place still does. */
export function nullTid(trial: Trial<Kernel>): void {
  const k = trial.createKernel()
  const { value } = tell(k, function* () {
    const memory = yield* k.mmap(4096)
    const words: UserPointer<number>[] = [memory.word(0), memory.word(4)]
    const first = yield* spawn(k, idle, memory.word(0))
    const second = yield* spawn(k, idle, null)
    yield* k.nanosleep(TICK_NS)
    return { first, second, found: words.map((word) => word!.value) }
  })
  equal(value.found, [value.first, null], 'the words of a memory in which the first thread had its place')
  holds(value.second !== value.first, 'no second thread')
  trial.saw(`thread ${value.second} was made, and nothing was stored`)
}
