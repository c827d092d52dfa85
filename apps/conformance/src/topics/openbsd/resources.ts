import type { OpenbsdKernel } from '../releases.js'
import type { ResourceWords } from '../words/resources.js'
import { procOf } from './threads.js'

export function resourceWords(k: OpenbsdKernel): ResourceWords {
  return {
    numberOf(thread) {
      return procOf(thread).p_pid
    },
    sharesWithProcess0(thread) {
      const p = procOf(thread)
      return { memory: p.p_vmspace === k.proc0.p_vmspace, files: p.p_p.ps_fd === k.proc0.p_p.ps_fd }
    },
  }
}
