import { equal, holds, panics, valueOf, type Trial } from '@kt/core/contract'
import type { FpuPort } from '../../fpu.js'
import type { Kernel } from '../../releases/10.1.js'

type Check = (trial: Trial<Kernel>) => void
type Scenario = (k: Kernel) => Generator<never, unknown, unknown>

const NESTED = 0x400
const SECRET = 42
const REGISTERS = 8

/** Runs a scenario in a kernel thread of its own and gives what it returned. */
function inKthread(trial: Trial<Kernel>, fpuPort: FpuPort, scenario: Scenario) {
  const k = trial.createKernel({ fpuPort })
  const outcome = k.boot(function* main() {
    let answer: unknown = 'never ended'
    function* func() {
      answer = yield* scenario(k)
      yield* k.kthread_exit(0)
    }
    yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, func, null, null, 'crypto')
    yield* k.kpause('wait', false, 5, null)
    return answer
  })
  return { k, outcome }
}
