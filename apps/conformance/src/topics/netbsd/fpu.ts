import type { NetbsdKernel } from '../releases.js'
import { noFpu, type FpuWords } from '../words/fpu.js'

export function fpuWords(k: NetbsdKernel): FpuWords {
  if (!('kthread_fpu_enter' in k)) return noFpu
  return {
    *fpuEnter() {
      return yield* k.kthread_fpu_enter()
    },
    *fpuExit(s) {
      yield* k.kthread_fpu_exit(s)
    },
    *fpuStore(value) {
      yield* k.fpuStore(0, value)
    },
    *fpuLoad() {
      return yield* k.fpuLoad(0)
    },
    fpuIsClean() {
      return k.cpus().every(({ fpu }) => fpu?.every((value) => value === 0))
    },
  }
}
