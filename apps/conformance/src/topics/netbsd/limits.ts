import type { NetbsdKernel } from '../releases.js'
import type { LimitsWords } from '../words/limits.js'
import { resourceWords } from './resources.js'
import { threadWords } from './threads.js'

export function limitsWords(k: NetbsdKernel): LimitsWords {
  const threads = threadWords(k)
  return {
    ...resourceWords(k),
    *fillProcesses() {
      k.sysctl('kern.maxproc', k.processes.length)
    },
    *fillRoot() {
      k.sysctl('proc.0.rlimit.maxproc.soft', k.processes.length)
    },
    asUserAtLimit(body) {
      k.process({ name: 'user', uid: 1000, nprocSoft: 1 }, body)
    },
    // There are no kernel processes but process 0, of which every kernel thread is a part.
    createKernelProcess: (body) => threads.create(body),
  }
}
