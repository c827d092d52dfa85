import type { Clause } from '@kt/core/contract'
import type { Kernel } from '../releases/5.1.js'

/** __tfork_thread(3): what is returned, how it fails, and what else the page says. */
export const tforkResults: readonly Clause<Kernel>[] = []
