import { Process } from '@kt/core'
import type { Lwp } from './lwp.js'

/** A process. Process 0 owns lwp0 and every kernel thread. */
export class Proc extends Process {
  declare newest: Lwp | null

  /** The dead LWP that nobody has collected yet; there is never more than one. */
  zombie: Lwp | null = null
  /** Stored with an offset of 20, the neutral value. */
  p_nice = 20

  get p_pid(): number {
    return this.pid
  }

  /** Command name. */
  get p_comm(): string {
    return this.name
  }

  get p_vmspace(): object {
    return this.addressSpace
  }

  get p_nlwps(): number {
    return this.threadCount
  }

  /** Its LWPs, newest first, a dead one included until it is collected. */
  get lwps(): readonly Lwp[] {
    return Array.from(this.threads()) as Lwp[]
  }
}
