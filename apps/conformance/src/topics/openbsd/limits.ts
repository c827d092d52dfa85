import type { OpenbsdKernel } from '../releases.js'
import type { LimitsWords } from '../words/limits.js'
import { resourceWords } from './resources.js'
import { threadWords } from './threads.js'

export function limitsWords(k: OpenbsdKernel): LimitsWords {
  const threads = threadWords(k)
  return {
    ...resourceWords(k),
    *fillProcesses() {
      k.sysctl('kern.maxproc', Number(k.sysctl('kern.nprocs')))
    },
    *fillRoot() {
      yield* k.dosetrlimit(k.proc0.process, k.RLIMIT_NPROC, { rlim_cur: 0, rlim_max: 0 })
    },
    asUserAtLimit(body) {
      k.process({ name: 'user', uid: 1000, nprocSoft: 1 }, function* () {
        yield* k.syscall('ioctl', function* () {
          yield* body()
          return 0
        })
      })
    },
    // A kernel thread is a process.
    createKernelProcess: (body) => threads.create(body),
  }
}
