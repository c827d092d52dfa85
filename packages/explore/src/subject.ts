import { machineOf, SimulatorFault, type Machine, type Oracle, type Outcome, type Steps } from '@kt/core'

/** What every kernel of every system has that can be explored. */
export interface Explorable {
  readonly console: readonly string[]
}

/** The body of a run: a generator function, given the kernel it runs on. */
export type Main<K, T = unknown> = (k: K) => Steps<T>

/** A program to explore, the same each time: or the search finds out. */
export interface Subject {
  /** Runs it once, with an oracle that makes the choices. */
  execute(oracle: Oracle): Ended
}

/** Steps that a run may take unless the options say otherwise. */
export const STEPS_MAX = 10_000

/** A run that is over. */
export interface Ended<T = unknown> {
  readonly outcome: Outcome<T>
  readonly machine: Machine
  readonly kernel: Explorable
}

interface Bootable<K> {
  readonly boot: (main?: Main<K>) => Outcome<unknown>
  readonly run: (main: Main<K>) => Outcome<unknown>
}

/**
 * A program that is a kernel and what runs on it.
 *
 * @param fromBoot - Whether the boot is explored as well; otherwise it takes the usual course, before the first choice.
 * @param stepsMax - Bound on the steps of a run, default 10 000.
 */
export function programOf<K extends Explorable>(
  make: () => K,
  main: Main<K>,
  fromBoot = false,
  stepsMax: number = STEPS_MAX,
): Subject {
  if (typeof make !== 'function') throw new TypeError('explore: a function that makes the kernel is expected')
  if (typeof main !== 'function') throw new TypeError('explore: main must be a generator function')
  const used = new WeakSet<Machine>()
  return {
    execute(oracle) {
      const kernel = make()
      const machine = machineOf(kernel)
      if (machine === null)
        throw new TypeError(
          'explore: the function must return a kernel, as createKernel() does, of the same copy of @kt/core',
        )
      if (used.has(machine)) throw new TypeError('explore: the function must make a new kernel each time it is called')
      used.add(machine)
      const { boot, run } = kernel as unknown as Bootable<K>
      if (fromBoot && machine.isBooted) throw new TypeError('explore: fromBoot is for a kernel that has not booted')
      if (!fromBoot && !machine.isBooted) {
        const booted = own(boot())
        if (booted.kind !== 'done') return { outcome: booted, machine, kernel }
      }
      machine.boundSteps(stepsMax)
      machine.follow(oracle)
      return { outcome: own(fromBoot ? boot(main) : run(main)), machine, kernel }
    },
  }
}

/** A fault of the simulator is no outcome of a program. */
function own(outcome: Outcome<unknown>): Outcome<unknown> {
  if (outcome.kind === 'fault' && outcome.error instanceof SimulatorFault) throw outcome.error
  return outcome
}
