import { createEarly } from './create-early.js'
import type { Recipe } from './recipe.js'
import { stopAThread } from './stop-a-thread.js'
import { suspendAtShutdown } from './suspend-at-shutdown.js'
import { useTheFpu } from './use-the-fpu.js'
import { waitAtUnload } from './wait-at-unload.js'

/** Every recipe, in the order in which a driver meets them. */
export const recipes: readonly Recipe[] = [createEarly, useTheFpu, stopAThread, waitAtUnload, suspendAtShutdown]
