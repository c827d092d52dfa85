import type { Steps } from '@kt/core'
import { EBADF, ECHILD, EFAULT, EINTR, EINVAL, EPERM, ERESTART, EWOULDBLOCK } from './errno.js'
import { zap } from './exit.js'
import type { OpenbsdMachine } from './machine.js'
import { copyout, type UserPointer } from './memory.js'
import * as P from './param.js'
import type { Proc } from './proc.js'
import { bitOf, UNBLOCKABLE_BITS, type SignalAction } from './sigacts.js'
import { statOf, statText, type stat } from './stat.js'

// What the kernel does in the system calls of user-calls.ts: each returns an errno, 0 with the value in `p.retval`.

export function* nanosleep(machine: OpenbsdMachine, p: Proc, ns: number): Steps<number> {
  if (!(ns >= 0)) return EINVAL
  // One more than it takes from a tick on: the current one has begun already.
  const ticks = Math.ceil(ns / machine.clock.tickNs) + 1
  const error = yield* machine.sleep.tsleep(p, P.PWAIT | P.PCATCH, 'nanosleep', ticks)
  // It is never made again: the time that is left would be forgotten.
  return error === EWOULDBLOCK ? 0 : error === ERESTART ? EINTR : error
}

export function* wait4(
  machine: OpenbsdMachine,
  p: Proc,
  wpid: number,
  status: UserPointer<number>,
  options: number,
): Steps<number> {
  const group = wpid === 0 ? p.process.ps_pgid : -wpid
  for (;;) {
    let isParent = false
    for (const child of p.process.ps_children) {
      const main = child.ps_mainproc!
      const isMeant = wpid === -1 || child.pid === wpid || child.ps_pgid === group
      if (!isMeant || (main.p_flag & P.P_NOZOMBIE) !== 0) continue
      isParent = true
      if (!main.isZombie) continue
      if (status !== null && copyout(p.process.addressSpace, main.p_xstat, status) !== 0) return EFAULT
      p.retval = child.pid
      zap(machine, main)
      return 0
    }
    if (!isParent) return ECHILD
    p.retval = 0
    if ((options & P.WNOHANG) !== 0) return 0
    const error = yield* machine.sleep.tsleep(p.process, P.PWAIT | P.PCATCH, 'wait', 0)
    if (error !== 0) return error
  }
}

export function fstat(machine: OpenbsdMachine, p: Proc, fd: number, sb: UserPointer<stat>): number {
  const file = p.process.ps_fd.at(fd)
  if (file === null) return EBADF
  const status = statOf(file)
  const error = copyout(p.process.addressSpace, status, sb)
  if (error === 0 && machine.release.recordsStructures)
    machine.ktrace(p, { type: 'STRU', name: 'stat', text: statText(status) })
  return error
}

export function sigaction(p: Proc, signo: number, act: SignalAction | null, oact: UserPointer<SignalAction>): number {
  if (!Number.isInteger(signo) || signo < 1 || signo >= P.NSIG) return EINVAL
  const acts = p.process.ps_sigacts
  if (oact !== null && copyout(p.process.addressSpace, acts.actionOf(signo), oact) !== 0) return EFAULT
  if (act === null) return 0
  if ((bitOf(signo) & UNBLOCKABLE_BITS) !== 0) return EINVAL
  acts.set(signo, act)
  // What is ignored from here on does not stay pending.
  for (const q of p.process.ps_threads) q.p_siglist &= ~acts.ps_sigignore
  return 0
}

export function setuid(machine: OpenbsdMachine, p: Proc, uid: number): number {
  const { process } = p
  const { realUid, effectiveUid } = process.credentials
  if (!Number.isInteger(uid) || uid < 0) return EINVAL
  if (effectiveUid !== 0 && uid !== realUid) return EPERM
  // OB-Q-27: all its threads count for the new user.
  let owned = process.threadCount
  for (const dead of machine.table.zombproc.values()) if (dead.process === process) owned++
  machine.table.changeCount(realUid, -owned)
  machine.table.changeCount(uid, owned)
  process.credentials = { realUid: uid, effectiveUid: uid }
  return 0
}
