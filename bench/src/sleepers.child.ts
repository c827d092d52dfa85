/** Child process: bytes of heap that a sleeping thread takes. Needs --expose-gc; answers over the channel to its parent. */
import { createKernel, type Steps } from '@kt/netbsd/10.1'
import { finish } from './scenarios.js'

const THREADS = 100_000

const k = createKernel()
const channel = {}

function* sleeper(): Steps<void> {
  yield* k.tsleep(channel, 0, 'asleep', 0)
  yield* k.kthread_exit(0)
}

let bytes = Number.NaN
finish(
  k.boot(function* main() {
    yield* create(1000)
    const before = heapBytes()
    yield* create(THREADS)
    bytes = (heapBytes() - before) / THREADS
    yield* k.wakeup(channel)
  }),
)
process.send!({ bytes })

/** Creates threads and lets them go to sleep. */
function* create(count: number): Steps<void> {
  for (let n = 0; n < count; n++) {
    yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, sleeper, n, null, 'w%d', n)
  }
  yield* k.yield()
}

function heapBytes(): number {
  globalThis.gc!()
  return process.memoryUsage().heapUsed
}
