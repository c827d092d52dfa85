import { ref, type Steps } from '@kt/core'
import type { Trial } from '@kt/core/contract'
import type { Proc } from '../../proc.js'
import type { Td } from '../../td.js'
import { added, created, ends, errnoName, quiet, setPriority, sleeps, tell, toldBy, yesNo, type K } from './words.js'

/** FB8-D-08: what each kind of main function is called with. */
export function argumentsOfMain(trial: Trial<K>): string {
  const seen: string[] = []
  const k = quiet(trial)
  function main(who: string) {
    return function* (...args: readonly unknown[]): Steps<void> {
      seen.push(`${who} ${args.length === 0 ? 'nothing' : args.map(String).join(' and ')}`)
      yield* k.kproc_exit(0)
    }
  }
  const kthread = { arg0: 'thread', func: threadMain, global_threadpp: null }
  function* threadMain(...args: readonly unknown[]): Steps<void> {
    seen.push(`kthread_start ${args.map(String).join(' and ')}`)
    yield* k.kthread_exit()
  }
  k.SYSINIT('thread', k.SI_SUB_KTHREAD_BUF, k.SI_ORDER_FIRST, k.kthread_start, kthread)
  const kproc = { arg0: 'process', func: main('kproc_start'), global_procpp: null }
  k.SYSINIT('process', k.SI_SUB_KTHREAD_BUF, k.SI_ORDER_SECOND, k.kproc_start, kproc)
  return toldBy(
    k.boot(function* () {
      yield* k.kproc_create(main('kproc_create'), 'its arg', null, 0, 0, 'created')
      yield* k.pause('mains', 10)
      return `main functions receive: ${seen.join(', ')}`
    }),
  )
}

/** FB8-D-11: the template of the newcomer is urgent, so that it runs before its creator goes on. */
export function storedHandle(trial: Trial<K>): string {
  const sees = (create: (k: K, func: (handle: () => unknown) => () => Steps<void>) => Steps) =>
    tell(trial, {}, function* (k) {
      let seen = 'func has not run'
      const func = (handle: () => unknown) =>
        function* (): Steps<void> {
          seen = handle() === null ? 'not yet there' : 'there'
          yield* k.kthread_exit()
        }
      yield* setPriority(k, k.thread0, k.PSWP)
      yield* create(k, func)
      yield* k.pause('func', 5)
      return seen
    })
  const start = sees(function* (k, func) {
    const global_threadpp = ref<Td>()
    yield* k.kthread_start({ arg0: 'started', func: func(() => global_threadpp.value), global_threadpp })
  })
  const add = sees(function* (k, func) {
    const newtdpp = ref<Td>()
    const main = func(() => newtdpp.value)
    yield* k.kthread_add(main, null, null, newtdpp, 0, 0, 'added')
  })
  const create = sees(function* (k, func) {
    const newpp = ref<Proc>()
    const main = func(() => newpp.value)
    yield* k.kproc_create(main, null, newpp, 0, 0, 'created')
  })
  const [both, name] = [ref<Td>(), ref<string>()]
  const createOrAdd = sees(function* (k, func) {
    const main = func(() => {
      name.value = k.curthread.td_name
      return both.value
    })
    yield* k.kproc_kthread_add(main, null, ref<Proc>(), both, 0, 0, 'process', 'thread')
  })
  return (
    `the handle, when func runs before the call returns: kthread_start ${start}, kthread_add ${add}, ` +
    `kproc_create ${create}, kproc_kthread_add ${createOrAdd}, its name then '${name.value}'`
  )
}

/** FB8-D-12: pages asked for, and pages there are. */
export function stackPages(trial: Trial<K>): string {
  const asked = [0, 1, 2, 4, 32, 40]
  const pages = (arch: string) =>
    tell(trial, { arch }, function* (k) {
      const given: number[] = []
      for (const size of asked) {
        const newtdpp = ref<Td>()
        yield* k.kthread_add(ends(k), null, null, newtdpp, 0, size, 'stack')
        given.push(newtdpp.value!.td_kstack_pages)
      }
      return given.join(', ')
    })
  return `of ${asked.join(', ')}: amd64 ${pages('amd64')}; i386 ${pages('i386')}`
}

/** FB8-D-13: the three failures, how long they take, and what is said. */
export function failuresOfCreate(trial: Trial<K>): string {
  const failure = (options: Readonly<Record<string, unknown>>, flags: (k: K) => number, at?: string) =>
    tell(trial, options, function* (k) {
      if (at !== undefined) k.inject({ at })
      return yield* refused(k, flags(k))
    })
  const none = () => 0
  // Those that boot has made: kernel, init, idle and intr.
  const full = { maxproc: 4 }
  const twice = tell(trial, full, function* (k) {
    return `${yield* refused(k, 0)}, then ${yield* refused(k, 0)}`
  })
  return [
    `RFCFDG: ${failure({}, (k) => k.RFCFDG)}`,
    `no stack: ${failure({}, none, 'kstack')}`,
    `no room: ${twice}`,
    `all three: ${failure(full, (k) => k.RFCFDG, 'kstack')}`,
    `no stack and no room: ${failure(full, none, 'kstack')}`,
  ].join('; ')
}

function* refused(k: K, flags: number): Steps<string> {
  const newpp = ref<Proc>()
  const [before, lines] = [k.ticks, k.console.length]
  const error = yield* k.kproc_create(ends(k), null, newpp, flags, 0, 'refused')
  const made = newpp.value === null ? '' : ', a process'
  const said = k.console.slice(lines).join(' / ') || 'nothing'
  return `${errnoName(error)}${made} after ${k.ticks - before} ticks, saying ${said}`
}

