import type { OpenbsdKernel } from '../releases.js'
import type { BootWords } from '../words/boot.js'

export function bootWords(k: OpenbsdKernel): BootWords {
  return {
    attach(body) {
      k.attach(body)
    },
    attachDeferring(body) {
      k.attach(function* () {
        yield* k.kthread_create_deferred(body, null)
      })
    },
    *defer(body) {
      yield* k.kthread_create_deferred(body, null)
    },
  }
}
