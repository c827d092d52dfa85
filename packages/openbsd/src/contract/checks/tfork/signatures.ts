import type { KernelCall, Steps } from '@kt/core'
import { equal, holds, type Trial } from '@kt/core/contract'
import type { __tfork, Kernel } from '../../../releases/5.1.js'
import { attempt, idle, newStack, params, spawn, tell, TICK_NS } from './story.js'

// NAME and SYNOPSIS: what there is, what it takes and what it yields. The types say the same at compile time.

/** OB-TF-01: one that user code calls, and one that is only ever seen from outside. */
export function twoNames(trial: Trial<Kernel>): void {
  const { functions } = trial.page('__tfork_thread(3)')
  equal(functions, ['__tfork_thread', '__tfork'], 'names in NAME')
  const k = trial.createKernel()
  const callable = functions.filter((name) => name in k)
  equal(callable, ['__tfork_thread'], 'names that user code can call')
  tell(k, () => spawn(k, idle), { ktrace: true })
  const called = k.ktraceRecords
    .filter(({ type }) => type === 'CALL')
    .map((record) => (record as { call: string }).call)
  const traced = functions.filter((name) => called.includes(name))
  equal(traced, ['__tfork'], 'names that a trace of the call has')
  trial.saw('__tfork_thread is called, __tfork is traced')
}

/** OB-TF-02: one thread more, and it is a thread of the process that called. */
export function addsThread(trial: Trial<Kernel>): void {
  const k = trial.createKernel()
  const threadsOf = (pid: number) => k.ps().filter((entry) => entry.pid === pid)
  const { value } = tell(k, function* () {
    const pid = yield* k.getpid()
    const before = threadsOf(pid).map(({ tid }) => tid)
    const tid = yield* spawn(k, function* () {
      yield* k.nanosleep(TICK_NS)
    })
    const added = threadsOf(pid).filter((entry) => !before.includes(entry.tid))
    equal(before.length, 1, 'threads of the process before')
    equal(
      added.map((entry) => entry.tid),
      [tid],
      'threads of the process that were not there before',
    )
    return { pid, tid }
  })
  trial.saw(`process ${value.pid} gained thread ${value.tid}`)
}

/** OB-TF-03. */
export function header(trial: Trial<Kernel>): void {
  const facts = trial.page('__tfork_thread(3)')
  equal(facts.header, 'sys/unistd.h', 'the header')
  trial.saw(facts.header)
}

/** Members of `struct __tfork`, in their order. */
const MEMBERS = ['tf_tcb', 'tf_tid', 'tf_flags'] as const

/** OB-TF-04: the kernel fetches these three and nothing else; a structure without one of them is none. */
export function threeMembers(trial: Trial<Kernel>): void {
  const shape = { tf_tcb: 'tcb', tf_tid: null, tf_flags: 0 } satisfies Record<keyof __tfork, unknown>
  equal(Object.keys(shape), [...MEMBERS], 'members, in order')
  const k = trial.createKernel()
  const fetched: string[] = []
  const watched = new Proxy<__tfork>({ ...shape, tf_stack: 64 } as __tfork, {
    get(target, member: keyof __tfork) {
      if (typeof member === 'string') fetched.push(member)
      return target[member]
    },
  })
  const { value } = tell(k, () => attempt(k, watched))
  holds(value.value > 0, `__tfork_thread with the three members and one more = ${value.value}, errno ${value.errno}`)
  equal(fetched, [...MEMBERS], 'members that the kernel fetched')
  for (const member of MEMBERS) {
    const incomplete = Object.fromEntries(Object.entries(shape).filter(([name]) => name !== member))
    const other = trial.createKernel()
    const outcome = other.boot(function* () {
      other.sysctl('kern.rthreads', 1)
      other.process({ name: 'prog' }, function* () {
        yield* attempt(other, incomplete as unknown as __tfork)
      })
      yield* other.tsleep('while it tries', other.PWAIT, 'try', 2)
    })
    const isRefused = outcome.kind === 'fault' && outcome.error instanceof TypeError
    holds(isRefused, `a structure without ${member}: the run ended with ${outcome.kind}`)
  }
  trial.saw(`fetched ${fetched.join(', ')}`)
}

