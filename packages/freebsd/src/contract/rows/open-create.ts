import { ref, type Out, type Steps } from '@kt/core'
import type { Trial } from '@kt/core/contract'
import { Callout, type kthread_desc, type Taskqueue, type Td } from '../../releases/8.0.js'
import { added, createdKproc, ends, neverChecks, tell, told, type K } from './open-words.js'

/** FB8-O-14: a process with an old thread and a newer one that differ in everything, and process 0. */
export function inheritance(trial: Trial<K>): string {
  return tell(trial, { ncpu: 2 }, function* (k) {
    const p = yield* createdKproc(k, 'pair', neverChecks(k))
    const newer = yield* added(k, 'newer', neverChecks(k), p)
    yield* k.sched_prio(newer, 150)
    yield* k.cpuset_setthread(newer.td_tid, 2)
    const inProcess = yield* added(k, 'newest', neverChecks(k), p)
    const inProc0 = yield* added(k, 'other', neverChecks(k))
    const words = (td: Td) => `${td.td_priority}, CPUs ${td.td_cpuset.cs_mask}`
    const user = ref<Td>()
    const sh = k.process({ name: 'sh', uid: 1000 }, function* () {
      yield* k.kthread_add(neverChecks(k), null, k.curproc, user, 0, 0, 'helper')
      yield* k.pause('work', 50)
    })!
    yield* k.pause('until sh ran', 10)
    const uid = user.value!.td_proc.credentials.realUid
    const whose = user.value!.td_proc === sh ? `uid ${uid} of its process` : 'no uid'
    return `of the newest: ${words(inProcess)}; of thread0: ${words(inProc0)}; ${whose}`
  })
}

/** FB8-O-15 */
export function veryEarly(trial: Trial<K>): string {
  const story = (subsystem: 'SI_SUB_TUNABLES' | 'SI_SUB_INTRINSIC') => {
    const k = trial.createKernel({ daemons: 'none' })
    let words = 'it never ran'
    const func = function* () {
      words = `it ran, ${k.cold ? 'cold' : 'not cold'}`
      yield* k.kthread_exit()
    }
    const global_threadpp = ref<Td>()
    const desc: kthread_desc = { arg0: 'early', func, global_threadpp }
    let wasThere = false
    let wasCold = false
    k.SYSINIT('early', k[subsystem], k.SI_ORDER_SECOND, k.kthread_start, desc)
    k.SYSINIT('look', k.SI_SUB_CREATE_INIT, k.SI_ORDER_FIRST, look, null)
    function* look(): Steps<void> {
      wasThere = global_threadpp.value !== null
      wasCold = k.cold
      yield* []
    }
    return told(k, function* () {
      yield* k.pause('until it ran', 5)
      return `${wasThere && wasCold ? 'created while cold' : 'not created'}, ${words}`
    })
  }
  return `before process 0: ${story('SI_SUB_TUNABLES')}; after: ${story('SI_SUB_INTRINSIC')}`
}

/** FB8-O-16 */
export function wrongContexts(trial: Trial<K>): string {
  const add = (k: K) => k.kthread_add(ends(k), null, null, null, 0, 0, 'x') as Steps<number>
  const contexts: Readonly<Record<string, (k: K) => Steps<void>>> = {
    'a spin mutex held': function* (k) {
      yield* k.mtx_lock_spin(k.mtx('spin', k.MTX_SPIN))
      yield* add(k)
    },
    'a critical section': function* (k) {
      yield* k.critical_enter()
      yield* add(k)
    },
    "a callout's handler": function* (k) {
      const c = new Callout()
      yield* k.callout_init(c, k.CALLOUT_MPSAFE)
      yield* k.callout_reset(c, 1, () => add(k), null)
      yield* k.pause('until it fires', 5)
    },
    'a hardware interrupt': function* (k) {
      k.interrupt(function* () {
        yield* add(k)
      })
      yield* k.pause('until it comes', 5)
    },
  }
  const story = (name: string, invariants: boolean) =>
    tell(trial, { invariants }, function* (k) {
      yield* contexts[name]!(k)
      return 'accepted'
    })
  return Object.keys(contexts)
    .map((name) => `${name}: ${story(name, false)}, INVARIANTS ${story(name, true)}`)
    .join('; ')
}

