import { inRange, oneOf, type Out } from '@kt/core'
import type { OpenbsdMachine } from './machine.js'
import * as P from './param.js'
import type { Proc } from './proc.js'
import type { ProcessRecord } from './process.js'
import type { Program } from './user.js'
import { forkUser } from './user-fork.js'

/** A user process to start. */
export interface ProcessOptions {
  /** Command name; 16 characters survive. */
  readonly name: string
  /** Real and effective user id, default 0. */
  readonly uid?: number
  /** Soft RLIMIT_NPROC. Default that of the login class, else what init has from process 0: 80. */
  readonly nprocSoft?: number
  /** The login class whose limits it has; left out for a process that never went through login. */
  readonly login?: 'default' | 'staff'
  /** Its system calls are recorded (`kdump`); with `'inherit'` those of its children too. Default false. */
  readonly ktrace?: boolean | 'inherit'
}

/**
 * Starts a user process, as a child of init in a session of its own. The body is its main function, in user mode; what
 * it returns is the exit code, nothing for 0.
 *
 * On a machine that boots it begins when boot is done, and null is returned.
 */
export function startProcess(machine: OpenbsdMachine, options: ProcessOptions, body: Program): ProcessRecord | null {
  if (typeof (options as ProcessOptions | null | undefined)?.name !== 'string')
    throw new TypeError('process: a name is expected')
  if (typeof body !== 'function') throw new TypeError('process: the body must be a generator function')
  if (options.login !== undefined) oneOf('login', options.login, ['default', 'staff'])
  inRange('uid', options.uid ?? 0, 0, 0x7fff_ffff)
  if (options.nprocSoft !== undefined) inRange('nprocSoft', options.nprocSoft, 0, 0x7fff_ffff)
  if (machine.isUp) {
    machine.tableAccessed(true)
    return fork(machine, options, body)
  }
  machine.waitingForBoot.push(() => fork(machine, options, body))
  return null
}

function fork(
  machine: OpenbsdMachine,
  { name, uid = 0, nprocSoft, login, ktrace = false }: ProcessOptions,
  body: Program,
): ProcessRecord {
  const created: Out<Proc> = { value: null }
  const request = { parent: machine.init!, exitsig: P.SIGCHLD, flags: P.FORK_FORK }
  const error = forkUser(machine, request, body, null, created)
  if (error !== 0) throw new RangeError(`process ${name} cannot be started: fork fails with errno ${error}`)
  const p = created.value!
  const { process } = p
  p.name = name.slice(0, P.MAXCOMLEN)
  process.name = p.name
  p.sp = process.addressSpace.stack.end - FRAME_BYTES
  // It has been through login: what it runs at is not what init slept at.
  p.p_priority = p.p_usrpri
  machine.scheduler.rankChanged(p)
  machine.table.changeCount(0, -1)
  machine.table.changeCount(uid, 1)
  process.credentials = { realUid: uid, effectiveUid: uid }
  machine.table.joinGroup(process, p.p_pid)
  process.ps_session = p.p_pid
  process.ps_traced = ktrace !== false
  process.ps_traceInherit = ktrace === 'inherit'
  const limit = process.ps_limit.copy()
  const { RLIMIT_NPROC } = limit.pl_rlimit
  if (login !== undefined) [RLIMIT_NPROC!.soft, RLIMIT_NPROC!.hard] = machine.release.loginClasses[login]
  if (nprocSoft !== undefined) RLIMIT_NPROC!.soft = nprocSoft
  process.setLimits(limit)
  return process
}

/** What lies on a main thread's stack when its main function begins: our choice. */
const FRAME_BYTES = 0x200
