import type { Limits } from '@kt/core'
import * as P from './param.js'

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
