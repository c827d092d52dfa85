import { Process, type Credentials } from '@kt/core'
import type { FileTable } from './files.js'
import type { Plimit } from './limits.js'
import type { Vmspace } from './memory.js'
import * as P from './param.js'
import type { Proc } from './proc.js'
import type { Sigacts } from './sigacts.js'

/** `struct process`: what the threads of a process share. In 4.2 each has one thread. */
export class ProcessRecord extends Process {
  declare newest: Proc | null
  declare readonly addressSpace: Vmspace

  /** The first thread, whose number is the process id. */
  ps_mainproc: Proc | null = null
  /** Parent, null for process 0 only. */
  ps_pptr: ProcessRecord | null = null
  ps_pgid = 0
  ps_session = 0
  ps_nice: number = P.NZERO
  /** The thread that ends the process, null while nobody does. */
  ps_single: Proc | null = null
  /** Its parent waits in vfork until it ends. */
  ps_ppwait = false
  /** Wait status with which it ends. */
  xstat = 0
  /** Where its threads wait for one another's end, null until one did. */
  threadsIdent: object | null = null
  /** System calls are recorded; and the children's too. */
  ps_traced = false
  ps_traceInherit = false
  /** Most have none, and never a set for them. */
  private children: Set<ProcessRecord> | null = null

  constructor(
    pid: number,
    name: string,
    credentials: Credentials,
    public ps_limit: Plimit,
    addressSpace: Vmspace,
    public ps_fd: FileTable,
    public ps_sigacts: Sigacts,
  ) {
    super(pid, name, credentials, ps_limit.pl_rlimit, addressSpace)
  }

  get ps_pid(): number {
    return this.pid
  }

  /** Its children, the oldest first. */
  get ps_children(): ReadonlySet<ProcessRecord> {
    return this.children ?? NO_CHILDREN
  }

  /** Makes a process its child, and nobody else's. */
  adopt(child: ProcessRecord): void {
    child.ps_pptr?.children?.delete(child)
    child.ps_pptr = this
    this.children ??= new Set()
    this.children.add(child)
  }

  /** Forgets a child that is gone. It still says whose it was. */
  forget(child: ProcessRecord): void {
    this.children?.delete(child)
  }

  /** Whether it has a child that becomes a zombie. */
  get hasChildToWaitFor(): boolean {
    for (const { ps_mainproc } of this.ps_children) if ((ps_mainproc!.p_flag & P.P_NOZOMBIE) === 0) return true
    return false
  }

  /** The channel on which one of its threads waits for others to end. */
  threadsEnd(): object {
    return (this.threadsIdent ??= { kind: 'threads of', name: this.name })
  }

  /** Its threads, the oldest first. */
  get ps_threads(): readonly Proc[] {
    return (Array.from(this.threads()) as Proc[]).reverse()
  }

  get isSystem(): boolean {
    return this.ps_mainproc?.isSystem === true
  }

  /** Takes other limits, as setrlimit on shared ones does. */
  setLimits(limit: Plimit): void {
    this.ps_limit.p_refcnt--
    this.ps_limit = limit
    this.limits = limit.pl_rlimit
  }
}

const NO_CHILDREN: ReadonlySet<ProcessRecord> = new Set()