/** OB-TF-05: two threads with two control blocks have one each. */
export function tcbMember(trial: Trial<Kernel>): void {
  const k = trial.createKernel()
  const blocks = [{ block: 1 }, { block: 2 }]
  const seen: unknown[] = []
  tell(k, function* () {
    for (const block of blocks) {
      yield* spawn(
        k,
        function* () {
          seen.push(yield* k.__get_tcb())
        },
        null,
        block,
      )
    }
    yield* k.nanosleep(TICK_NS)
  })
  equal(
    blocks.map((block) => seen.filter((tcb) => tcb === block).length),
    [1, 1],
    'threads that have each control block',
  )
  trial.saw('two threads, each with the control block of its tf_tcb')
}

/** OB-TF-06: what lies there afterwards is what the child has for its number, not the caller's number. */
export function tidMember(trial: Trial<Kernel>): void {
  const k = trial.createKernel()
  const { value } = tell(k, function* () {
    const place = (yield* k.mmap(4096)).word(128)
    place.value = -1
    const own: number[] = []
    function* func() {
      own.push(yield* k.getthrid())
    }
    const result = yield* k.__tfork_thread(params(place, 'tcb'), yield* newStack(k), func, null)
    holds(result > 0, `__tfork_thread = ${result}, errno ${k.errno}`)
    yield* k.nanosleep(TICK_NS)
    return { own, stored: place.value, callers: yield* k.getthrid() }
  })
  equal([value.stored], value.own, 'the number at tf_tid, beside what getthrid says in the child')
  holds(value.stored !== value.callers, "the caller's number was stored")
  trial.saw(`tf_tid has ${value.stored}, the caller is ${value.callers}`)
}

/** OB-TF-07: with 0 a thread comes into being, with anything else none does. */
export function flagsMember(trial: Trial<Kernel>): void {
  const k = trial.createKernel()
  const { value } = tell(k, function* () {
    const { process } = k.curproc
    const counts: number[] = []
    for (const flags of [1, 0]) {
      yield* attempt(k, params(null, 'tcb', flags))
      counts.push(process.threadCount)
    }
    return counts
  })
  equal(value, [1, 2], 'threads of the process after tf_flags 1, and after 0')
  trial.saw(`threads after tf_flags 1: ${value[0]}, after 0: ${value[1]}`)
}

/** OB-TF-08: the types and the numbers of parameters, an int of either sign, and `params` as it was. */
export function signatures(trial: Trial<Kernel>): void {
  const k = trial.createKernel()
  const call: (
    params: __tfork,
    stack: number,
    startfunc: (startarg: string) => Steps,
    startarg: string,
  ) => KernelCall<number> = k.__tfork_thread
  equal(call.length, 4, 'parameters of __tfork_thread')
  // Of the system call's two, the second stands for the place to which the child returns.
  const primitive: (params: __tfork, child: () => Steps) => KernelCall<number> = k.rawTfork
  equal(primitive.length, 2, 'parameters of the system call with what the child goes on with')
  const { value } = tell(k, function* () {
    const tid = k.ref<number>()
    const given = { ...params(tid, 'tcb') }
    // Memory that nobody can write to: a kernel that stored in the structure would fail.
    const memory = yield* k.mmap(4096, false)
    memory.store(0, Object.freeze(given))
    const struct = memory.word<__tfork>()
    const made = yield* k.__tfork_thread(struct, yield* newStack(k), idle, 'argument')
    equal({ ...given }, { tf_tcb: 'tcb', tf_tid: tid, tf_flags: 0 }, 'params after success')
    holds(given.tf_tid === tid && struct.value === given, 'params points elsewhere after success')
    const raw = yield* k.rawTfork(struct, function* () {
      yield* k.__threxit(null)
    })
    const wrong = Object.freeze({ ...params(tid, 'tcb', 1) })
    const failed = yield* k.__tfork_thread(wrong, yield* newStack(k), idle, 'argument')
    equal({ ...wrong }, { tf_tcb: 'tcb', tf_tid: tid, tf_flags: 1 }, 'params after failure')
    return [made, raw, failed]
  })
  holds(value.every(Number.isInteger), `each yields an int: saw ${value.join(', ')}`)
  const [made, raw, failed] = value as [number, number, number]
  holds(made > 0 && raw > 0 && failed === -1, `two numbers of threads and -1: saw ${value.join(', ')}`)
  trial.saw(`ints ${value.join(', ')}; params as before`)
}
