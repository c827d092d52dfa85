import type { Steps } from '@kt/core'
import { equal, holds, valueOf, type Trial } from '@kt/core/contract'
import { OpenFile } from '../../../files.js'
import type { OpenbsdKernel } from '../../../kernel.js'
import type { Proc } from '../../../proc.js'
import { defers, exits, nprocs, pause, spawn, waits } from './spawn.js'

// DESCRIPTION, first paragraph: what a kernel thread is.

type Check = (trial: Trial<OpenbsdKernel>) => void

/** OB-KT-06: a process of its own, with a number, a slot and a mark: the system's. */
export const isSystemProcess: Check = (trial) => {
  const k = trial.createKernel({ ncpu: 2 })
  valueOf(
    k.boot(function* () {
      const before = nprocs(k)
      const own = k.ref<Proc>()
      const p = yield* spawn(k, function* () {
        own.value = k.curproc
        yield* waits(k, 'go')
      })
      equal(nprocs(k), before + 1, 'slots in use')
      equal([p.p_flag & k.P_SYSTEM, p.p_flag & k.P_THREAD], [k.P_SYSTEM, 0], 'P_SYSTEM, and P_THREAD')
      holds(p.process !== k.proc0.process && p.process !== k.curproc.process, 'it shares the record of a process')
      equal([p.process.pid, p.process.ps_threads.length], [p.p_pid, 1], 'number and threads of its process')
      holds(p.p_pid > 0 && k.pfind(p.p_pid) === p, 'it is not found by its process id')
      yield* pause(k, 1)
      holds(own.value === p, 'the thread is not the process that its creator was given')
      const listed = k.kern_proc(k.KERN_PROC_PID, p.p_pid).map(({ stat, wchan, rssize }) => [stat, wchan, rssize])
      equal(listed, [['DK', 'waits', 0]], 'its entry in the process table')
      const asUsers = k.ps({ k: false }).filter(({ pid }) => pid === p.p_pid)
      equal(asUsers, [], 'its entries in a list without kernel threads')
      trial.saw(`process ${p.p_pid}, P_SYSTEM, DK in ps, ${nprocs(k)} slots in use`)
    }),
  )
}

/** OB-KT-07: what it has is process 0's, though a user in another group and session asked. */
export const isClonedFromProcess0: Check = (trial) => {
  const k = trial.createKernel({ ncpu: 2 })
  equal([k.proc0.p_pid, k.proc0.p_comm], [0, 'swapper'], 'PID and name of process 0')
  const { asker, thread } = valueOf(
    k.boot(function* () {
      const pair = yield* createdByUser(k)
      yield* pause(k, 1)
      return { asker: inherited(k, pair.asker), thread: inherited(k, pair.thread) }
    }),
  )
  const zero = inherited(k, k.proc0)
  equal(thread.numbers, [0, 0, 0, 0, 0, 0, k.NZERO], 'parent, user ids, group, session, signal mask, nice')
  holds(thread.sigacts === zero.sigacts, 'it does not have the signal actions of process 0')
  holds(asker.sigacts !== zero.sigacts, 'the process that asked has those of process 0 itself')
  equal(asker.numbers.slice(1, 3), [1000, 1000], 'user ids of the process that asked')
  holds(
    [0, 3, 4, 5].every((at) => asker.numbers[at] !== 0),
    'the process that asked has something in common with process 0, so that nothing is proved',
  )
  trial.saw('asked for by a user: child of process 0, uid 0, group 0, session 0, with its signal actions')
}

function inherited(k: OpenbsdKernel, p: Proc): { readonly numbers: readonly number[]; readonly sigacts: object } {
  const { ps_pptr, credentials, ps_pgid, ps_session, ps_nice, ps_sigacts } = p.process
  const { realUid, effectiveUid } = credentials
  const parent = ps_pptr?.pid ?? k.proc0.p_pid
  return { numbers: [parent, realUid, effectiveUid, ps_pgid, ps_session, p.p_sigmask, ps_nice], sigacts: ps_sigacts }
}

/** OB-KT-08: the same memory map, counted once more while the thread is there. */
export const sharesMemory: Check = (trial) => {
  const k = trial.createKernel({ ncpu: 2 })
  const space = k.proc0.process.addressSpace
  valueOf(
    k.boot(function* () {
      yield* k.settle()
      const before = space.vm_refcnt
      const { asker, thread } = yield* createdByUser(k)
      holds(thread.p_vmspace === space, 'the thread has another memory map than process 0')
      holds(asker.p_vmspace !== space, 'the process that asked for it has none of its own')
      equal(space.vm_refcnt, before + 1, 'references while the thread is alive')
      yield* k.wakeup('go')
      yield* pause(k, 1)
      yield* k.settle()
      equal(space.vm_refcnt, before, 'references when it was reaped')
      trial.saw(`the memory map of process 0: ${before} references, ${before + 1}, ${before} again`)
    }),
  )
}

