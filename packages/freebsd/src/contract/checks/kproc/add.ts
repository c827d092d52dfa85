import { ref, type Out, type Steps } from '@kt/core'
import { equal, holds, valueOf, type Trial } from '@kt/core/contract'
import type { Proc } from '../../../proc.js'
import type { Kernel } from '../../../releases/8.0.js'
import type { Td } from '../../../td.js'
import { names, pause, start, waits } from './spawn.js'

// DESCRIPTION, kproc_kthread_add.

type Check = (trial: Trial<Kernel>) => void

interface Request {
  readonly flags?: number
  readonly pages?: number
  readonly procname?: string
  readonly name?: string
  readonly body?: () => Steps
}

/** Adds a thread, which waits unless told otherwise, and sees that it came into being. */
function* adds(k: Kernel, procptr: Out<Proc>, tdptr: Out<Td> | null, request: Request = {}): Steps<void> {
  const { flags = 0, pages = 0, procname = 'process', name = 'thread', body = () => waits(k, 'go') } = request
  const error = yield* k.kproc_kthread_add(body, null, procptr, tdptr, flags, pages, procname, '%s', name)
  equal(error, 0, `kproc_kthread_add of ${name}`)
}

/** FB8-KP-29: a process of the kernel as kproc_create makes it, and then only threads in it. */
export const createsOrAdds: Check = (trial) => {
  const k = trial.createKernel({ daemons: 'none' })
  const seen = valueOf(
    k.boot(function* () {
      const procptr = ref<Proc>()
      const counts: (readonly number[])[] = []
      const before = k.allproc.length
      for (const name of ['first', 'second', 'third']) {
        yield* adds(k, procptr, null, { name })
        counts.push([k.allproc.length - before, procptr.value!.p_numthreads])
      }
      const p = procptr.value!
      const created = ref<Proc>()
      yield* k.kproc_create(() => waits(k, 'go'), null, created, 0, 0, 'created')
      const likeness = ({ isKproc, isSystem, p_vmspace, p_pptr }: Proc) => [isKproc, isSystem, p_vmspace, p_pptr]
      equal(likeness(p), likeness(created.value!), 'what it has in common with one that kproc_create made')
      return counts
    }),
  )
  equal(seen, [[1, 1], [1, 2], [1, 3]], 'more processes, and threads in it') // prettier-ignore
  trial.saw('one process, then 1, 2 and 3 threads in it')
}

/** FB8-KP-30: the variable that received the process says the next time which one to add to; so does any that has it. */
export const procptrHoldsProcess: Check = (trial) => {
  const k = trial.createKernel({ daemons: 'none' })
  const owners: Proc[] = []
  const { made, given } = valueOf(
    k.boot(function* () {
      const body = function* (): Steps<never> {
        owners.push(k.curproc)
        return yield* waits(k, 'go')
      }
      const procptr = ref<Proc>()
      yield* adds(k, procptr, null, { body })
      const { value: made } = procptr
      yield* adds(k, procptr, null, { body })
      holds(procptr.value === made, 'a thread was added and the variable has another process')
      const newpp = ref<Proc>()
      yield* k.kproc_create(() => waits(k, 'go'), null, newpp, 0, 0, 'given')
      yield* adds(k, newpp, null, { body })
      yield* pause(k, 2)
      return { made: made!, given: newpp.value! }
    }),
  )
  equal(
    owners.map((p) => p.p_pid),
    [made.p_pid, made.p_pid, given.p_pid],
    'processes in which the threads ran',
  )
  trial.saw(`process ${made.p_pid} received, and used again; process ${given.p_pid} given`)
}

/** FB8-KP-31: null in the variable asks for a process, every time; and then the variable has it. */
export const nullAsksForProcess: Check = (trial) => {
  const k = trial.createKernel({ daemons: 'none' })
  const pids = valueOf(
    k.boot(function* () {
      const procptr = ref<Proc>()
      const made: Proc[] = []
      for (let n = 0; n < 3; n++) {
        clear(procptr)
        const before = k.allproc.length
        yield* adds(k, procptr, null)
        holds(procptr.value !== null, 'the variable was not updated')
        equal(k.allproc.length, before + 1, 'processes')
        made.push(procptr.value)
      }
      return made.map(({ p_pid }) => p_pid)
    }),
  )
  equal(new Set(pids).size, 3, 'different processes')
  trial.saw(`pids ${pids.join(', ')}`)
}

function clear(procptr: Out<Proc>): void {
  procptr.value = null
}

/** FB8-KP-32: the variable receives the thread, in a process that is made and in one that exists; null stores nothing. */
export const tdptrReceivesThread: Check = (trial) => {
  const k = trial.createKernel({ daemons: 'none' })
  const ran: Td[] = []
  const got: Td[] = []
  valueOf(
    k.boot(function* () {
      const body = function* (): Steps<never> {
        ran.push(k.curthread)
        return yield* waits(k, 'go')
      }
      const procptr = ref<Proc>()
      for (const name of ['first', 'second']) {
        const tdptr = ref<Td>(k.thread0)
        yield* adds(k, procptr, tdptr, { name, body })
        got.push(tdptr.value!)
        yield* pause(k, 2)
      }
      yield* adds(k, procptr, null, { name: 'third', body })
      yield* adds(k, ref<Proc>(), null, { name: 'fourth', body })
      yield* pause(k, 2)
    }),
  )
  equal(
    ran.map(({ td_name }) => td_name),
    ['first', 'second', 'third', 'fourth'],
    'threads that ran',
  )
  holds(got[0] === ran[0] && got[1] === ran[1], 'a variable has another thread than the one that ran')
  trial.saw(`tids ${got.map(({ td_tid }) => td_tid).join(' and ')}`)
}

