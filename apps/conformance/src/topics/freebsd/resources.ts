import type { FreebsdKernel } from '../releases.js'
import type { ResourceWords } from '../words/resources.js'
import { tdOf } from './threads.js'

export function resourceWords(k: FreebsdKernel): ResourceWords {
  return {
    numberOf(thread) {
      return tdOf(thread).td_tid
    },
    sharesWithProcess0(thread) {
      // A thread has its process's address space and descriptor table, and none of its own.
      const { td_proc } = tdOf(thread)
      return { memory: td_proc.addressSpace === k.proc0.addressSpace, files: td_proc === k.proc0 }
    },
  }
}
