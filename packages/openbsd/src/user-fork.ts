import type { Out, Steps } from '@kt/core'
import { EINVAL } from './errno.js'
import { fork1, type ForkRequest } from './fork.js'
import type { OpenbsdMachine } from './machine.js'
import * as P from './param.js'
import type { Proc } from './proc.js'
import { userThread, type KernelSide, type Program } from './user.js'

/**
 * Forks something with a user side.
 *
 * @param body - What it executes in user mode, on the way out of the call that made it.
 * @param label - The name under which a trace has that way out, null for none.
 */
export function forkUser(
  machine: OpenbsdMachine,
  request: Omit<ForkRequest, 'func' | 'arg'>,
  body: (self: Proc) => Steps,
  label: string | null,
  newp: Out<Proc>,
): number {
  const func = (self: Proc) => userThread(machine, self, () => body(self), label)
  const error = fork1(machine, { ...request, func, arg: null }, newp)
  if (error !== 0) return error
  const self = newp.value!
  // Its own record, whatever is made of a null argument.
  self.b = self
  self.isUser = true
  self.inside = 'userret'
  self.sp = request.parent.sp
  return 0
}

/** The kernel side of a call that copies the process: fork, vfork, and rfork behind its flags. */
export function forker(machine: OpenbsdMachine, name: string, flags: number, child: Program): KernelSide {
  if (typeof child !== 'function') throw new TypeError(`${name}: the child's code must be a generator function`)
  return function* (p) {
    const created: Out<Proc> = { value: null }
    // The way out of the child knows two names, whatever the call was (OB-D-28).
    const label = (flags & P.FORK_PPWAIT) !== 0 ? 'vfork' : 'fork'
    const exitsig = (flags & P.FORK_NOZOMBIE) !== 0 ? 0 : P.SIGCHLD
    const error = forkUser(machine, { parent: p, exitsig, flags }, child, label, created)
    if (error !== 0) return error
    const self = created.value!
    // What lies in its memory and its machine state is the caller's.
    self.tcb = p.tcb
    self.errno = p.errno
    p.retval = self.p_pid
    while (self.process.ps_ppwait) yield* machine.sleep.tsleep(self.process, P.PWAIT, 'ppwait', 0)
    return 0
  }
}

/** That of rfork, by what is asked to be shared. */
export function rforker(machine: OpenbsdMachine, asked: number, child: Program): KernelSide {
  let flags = P.FORK_RFORK
  if ((asked & P.RFNOWAIT) !== 0) flags |= P.FORK_NOZOMBIE
  if ((asked & P.RFMEM) !== 0) flags |= P.FORK_SHAREVM
  if ((asked & P.RFSIGSHARE) !== 0) flags |= P.FORK_SIGHAND
  if ((asked & P.RFCFDG) !== 0) flags |= P.FORK_CLEANFILES
  else if ((asked & P.RFFDG) === 0) flags |= P.FORK_SHAREFILES
  const bothTables = P.RFFDG | P.RFCFDG
  const isWrong = (asked & P.RFPROC) === 0 || (asked & P.RFTHREAD) !== 0 || (asked & bothTables) === bothTables
  if (!isWrong) return forker(machine, 'rfork', flags, child)
  return () => EINVAL
}
