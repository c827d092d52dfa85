import { Process, type AddressSpace, type Credentials, type Machine } from '@kt/core'
import { MTX_DEF } from './mutex-options.js'
import { Mtx } from './mutex.js'
import * as P from './param.js'
import { Address, type Td } from './td.js'

/** `struct proc`. */
export class Proc extends Process {
  declare newest: Td | null

  p_flag: number = P.P_INMEM
  p_state: number = P.PRS_NEW
  /** Pending signals, a bit each; SIGSTOP is the mark of a suspended kernel process, and never delivered. */
  p_siglist = 0
  /** Parent, null for process 0 only. */
  p_pptr: Proc | null = null
  /** Wait status, once it is a zombie. */
  p_xstat = 0
  p_nice = 0
  /** Threads that have left. */
  p_exitthreads = 0
  /** The thread that ends the process and waits for the others, null while nobody does. */
  p_singlethread: Td | null = null
  /** Its parent waited for it: the number is free. */
  isReaped = false
  /** The structure became another process's. */
  isRecycled = false

  private children: Set<Proc> | null = null
  private lock: Mtx | null = null
  private siglistAddress: Address | null = null

  constructor(
    pid: number,
    name: string,
    credentials: Credentials,
    addressSpace: AddressSpace,
    private readonly machine: Machine,
  ) {
    super(pid, name, credentials, {}, addressSpace)
  }

  get p_pid(): number {
    return this.pid
  }

  get p_comm(): string {
    return this.name
  }

  get p_vmspace(): object {
    return this.addressSpace
  }

  get p_numthreads(): number {
    return this.threadCount
  }

  /** Its threads as its list has them: the newest first. */
  get p_threads(): readonly Td[] {
    return Array.from(this.threads()) as Td[]
  }

  /** Its children, the oldest first. */
  get p_children(): readonly Proc[] {
    return this.children === null ? [] : [...this.children]
  }

  /** Threads suspended while one ends the process: that one, when it waits. */
  get p_suspcount(): number {
    let suspended = 0
    for (const td of this.threads()) if (((td as Td).td_inhibitors & P.TDI_SUSPENDED) !== 0) suspended++
    return suspended
  }

  /** The process lock. */
  get p_mtx(): Mtx {
    return (this.lock ??= new Mtx('process lock', MTX_DEF))
  }

  /** `&p->p_siglist`, on which suspender and suspended wait. */
  get p_siglist_address(): Address {
    return (this.siglistAddress ??= new Address(`&p_siglist of ${this.name}`))
  }

  get isKproc(): boolean {
    return (this.p_flag & P.P_KTHREAD) !== 0
  }

  get isSystem(): boolean {
    return (this.p_flag & P.P_SYSTEM) !== 0
  }

  /** Makes a process its child, and nobody else's. */
  adopt(child: Proc): void {
    child.p_pptr?.children?.delete(child)
    child.p_pptr = this
    this.children ??= new Set()
    this.children.add(child)
  }

  /** Forgets a child that is gone. It still says whose it was. */
  forget(child: Proc): void {
    this.children?.delete(child)
  }

  belongsTo(machine: Machine): boolean {
    return this.machine === machine
  }
}

/** Signal number to its bit in a signal set. */
export function sigBit(signo: number): number {
  return 2 ** (signo - 1)
}

/** What is not a process of this machine would be changed behind the back of its own. */
export function procOf(machine: Machine, call: string, p: unknown): Proc {
  if (!(p instanceof Proc)) throw new TypeError(`${call}: a process is expected, not ${p === null ? 'null' : typeof p}`)
  if (!p.belongsTo(machine)) throw new TypeError(`${call}: the process belongs to another kernel`)
  return p
}
