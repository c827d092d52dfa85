import type { NetbsdKernel } from '../releases.js'
import type { ResourceWords } from '../words/resources.js'
import { lwpOf } from './threads.js'

export function resourceWords(k: NetbsdKernel): ResourceWords {
  return {
    numberOf(thread) {
      return lwpOf(thread).l_lid
    },
    sharesWithProcess0(thread) {
      // An LWP has its process's address space and descriptor table, and none of its own.
      const { process } = lwpOf(thread)
      return { memory: process.addressSpace === k.proc0.addressSpace, files: process === k.proc0 }
    },
  }
}
