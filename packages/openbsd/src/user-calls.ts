import { stepsOf, type KernelCall, type Steps } from '@kt/core'
import { EBADF, EFAULT, EINVAL, EMFILE, EPERM } from './errno.js'
import { exitUser, W_EXITCODE } from './exit.js'
import { OpenFile } from './files.js'
import { dosetrlimit, RLIMIT_NPROC, type rlimit } from './limits.js'
import type { OpenbsdMachine } from './machine.js'
import { copyin, copyout, Mapping, type UserPointer } from './memory.js'
import * as P from './param.js'
import type { Proc } from './proc.js'
import { UNBLOCKABLE_BITS, type SignalAction } from './sigacts.js'
import { kill } from './signal.js'
import type { stat } from './stat.js'
import { fstat, nanosleep, setuid, sigaction, wait4 } from './syscalls.js'
import { trap, userTime, type KernelSide, type Program } from './user.js'
import { forker, rforker } from './user-fork.js'

/**
 * What user code calls: the system calls around processes and signals. Each goes into the kernel and comes back; on an
 * error it is −1 and `errno` says why.
 */
export interface UserCalls {
  /** Time in user mode, in nanoseconds, 0 for none. Signals cut in, and whoever asks for the CPU gets it. */
  user: (ns: number) => KernelCall<void>
  /**
   * A system call of the scenario's own: the body runs in the kernel, as a driver's ioctl does, and may call what kernel
   * code calls.
   *
   * @param name - As traces show it.
   * @returns What the body returns.
   */
  syscall: <T>(name: string, body: () => Steps<T>) => KernelCall<T>

  /** Process id; the same in all threads. @see getpid(2) */
  getpid: () => KernelCall<number>
  /** That of the parent. @see getppid(2) */
  getppid: () => KernelCall<number>
  /** Real user id. @see getuid(2) */
  getuid: () => KernelCall<number>
  /** Sets all user ids; root may choose, others may not. @see setuid(2) */
  setuid: (uid: number) => KernelCall<number>
  /** Process group. @see getpgrp(2) */
  getpgrp: () => KernelCall<number>
  /** Makes the process the leader of a session and a group of its own; `EPERM` for a group leader. @see setsid(2) */
  setsid: () => KernelCall<number>
  /**
   * Copies the process. In place of a second return, the copy executes `child`.
   *
   * @param child - Its code; what it returns is its exit code.
   * @returns The child's process id, or −1 with `EAGAIN` or `ENOMEM`.
   * @see fork(2)
   */
  fork: (child: Program) => KernelCall<number>
  /** The same, and the parent waits until the child has ended. The memory is copied all the same. @see vfork(2) */
  vfork: (child: Program) => KernelCall<number>
  /**
   * The older way, by what is to be shared: `RFPROC` with `RFFDG`, `RFCFDG`, `RFMEM`, `RFSIGSHARE`, `RFNOWAIT`.
   *
   * @returns As `fork`; `EINVAL` without `RFPROC`, with both `RFFDG` and `RFCFDG`, and in 5.1 for signal actions shared
   *   without memory.
   * @see rfork(2)
   */
  rfork: (flags: number, child: Program) => KernelCall<number>
  /** Ends the process, all its threads. @see _exit(2) */
  _exit: (status: number) => KernelCall<never>
  /**
   * Waits for a child to end.
   *
   * @param wpid - A process id, −1 for any child, 0 for those in the caller's group, another negative one for a group.
   * @param status - Receives exit code and signal; null if not wanted.
   * @param options - `WNOHANG` or 0.
   * @returns Its process id, 0 with `WNOHANG` when none has ended, −1 with `ECHILD`, `EFAULT` or `EINTR`.
   * @see wait4(2)
   */
  wait4: (wpid: number, status: UserPointer<number>, options: number) => KernelCall<number>
  /** Sends a signal; 0 only looks. `ESRCH`, `EPERM`, `EINVAL`. @see kill(2) */
  kill: (pid: number, sig: number) => KernelCall<number>
  /**
   * Says what to do on a signal.
   *
   * @param act - null to ask only.
   * @param oact - Receives what was done before, null if not wanted.
   * @see sigaction(2)
   */
  sigaction: (sig: number, act: SignalAction | null, oact: UserPointer<SignalAction>) => KernelCall<number>
  /**
   * Changes which signals the thread holds back.
   *
   * @param how - `SIG_BLOCK`, `SIG_UNBLOCK`, `SIG_SETMASK`.
   * @param set - A bit for each signal from 1 on.
   * @returns The mask before.
   * @see sigprocmask(2)
   */
  sigprocmask: (how: number, set: number) => KernelCall<number>
  /** Reads a limit; `EINVAL` for any but `RLIMIT_NPROC`. @see getrlimit(2) */
  getrlimit: (resource: number, rlp: UserPointer<rlimit>) => KernelCall<number>
  /** Sets it; only root may raise the hard one. @see setrlimit(2) */
  setrlimit: (resource: number, rlp: rlimit | null) => KernelCall<number>
  /** Opens a file of that name: its descriptor, or −1 with `EMFILE`. @see open(2) */
  open: (path: string) => KernelCall<number>
  /** What is known of an open file; `EBADF`, `EFAULT`. In 5.1 a traced process's record has the structure. @see fstat(2) */
  fstat: (fd: number, sb: UserPointer<stat>) => KernelCall<number>
  /** @see close(2) */
  close: (fd: number) => KernelCall<number>
  /**
   * Maps fresh memory.
   *
   * @param length - Bytes; whole pages of 4096 are mapped.
   * @param isWritable - Default true.
   * @see mmap(2)
   */
  mmap: (length: number, isWritable?: boolean) => KernelCall<Mapping>
  /** Takes a mapping away: what points into it is bad from here on. @see munmap(2) */
  munmap: (mapping: Mapping) => KernelCall<number>
  /** Sleeps for a time; `EINTR` when a signal with a handler came. @see nanosleep(2) */
  nanosleep: (ns: number) => KernelCall<number>
  /** Gives up the CPU to others of the same priority. @see sched_yield(2) */
  sched_yield: () => KernelCall<number>
}

