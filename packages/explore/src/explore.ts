import { Exploration } from './exploration.js'
import type { ExploreOptions } from './options.js'
import type { Report } from './report.js'
import { programOf, STEPS_MAX, type Explorable, type Main, type Subject } from './subject.js'

/**
 * Runs a program under every schedule, or under as many as the options say.
 *
 * @param make - Makes the kernel: `() => createKernel({ ncpu: 2 })`. It is called for each schedule, and makes a new one
 *   each time.
 * @param main - What runs on it, a generator function. What it throws is an outcome, no error.
 * @param options - Bounds and choices of the search; without them every schedule is run that can be told from the others.
 * @returns What the schedules showed.
 * @throws TypeError for options that do not go together, for what is no kernel, and for a program that does not make the
 *   same calls each time; RangeError for a bound that is no number of its kind.
 */
export function explore<K extends Explorable>(make: () => K, main: Main<K>, options: ExploreOptions = {}): Report {
  const { fromBoot = false, steps = STEPS_MAX } = options
  return exploreSubject(programOf(make, main, fromBoot, steps), options)
}

/**
 * The same for any program. The bound on steps and whether the boot is explored are the program's: `programOf` is given
 * them, and here they have no effect.
 */
export function exploreSubject(subject: Subject, options: ExploreOptions = {}): Report {
  const exploration = new Exploration(subject, options)
  exploration.runFor(Infinity)
  return exploration.report()
}
