import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { freebsd80 } from '../src/contract/index.js'
import { notes } from '../src/contract/notes.js'
import * as fb from '../src/releases/8.0.js'

const source = new URL('../src/', import.meta.url)

test('every id that a panic, an outcome or a remark can carry is a clause, a divergence, or noted', () => {
  const { clauses, divergences } = freebsd80
  const known = new Set([...clauses, ...divergences, ...notes].map(({ id }) => id))
  const carried = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.startsWith('contract'))
    .flatMap((file) =>
      Array.from(
        readFileSync(new URL(file, source), 'utf8').matchAll(/'(UB:[a-z\d-]+|FB8-[A-Z]{1,2}-\d\d)'/g),
        (match) => match[1]!,
      ),
    )
  expect(carried.length).toBeGreaterThan(50)
  expect([...new Set(carried)].filter((id) => !known.has(id))).toEqual([])
  const unused = notes.map(({ id }) => id).filter((id) => !carried.includes(id))
  expect(unused).toEqual([])
})

type Main = (k: fb.Kernel) => fb.Steps

/** A kernel body in a thread of its own, while main waits. */
function inThread(body: Main): Main {
  return function* (k) {
    yield* k.kthread_add(() => body(k) as fb.Steps<void>, null, null, null, 0, 0, 'worker')
    yield* k.pause('until it is over', 10)
  }
}

function* ends(k: fb.Kernel): fb.Steps<void> {
  yield* k.kthread_exit()
}

function* nothing(): fb.Steps<void> {}

/** A process that ends at once, when it has. */
function* ended(k: fb.Kernel): fb.Steps<fb.Proc> {
  const newpp = k.ref<fb.Proc>()
  function* body() {
    yield* k.kproc_exit(0)
  }
  yield* k.kproc_create(body, null, newpp, 0, 0, 'short')
  yield* k.pause('until it is gone', 5)
  return newpp.value!
}

/** How each is reached. */
const REACHED: Readonly<Record<string, Main>> = {
  'UB:add-to-zombie': function* (k) {
    yield* k.kthread_add(() => ends(k), null, yield* ended(k), null, 0, 0, 'late')
  },
  'UB:callout': function* (k) {
    const c = new fb.Callout()
    yield* k.callout_init(c, 1)
    yield* k.callout_schedule(c, 5)
  },
  'UB:condvar': function* (k) {
    yield* k.mtx_lock(k.Giant)
    yield* k.cv_wait_unlock(k.cv('cv'), k.Giant)
  },
  'UB:critical': function* (k) {
    yield* k.critical_exit()
  },
  'UB:double-start': function* (k) {
    yield* k.sched_add(k.curthread, k.SRQ_BORING)
  },
  'UB:exit-with-lock': inThread(function* (k) {
    yield* k.sx_xlock(k.sx('sx'))
    yield* k.kthread_exit()
  }),
  'UB:kernel-stack': function* (k) {
    const again = function* (): fb.Steps<void> {
      yield* k.EVENTHANDLER_INVOKE('event')
    }
    yield* k.EVENTHANDLER_REGISTER('event', again, null, 0)
    yield* again()
  },
  'UB:mutex': function* (k) {
    yield* k.mtx_unlock(k.mtx('m'))
  },
  'UB:null-procptr': function* (k) {
    // The new thread has thread0's priority, and takes the CPU before its creator goes on.
    yield* k.sched_prio(k.thread0, k.PSWP)
    const procptr = k.ref<fb.Proc>()
    function* body() {
      procptr.value = null
      yield* k.pause('work', 5)
    }
    yield* k.kproc_kthread_add(body, null, procptr, null, 0, 0, 'proc', 'first')
  },
  'UB:recursed-interlock': function* (k) {
    const m = k.mtx('m', k.MTX_RECURSE)
    yield* k.mtx_lock(m)
    yield* k.mtx_lock(m)
    yield* k.msleep('chan', m, 0, 'chan', 5)
  },
  'UB:return-from-proc0-thread': inThread(function* (k) {
    yield* k.pause('work', 1)
  }),
  'UB:return-to-user-mode': function* (k) {
    k.process({ name: 'sh' }, function* () {
      yield* k.kthread_add(nothing, null, k.curproc, null, 0, 0, 'helper')
      yield* k.pause('work', 5)
    })
    yield* k.pause('until it is over', 10)
  },
  'UB:rwlock': function* (k) {
    yield* k.rw_wunlock(k.rwlock('rw'))
  },
  'UB:sched-bind': function* (k) {
    yield* k.sched_bind(k.thread0, 0)
  },
  'UB:sleep-in-interrupt': function* (k) {
    k.interrupt(function* () {
      yield* k.pause('pause', 5)
    })
    yield* k.pause('until it came', 5)
  },
  'UB:sleep-not-allowed': function* (k) {
    yield* k.mtx_lock_spin(k.mtx('spin', k.MTX_SPIN))
    yield* k.pause('pause', 5)
  },
  'UB:stale-process': function* (k) {
    const p = yield* ended(k)
    yield* ended(k)
    yield* k.kproc_suspend(p, 5)
  },
  'UB:stale-thread': function* (k) {
    const newtdpp = k.ref<fb.Td>()
    yield* k.kthread_add(() => ends(k), null, null, newtdpp, 0, 0, 'short')
    yield* k.pause('until it is gone', 5)
    yield* k.kthread_add(() => ends(k), null, null, null, 0, 0, 'next')
    yield* k.kthread_suspend(newtdpp.value!, 5)
  },
  'UB:sx': function* (k) {
    yield* k.sx_xunlock(k.sx('sx'))
  },
  'UB:taskqueue': function* (k) {
    const tq = k.ref<fb.Taskqueue>()
    tq.value = yield* k.taskqueue_create('own', 0, k.taskqueue_thread_enqueue, tq)
    yield* k.taskqueue_free(tq.value)
    yield* k.taskqueue_enqueue(tq.value, k.TASK_INIT(0, nothing, null))
  },
}

test.each(Object.keys(REACHED))('%s is reached', (id) => {
  const k = fb.createKernel({ daemons: 'none', reading: 'kernel' })
  expect(k.boot(REACHED[id])).toMatchObject({ kind: 'undefined', id })
})

test('UB:no-init is reached, by a child of init before there is one', () => {
  const k = fb.createKernel({ daemons: 'none' })
  k.SYSINIT('early', k.SI_SUB_INTRINSIC, k.SI_ORDER_SECOND, early, null)
  function* early() {
    yield* k.kproc_create(() => ends(k), null, null, k.RFNOWAIT, 0, 'early')
  }
  expect(k.boot()).toMatchObject({ kind: 'undefined', id: 'UB:no-init' })
})

test('UB:pids is reached, where no number is free', () => {
  const k = fb.createKernel({ daemons: 'none' })
  k.boot()
  // As if 99 998 more processes were there; to make them would take seconds.
  const { pids } = (k.proc0 as unknown as { readonly machine: { readonly pids: Map<number, fb.Proc> } }).machine
  for (let pid = 1; pid <= k.PID_MAX; pid++) pids.set(pid, k.proc0)
  const outcome = k.run(function* () {
    yield* k.kproc_create(() => ends(k), null, null, 0, 0, 'one more')
  })
  expect(outcome).toMatchObject({ kind: 'undefined', id: 'UB:pids' })
})

test('every note is reached', () => {
  const reached = [...Object.keys(REACHED), 'UB:no-init', 'UB:pids']
  expect(notes.map(({ id }) => id)).toEqual(reached.toSorted())
})
