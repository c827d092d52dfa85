import { stepsOf, type KernelCall, type Out, type Steps } from '@kt/core'
import { EFAULT, EINVAL, ENOTSUP, ESRCH, EWOULDBLOCK, EINTR } from './errno.js'
import { exitUser } from './exit.js'
import type { OpenbsdMachine } from './machine.js'
import { copyin, copyout, type UserPointer, type Word } from './memory.js'
import * as P from './param.js'
import type { Proc } from './proc.js'
import type { ProcessRecord } from './process.js'
import { fault, trap } from './user.js'
import { forkUser } from './user-fork.js'
import { caller } from './user-calls.js'
import type { timespec } from './timeout.js'

/** `struct __tfork`: what the kernel needs to make a thread. */
export interface __tfork {
  /** Address of the new thread's control block, whatever stands for it; null for NULL. */
  readonly tf_tcb: unknown
  /** Where the new thread's number goes, null for nowhere. */
  readonly tf_tid: UserPointer<number>
  /** Must be 0. */
  readonly tf_flags: number
}

/** The function of a user thread. When it returns, the thread exits. */
export type StartFunction<A> = (startarg: A) => Steps

/** Threads of user processes, in OpenBSD 5.1: made by user code, which is not in the kernel. */
export interface TforkCalls {
  /**
   * Creates a thread in the calling process.
   *
   * @param params - What the kernel needs; read once, at entry.
   * @param stack - Initial stack pointer: the address above the stack's last byte, `Mapping.end`.
   * @param startfunc - What the thread calls; when it returns, the thread exits.
   * @param startarg - Its only argument.
   * @returns The number of the new thread, as `getthrid` gives it there; −1 with `errno` `EFAULT` for a bad `params`,
   *   `EINVAL` for a non-zero `tf_flags`, `ENOTSUP` while kern.rthreads is 0, `EAGAIN` at the limit of the system or of
   *   the user, `ENOMEM` without memory, in this order. `tf_tid` has the number before either thread is in user mode.
   * @see __tfork_thread.3 (OpenBSD 5.1); clauses OB-TF-01 to 47.
   */
  __tfork_thread: <A>(
    params: __tfork | Word<__tfork> | null,
    stack: number,
    startfunc: StartFunction<A> | null,
    startarg: A,
  ) => KernelCall<number>
  /**
   * The system call `__tfork` as only a stub in assembler can make it: the new thread comes back from it too, on the
   * caller's stack. No C function does this (OB-TF-24), so the name is ours.
   *
   * @param child - What the new thread executes after the call, given the call's value there, 0.
   * @returns In the caller as `__tfork_thread`.
   */
  rawTfork: (params: __tfork | Word<__tfork> | null, child: (value: number) => Steps) => KernelCall<number>
  /** Number of the calling thread; −1 with `ENOTSUP` while kern.rthreads is 0. @see getthrid(2) */
  getthrid: () => KernelCall<number>
  /**
   * Ends the calling thread; the last one takes the process along, with status 0.
   *
   * @param notdead - Gets a 0 when nobody needs the stack any more; null for nothing.
   * @returns Only on an error: −1 with `EINVAL` while kern.rthreads is 0.
   */
  __threxit: (notdead: UserPointer<number>) => KernelCall<number>
  /**
   * Sleeps until `__thrwakeup` on the same value.
   *
   * @param ident - Any value; in another process it is another.
   * @param clock_id - Ignored: there is one clock.
   * @param tp - Absolute time-out, null for none.
   * @param lock - Gets a 0 when the thread sleeps, null for none.
   * @returns 0, or as a value, not in `errno`: `ENOTSUP`, `EFAULT`, `EWOULDBLOCK`, `EINTR`.
   */
  __thrsleep: (ident: unknown, clock_id: number, tp: timespec | null, lock: UserPointer<number>) => KernelCall<number>
  /**
   * Wakes those who sleep there.
   *
   * @param n - How many, 0 for all.
   * @returns 0, or as a value `ENOTSUP`, or `ESRCH` when nobody sleeps there.
   */
  __thrwakeup: (ident: unknown, n: number) => KernelCall<number>
  /** Sets the address of the calling thread's control block. @see __set_tcb(2) */
  __set_tcb: (tcb: unknown) => KernelCall<number>
  /** That address. @see __get_tcb(2) */
  __get_tcb: () => KernelCall<unknown>
}