/** A system call by name, arguments and kernel side. */
export type Caller = (
  name: string,
  args: readonly unknown[],
  side: KernelSide,
  isUnlocked?: boolean,
) => KernelCall<never>

export function caller(machine: OpenbsdMachine): Caller {
  return (name, args, side, isUnlocked = false) =>
    machine.userCall(name, trap(machine, { name, args, isUnlocked }, side)) as KernelCall<never>
}

export function userCalls(machine: OpenbsdMachine): UserCalls {
  const call = caller(machine)
  /** A call that always succeeds, with a value. */
  const value = (name: string, args: readonly unknown[], of: (p: Proc) => number) =>
    call(name, args, (p) => {
      p.retval = of(p)
      return 0
    })
  /** A call that returns an errno at once. */
  const errno = (name: string, args: readonly unknown[], of: (p: Proc) => number) => call(name, args, of)

  return {
    user(ns) {
      if (!Number.isInteger(ns) || ns < 0)
        throw new RangeError(`user: a whole number of nanoseconds, not ${String(ns)}`)
      return machine.userCall('user', userTime(machine, ns))
    },
    syscall: <T>(name: string, body: () => Steps<T>) => {
      if (typeof body !== 'function') throw new TypeError(`syscall: the body of ${name} must be a generator function`)
      return machine.userCall(name, ownCall(machine, name, body))
    },
    getpid: () => value('getpid', [], (p) => p.process.pid),
    getppid: () => value('getppid', [], (p) => p.process.ps_pptr!.pid),
    getuid: () => value('getuid', [], (p) => p.process.credentials.realUid),
    setuid: (uid) => errno('setuid', [uid], (p) => setuid(machine, p, uid)),
    getpgrp: () => value('getpgrp', [], (p) => p.process.ps_pgid),
    setsid: () =>
      errno('setsid', [], (p) => {
        const { process } = p
        if (process.ps_pgid === process.pid) return EPERM
        machine.table.joinGroup(process, process.pid)
        process.ps_session = process.pid
        p.retval = process.pid
        return 0
      }),
    fork: (child) => call('fork', [], forker(machine, 'fork', P.FORK_FORK, child)),
    vfork: (child) => call('vfork', [], forker(machine, 'vfork', P.FORK_VFORK | P.FORK_PPWAIT, child)),
    rfork: (flags, child) => call('rfork', [flags], rforker(machine, flags, child)),
    _exit(status) {
      if (!Number.isInteger(status)) throw new TypeError(`_exit: status must be a whole number, not ${String(status)}`)
      return call('exit', [status], (p) => exitUser(machine, p, 'process', W_EXITCODE(status, 0)))
    },
    wait4(wpid, status, options) {
      machine.watch(status)
      return call('wait4', [wpid, status, options, 0], (p) => wait4(machine, p, wpid, status, options))
    },
    kill: (pid, sig) =>
      errno('kill', [pid, sig], (p) => {
        if (!Number.isInteger(sig) || sig < 0 || sig >= P.NSIG) return EINVAL
        return kill(machine, p, pid, sig)
      }),
    sigaction(sig, act, oact) {
      const handler: unknown = act === null ? 'SIG_DFL' : (act as SignalAction | undefined)?.handler
      if (typeof handler !== 'function' && handler !== 'SIG_DFL' && handler !== 'SIG_IGN')
        throw new TypeError(`sigaction: act needs a handler: a generator function, 'SIG_DFL' or 'SIG_IGN'`)
      return errno('sigaction', [sig, act, oact], (p) => sigaction(p, sig, act, oact))
    },
    sigprocmask: (how, set) =>
      errno('sigprocmask', [how, set], (p) => {
        p.retval = p.p_sigmask
        if (how === P.SIG_BLOCK) p.p_sigmask |= set
        else if (how === P.SIG_UNBLOCK) p.p_sigmask &= ~set
        else if (how === P.SIG_SETMASK) p.p_sigmask = set
        else return EINVAL
        p.p_sigmask &= ~UNBLOCKABLE_BITS
        return 0
      }),
    getrlimit: (resource, rlp) =>
      errno('getrlimit', [resource, rlp], (p) => {
        if (resource !== RLIMIT_NPROC) return EINVAL
        const { soft, hard } = p.process.limits['RLIMIT_NPROC']!
        return copyout(p.process.addressSpace, { rlim_cur: soft, rlim_max: hard }, rlp)
      }),
    setrlimit: (resource, rlp) =>
      errno('setrlimit', [resource, rlp], (p) => {
        const limit = copyin(p.process.addressSpace, rlp)
        if (limit === null) return EFAULT
        return dosetrlimit(machine, p.process, resource, limit, p.process.credentials.effectiveUid === 0)
      }),
    open: (path) =>
      errno('open', [path], (p) => {
        const { effectiveUid } = p.process.credentials
        const file = new OpenFile(path, machine.filesOpened++, effectiveUid, machine.timeline.now)
        const fd = p.process.ps_fd.open(file)
        if (fd === null) return EMFILE
        p.retval = fd
        return 0
      }),
    fstat: (fd, sb) => errno('fstat', [fd, sb], (p) => fstat(machine, p, fd, sb)),
    close: (fd) => errno('close', [fd], (p) => (p.process.ps_fd.close(fd) ? 0 : EBADF)),
    mmap(length, isWritable = true) {
      if (!Number.isInteger(length) || length < 1)
        throw new RangeError(`mmap: a whole number of bytes, 1 or more, not ${String(length)}`)
      return machine.userCall('mmap', mmap(machine, length, isWritable))
    },
    munmap(mapping) {
      if (!(mapping instanceof Mapping)) throw new TypeError('munmap: what mmap() returned is expected')
      return errno('munmap', [mapping], (p) => (p.process.addressSpace.unmap(mapping) ? 0 : EINVAL))
    },
    nanosleep: (ns) => call('nanosleep', [ns], (p) => nanosleep(machine, p, ns)),
    sched_yield: () =>
      call('sched_yield', [], function* () {
        yield* machine.sleep.yield()
        return 0
      }),
  }
}

function* ownCall<T>(machine: OpenbsdMachine, name: string, body: () => Steps<T>): Steps<T> {
  const result = { value: undefined as T }
  yield* trap(machine, { name, args: [] }, function* () {
    result.value = yield* stepsOf(body(), name) as Steps<T>
    return 0
  })
  return result.value
}

function* mmap(machine: OpenbsdMachine, length: number, isWritable: boolean): Steps<Mapping> {
  const p = machine.running!
  const mapping = p.process.addressSpace.map(length, isWritable)
  const { free } = machine
  if (free !== null) mapping.onAccess = (isWrite) => free.observer?.accessed(mapping, isWrite)
  yield* trap(machine, { name: 'mmap', args: [0, length] }, function* () {
    p.retval = mapping.address
    return 0
  })
  return mapping
}
