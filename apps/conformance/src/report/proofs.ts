/** What a person reads about a proof. */
import type { ProofResult, ProofState } from '../prove.js'
import type { Terminal } from '../terminal.js'
import { labelled } from './text.js'

/** Paints the word of a state. */
export function proofWord({ colours }: Terminal, state: ProofState): string {
  const paint = { proved: colours.green, bounded: colours.green, broken: colours.yellow, fail: colours.red }[state]
  return paint(state)
}

/** How far the search went. */
export function proofBound({ state, complete, schedules }: ProofResult): string {
  const count = `${schedules} schedule${schedules === 1 ? '' : 's'}`
  // Whoever has found what breaks a promise need not go on.
  if (state === 'broken') return `found in ${count}`
  return complete ? `complete, ${count}` : `first ${count}`
}

/** What a proof says, and what breaks it, for below the line of it. */
export function proofLines(terminal: Terminal, { clauses, says, message, token }: ProofResult): string[] {
  return [
    ...labelled(terminal, 'clauses', clauses.join(' ')),
    ...labelled(terminal, 'says', says),
    ...(message === null ? [] : labelled(terminal, 'saw', message, 6)),
    ...(token === null ? [] : labelled(terminal, 'token', token)),
  ]
}
