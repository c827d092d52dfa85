import { equal, holds, valueOf } from '@kt/core/contract'
import { ref, type Td } from '../../../releases/8.0.js'
import { adds, entry, queues, quiet, runs, waits, type Check } from './words.js'

// DESCRIPTION, kthread_add: flags, pages and the name.

/** How the thread listing calls a thread that could run. */
const SRUN = 2

/** FB8-KT-36: with RFSTOPPED it is ready to run and on no queue, for however long. */
export const rfstoppedLeavesItStopped: Check = (trial) => {
  for (const scheduler of ['ule', '4bsd']) {
    const k = quiet(trial, { scheduler })
    const ran: string[] = []
    valueOf(
      k.boot(function* () {
        const newtdpp = ref<Td>()
        function* func() {
          ran.push(k.curthread.td_name)
          yield* k.kthread_exit()
        }
        const queued = k.cpus().map((cpu) => cpu.queued)
        equal(yield* k.kthread_add(func, null, null, newtdpp, k.RFSTOPPED, 0, 'stopped'), 0, 'kthread_add')
        const td = newtdpp.value!
        equal(k.cpus().map((cpu) => cpu.queued), queued, 'threads on run queues') // prettier-ignore
        yield* k.pause('turn', 60 * k.hz)
        equal([ran, td.td_state], [[], k.TDS_CAN_RUN], 'calls of func within a minute, and state')
        equal(entry(k, td)?.ki_stat, SRUN, 'state in the list')
      }),
    )
    equal(ran, [], 'calls of func when all was done')
    trial.saw(`${scheduler}: TDS_CAN_RUN for a minute, and not run`)
  }
}

/** FB8-KT-37: sched_add with the thread's lock held starts it, and nothing else of what its creator does. */
export const schedAddStartsIt: Check = (trial) => {
  runs(trial, function* (k) {
    const ran: Td[] = []
    const newtdpp = ref<Td>()
    function* func() {
      ran.push(k.curthread)
      yield* waits(k, 'go')
    }
    equal(yield* k.kthread_add(func, null, null, newtdpp, k.RFSTOPPED, 0, 'stopped'), 0, 'kthread_add')
    const td = newtdpp.value!
    // A wakeup, a resume and a priority do not do it.
    yield* k.wakeup(td)
    equal(yield* k.kthread_resume(td), 0, 'kthread_resume')
    yield* k.thread_lock(td)
    yield* k.sched_prio(td, k.PWAIT)
    yield* k.thread_unlock(td)
    yield* k.pause('turn', 10)
    equal([ran.length, td.td_state], [0, k.TDS_CAN_RUN], 'calls of func before sched_add, and state')
    yield* queues(k, td)
    equal(td.td_state, k.TDS_RUNQ, 'state after sched_add')
    yield* k.pause('turn', 10)
    equal([ran.length, td.td_wmesg], [1, 'waits'], 'calls of func after sched_add, and where the thread is')
    equal(td.td_priority, k.PWAIT, 'priority it runs at')
    trial.saw('stopped until sched_add, then it ran at the priority its creator had set')
  })
}

/** FB8-KT-38: so many pages as were asked for. */
export const pagesIsStackSize: Check = (trial) => {
  const wanted = [1, 2, 3, 4, 5, 8, 32, 33, 40]
  const sizes = runs(trial, function* (k) {
    const given: number[] = []
    for (const pages of wanted) {
      const newtdpp = ref<Td>()
      equal(yield* k.kthread_add(() => waits(k, 'go'), null, null, newtdpp, 0, pages, 'w%d', pages), 0, 'kthread_add')
      given.push(newtdpp.value!.td_kstack_pages)
    }
    return given
  })
  trial.saw(wanted.map((pages, at) => `${pages}: ${sizes[at]}`).join(', '))
  equal(sizes, wanted, 'pages of the stacks')
}

/** FB8-KT-39: 0 is the default, which is the machine's: that of thread0. */
export const zeroIsDefault: Check = (trial) => {
  for (const [arch, pages] of [
    ['amd64', 4],
    ['i386', 2],
  ] as const) {
    const k = quiet(trial, { arch })
    const td = valueOf(k.boot(() => adds(k, () => waits(k, 'go'))))
    equal(
      [td.td_kstack_pages, k.thread0.td_kstack_pages],
      [pages, pages],
      `pages of its stack and of thread0's, ${arch}`,
    )
    trial.saw(`${arch}: ${td.td_kstack_pages}`)
  }
}

/** FB8-KT-40: what printf makes of the rest. */
export const fmtMakesName: Check = (trial) => {
  const wanted = [
    ['plain', []],
    ['%s_%d', ['taskq', 3]],
    ['%s%04x%c', ['a', 255, 'z']],
    ['100%% %-3u|', [7]],
    ['%s', ['']],
    ['%s', ['%d']],
  ] as const
  const names = runs(trial, function* (k) {
    const made: string[] = []
    for (const [fmt, args] of wanted) {
      const newtdpp = ref<Td>()
      equal(yield* k.kthread_add(() => waits(k, 'go'), null, null, newtdpp, 0, 0, fmt, ...args), 0, 'kthread_add')
      made.push(newtdpp.value!.td_name)
    }
    return made
  })
  equal(names, ['plain', 'taskq_3', 'a00ffz', '100% 7  |', '', '%d'], 'names')
  trial.saw(names.map((name) => `'${name}'`).join(', '))
}

/** FB8-KT-41: it is in td_name, 19 characters of it, when func begins and for good; the process keeps its own. */
export const nameIsInTdName: Check = (trial) => {
  runs(trial, function* (k) {
    const early: string[] = []
    const newtdpp = ref<Td>()
    function* func() {
      early.push(k.curthread.td_name)
      yield* waits(k, 'go')
    }
    equal(yield* k.kthread_add(func, null, null, newtdpp, 0, 0, '%s/%s', 'abcdefghij', 'klmnopqrst'), 0, 'kthread_add')
    yield* k.pause('turn', 1)
    const td = newtdpp.value!
    equal([...early, td.td_name], ['abcdefghij/klmnopqr', 'abcdefghij/klmnopqr'], 'td_name as func saw it, and later')
    equal([td.td_proc.p_comm, k.thread0.td_name], ['kernel', 'swapper'], 'names of its process and of another thread')
    holds(td.td_name.length === k.MAXCOMLEN, 'another number of characters than MAXCOMLEN')
    trial.saw(`'${td.td_name}'`)
  })
}
