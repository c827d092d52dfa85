import type { Limits } from '@kt/core'
import { EINVAL, EPERM } from './errno.js'
import type { OpenbsdMachine } from './machine.js'
import * as P from './param.js'
import type { ProcessRecord } from './process.js'

/** Resources with a limit, by number. Only RLIMIT_NPROC is looked at here. */
export const RLIMIT_NPROC = 7

/** A soft and a hard limit, as getrlimit(2) has them; Infinity for none. */
export interface rlimit {
  rlim_cur: number
  rlim_max: number
}

/** `struct plimit`: limits shared by all who were forked from one another, until one of them changes a limit. */
export class Plimit {
  p_refcnt = 1
  readonly pl_rlimit: Limits

  constructor(pl_rlimit: Limits) {
    this.pl_rlimit = pl_rlimit
  }

  copy(): Plimit {
    const { soft, hard } = this.pl_rlimit['RLIMIT_NPROC']!
    return new Plimit({ RLIMIT_NPROC: { soft, hard } })
  }
}

/** What process 0 starts with, and init inherits. */
export function bootLimits(): Plimit {
  return new Plimit({ RLIMIT_NPROC: { soft: P.MAXUPRC, hard: Infinity } })
}

/**
 * Sets a limit of a process. Limits that others share are copied first (OB-D-05).
 *
 * @param mayRaise - Whether the hard limit may be raised.
 */
export function dosetrlimit(
  machine: OpenbsdMachine,
  process: ProcessRecord,
  resource: number,
  { rlim_cur, rlim_max }: rlimit,
  mayRaise: boolean,
): number {
  if (resource !== RLIMIT_NPROC || !(rlim_cur >= 0) || rlim_cur > rlim_max) return EINVAL
  if (rlim_max > process.limits['RLIMIT_NPROC']!.hard && !mayRaise) return EPERM
  if (process.ps_limit.p_refcnt > 1) process.setLimits(process.ps_limit.copy())
  const limit = process.limits['RLIMIT_NPROC']!
  limit.soft = Math.min(rlim_cur, machine.table.maxproc)
  limit.hard = Math.min(rlim_max, machine.table.maxproc)
  return 0
}
