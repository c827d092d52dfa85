import { ref, type Steps } from '@kt/core'
import { equal, holds, valueOf, type Trial } from '@kt/core/contract'
import type { Proc } from '../../../proc.js'
import type { Kernel } from '../../../releases/8.0.js'
import { pause, spawn, start, waits } from './spawn.js'

// DESCRIPTION, kproc_create.

type Check = (trial: Trial<Kernel>) => void

/** FB8-KP-14: one process more, with one thread. */
export const makesProcess: Check = (trial) => {
  const k = trial.createKernel({ daemons: 'none' })
  const seen = valueOf(
    k.boot(function* () {
      const before = [...k.allproc]
      const threads = k.proc0.p_numthreads
      const p = yield* spawn(k, () => waits(k, 'go'))
      const fresh = k.allproc.filter((other) => !before.includes(other))
      holds(fresh.length === 1 && fresh[0] === p, 'not exactly the process that was returned is new')
      holds(k.pfind(p.p_pid) === p && p.isKproc, 'it cannot be found, or is no kernel process')
      return [k.allproc.length - before.length, p.p_numthreads, k.proc0.p_numthreads - threads]
    }),
  )
  equal(seen, [1, 1, 0], 'more processes, threads of the new one, more threads in process 0')
  trial.saw(`${seen[0]!} process more, with ${seen[1]!} thread`)
}

/** FB8-KP-15: one address space for all of them, whoever asked; a user process has another. */
export const sharesAddressSpace: Check = (trial) => {
  const k = trial.createKernel({ daemons: 'none' })
  const made: Proc[] = []
  let user: Proc | null = null
  valueOf(
    k.boot(function* () {
      made.push(yield* spawn(k, () => waits(k, 'go'), 'of main'))
      user = k.process({ name: 'sh', uid: 1000 }, function* () {
        made.push(yield* spawn(k, () => waits(k, 'go'), 'of sh'))
        yield* k.pause('stays', 10)
      })
      yield* pause(k, 5)
    }),
  )
  const shared = [...made, user!].map((p: Proc) => p.p_vmspace === k.proc0.p_vmspace)
  equal(shared, [true, true, false], 'whether the memory is that of process 0: of main, of sh, sh itself')
  trial.saw(`${made.length} kernel processes with the memory of process 0`)
}

/** FB8-KP-16: a system process, which has no user mode to enter; a user process has. */
export const kernelModeOnly: Check = (trial) => {
  const k = trial.createKernel({ daemons: 'none' })
  let entered = 0
  function* goesToUserMode(): Steps<void> {
    yield* k.user(1000)
    entered++
  }
  valueOf(
    k.boot(function* () {
      k.process({ name: 'sh' }, goesToUserMode)
      yield* pause(k, 5)
    }),
  )
  equal(entered, 1, 'times that a user process was in user mode')
  const outcome = k.run(function* () {
    const p = yield* spawn(k, goesToUserMode)
    holds(p.isSystem, 'it is no process of the system')
    yield* pause(k, 5)
  })
  equal(
    [outcome.kind, entered],
    ['fault', 1],
    'end of a run in which it was to go to user mode, and times it was there',
  )
  trial.saw('user mode is refused to it')
}

/** FB8-KP-17: `func` is called by the new process, with `arg` and nothing else. */
export const funcGetsArg: Check = (trial) => {
  const k = trial.createKernel({ daemons: 'none', ncpu: 2 })
  const argument = { some: 'thing' }
  const calls: { readonly args: readonly unknown[]; readonly by: Proc }[] = []
  function* func(...args: readonly [typeof argument]): Steps<never> {
    calls.push({ args, by: k.curproc })
    return yield* waits(k, 'go')
  }
  const p = valueOf(
    k.boot(function* () {
      const newpp = ref<Proc>()
      equal(yield* k.kproc_create(func, argument, newpp, 0, 0, 'worker'), 0, 'kproc_create')
      yield* pause(k, 5)
      return newpp.value!
    }),
  )
  equal(calls.length, 1, 'calls of func')
  equal(calls[0]!.args.length, 1, 'arguments of func')
  holds(calls[0]!.args[0] === argument, 'func was given something else than arg')
  holds(calls[0]!.by === p, 'another process called func')
  trial.saw(`process ${p.p_pid} called func with arg`)
}

