/** Child process: a million threads in one kernel, created, put to sleep, woken and ended. */
import { createKernel, type Steps } from '@kt/netbsd/10.1'
import { finish } from './scenarios.js'

const THREADS = 1_000_000

const k = createKernel()
const channel = {}
let ended = 0

function* sleeper(): Steps<void> {
  yield* k.tsleep(channel, 0, 'asleep', 0)
  ended++
  yield* k.kthread_exit(0)
}

finish(
  k.boot(function* main() {
    for (let n = 0; n < THREADS; n++) {
      yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, sleeper, n, null, 'w%d', n)
    }
    yield* k.yield()
    yield* k.wakeup(channel)
  }),
)
if (ended !== THREADS) throw new Error(`${ended} of ${THREADS} threads ended`)
const { user, system } = process.cpuUsage()
process.send!({ seconds: (user + system) / 1e6, peakMegabytes: process.resourceUsage().maxRSS / 1024 })
