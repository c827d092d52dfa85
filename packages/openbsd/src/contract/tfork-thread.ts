import type { Clause } from '@kt/core/contract'
import type { Kernel } from '../releases/5.1.js'

/** __tfork_thread(3): what is made, and how it begins. */
export const tforkThread: readonly Clause<Kernel>[] = []
