import { Device } from '@kt/netbsd'
import type { NetbsdKernel } from '../releases.js'
import type { BootWords } from '../words/boot.js'

export function bootWords(k: NetbsdKernel): BootWords {
  return {
    attach(body) {
      k.attach(body)
    },
    attachDeferring(body) {
      k.attach(function* (dev) {
        yield* k.config_interrupts(dev, body)
      })
    },
    *defer(body) {
      yield* k.config_interrupts(new Device('late'), body)
    },
  }
}
