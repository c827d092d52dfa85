import { createKernel, type FreebsdOptions, type Kernel, type Steps } from '../src/releases/8.0.js'
import { endOf } from './staging.js'

export const EVENTS = ['shutdown_pre_sync', 'shutdown_post_sync', 'shutdown_final'] as const

/** A machine that was taken down, the end of its run in two words, and the lines on its console. */
interface Down {
  readonly k: Kernel
  readonly end: ReturnType<typeof endOf>
  readonly console: Kernel['console']
}

/** Boots, lets the system settle, and takes it down. */
export function down(howto: number, options: FreebsdOptions, prepare?: (k: Kernel) => Steps<void>): Down {
  const k = createKernel({ daemons: 'none', ...options })
  const outcome = k.boot(function* () {
    if (prepare !== undefined) yield* prepare(k)
    yield* k.reboot(howto)
  })
  return { k, end: endOf(outcome), console: k.console }
}