export function tforkCalls(machine: OpenbsdMachine): TforkCalls {
  const idents = new WeakMap<ProcessRecord, Map<unknown, object>>()
  /** The channel of a value in the caller's process: the same value elsewhere is another. */
  const channelOf = (p: Proc, ident: unknown): object => {
    const own = idents.get(p.process) ?? new Map<unknown, object>()
    idents.set(p.process, own)
    const channel = own.get(ident) ?? { kind: 'thrsleep', name: String(ident) }
    own.set(ident, channel)
    return channel
  }
  function* thrsleep(p: Proc, ident: unknown, tp: timespec | null, lock: UserPointer<number>): Steps<number> {
    if (machine.rthreads === 0) return answer(p, ENOTSUP)
    const dueNs = tp === null ? Infinity : tp.tv_sec * 1e9 + tp.tv_nsec
    const ticks = tp === null ? 0 : Math.ceil((dueNs - machine.timeline.now) / machine.clock.tickNs) + 1
    if (dueNs <= machine.timeline.now) return answer(p, EWOULDBLOCK)
    if (lock !== null && copyout(p.process.addressSpace, 0, lock) !== 0) return answer(p, EFAULT)
    const error = yield* machine.sleep.tsleep(channelOf(p, ident), P.PUSER | P.PCATCH, 'thrsleep', ticks)
    return answer(p, error < 0 ? EINTR : error)
  }
  function* thrwakeup(p: Proc, ident: unknown, n: number): Steps<number> {
    if (machine.rthreads === 0) return answer(p, ENOTSUP)
    const channel = channelOf(p, ident)
    if ((machine.channels.find(channel)?.length ?? 0) === 0) return answer(p, ESRCH)
    yield* machine.sleep.wakeup_n(channel, n === 0 ? -1 : n)
    return answer(p, 0)
  }
  const call = caller(machine)
  return {
    __tfork_thread(params, stack, startfunc, startarg) {
      if (startfunc !== null && typeof startfunc !== 'function')
        throw new TypeError('__tfork_thread: startfunc must be a generator function or null')
      if (!Number.isInteger(stack))
        throw new TypeError('__tfork_thread: stack must be an address, as the `end` of what mmap() returned')
      return machine.userCall('__tfork_thread', tforkThread(machine, params, stack, startfunc, startarg))
    },
    rawTfork(params, child) {
      if (typeof child !== 'function') throw new TypeError('rawTfork: child must be a generator function')
      return machine.userCall('__tfork', rawTfork(machine, params, child))
    },
    getthrid: () => call('getthrid', [], getthrid, true),
    __threxit(notdead) {
      machine.watch(notdead)
      return call('__threxit', [notdead], (p) => threxit(machine, p, notdead))
    },
    __thrsleep(ident, clock_id, tp, lock) {
      const { tv_sec, tv_nsec } = (tp as timespec | null | undefined) ?? { tv_sec: NaN, tv_nsec: NaN }
      if (tp !== null && !(Number.isInteger(tv_sec) && Number.isInteger(tv_nsec)))
        throw new TypeError('__thrsleep: tp needs tv_sec and tv_nsec, or is null')
      machine.watch(lock)
      return call('__thrsleep', [ident, clock_id, tp, lock], (p) => thrsleep(p, ident, tp, lock))
    },
    __thrwakeup: (ident, n) => call('__thrwakeup', [ident, n], (p) => thrwakeup(p, ident, n)),
    __set_tcb: (tcb) =>
      call(
        '__set_tcb',
        [tcb],
        (p) => {
          p.tcb = tcb
          return 0
        },
        true,
      ),
    __get_tcb: () => machine.userCall('__get_tcb', getTcb(machine)),
  }

  function getthrid(p: Proc): number {
    if (machine.rthreads === 0) return ENOTSUP
    return answer(p, p.p_pid + P.THREAD_PID_OFFSET)
  }
}

/** Makes something the value of a system call that has no error. */
function answer(p: Proc, value: number): 0 {
  p.retval = value
  return 0
}

function* getTcb(machine: OpenbsdMachine): Steps {
  const p = machine.running!
  yield* trap(machine, { name: '__get_tcb', args: [], isUnlocked: true }, () =>
    answer(p, p.process.addressSpace.addressOf(p.tcb)),
  )
  return p.tcb
}

