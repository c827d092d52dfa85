import type { Steps } from '@kt/core'

/** The floating-point unit in a kernel thread. A register is enough to tell what becomes of them all. */
export interface FpuWords {
  /** Opens the window in which the caller may use the unit. */
  fpuEnter(): Steps<number>
  /** Closes the window that the call which returned `s` opened. */
  fpuExit(s: number): Steps<void>
  /** Uses the unit: puts a value into a register. */
  fpuStore(value: number): Steps<void>
  /** Reads that register. */
  fpuLoad(): Steps<number>
  /** Whether the registers of all CPUs are zero, whoever used them. */
  fpuIsClean(): boolean
}

/** Where kernel threads have no such calls. No story that needs them is told there. */
export const noFpu: FpuWords = {
  fpuEnter: none,
  fpuExit: none,
  fpuStore: none,
  fpuLoad: none,
  fpuIsClean: none,
}

function none(): never {
  throw new TypeError('this release has no floating-point calls for kernel threads')
}
