import type { Outcome, ThreadReport } from '../outcome.js'

/** A check saw something other than the clause promises. */
export class ClauseViolation extends Error {
  override readonly name = 'ClauseViolation'
}

/** Fails the check unless two values are the same; arrays and plain objects by what is in them. */
export function equal(actual: unknown, expected: unknown, what: string): void {
  if (isSame(actual, expected)) return
  throw new ClauseViolation(`${what}: expected ${show(expected)}, saw ${show(actual)}`)
}

/** Fails the check unless something holds. */
export function holds(condition: boolean, what: string): asserts condition {
  if (!condition) throw new ClauseViolation(what)
}

/** The value of a run that ended well, else a failed check that says how it ended. */
export function valueOf<T>(outcome: { readonly kind: string; readonly value?: T }): T {
  if (outcome.kind === 'done') return outcome.value as T
  throwFault(outcome)
  throw new ClauseViolation(`the run ended with ${describeOutcome(outcome)}`)
}

/** Fails the check unless the kernel panicked over one of the given clauses or rows. */
export function panics(outcome: { readonly kind: string }, ...clauses: readonly string[]): void {
  throwFault(outcome)
  const { clause } = outcome as { clause?: string | null }
  const isRight = outcome.kind === 'panic' && clauses.includes(clause ?? 'none')
  holds(isRight, `a panic over ${clauses.join(' or ')}: the run ended with ${describeOutcome(outcome)}`)
}

/** What a scenario threw goes on: its failed expectation is the verdict, and anything else a broken check. */
function throwFault(outcome: { readonly kind: string }): void {
  if (outcome.kind === 'fault') throw (outcome as { error?: unknown }).error
}

/** How a run ended, in the words a row compares: with messages only where nothing else tells the endings apart. */
export function ending(outcome: Outcome<unknown>): string {
  switch (outcome.kind) {
    case 'done':
      return 'returns'
    case 'panic':
      return `panic ${outcome.clause ?? outcome.message}`
    case 'undefined':
      return outcome.id
    case 'deadlock':
      return `hangs: ${outcome.stuck.map((report) => `${report.name} ${whyStuck(report)}`).join(', ')}`
    case 'livelock':
      return 'livelock'
    case 'shutdown':
      return 'shuts down'
    case 'fault':
      throw outcome.error
  }
}

/** What a thread that is stuck does: it sleeps for a reason, is held back, or spins. */
function whyStuck({ wmesg, state }: ThreadReport): string {
  return wmesg ?? (state === 'stopped' ? 'stopped' : 'spins')
}

/** An outcome in a few words. */
export function describeOutcome(outcome: { readonly kind: string }): string {
  const { message, clause, id, error, stuck } = outcome as {
    message?: string
    clause?: string | null
    id?: string
    error?: unknown
    stuck?: readonly ThreadReport[]
  }
  switch (outcome.kind) {
    case 'panic':
      return `panic: ${message ?? ''} [${clause ?? 'no clause'}]`
    case 'undefined':
      return `undefined behaviour ${id ?? ''}: ${message ?? ''}`
    case 'fault':
      return `a fault of the scenario: ${String(error)}`
    case 'deadlock':
      return `deadlock: ${(stuck ?? []).map((report) => `${report.name} (${whyStuck(report)})`).join(', ')}`
    default:
      return outcome.kind
  }
}

function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, at) => isSame(item, b[at]))
  if (!isPlain(a) || !isPlain(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && isSame(a[key], b[key]))
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}

function show(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`
  if (isPlain(value))
    return `{${Object.entries(value)
      .map(([key, item]) => ` ${key}: ${show(item)}`)
      .join(',')} }`
  if (typeof value === 'object' && value !== null) return `an ${value.constructor.name}`
  return String(value)
}
