import { ClauseViolation, type Clause, type PageFacts, type Trial } from '@kt/core/contract'
import type { AnyContract } from '../src/contracts.js'
import { openTerminal, type Terminal } from '../src/terminal.js'

/** A kernel that does nothing but leave evidence. */
export interface ToyKernel {
  readonly console: string[]
  now: number
  readonly trace: null
}

export function toyKernel(trial: Trial<unknown>): ToyKernel {
  return trial.createKernel() as ToyKernel
}

export function toyClause(
  id: string,
  check: Clause<unknown>['check'],
  changes: Partial<Clause<unknown>> = {},
): Clause<unknown> {
  return {
    id,
    page: 'toy(9)',
    section: 'FUNCTIONS, toy_create, pri',
    says: `${id} is kept`,
    kind: 'executed',
    check,
    ...changes,
  }
}

export function violates(saw: string): () => never {
  return () => {
    throw new ClauseViolation(saw)
  }
}

export function holdsUnderPage({ reading }: Trial<unknown>): void {
  if (reading === 'kernel') throw new ClauseViolation('nobody waited')
}

export function toyPage(page: string, date: string): PageFacts {
  return { page, date, header: 'sys/toy.h', functions: [], codeReferences: [], seeAlso: [], history: null }
}

export function toyContract(changes: Partial<AnyContract>): AnyContract {
  return {
    os: 'toy',
    release: '1',
    label: 'Toy 1',
    pages: [toyPage('toy(9)', 'May 1, 2001')],
    createKernel: (): ToyKernel => ({ console: [], now: 0, trace: null }),
    clauses: [],
    divergences: [],
    notes: [],
    proofs: [],
    notOfSchedules: {},
    calls: [],
    ...changes,
  }
}

/** A terminal of a given width that keeps what is printed. */
export function paper(columns = 80): { terminal: Terminal; text: () => string } {
  let text = ''
  const out = { columns, write: (more: string) => (text += more) }
  return { terminal: openTerminal({ out, err: out, env: {} }), text: () => text }
}
