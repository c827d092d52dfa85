import { ref, seededOracle, type Steps } from '@kt/core'
import type { Trial } from '@kt/core/contract'
import type { __tfork } from '../../tfork.js'
import { tellUser } from './open-words.js'
import type { K51 } from './words.js'

const MS = 1_000_000
/** So many that each of the three ends is met. */
const SEEDS = 40

/** OB-Q-22: the first thread ends the process while another makes a thread, on two CPUs in many orders. */
export function creationAgainstExit(trial: Trial<K51>): string {
  const seen = new Set<string>()
  for (let seed = 1; seed <= SEEDS; seed++) seen.add(tellUser(trial, { ncpu: 2, oracle: seededOracle(seed) }, {}, race))
  return [...seen].toSorted().join('; ')
}

/** The process that ends is a child, so that its parent can tell how, and how long it took. */
function* race(k: K51, say: (words: string) => void): Steps<void> {
  const params: __tfork = { tf_tcb: null, tf_tid: null, tf_flags: 0 }
  const status = ref<number>()
  let forks = 0
  let survivor = ''
  const child = yield* k.fork(function* () {
    const stacks = [yield* k.mmap(65_536), yield* k.mmap(65_536)]
    const pid = yield* k.getpid()
    function* late() {
      yield* k.nanosleep(500 * MS)
      const main = k.ps().find(({ tid }) => tid === pid + k.THREAD_PID_OFFSET)
      survivor = `, the process waits for it (${main?.wchan})`
    }
    function* creator() {
      yield* k.user(10 * MS)
      yield* k.__tfork_thread(params, stacks[1]!.end, late, 'arg')
    }
    yield* k.__tfork_thread(params, stacks[0]!.end, creator, 'arg')
    forks = k.uvmexp.forks
    yield* k.user(10 * MS)
    yield* k._exit(3)
  })
  yield* k.wait4(child, status, 0)
  const isMade = k.uvmexp.forks > forks
  const isTold = k.remarks.some(({ id }) => id === 'OB-Q-22')
  const thread = !isMade ? 'not made' : isTold ? `made late${survivor}` : `made before${survivor}`
  say(`${thread}: status 0x${status.value!.toString(16)}`)
}