/** The library's stub: the system call, and in the new thread another stack before anything else. */
function* tforkThread<A>(
  machine: OpenbsdMachine,
  params: __tfork | Word<__tfork> | null,
  stack: number,
  startfunc: StartFunction<A> | null,
  startarg: A,
): Steps<number> {
  const p = machine.running!
  // On i386 function and argument are put on the new stack first, so that a bad one faults here (OB-Q-17).
  if (machine.arch === 'i386') yield* push(machine, p, stack)

  function* child(self: Proc): Steps<void> {
    self.sp = stack
    if (machine.arch === 'amd64') yield* push(machine, self, stack)
    // OB-Q-18: a jump to address 0.
    while (startfunc === null) yield* fault(machine, self, P.SIGSEGV)
    yield* stepsOf(startfunc(startarg), `thread ${self.p_pid}`)
    yield* threadReturned(machine, self)
  }
  return yield* trap(machine, { name: '__tfork', args: [params] }, (p) => {
    // OB-D-29: in the kernel's eyes the new thread is on its creator's stack; the stub changes that when a signal may
    // have come already.
    const firstSp = machine.reading === 'page' ? stack : p.sp
    return tfork(machine, p, params, firstSp, child)
  })
}

/** The first thing done on a stack: where it is bad, the thread gets SIGSEGV, as often as it comes back. */
function* push(machine: OpenbsdMachine, p: Proc, stack: number): Steps<void> {
  while (stack % STACK_ALIGNMENT !== 0 || !p.process.addressSpace.canStore(stack - ADDRESS_BYTES, ADDRESS_BYTES))
    yield* fault(machine, p, P.SIGSEGV)
}

const ADDRESS_BYTES = 8
const STACK_ALIGNMENT = 16

/** After the thread's function: the stub makes it exit. */
function* threadReturned(machine: OpenbsdMachine, p: Proc): Steps<void> {
  if (machine.reading === 'page') {
    yield* trap(machine, { name: '__threxit', args: [0] }, () => exitUser(machine, p, 'thread', 0))
  }
  // OB-D-30: on i386 the argument is what the function left in a register.
  if (machine.arch === 'i386') machine.undefinedBehaviour('UB:OB-D-30', '__threxit with a left-over pointer')
  yield* trap(machine, { name: '__threxit', args: [0] }, (self) => threxit(machine, self, null))
  machine.undefinedBehaviour('UB:OB-D-30', '__threxit came back, and nothing comes after it')
}

function* rawTfork(
  machine: OpenbsdMachine,
  params: __tfork | Word<__tfork> | null,
  child: (value: number) => Steps,
): Steps<number> {
  return yield* trap(machine, { name: '__tfork', args: [params] }, (p) =>
    tfork(machine, p, params, p.sp, function* (self) {
      yield* stepsOf(child(0), `thread ${self.p_pid}`)
      yield* threadReturned(machine, self)
    }),
  )
}

/** __tfork in the kernel. */
function tfork(
  machine: OpenbsdMachine,
  p: Proc,
  pointer: __tfork | Word<__tfork> | null,
  firstSp: number,
  child: (self: Proc) => Steps,
): number {
  const params = copyin(p.process.addressSpace, pointer)
  if (params === null) return EFAULT
  const { tf_tcb, tf_tid, tf_flags } = params
  if (!Number.isInteger(tf_flags) || !('tf_tid' in params) || !('tf_tcb' in params))
    throw new TypeError('__tfork: params needs tf_tcb, tf_tid and tf_flags')
  if (tf_flags !== 0) return EINVAL
  machine.watch(tf_tid)
  const created: Out<Proc> = { value: null }
  const flags = P.FORK_TFORK | P.FORK_THREAD | P.FORK_SIGHAND | P.FORK_SHAREVM | P.FORK_NOZOMBIE | P.FORK_SHAREFILES
  // OB-D-28: the child's way out of the call is recorded under another name.
  const request = { parent: p, exitsig: 0, flags, tidptr: tf_tid }
  const error = forkUser(machine, request, child, 'rfork', created)
  if (error !== 0) return error
  const self = created.value!
  self.sp = firstSp
  // OB-D-26: the kernel hands its argument on, and makes a null one the address of its own record.
  self.tcb = tf_tcb === null && machine.reading === 'kernel' ? machine.addressOf(self) : tf_tcb
  p.retval = self.p_pid + P.THREAD_PID_OFFSET
  return 0
}

function* threxit(machine: OpenbsdMachine, p: Proc, notdead: UserPointer<number>): Steps<number> {
  if (machine.rthreads === 0) return EINVAL
  // A bad pointer posts SIGSEGV to a thread that ends anyway.
  if (notdead !== null) copyout(p.process.addressSpace, 0, notdead)
  return yield* exitUser(machine, p, 'thread', 0)
}
