import { equal, holds, type Trial } from '@kt/core/contract'
import { createKernel as createKernelOf42 } from '../../../releases/4.2.js'
import type { Kernel } from '../../../releases/5.1.js'
import { tell } from './story.js'

// SEE ALSO, STANDARDS, HISTORY.

const PAGE = '__tfork_thread(3)'

/** What the library and the system call are called on a kernel; the second is ours, as no C function has it. */
const CALLS = ['__tfork_thread', 'rawTfork'] as const

/** OB-TF-44: the neighbour is there, and makes processes where __tfork makes threads. */
export function seeAlso(trial: Trial<Kernel>): void {
  equal(trial.page(PAGE).seeAlso, ['rfork(2)'], 'SEE ALSO')
  const k = trial.createKernel()
  tell(k, function* () {
    const threads = k.curproc.process.ps_threads.length
    const pid = yield* k.rfork(k.RFPROC | k.RFFDG, function* () {})
    holds(pid > 0 && pid < k.THREAD_PID_OFFSET, `rfork = ${pid}`)
    equal(k.curproc.process.ps_threads.length, threads, 'threads after rfork')
    equal(yield* k.wait4(pid, null, 0), pid, 'wait4 for its process')
  })
  trial.saw('rfork(2)')
}

/** OB-TF-45: they are this system's. */
export function specific(trial: Trial<Kernel>): void {
  equal(trial.contract.os, 'openbsd', 'system')
  const k = trial.createKernel()
  equal(
    CALLS.filter((name) => !(name in k)),
    [],
    'calls it lacks',
  )
  trial.saw(`${trial.contract.label}: ${trial.page(PAGE).functions.join(', ')}`)
}

/** OB-TF-46: their names are of the kind that portable programs may not use: they begin with two underscores. */
export function notPortable(trial: Trial<Kernel>): void {
  const { functions } = trial.page(PAGE)
  equal(
    functions.filter((name) => !name.startsWith('__')),
    [],
    'names that a portable program might use',
  )
  trial.saw(functions.join(', '))
}

/** OB-TF-47: the release is the first that has them; the one before it that we have does not. */
export function history(trial: Trial<Kernel>): void {
  equal(trial.page(PAGE).history, 'OpenBSD 5.1', 'HISTORY')
  equal(trial.contract.label, 'OpenBSD 5.1', 'release')
  const k = trial.createKernel()
  const older = createKernelOf42()
  for (const name of CALLS) equal([name in older, name in k], [false, true], `${name} in 4.2 and in 5.1`)
  trial.saw('not in 4.2')
}
