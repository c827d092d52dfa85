import { usual } from './picker.js'
import { tellRun } from './story.js'
import type { Subject } from './subject.js'

/**
 * Whether a program makes the same calls when it is run again: its usual schedule, twice. One that keeps something from
 * run to run, in a variable outside it, is another program each time, and what a search says of it means nothing.
 */
export function isSteady(subject: Subject): boolean {
  const run = (): number => tellRun(subject, usual, { model: 'any', freeTimers: true, scenario: null }).fingerprint
  return run() === run()
}