/** FB8-KP-18: the new process is stored, and with null nothing is. */
export const newppReceivesProcess: Check = (trial) => {
  const k = trial.createKernel({ daemons: 'none' })
  const ran: (Proc | null)[] = []
  function* func(): Steps<never> {
    ran.push(k.curproc)
    return yield* waits(k, 'go')
  }
  const newpp = ref<Proc>()
  valueOf(
    k.boot(function* () {
      newpp.value = k.proc0
      equal(yield* k.kproc_create(func, null, newpp, 0, 0, 'stored'), 0, 'kproc_create with newpp')
      equal(yield* k.kproc_create(func, null, null, 0, 0, 'not stored'), 0, 'kproc_create without newpp')
      yield* pause(k, 2)
    }),
  )
  equal(ran.map((p) => p!.p_comm), ['stored', 'not stored'], 'processes that ran') // prettier-ignore
  holds(newpp.value === ran[0], 'newpp has another process')
  trial.saw(`newpp: ${ran[0]!.p_comm}`)
}

/** FB8-KP-19: flags of rfork: whose child it is, what number it has, whether it is started. */
export const flagsAreOfRfork: Check = (trial) => {
  const k = trial.createKernel({ daemons: 'none' })
  const ran: string[] = []
  const body = (name: string) =>
    function* (): Steps<never> {
      ran.push(name)
      return yield* waits(k, 'go')
    }
  const seen = valueOf(
    k.boot(function* () {
      const plain = yield* spawn(k, body('plain'), 'plain')
      const nowait = yield* spawn(k, body('nowait'), 'nowait', k.RFNOWAIT)
      const highpid = yield* spawn(k, body('highpid'), 'highpid', k.RFHIGHPID)
      const stopped = yield* spawn(k, body('stopped'), 'stopped', k.RFSTOPPED)
      yield* pause(k, 10)
      const before = [...ran]
      equal(stopped.newest!.td_state, k.TDS_CAN_RUN, 'state of the thread that was not started')
      yield* start(k, stopped.newest!)
      yield* pause(k, 1)
      return { plain, nowait, highpid, before, after: ran.filter((name) => !before.includes(name)) }
    }),
  )
  holds(seen.plain.p_pptr === k.proc0, 'without flags it is no child of process 0')
  holds(seen.nowait.p_pptr === k.initproc, 'with RFNOWAIT it is no child of init')
  holds(seen.plain.p_pid < 10 && seen.nowait.p_pid < 10, 'the others have high numbers too')
  holds(seen.highpid.p_pid >= 10, `with RFHIGHPID its number is ${seen.highpid.p_pid}`)
  equal([seen.before, seen.after], [['plain', 'nowait', 'highpid'], ['stopped']], 'what ran at once, and when started')
  trial.saw(`RFNOWAIT: a child of init; RFHIGHPID: pid ${seen.highpid.p_pid}; RFSTOPPED: ran when it was queued`)
}

/** FB8-KP-20: so many pages of stack, and 0 is the default of the machine. */
export const pagesOfStack: Check = (trial) => {
  const sizes: Record<string, readonly number[]> = {}
  for (const arch of ['amd64', 'i386'] as const) {
    const k = trial.createKernel({ daemons: 'none', arch })
    sizes[arch] = valueOf(
      k.boot(function* () {
        const had: number[] = []
        for (const pages of [0, 2, 3, 16, 32]) {
          const newpp = ref<Proc>()
          equal(yield* k.kproc_create(() => waits(k, 'go'), null, newpp, 0, pages, 'worker'), 0, 'kproc_create')
          had.push(newpp.value!.newest!.td_kstack_pages)
        }
        return had
      }),
    )
  }
  equal(sizes, { amd64: [4, 2, 3, 16, 32], i386: [2, 2, 3, 16, 32] }, 'pages for 0, 2, 3, 16 and 32')
  trial.saw('0 gives 4 pages on amd64 and 2 on i386, any other number itself')
}

/** FB8-KP-21: a format with arguments, 19 characters of which are the name. */
export const nameIsFormatted: Check = (trial) => {
  const k = trial.createKernel({ daemons: 'none' })
  const seen = valueOf(
    k.boot(function* () {
      const made: string[] = []
      for (const [fmt, ...args] of [
        ['plain'],
        ['%s_%d', 'disk', 3],
        ['%x%%%u', 255, 7],
        ['%s-%s', 'a rather long', 'name'],
        ['%s longer than can be kept', 'one'],
      ] as const) {
        const newpp = ref<Proc>()
        equal(yield* k.kproc_create(() => waits(k, 'go'), null, newpp, 0, 0, fmt, ...args), 0, 'kproc_create')
        made.push(newpp.value!.p_comm)
      }
      return made
    }),
  )
  equal(seen, ['plain', 'disk_3', 'ff%7', 'a rather long-name', 'one longer than can'], 'p_comm')
  trial.saw(seen.join(', '))
}
