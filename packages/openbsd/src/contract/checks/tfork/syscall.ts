import { equal, holds, type Trial } from '@kt/core/contract'
import { EINVAL } from '../../../errno.js'
import * as ob51 from '../../../releases/5.1.js'
import type { KtraceRecord } from '../../../ktrace.js'
import type { Kernel } from '../../../releases/5.1.js'
import { attempt, idle, params, spawn, tell, TICK_NS } from './story.js'

// DESCRIPTION: the flags, and the system call under the function.

/** OB-TF-20: 0 and nothing else, whichever bits are set. */
export function flagsAreZero(trial: Trial<Kernel>): void {
  const k = trial.createKernel()
  const others = [1, 2, -1, 0x800, 0x4000_0000, -(2 ** 31)]
  const { value } = tell(k, function* () {
    const { process } = k.curproc
    for (const flags of others) {
      const failed = yield* attempt(k, params(null, 'tcb', flags))
      equal(failed, { value: -1, errno: EINVAL }, `__tfork_thread with tf_flags ${flags}`)
      equal(process.threadCount, 1, `threads after tf_flags ${flags}`)
    }
    return (yield* attempt(k, params(null, 'tcb', 0))).value
  })
  holds(value > 0, `__tfork_thread with tf_flags 0 = ${value}`)
  trial.saw(`tf_flags 0 makes a thread; ${others.join(', ')} make none`)
}

/** OB-TF-21: exactly one for each call, and of that name only. */
export function underlyingCall(trial: Trial<Kernel>): void {
  const k = trial.createKernel()
  const flags = [0, 0, 1]
  tell(
    k,
    function* () {
      for (const tf_flags of flags) {
        const before = calls(k.ktraceRecords).length
        yield* attempt(k, params(null, 'tcb', tf_flags))
        // The stack is mapped first.
        equal(calls(k.ktraceRecords).slice(before), ['mmap', '__tfork'], 'system calls of a creation')
      }
    },
    { ktrace: true },
  )
  trial.saw(`${flags.length} creations, one __tfork each, the one that failed included`)
}

function calls(records: readonly KtraceRecord[]): readonly string[] {
  return records.flatMap((record) => (record.type === 'CALL' ? [record.call] : []))
}

/** OB-TF-24: neither among the calls of user code nor among what a program can import. */
export function noFunction(trial: Trial<Kernel>): void {
  const k = trial.createKernel()
  const names: string[] = Object.keys(ob51)
  for (const name in k) names.push(name)
  const likeIt = names.filter((name) => name.startsWith('__tfork') || name === 'tfork')
  equal(likeIt, ['__tfork_thread'], 'functions of the kernel and exports of the release that are called so')
  trial.saw('of the two names of the page only __tfork_thread is a function')
}

/** OB-TF-25: the call with the address of the structure, and the return with the number of the thread. */
export function inKdump(trial: Trial<Kernel>): void {
  const k = trial.createKernel()
  const { value } = tell(
    k,
    function* () {
      const tid = yield* spawn(k, idle)
      yield* k.nanosleep(TICK_NS)
      return { tid, pid: yield* k.getpid() }
    },
    { ktrace: true },
  )
  const { tid, pid } = value
  const head = String(pid).padStart(6)
  const lines = k
    .kdump()
    .split('\n')
    .filter((line) => line.includes('__tfork'))
  equal(lines.length, 2, 'lines of kdump that name __tfork')
  const [call, result] = lines as [string, string]
  holds(new RegExp(`^${head} prog     CALL  __tfork\\(0x[0-9a-f]+\\)$`).test(call), `the line of the call: ${call}`)
  equal(result, `${head} prog     RET   __tfork ${tid}/0x${tid.toString(16)}`, 'the line of the return')
  trial.saw(`${call.trim()}; ${result.trim()}`)
}