/** FB8-O-17 */
export function names(trial: Trial<K>): string {
  return tell(trial, {}, function* (k) {
    const empty = yield* added(k, '', neverChecks(k))
    const shown = k
      .ddbPs()
      .split('\n')
      .find((line) => line.trimStart().startsWith(`${empty.td_tid} `))!
    const tds = [ref<Td>(), ref<Td>()]
    yield* k.kthread_add(neverChecks(k), null, null, tds[0]!, 0, 0, '%s-%d-%u-%x-%c-%%', 'a', -1, 2, 255, 'z')
    const tq: Out<Taskqueue> = ref<Taskqueue>()
    const queueNames: string[] = []
    for (const count of [1, 2]) {
      tq.value = yield* k.taskqueue_create('queue', 0, k.taskqueue_thread_enqueue, tq)
      yield* k.taskqueue_start_threads(tq, count, k.PWAIT, 'q%%%%')
      queueNames.push(tq.value.threads.map(({ td_name }) => td_name).join())
    }
    const listed = shown.slice(shown.indexOf('['))
    return `'${empty.td_name}' is listed as ${listed}; a format: '${tds[0]!.value!.td_name}'; of a queue 'q%%%%': ${queueNames.join(' and ')}`
  })
}

/** FB8-O-18 */
export function descIsCopied(trial: Trial<K>): string {
  return tell(trial, {}, function* (k) {
    let ran = 'nothing'
    const body = (name: string) =>
      function* () {
        ran = `${name} runs as ${k.curthread.td_name}`
        yield* k.kthread_exit()
      }
    const pointers = [ref<Td>(), ref<Td>()] as const
    const desc: { -readonly [key in keyof kthread_desc]: kthread_desc[key] } = {
      arg0: 'first',
      func: body('the first'),
      global_threadpp: pointers[0],
    }
    yield* k.kthread_start(desc)
    desc.arg0 = 'second'
    desc.func = body('the second')
    desc.global_threadpp = pointers[1]
    yield* k.pause('until it ran', 2)
    const stored = pointers.map(({ value }) => (value === null ? 'unset' : 'set')).join(', ')
    return `${ran}, the pointers are ${stored}`
  })
}

/** FB8-O-19 */
export function stoppedAndStarted(trial: Trial<K>): string {
  const never = tell(trial, {}, function* (k) {
    const td = ref<Td>()
    const before = k.proc0.p_numthreads
    yield* k.kthread_add(ends(k), null, null, td, k.RFSTOPPED, 0, 'stopped')
    yield* k.pause('for a while', k.hz)
    const state = td.value!.td_state === k.TDS_CAN_RUN ? 'CAN_RUN' : String(td.value!.td_state)
    return `${state}, threads +${k.proc0.p_numthreads - before}`
  })
  const started = tell(trial, {}, function* (k) {
    const td = ref<Td>()
    let priority = -1
    const func = function* () {
      priority = k.curthread.td_priority
      yield* k.kthread_exit()
    }
    yield* k.kthread_add(func, null, null, td, k.RFSTOPPED, 0, 'stopped')
    yield* k.thread_lock(td.value!)
    yield* k.sched_prio(td.value!, k.PWAIT)
    yield* k.sched_add(td.value!, k.SRQ_BORING)
    yield* k.thread_unlock(td.value!)
    yield* k.pause('until it ran', 2)
    return `runs at ${priority}`
  })
  const twice = (invariants: boolean) =>
    tell(trial, { invariants }, function* (k) {
      const td = ref<Td>()
      yield* k.kthread_add(ends(k), null, null, td, k.RFSTOPPED, 0, 'stopped')
      yield* k.thread_lock(td.value!)
      for (let n = 0; n < 2; n++) yield* k.sched_add(td.value!, k.SRQ_BORING)
      yield* k.thread_unlock(td.value!)
      return 'accepted'
    })
  return `never started: ${never}; started by the caller at PWAIT: ${started}; twice: ${twice(false)}, INVARIANTS ${twice(true)}`
}

/** FB8-O-26: registered against their order but for the equal ones. */
export function equalSysinits(trial: Trial<K>): string {
  const k = trial.createKernel({ daemons: 'none' })
  const order: string[] = []
  const note = function* (name: string): Steps<void> {
    order.push(name)
    yield* []
  }
  for (const name of ['a', 'b', 'c']) k.SYSINIT(name, k.SI_SUB_KTHREAD_BUF, k.SI_ORDER_MIDDLE, note, name)
  k.SYSINIT('last', k.SI_SUB_KTHREAD_UPDATE, k.SI_ORDER_FIRST, note, 'last')
  k.SYSINIT('first', k.SI_SUB_KTHREAD_BUF, k.SI_ORDER_FIRST, note, 'first')
  for (const name of ['d', 'e']) k.SYSINIT(name, k.SI_SUB_KTHREAD_BUF, k.SI_ORDER_MIDDLE, note, name)
  k.boot()
  return order.join()
}
