import * as fb from '../src/releases/8.0.js'

/** A quiet machine that soon gives up on what never ends. */
export function make(options: fb.FreebsdOptions = {}): fb.Kernel {
  return fb.createKernel({ daemons: 'none', stepsMax: 20_000, ...options })
}

/** Runs a kernel body that misuses calls, and gives the error that ended the run. */
export function faultOf(body: (k: fb.Kernel) => fb.Steps, k: fb.Kernel = make()): string {
  const outcome = k.boot(body)
  return outcome.kind === 'fault' ? String(outcome.error) : outcome.kind
}
