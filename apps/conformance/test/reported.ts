import type { ClauseResult, DivergenceResult } from '@kt/core/contract'
import type { Report } from '../src/report/json.js'
import type { ReportedAnswer, ReportedCell, ReportedStory } from '../src/report/topics.js'
import type { CellState } from '../src/topics/row.js'

/** What a program under test may call its threads and print: every character that some format has a use for. */
const NASTY = `a|b, #c \\ "d" 'e' <script>alert(1)</script> ]]> & \`f\` *g* \x1b[31m\x00\x07 \ud800 \ufffe\n...\n---`

export function answer(words: string, changes: Partial<ReportedAnswer> = {}): ReportedAnswer {
  return {
    words,
    seen: [{ words, schedules: 3, token: 'kt1:netbsd/10.1/toy/asks:A', stoppedBy: null }],
    schedules: 3,
    complete: true,
    isBroken: false,
    evidence: {
      token: 'kt1:netbsd/10.1/toy/asks:A',
      stepCount: 1,
      steps: [{ who: 'main', what: 'starts' }],
      console: [],
      ps: '  PID NAME\n    0 main',
      nowNs: 0,
      events: 3,
      traceHash: '0123456789abcdef',
    },
    ...changes,
  }
}

export function cell(id: string, state: CellState, changes: Partial<ReportedCell> = {}): ReportedCell {
  const same = answer('it is gone')
  const common = {
    release: 'netbsd/10.1',
    state,
    clauses: ['NB10-KT-01'],
    nearest: null,
    lacks: null,
    unexplored: null,
  } as const
  return { id: `${id}@netbsd/10.1`, ...common, page: same, kernel: same, ...changes }
}

export function story(what: string, told: ReportedCell, changes: Partial<ReportedStory> = {}): ReportedStory {
  return {
    id: `join/${what}`,
    topic: 'join',
    asks: `What of ${what}?`,
    differ: 'They do not.',
    bites: null,
    differs: false,
    groups: [['netbsd/10.1']],
    schedules: 'all',
    complaint: null,
    cells: [told],
    ...changes,
  }
}

export function clause(id: string, changes: Partial<ClauseResult> = {}): ClauseResult {
  return {
    id,
    release: 'netbsd/10.1',
    page: 'kthread(9)',
    section: 'FUNCTIONS, kthread_join',
    says: `${id} is kept`,
    kind: 'executed',
    reading: 'page',
    state: 'pass',
    message: null,
    isBroken: false,
    divergence: null,
    evidence: { saw: [], runs: [{ console: [], nowNs: 0, events: 1, traceHash: 'fedcba9876543210' }] },
    ...changes,
  }
}

const row: DivergenceResult = {
  id: 'NB-D-01',
  release: 'netbsd/10.1',
  says: { page: 'It waits.', kernel: 'It does not wait.' },
  breaks: ['NB10-KT-02'],
  saw: { page: 'waits', kernel: NASTY },
  differs: true,
  isBroken: false,
  state: 'pass',
}

const none = { clauses: 0, page: { pass: 0, fail: 0 }, kernel: { pass: 0, contradicts: 0, fail: 0 } }
const totals = { executed: none, described: none, divergences: { rows: 1, differ: 1, pass: 1, fail: 0 } }

/** A report in which everything that can be is there once. */
export const toyReport: Report = {
  schema: 'kt-report/2',
  version: '0.0.0',
  traceHash: '0'.repeat(64),
  releases: [
    {
      release: 'netbsd/10.1',
      label: 'NetBSD 10.1',
      pages: [{ page: 'kthread(9)', date: 'April 21, 2015' }],
      totals,
      cells: { conforms: 2, differs: 1, contradicts: 1, nearest: 1, lacks: 1, silent: 1, unexplored: 0, broken: 1 },
    },
  ],
  clauses: [
    clause('NB10-KT-01'),
    clause('NB10-KT-01', { reading: 'kernel' }),
    clause('NB10-KT-02'),
    clause('NB10-KT-02', { reading: 'kernel', state: 'contradicts', message: NASTY, divergence: 'NB-D-01' }),
    clause('NB10-KT-03', { state: 'fail', message: NASTY, evidence: { saw: [NASTY], runs: [] } }),
    clause('NB10-KT-04', { state: 'fail', isBroken: true, message: 'the check broke down' }),
  ],
  divergences: [row],
  stories: [
    story('conforms', cell('join/conforms', 'conforms')),
    story('differs', cell('join/differs', 'differs'), { differs: true, bites: NASTY, differ: NASTY }),
    story('contradicts', cell('join/contradicts', 'contradicts', { kernel: answer(NASTY) })),
    story('nearest', cell('join/nearest', 'nearest', { nearest: NASTY })),
    story('lacks', cell('join/lacks', 'lacks', { lacks: 'kthread_join', page: unasked(), kernel: unasked() })),
    story('silent', cell('join/silent', 'silent', { clauses: [] })),
    story('broken', cell('join/broken', 'broken', { page: { ...unasked(), isBroken: true } }), { complaint: NASTY }),
    story('bounded', cell('join/bounded', 'conforms', { page: answer(NASTY, { complete: false }) })),
  ],
  proofs: (['proved', 'bounded', 'broken', 'fail'] as const).map((state, at) => ({
    clauses: [`NB10-KT-0${at + 1}`],
    says: 'Never.',
    release: 'netbsd/10.1',
    reading: 'page',
    state,
    schedules: 12,
    complete: state !== 'bounded',
    message: state === 'broken' || state === 'fail' ? NASTY : null,
    token: state === 'broken' ? 'kt1:A' : null,
    isBroken: false,
  })),
  totals,
}

function unasked(): ReportedAnswer {
  return answer('there is no kthread_join', { seen: [], schedules: 0, evidence: null })
}

/** States that the cases of this report are in, in order. */
export const TOY_STATES: readonly string[] = [
  ...['pass', 'pass', 'pass', 'contradicts', 'fail', 'fail'],
  'pass',
  ...['pass', 'pass', 'contradicts', 'skip', 'skip', 'silent', 'fail', 'unexplored'],
  ...['pass', 'unexplored', 'xfail', 'fail'],
  ...['pass', 'pass', 'pass', 'pass', 'pass', 'pass', 'fail', 'pass'],
]
