import { createKernel, type Kernel } from '@kt/openbsd/5.1'
import type { Steps } from '@kt/core'
import { exhibit, type Exhibit } from './exhibit.js'

function* program(k: Kernel, claimsFirst: boolean): Steps<void> {
  const isOpen = k.cell(false, { name: 'is_open' })
  const users = k.cell(0, { name: 'users' })
  /** Opens a device that only one may have at a time and that takes a tick to power up. */
  function* open(): Steps<number> {
    if (yield* isOpen.read()) return k.EBUSY
    if (claimsFirst) yield* isOpen.write(true)
    yield* k.tsleep(open, k.PRIBIO, 'power', 1)
    if (!claimsFirst) yield* isOpen.write(true)
    const count = (yield* users.read()) + 1
    yield* users.write(count)
    if (count > 1) yield* k.panic('open: %d users of an exclusive device', count)
    return 0
  }
  function* other(): Steps<void> {
    yield* open()
    yield* k.kthread_exit(0)
  }
  yield* k.kthread_create(other, null, null, 'other')
  yield* open()
}

export const stateAcrossSleep: Exhibit = exhibit({
  id: 'openbsd/state-across-sleep',
  title: 'The big lock is trusted across a sleep',
  release: 'OpenBSD 5.1',
  tells:
    'Kernel code runs under the big lock and seems to be alone; but tsleep() gives the lock up. What was looked at before the sleep is old after it, and two find an exclusive device free. The claim is made before the sleep, or looked at again after it.',
  shows: 'panic',
  make: () => createKernel({ ncpu: 2 }),
  mistake: (k) => program(k, false),
  mend: (k) => program(k, true),
  token: 'kt1:openbsd/state-across-sleep:EFq2RP2a',
})
