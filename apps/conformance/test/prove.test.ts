import { ClauseViolation, speaksOfEverySchedule, type Proof } from '@kt/core/contract'
import { createKernel } from '@kt/netbsd/10.1'
import { describe, expect, test } from 'vitest'
import { loadContracts, releaseOf } from '../src/contracts.js'
import { prove } from '../src/commands/prove.js'
import { ExitCode } from '../src/exit-code.js'
import { runProof } from '../src/prove.js'
import { READINGS } from '../src/survey.js'
import { paper, toyContract } from './toy.js'

const contracts = await loadContracts()
const everyProof = contracts.flatMap((contract) =>
  contract.proofs.map((proof) => ({ contract, proof, release: releaseOf(contract), id: proof.clauses[0]! })),
)

describe.each(contracts.map((contract) => ({ contract, release: releaseOf(contract) })))('$release', ({ contract }) => {
  const { clauses, divergences, notes, proofs, notOfSchedules } = contract
  const proved = new Set(proofs.flatMap((proof) => proof.clauses))

  test('every clause that speaks of every schedule has a proof, or a reason why it is about something else', () => {
    const speaking = clauses.filter(({ says }) => speaksOfEverySchedule(says)).map(({ id }) => id)
    expect(speaking.length).toBeGreaterThan(0)
    expect(speaking.filter((id) => !proved.has(id) && notOfSchedules[id] === undefined)).toEqual([])
  })

  test('a reason is for a clause that speaks so and has no proof', () => {
    for (const [id, reason] of Object.entries(notOfSchedules)) {
      expect(speaksOfEverySchedule(clauses.find((clause) => clause.id === id)?.says ?? ''), id).toBe(true)
      expect(proved.has(id), id).toBe(false)
      expect(reason).not.toBe('')
    }
  })

  test('a proof is of ids that exist', () => {
    const ids = [...clauses, ...divergences, ...notes].map(({ id }) => id)
    expect([...proved].filter((id) => !ids.includes(id))).toEqual([])
  })

  test('a clause is broken under some schedule where a divergence says that the kernel breaks it', () => {
    const broken = divergences.flatMap(({ breaks }) => breaks)
    for (const proof of proofs) {
      const own = proof.clauses.filter((id) => clauses.some((clause) => clause.id === id))
      if (proof.kernel === 'holds') expect(own.filter((id) => broken.includes(id))).toEqual([])
    }
  })
})

describe.each(READINGS)('under the reading %s', (reading) => {
  test.each(everyProof)('$release $id comes out as it says', ({ contract, proof }) => {
    const { state, message, schedules } = runProof(contract, proof, reading)
    const isToBreak = reading === 'kernel' && proof.kernel === 'breaks'
    expect(schedules).toBeGreaterThan(0)
    expect([state, message]).toEqual(
      isToBreak
        ? ['broken', expect.any(String)]
        : [proof.schedules === undefined ? 'proved' : expect.stringMatching(/^(?:proved|bounded)$/), null],
    )
  })
})

describe('the verdict on a proof', () => {
  type K = ReturnType<typeof createKernel>
  const contract = toyContract({ createKernel: (options) => createKernel(options) })

  function run(changes: Partial<Proof<K>>, reading: 'page' | 'kernel' = 'page') {
    const proof: Proof<K> = { clauses: ['T-1'], says: 'holds', kernel: 'holds', *main() {}, ...changes }
    return runProof(contract, proof, reading)
  }

  /** Two add 1 to a cell, each by a read and a write. */
  function* loses(k: K) {
    const cell = k.cell(0)
    const left = k.cell(2, { atomic: true })
    function* adds() {
      yield* cell.write((yield* cell.read()) + 1)
      if ((yield* left.update((n) => n - 1)) === 0 && (yield* cell.read()) !== 2) throw new ClauseViolation('lost')
      yield* k.kthread_exit(0)
    }
    for (const name of ['one', 'two']) yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, adds, k, null, name)
  }

  test('a promise that a schedule breaks fails, with a token', () => {
    const { state, message, token } = run({ main: loses })
    expect([state, message]).toEqual(['fail', expect.stringContaining('lost')])
    expect(token).toMatch(/^kt1:/)
  })

  test('it is broken where the contract says so, and only there', () => {
    expect(run({ main: loses, kernel: 'breaks' }, 'kernel').state).toBe('broken')
    expect(run({ main: loses, kernel: 'breaks' }, 'page').state).toBe('fail')
  })

  test('a promise that the kernel is to break and keeps fails', () => {
    const { state, message } = run({ kernel: 'breaks' }, 'kernel')
    expect([state, message]).toEqual(['fail', expect.stringContaining('no schedule does')])
  })

  test('a bound that ends the search is told', () => {
    const many = { schedules: 2, main: loses }
    expect(run(many)).toMatchObject({ complete: false, schedules: 2 })
  })

  test('a use that is forbidden has to end every schedule', () => {
    function* sometimes(k: K) {
      yield* k.kthread_create(k.PRI_NONE, 0, null, function* () {}, k, null, 'returns')
    }
    expect(run({ endsIn: ['NB-D-23'], main: sometimes }).state).toBe('proved')
    expect(run({ endsIn: ['NB-D-22'], main: sometimes }).state).toBe('fail')
    const other = run({ endsIn: ['NB-D-23'] })
    expect([other.state, other.message]).toEqual(['fail', 'instead of NB-D-23, all is well: main returned'])
  })

  test('all ways that things may go have to be seen, and no other', () => {
    function* either(k: K) {
      const cell = k.cell('first', { atomic: true })
      function* writes() {
        yield* cell.write('second')
        yield* k.kthread_exit(0)
      }
      yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, writes, k, null, 'writes')
      return yield* cell.read()
    }
    expect(run({ reaches: ['first', 'second'], main: either }).state).toBe('proved')
    expect(run({ reaches: ['first'], main: either }).state).toBe('fail')
    expect(run({ reaches: ['first', 'second', 'third'], main: either }).message).toBe('no schedule returns third')
  })

  test('a scenario that throws something else proves nothing', () => {
    function* wrong(): Generator<never, void, unknown> {
      throw new TypeError('a mistake')
    }
    expect(run({ main: wrong, kernel: 'breaks' }, 'kernel')).toMatchObject({ state: 'fail', isBroken: true })
  })
})

describe('kt prove', () => {
  test('tells of the proofs that were asked for, with what breaks them', async () => {
    const { terminal, text } = paper(100)
    expect(await prove(terminal, ['fb8-kt-57'], {})).toBe(ExitCode.allHold)
    expect(text()).toMatch(/^proved {4}freebsd\/8\.0 +page +complete, \d+ schedules? +FB8-KT-57/m)
    expect(text()).toMatch(/^broken {4}freebsd\/8\.0 +kernel +found in \d+ schedules? +FB8-KT-57/m)
    expect(text()).toContain('lost wakeup')
    expect(text()).toMatch(/^all as they say: 1 proved; 0 within bounds; 1 broken by the kernel as said/m)
  })

  test('says why a clause has none', async () => {
    const { terminal, text } = paper(100)
    expect(await prove(terminal, ['FB8-KT-81'], {})).toBe(ExitCode.allHold)
    expect(text()).toContain('Names of the past.')
  })

  test('does not know other ids', async () => {
    await expect(prove(paper().terminal, ['FB8-KT-01'], {})).rejects.toThrow("no proof of 'FB8-KT-01'")
  })
})
