/**
 * What can be thrown, one family each. An errno is none of these: it is a value that a call returns.
 *
 * A scenario that misuses the library (a call from outside a thread, an option out of range) gets JavaScript's own
 * `TypeError` or `RangeError`; inside a thread that ends the run with the outcome `fault`.
 */

/** The caller broke the contract where the release panics. The kernel has stopped: no later call comes back. */
export class KernelPanic extends Error {
  override readonly name = 'KernelPanic'

  constructor(
    message: string,
    /** Clause or divergence the caller broke, null where the page is silent and the kernel panics all the same. */
    readonly clause: string | null,
  ) {
    super(clause === null ? message : `${message} [${clause}]`)
  }
}

/** The release had no defined behaviour here. The run stops; nothing is imitated. */
export class UndefinedBehaviour extends Error {
  override readonly name = 'UndefinedBehaviour'

  constructor(
    message: string,
    /** Permanent id, `UB:` and a row's or a note's id. */
    readonly id: string,
  ) {
    super(`${message} [${id}]`)
  }
}

/** A bug of ours: an invariant of the machine does not hold. */
export class SimulatorFault extends Error {
  override readonly name = 'SimulatorFault'
}