/** OB-KT-09: the same limits, whatever those of the process that asked for it. */
export const sharesLimits: Check = (trial) => {
  const k = trial.createKernel({ ncpu: 2 })
  const limit = k.proc0.process.ps_limit
  valueOf(
    k.boot(function* () {
      yield* k.settle()
      const before = limit.p_refcnt
      const { asker, thread } = yield* createdByUser(k)
      holds(thread.process.ps_limit === limit, 'the thread has other limits than process 0')
      holds(thread.process.limits === k.proc0.process.limits, 'the limits that count for it are not those')
      equal(limit.p_refcnt, before + 1, 'references while the thread is alive')
      const soft = [asker, thread].map(({ process }) => process.limits['RLIMIT_NPROC']!.soft)
      equal(soft, [1, k.MAXUPRC], 'RLIMIT_NPROC of the process that asked, and of the thread')
      yield* k.wakeup('go')
      yield* pause(k, 1)
      yield* k.settle()
      equal(limit.p_refcnt, before, 'references when it was reaped')
      trial.saw(`RLIMIT_NPROC ${soft.join(' asked for ')}, the limits of process 0`)
    }),
  )
}

/** A kernel thread that sleeps on 'go', created by a user with one process allowed. */
function* createdByUser(k: OpenbsdKernel): Steps<{ readonly asker: Proc; readonly thread: Proc }> {
  const asker = k.ref<Proc>()
  const thread = k.ref<Proc>()
  k.process({ name: 'sh', uid: 1000, nprocSoft: 1 }, function* () {
    asker.value = k.curproc
    yield* k.sigprocmask(k.SIG_BLOCK, 1)
    thread.value = yield* k.syscall('ioctl', () => spawn(k, () => waits(k, 'go'), 'asked'))
    yield* k.nanosleep(1e9)
  })
  yield* pause(k, 2)
  return { asker: asker.value!, thread: thread.value! }
}

/** OB-KT-10: what process 0 has open the thread has open too, and then each goes its own way. */
export const copiesDescriptors: Check = (trial) => {
  const k = trial.createKernel({ ncpu: 2 })
  const zero = k.proc0.process.ps_fd
  valueOf(
    k.boot(function* () {
      zero.open(new OpenFile('console'))
      const found: unknown[] = []
      const p = yield* spawn(k, function* () {
        const { ps_fd } = k.curproc.process
        found.push(...ps_fd.open_files)
        ps_fd.close(0)
        ps_fd.open(new OpenFile('socket'))
        ps_fd.open(new OpenFile('pipe'))
        yield* waits(k, 'go')
      })
      yield* pause(k, 1)
      equal(found, [[0, 'console']], 'descriptors that the thread found')
      const own = p.process.ps_fd.open_files
      equal(own, [[0, 'socket'], [1, 'pipe']], 'descriptors of the thread') // prettier-ignore
      equal(zero.open_files, [[0, 'console']], 'descriptors of process 0 after the thread closed one and opened two')
      zero.open(new OpenFile('log'))
      equal(p.process.ps_fd.open_files, own, 'descriptors of the thread after process 0 opened one')
      trial.saw("the thread began with process 0's descriptors; neither sees what the other opens or closes")
    }),
  )
}

/** OB-KT-11: kill(−1) of root passes it by, does not count it, and does not disturb its sleep. */
export const noBroadcasts: Check = (trial) => {
  const k = trial.createKernel({ ncpu: 2 })
  const results: number[] = []
  const woken: number[] = []
  valueOf(
    k.boot(function* () {
      const p = yield* spawn(k, () => interruptible(k, woken))
      yield* pause(k, 1)
      k.process({ name: 'sh' }, function* () {
        // Nobody but kernel threads and init is there.
        results.push(yield* k.kill(-1, k.SIGTERM), k.errno)
        const child = yield* k.fork(() => sleeps(k))
        yield* k.nanosleep(1e7)
        results.push(yield* k.kill(-1, k.SIGTERM))
        const status = k.ref<number>()
        equal(yield* k.wait4(child, status, 0), child, 'wait4 for the child')
        results.push(status.value!)
      })
      yield* pause(k, 10)
      equal(results, [-1, k.ESRCH, 0, k.SIGTERM], 'kill(-1) and errno; kill(-1), and the signal that ended the child')
      equal(pendingOn(k), [], 'kernel threads with a signal pending')
      equal([woken, p.p_wmesg], [[], 'waits'], 'results of the interruptible sleep of a kernel thread, and its sleep')
      yield* isReachable(k, p, woken)
      trial.saw('kill(-1, SIGTERM) = ESRCH with kernel threads only; with a process only that one was hit')
    }),
  )
}

