import type { Story } from '../story.js'
import { argumentsStories } from './arguments.js'
import { bigLockStories } from './big-lock.js'
import { bootStories } from './boot.js'
import { cpuStories } from './cpu.js'
import { createStories } from './create.js'
import { exitStories } from './exit.js'
import { exitCodeStories } from './exit-code.js'
import { flagsStories } from './flags.js'
import { fpuStories } from './fpu.js'
import { joinStories } from './join.js'
import { limitsStories } from './limits.js'
import { nameStories } from './name.js'
import { outPointerStories } from './out-pointer.js'
import { priorityStories } from './priority.js'
import { resourcesStories } from './resources.js'
import { returnStories } from './return.js'
import { shutdownStories } from './shutdown.js'
import { signalsStories } from './signals.js'
import { suspendStories } from './suspend.js'

/** Every story, topic by topic. */
export const stories: readonly Story[] = [
  ...nameStories,
  ...createStories,
  ...argumentsStories,
  ...flagsStories,
  ...outPointerStories,
  ...bootStories,
  ...exitStories,
  ...exitCodeStories,
  ...returnStories,
  ...joinStories,
  ...suspendStories,
  ...shutdownStories,
  ...priorityStories,
  ...cpuStories,
  ...bigLockStories,
  ...fpuStories,
  ...limitsStories,
  ...signalsStories,
  ...resourcesStories,
]
