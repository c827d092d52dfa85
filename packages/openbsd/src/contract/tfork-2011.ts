import type { Clause } from '@kt/core/contract'
import type { Kernel } from '../releases/5.1.js'
import { tforkResults } from './tfork-results.js'
import { tforkThread } from './tfork-thread.js'

/** Every sentence of __tfork_thread(3) of December 24, 2011. */
export const tfork2011: readonly Clause<Kernel>[] = [...tforkThread, ...tforkResults]
