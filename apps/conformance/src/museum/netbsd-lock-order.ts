import { createKernel, type Kernel } from '@kt/netbsd/10.1'
import type { Steps } from '@kt/core'
import { exhibit, type Exhibit } from './exhibit.js'

function* program(k: Kernel, hasOneOrder: boolean): Steps<void> {
  const bus = k.mutex('bus')
  const device = k.mutex('device')
  const [first, second] = hasOneOrder ? [bus, device] : [device, bus]
  function* events(): Steps<void> {
    yield* k.mutex_enter(first)
    yield* k.mutex_enter(second)
    yield* k.mutex_exit(second)
    yield* k.mutex_exit(first)
    yield* k.kthread_exit(0)
  }
  yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, events, null, null, 'events')
  yield* k.mutex_enter(bus)
  yield* k.mutex_enter(device)
  yield* k.mutex_exit(device)
  yield* k.mutex_exit(bus)
}

export const lockOrder: Exhibit = exhibit({
  id: 'netbsd/lock-order',
  title: 'Two mutexes are taken in two orders',
  release: 'NetBSD 10.1',
  tells:
    'The bus is locked before its device on one way, and the device before its bus on the other. Each thread gets its first mutex and waits for its second for ever. With one order for all there is no circle.',
  shows: 'deadlock',
  make: () => createKernel({ ncpu: 2 }),
  mistake: (k) => program(k, false),
  mend: (k) => program(k, true),
  token: 'kt1:netbsd/lock-order:EC9J7jey',
})
