import type { FreebsdKernel } from '../releases.js'
import type { BootWords } from '../words/boot.js'

export function bootWords(k: FreebsdKernel): BootWords {
  return {
    attach(body) {
      // Where the bus is walked and devices are attached.
      k.SYSINIT('driver', k.SI_SUB_CONFIGURE, k.SI_ORDER_THIRD, body, null)
    },
    attachDeferring(body) {
      // Where the kernel starts what is not needed before.
      k.SYSINIT('driver', k.SI_SUB_KTHREAD_IDLE, k.SI_ORDER_ANY, body, null)
    },
    *defer(body) {
      // The SYSINITs of a module that is loaded run at once.
      const entry = { subsystem: k.SI_SUB_KTHREAD_IDLE, order: k.SI_ORDER_ANY, func: body, udata: null }
      yield* k.kldload({ name: 'driver', sysinits: [entry] })
    },
  }
}