/** OB-KT-12: of process group 0, in which all kernel threads are, kill(0) reaches everybody else. */
export const noGroupSignals: Check = (trial) => {
  const k = trial.createKernel({ ncpu: 2 })
  const results: number[] = []
  const caught: number[] = []
  const woken: number[] = []
  const sleeper = k.ref<Proc>()
  function* callback() {
    equal(yield* k.kthread_create(() => interruptible(k, woken), null, sleeper, 'sleeper'), 0, 'kthread_create')
  }
  k.attach(() => defers(k, callback, null))
  k.init(function* () {
    yield* k.nanosleep(5e7)
    results.push(yield* k.getpgrp(), yield* k.kill(0, k.SIGTERM), k.errno)
    const child = yield* k.fork(() => signalsItsGroup(k, caught))
    results.push((yield* k.wait4(child, null, 0)) - child)
  })
  valueOf(
    k.boot(function* () {
      yield* pause(k, 20)
      const p = sleeper.value!
      equal(p.process.ps_pgid, 0, 'process group of a kernel thread')
      equal(results, [0, -1, k.ESRCH, 0], "init's group, its kill(0) and errno, and its child less what was waited for")
      equal(caught, [k.SIGUSR1, 0], 'what the child caught, and what its kill(0) returned')
      equal(pendingOn(k), [], 'kernel threads with a signal pending')
      equal([woken, p.p_wmesg], [[], 'waits'], 'results of the interruptible sleep of a kernel thread, and its sleep')
      yield* isReachable(k, p, woken)
      trial.saw('kill(0, sig) in group 0: ESRCH from init; from its child it reached the child alone')
    }),
  )
}

/** A user process that signals its whole group, itself among them. */
function* signalsItsGroup(k: OpenbsdKernel, caught: number[]): Steps<void> {
  function* handler(signo: number) {
    caught.push(signo)
    yield* k.user(0)
  }
  yield* k.sigaction(k.SIGUSR1, { handler, flags: 0, mask: 0 }, null)
  const result = yield* k.kill(0, k.SIGUSR1)
  caught.push(result)
}

/** The body of a thread that tells how its interruptible sleep ended. */
function* interruptible(k: OpenbsdKernel, woken: number[]): Steps<never> {
  woken.push(yield* k.tsleep('never', k.PWAIT | k.PCATCH, 'waits', 0))
  return yield* k.kthread_exit(0)
}

function* sleeps(k: OpenbsdKernel): Steps<void> {
  yield* k.nanosleep(1e12)
}

function pendingOn(k: OpenbsdKernel): readonly string[] {
  return k.allproc.filter((p) => p.isSystem && p.p_siglist !== 0).map(({ p_comm }) => p_comm)
}

/** The proof that the thread could have been disturbed: a signal to itself alone does it (OB-D-07). */
function* isReachable(k: OpenbsdKernel, p: Proc, woken: readonly number[]): Steps<void> {
  yield* k.psignal(p, k.SIGTERM)
  yield* pause(k, 1)
  equal(woken, [k.ERESTART], 'results of the sleep after a signal from within the kernel')
}

/** OB-KT-13: the pass that swaps out leaves it alone, however long it sleeps, and takes a user process that does. */
export const isNotSwapped: Check = (trial) => {
  const k = trial.createKernel({ ncpu: 2 })
  const user = k.ref<Proc>()
  valueOf(
    k.boot(function* () {
      const asleep = yield* spawn(k, () => waits(k, 'go'), 'asleep')
      k.process({ name: 'sh' }, function* () {
        user.value = k.curproc
        yield* sleeps(k)
      })
      yield* pause(k, 60 * k.hz)
      const runnable = yield* spawn(k, () => exits(k), 'runnable')
      holds(asleep.p_slptime > 50 && user.value!.p_slptime > 50, 'nobody has slept for long')
      const threads = k.allproc.filter((p) => p.isSystem)
      holds(threads.includes(asleep) && threads.includes(runnable), 'the threads are not in the process table')
      equal(threads.filter((p) => k.isSwappable(p)).map(({ p_comm }) => p_comm), [], 'kernel threads to swap out') // prettier-ignore
      equal(k.isSwappable(user.value!), true, 'whether a user process that sleeps may be swapped out')
      trial.saw(`asleep for a minute: a user process may be swapped out, ${threads.length} kernel threads may not`)
    }),
  )
}
