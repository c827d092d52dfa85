import type { MachineOptions } from '@kt/core'

/** Which contract holds where page and kernel part (docs: readings). */
export type Reading = 'page' | 'kernel'

/** What `createKernel` accepts. */
export interface OpenbsdOptions extends MachineOptions {
  /** `'page'` (default) keeps every promise of the page; `'kernel'` does what the kernel did even against it. */
  readonly reading?: Reading
  /** A kernel built with DIAGNOSTIC: assertions are checked. Default true. */
  readonly diagnostic?: boolean
  /** Whose stubs the thread library has. Default `'amd64'`. */
  readonly arch?: 'amd64' | 'i386'
  /** Where process ids come from once boot is done: a whole number, default 1. Equal seeds give equal ids. */
  readonly pidSeed?: number
  /** A log reader has /dev/klog open, so that log lines stay off the console. Default false. */
  readonly klog?: boolean
  /** A kernel thread whose function returns exits with code 0 instead of stopping the kernel (OB-Q-01). Default false. */
  readonly lenient?: boolean
  /** Kernel stacks there are, boot's included; a creation that finds none fails with `ENOMEM`. Default: no end. */
  readonly uareas?: number
}
