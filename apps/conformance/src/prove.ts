/** Runs proofs: the promises of contracts, under every schedule of a scenario. */
import type { Proof } from '@kt/core/contract'
import {
  exploreSubject,
  programOf,
  sentence,
  type Explorable,
  type OutcomeSeen,
  type Report,
  type Subject,
  type Verdict,
} from '@kt/explore'
import { releaseOf, type AnyContract } from './contracts.js'
import { stoppedBy } from './scenario/ended.js'
import type { Reading } from './survey.js'

export type AnyProof = Proof<unknown>

/**
 * How a proof fared. `proved`: on all schedules. `bounded`: on as many as the proof's bound allows. `broken`: some
 * schedule breaks the promise, as the contract says of the kernel. `fail`: the contract says otherwise.
 */
export type ProofState = 'proved' | 'bounded' | 'broken' | 'fail'

export interface ProofResult {
  readonly clauses: readonly string[]
  readonly says: string
  /** System and release, joined by a slash. */
  readonly release: string
  readonly reading: Reading
  readonly state: ProofState
  /** How many schedules were run. */
  readonly schedules: number
  /** Whether these are all that can be told from each other. */
  readonly complete: boolean
  /** What a schedule showed that breaks the promise, or what the proof missed; null where it holds. */
  readonly message: string | null
  /** Replays that schedule, null without one. */
  readonly token: string | null
  /** Whether the proof broke down instead of passing a verdict: a fault of ours, with the state `fail`. */
  readonly isBroken: boolean
}

/** Steps of one schedule: far more than any proof takes. */
const STEPS_MAX = 5000

/** What a proof runs, for its search. */
function subjectOf(contract: AnyContract, proof: AnyProof, reading: Reading): Subject {
  const make = (): Explorable => {
    const kernel = contract.createKernel({ ...proof.options, reading, trace: false })
    proof.prepare?.(kernel)
    return kernel as Explorable
  }
  return programOf(make, (k) => proof.main(k), proof.fromBoot ?? false, STEPS_MAX)
}

/** Runs one proof under one reading. */
export function runProof(contract: AnyContract, proof: AnyProof, reading: Reading): ProofResult {
  const { clauses, says } = proof
  const common = { clauses, says, release: releaseOf(contract), reading }
  const isToBreak = reading === 'kernel' && proof.kernel === 'breaks'
  const subject = subjectOf(contract, proof, reading)
  try {
    return { ...common, ...(isToBreak ? breaking(proof, subject) : judge(proof, search(proof, subject), false)) }
  } catch (error) {
    const message = `the proof broke down, a fault of ours: ${String(error)}`
    return { ...common, state: 'fail', schedules: 0, complete: false, message, token: null, isBroken: true }
  }
}

/** Bounds on the search for a schedule that breaks a promise: the next is tried where the one before has found none. */
const WIDENING = [1, 16, 256, 4096, Infinity] as const

function breaking(proof: AnyProof, subject: Subject): Judged {
  const [first, ...wider] = WIDENING
  let judged = judge(proof, search(proof, subject, first), true)
  for (const schedulesMax of wider) {
    if (judged.state === 'broken' || judged.complete) break
    judged = judge(proof, search(proof, subject, schedulesMax), true)
  }
  return judged
}

/** Cells stand for what a reader of the scenario looks at: that threads race for them is no matter of the promise. */
function search({ schedules = Infinity }: AnyProof, subject: Subject, schedulesMax = Infinity): Report {
  const most = Math.min(schedules, schedulesMax)
  return exploreSubject(subject, { strategy: 'dpor', races: false, ...(most === Infinity ? {} : { schedules: most }) })
}

type Judged = Omit<ProofResult, 'clauses' | 'says' | 'release' | 'reading'>

function judge(proof: AnyProof, report: Report, isToBreak: boolean): Judged {
  const { schedules, complete, outcomes } = report
  const fault = outcomes.find(({ verdict }) => isFault(verdict))
  const bad = fault ?? outcomes.find((outcome) => !isAsPromised(proof, outcome))
  const missing = (proof.reaches ?? []).filter((value) => !outcomes.some(({ verdict }) => returned(verdict) === value))
  const seen = {
    schedules,
    complete,
    message: messageOf(proof, bad, missing),
    token: bad?.token ?? null,
    isBroken: fault !== undefined,
  }
  if (fault !== undefined) return { ...seen, state: 'fail' }
  if (seen.message === null && isToBreak)
    return { ...seen, state: 'fail', message: 'the contract says that the kernel breaks this, and no schedule does' }
  if (seen.message !== null) return { ...seen, state: isToBreak ? 'broken' : 'fail' }
  return { ...seen, state: complete ? 'proved' : 'bounded' }
}

function messageOf({ endsIn }: AnyProof, bad: OutcomeSeen | undefined, missing: readonly string[]): string | null {
  if (bad !== undefined) {
    const told = sentence(bad.verdict)
    return endsIn === undefined ? told : `instead of ${endsIn.join(' or ')}, ${told}`
  }
  return missing.length === 0 ? null : `no schedule returns ${missing.join(' or ')}`
}

function isAsPromised({ endsIn, reaches }: AnyProof, { verdict }: OutcomeSeen): boolean {
  if (endsIn !== undefined) return endsIn.includes(stoppedBy(verdict) ?? 'nothing')
  if (reaches !== undefined) return reaches.some((value) => returned(verdict) === value)
  return verdict.kind === 'ok'
}

function returned(verdict: Verdict): unknown {
  return verdict.kind === 'ok' ? verdict.value : undefined
}

/** A scenario that throws something else than what it saw, or that has no end, proves nothing either way. */
function isFault(verdict: Verdict): boolean {
  if (verdict.kind === 'cut') return true
  return verdict.kind === 'assertion' && !verdict.message.startsWith('ClauseViolation: ')
}
