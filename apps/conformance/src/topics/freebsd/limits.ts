import type { Out, Steps } from '@kt/core'
import type { Proc } from '@kt/freebsd/8.0'
import type { FreebsdKernel } from '../releases.js'
import type { LimitsWords } from '../words/limits.js'
import { resourceWords } from './resources.js'

export function limitsWords(k: FreebsdKernel): LimitsWords {
  function* never(): Steps<void> {
    yield* k.kproc_exit(0)
  }
  return {
    ...resourceWords(k),
    // kern.maxproc is set when the system boots: processes that are never started take what is left.
    *fillProcesses() {
      const maxproc = Number(k.sysctl('kern.maxproc'))
      while (k.allproc.length < maxproc) {
        yield* k.kproc_create(never, 'arg', null, k.RFSTOPPED, 0, 'filler')
      }
    },
    *fillRoot() {
      k.sysctl('kern.maxprocperuid', 1)
    },
    asUserAtLimit(body) {
      k.sysctl('kern.maxprocperuid', 1)
      k.process({ name: 'user', uid: 1000 }, function* () {
        yield* body()
      })
    },
    *createKernelProcess(body) {
      const newpp: Out<Proc> = k.ref<Proc>()
      function* func(): Steps<void> {
        yield* body()
        yield* k.kproc_exit(0)
      }
      const error = yield* k.kproc_create(func, 'arg', newpp, 0, 0, 'worker')
      return { error, thread: null }
    },
  }
}
