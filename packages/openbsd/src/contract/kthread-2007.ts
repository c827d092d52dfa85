import type { Clause } from '@kt/core/contract'
import type { OpenbsdKernel } from '../kernel.js'

/** Every sentence of kthread(9) of May 31, 2007, which both releases shipped. */
export const kthread2007: readonly Clause<OpenbsdKernel>[] = []