/** FB8-KP-33: flags of rfork when the process is made, RFSTOPPED when it is not, and pages of stack either way. */
export const flagsAndPages: Check = (trial) => {
  const k = trial.createKernel({ daemons: 'none' })
  const ran: string[] = []
  valueOf(
    k.boot(function* () {
      const body = (name: string) => () => notes(k, ran, name)
      const high = ref<Proc>()
      yield* adds(k, high, null, { flags: k.RFHIGHPID, pages: 3, body: body('high') })
      holds(high.value!.p_pid >= 10, `with RFHIGHPID its number is ${high.value!.p_pid}`)
      equal(high.value!.newest!.td_kstack_pages, 3, 'pages of the first thread')
      const orphan = ref<Proc>()
      yield* adds(k, orphan, null, { flags: k.RFNOWAIT, body: body('orphan') })
      holds(orphan.value!.p_pptr === k.initproc, 'with RFNOWAIT it is no child of init')
      const stopped = [ref<Td>(), ref<Td>()]
      yield* adds(k, ref<Proc>(), stopped[0]!, { flags: k.RFSTOPPED, body: body('new') })
      yield* adds(k, high, stopped[1]!, { flags: k.RFSTOPPED, pages: 5, body: body('old') })
      equal(stopped[1]!.value!.td_kstack_pages, 5, 'pages of the second thread')
      const plain = ref<Td>()
      yield* adds(k, high, plain, { body: body('plain') })
      equal(plain.value!.td_kstack_pages, 4, 'pages for 0')
      yield* pause(k, 5)
      equal(ran, ['high', 'orphan', 'plain'], 'what ran at once')
      for (const td of stopped) yield* start(k, td.value!)
      yield* pause(k, 5)
      equal(ran.slice(3), ['new', 'old'], 'what ran when it was queued')
      const error = yield* k.kproc_kthread_add(body('x'), null, ref<Proc>(), null, k.RFCFDG, 0, 'process', 'x')
      equal(error, k.EINVAL, 'kproc_kthread_add with RFCFDG')
      trial.saw(`RFHIGHPID: pid ${high.value!.p_pid}; RFNOWAIT: a child of init; RFSTOPPED: ran when queued`)
    }),
  )
}

function* notes(k: Kernel, ran: string[], name: string): Steps<never> {
  ran.push(name)
  return yield* waits(k, 'go')
}

/** FB8-KP-34: the name of a process that is made; where there is one already it is not looked at. */
export const procnameIsForNew: Check = (trial) => {
  const k = trial.createKernel({ daemons: 'none' })
  const name = valueOf(
    k.boot(function* () {
      const procptr = ref<Proc>()
      yield* adds(k, procptr, null, { procname: 'made' })
      equal(procptr.value!.p_comm, 'made', 'p_comm of the new process')
      yield* adds(k, procptr, null, { procname: 'ignored' })
      return procptr.value!.p_comm
    }),
  )
  equal(
    [name, names(k).includes('ignored')],
    ['made', false],
    'p_comm after the second call, and a process of that name',
  )
  trial.saw(name)
}

/** FB8-KP-35: what would mean something in a format means itself. */
export const procnameIsPlain: Check = (trial) => {
  const k = trial.createKernel({ daemons: 'none' })
  const given = ['%d', '100%', '%s-%s']
  const seen = valueOf(
    k.boot(function* () {
      const made: string[] = []
      const body = () => waits(k, 'go')
      for (const procname of given) {
        const procptr = ref<Proc>()
        const error = yield* k.kproc_kthread_add(body, null, procptr, null, k.RFSTOPPED, 0, procname, 'td%d', 7)
        equal([error, procptr.value!.newest!.td_name], [0, 'td7'], 'result, and name of the thread')
        made.push(procptr.value!.p_comm)
      }
      return made
    }),
  )
  equal(seen, given, 'p_comm')
  trial.saw(seen.join(', '))
}

/** FB8-KP-36: a format with arguments names the thread, 19 characters of it, on both ways. */
export const threadNameIsFormatted: Check = (trial) => {
  const k = trial.createKernel({ daemons: 'none' })
  const seen = valueOf(
    k.boot(function* () {
      const made: string[] = []
      const body = () => waits(k, 'go')
      for (const procptr of [ref<Proc>(), ref(k.proc0)]) {
        for (const [fmt, ...args] of [
          ['td%d', 3],
          ['%s of the many threads', 'one'],
        ] as const) {
          const tdptr = ref<Td>()
          const error = yield* k.kproc_kthread_add(body, null, procptr, tdptr, 0, 0, 'process', fmt, ...args)
          equal(error, 0, 'kproc_kthread_add')
          made.push(tdptr.value!.td_name)
        }
      }
      return made
    }),
  )
  equal(seen, ['td3', 'one of the many thr', 'td3', 'one of the many thr'], 'td_name')
  trial.saw(seen.join(', '))
}