/** FB8-D-15: before process 0, before the devices, and after. */
export function calledEarly(trial: Trial<K>): string {
  const early = (create: (k: K) => Iterable<unknown>) => {
    const k = quiet(trial)
    k.SYSINIT('early', k.SI_SUB_VM, k.SI_ORDER_FIRST, () => create(k), null)
    const outcome = k.boot()
    return outcome.kind === 'panic' ? `panic ${outcome.clause}, ${outcome.message}` : outcome.kind
  }
  const desc = (k: K) => ({ arg0: 'early', func: ends(k), global_threadpp: null, global_procpp: null })
  const k = quiet(trial)
  const seen: string[] = []
  const started = {
    arg0: 'legal',
    global_threadpp: null,
    func: function* () {
      seen.push(k.cold ? 'it runs cold' : 'it runs when the devices are configured')
      yield* k.kthread_exit()
    },
  }
  k.SYSINIT('legal', k.SI_SUB_INTRINSIC, k.SI_ORDER_SECOND, k.kthread_start, started)
  const outcome = k.boot()
  return (
    `before process 0: kthread_start ${early((cold) => cold.kthread_start(desc(cold)))}; ` +
    `kproc_start ${early((cold) => cold.kproc_start(desc(cold)))}; after it: ${outcome.kind}, ${seen.join()}`
  )
}

/** FB8-D-20: flags of rfork(2), to a call that makes a process and to one that does not. */
export function otherFlags(trial: Trial<K>): string {
  const add = tell(trial, {}, function* (k) {
    const newtdpp = ref<Td>()
    const { length } = k.allproc
    const flags = k.RFCFDG | k.RFHIGHPID | k.RFNOWAIT | k.RFPPWAIT
    const error = yield* k.kthread_add(sleeps(k), null, null, newtdpp, flags, 0, 'flags')
    yield* k.pause('start', 5)
    const { td_proc, td_wmesg } = newtdpp.value!
    return `${errnoName(error)}, process ${td_proc.p_pid}, runs ${yesNo(td_wmesg !== null)}, processes made ${k.allproc.length - length}`
  })
  const createOrAdd = tell(trial, {}, function* (k) {
    const procptr = ref<Proc>()
    const [first, second] = [ref<Td>(), ref<Td>()]
    const call = (tdptr: typeof first, flags: number) =>
      k.kproc_kthread_add(sleeps(k), null, procptr, tdptr, flags, 0, 'process', 'thread')
    const made = yield* call(first, k.RFHIGHPID | k.RFNOWAIT)
    const { p_pid, p_pptr } = procptr.value!
    const more = yield* call(second, k.RFCFDG | k.RFSTOPPED)
    yield* k.pause('start', 5)
    const runs = (tdptr: typeof first) => yesNo(tdptr.value!.td_wmesg !== null)
    const parent = p_pptr === k.initproc ? 'init' : p_pptr!.p_comm
    return (
      `${errnoName(made)}, number from 10 on ${yesNo(p_pid >= 10)}, child of ${parent}, runs ${runs(first)}; ` +
      `to that process RFCFDG and RFSTOPPED: ${errnoName(more)}, runs ${runs(second)}`
    )
  })
  return `kthread_add with RFCFDG, RFHIGHPID, RFNOWAIT, RFPPWAIT: ${add}; kproc_kthread_add with RFHIGHPID, RFNOWAIT: ${createOrAdd}`
}

/** FB8-D-21: what the third call of creation returns. */
export function resultsOfCreateOrAdd(trial: Trial<K>): string {
  const call = (options: Readonly<Record<string, unknown>>, isThere: boolean, flags = 0, at?: string) =>
    tell(trial, options, function* (k) {
      const procptr = ref<Proc>()
      if (isThere) procptr.value = yield* created(k, 'there', sleeps(k))
      if (at !== undefined) k.inject({ at })
      return errnoName(yield* k.kproc_kthread_add(ends(k), null, procptr, null, flags, 0, 'process', 'thread'))
    })
  const { RFCFDG } = quiet(trial)
  return (
    `with a process to make: ${call({}, false)}, RFCFDG ${call({}, false, RFCFDG)}, no room ${call({ maxproc: 4 }, false)}, ` +
    `no stack ${call({}, false, 0, 'kstack')}; with one: ${call({}, true)}, RFCFDG ${call({}, true, RFCFDG)}, ` +
    `no room ${call({ maxproc: 5 }, true)}, no stack ${call({}, true, 0, 'kstack')}`
  )
}

/** FB8-D-23: a kernel thread in a user's process, where it is the last to leave. */
export function inUserProcess(trial: Trial<K>): string {
  return tell(trial, {}, function* (k) {
    const seen: string[] = []
    const p = k.process({ name: 'sh', uid: 1000 }, function* () {
      const self = k.curthread
      const td = yield* added(
        k,
        'service',
        function* () {
          yield* k.pause('serve', 20)
          yield* k.kthread_exit()
        },
        k.curproc,
      )
      seen.push(`threads ${k.curproc.p_numthreads}, kernel threads of them ${[self, td].filter(isKernels(k)).length}`)
      yield* k.kthread_exit()
    })!
    yield* k.pause('one leaves', 10)
    seen.push(`when one left ${p.p_numthreads}, zombie ${yesNo(p.p_state === k.PRS_ZOMBIE)}`)
    yield* k.pause('the other leaves', 20)
    seen.push(`when both did its process ended ${yesNo(k.pfind(p.p_pid) === null)} with status ${p.p_xstat}`)
    return seen.join('; ')
  })
}

function isKernels(k: K): (td: Td) => boolean {
  return ({ td_pflags }) => (td_pflags & k.TDP_KTHREAD) !== 0
}
