import { FACETS, type CallFacts, type Said } from '@kt/core/contract'
import { describe, expect, test } from 'vitest'
import { loadContracts, releaseOf, type AnyContract } from '../src/contracts.js'

// The tables of calls against the kernels, the contracts and each other: nothing in them may be invented.

const contracts = await loadContracts()
const named = contracts.map((contract) => [releaseOf(contract), contract] as const)

function kernelOf(contract: AnyContract): Readonly<Record<string, unknown>> {
  return contract.createKernel({ reading: 'page', trace: false }) as Readonly<Record<string, unknown>>
}

function saidOf(facts: CallFacts): readonly Said[] {
  return [...FACETS.map((facet) => facts[facet]), ...facts.parameters, ...facts.catches].filter((said) => said !== null)
}

/** Functions of the model that take more or less than C's, and why. */
const OTHER_ARITY: Readonly<Record<string, string>> = {
  rfork: 'the code of the child comes along, because it cannot return twice',
  rawTfork: 'the code of the new thread comes along, because it cannot return twice',
  MUTEX_INITIALIZER: 'a name for views may come along',
  rw_init: 'a name for views may come along where the release has none',
}
const OTHER_BY_RELEASE: Readonly<Record<string, string>> = {
  'openbsd/5.1 workq_create': 'the interrupt level has no effect here, and may be left out',
}

/** Names in lower case that are ours in every kernel: the machine, the views and what tests need. */
const OURS = new Set([
  ...['work', 'interrupt', 'printf', 'panic', 'inject', 'ref', 'cell', 'locks', 'waiting', 'mark', 'curcpu', 'user'],
  ...['process', 'sysctl', 'ps', 'psText', 'ddbPs', 'cpus', 'boot', 'run', 'attach', 'functionOf', 'constructor'],
  ...['DELAY', 'pfind', 'rwlock', 'condvar', 'mutex'],
])

function functionsOf(contract: AnyContract): readonly string[] {
  const kernel = kernelOf(contract)
  const names = new Set<string>()
  for (let level: object = kernel; level !== Object.prototype; level = Object.getPrototypeOf(level) as object) {
    for (const name of Object.getOwnPropertyNames(level)) if (isFunction(kernel, name)) names.add(name)
  }
  return [...names]
}

/** Properties such as `curproc` may only be read in a thread; functions may be read anywhere. */
function isFunction(kernel: Readonly<Record<string, unknown>>, name: string): boolean {
  try {
    return typeof kernel[name] === 'function'
  } catch {
    return false
  }
}

/** How many parameters a function of the model may declare: what it does not look at it need not. */
function lengthsOf({ parameters }: CallFacts): readonly number[] {
  const seen = parameters.findLastIndex(({ behaves }) => !behaves.endsWith('not looked at')) + 1
  return [seen, parameters.length]
}

describe.each(named)('the calls of %s', (release, contract) => {
  const kernel = kernelOf(contract)
  const functions = contract.calls.filter(({ kind }) => kind !== 'flag')

  test('have a name each', () => {
    const names = contract.calls.map(({ name }) => name)
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([])
    expect(names.length).toBeGreaterThan(50)
  })

  test('cite clauses, rows and notes that the release has', () => {
    const ids = new Set([...contract.clauses, ...contract.divergences, ...contract.notes].map(({ id }) => id))
    const cited = contract.calls.flatMap((facts) => saidOf(facts).flatMap(({ clauses }) => clauses))
    expect(cited.filter((id) => !ids.has(id))).toEqual([])
    expect(cited.length).toBeGreaterThan(40)
  })

  test('cite what they say of a page that the contract has', () => {
    const pages = new Set(contract.pages.map(({ page }) => page))
    const ofPages = contract.calls.filter(({ page }) => pages.has(page))
    const uncited = ofPages.filter(({ means }) => means.clauses.length === 0).map(({ name }) => name)
    expect(uncited).toEqual([])
  })

  test('have every function of the pages', () => {
    const names = functions.map(({ name }) => name)
    for (const { functions: wanted } of contract.pages) expect(names).toEqual(expect.arrayContaining([...wanted]))
  })

  test('are functions of the kernel with as many parameters', () => {
    for (const facts of functions) {
      const { name, modelledAs } = facts
      const real = kernel[modelledAs]
      expect(real, name).toBeTypeOf('function')
      const isOther = modelledAs in OTHER_ARITY || `${release} ${name}` in OTHER_BY_RELEASE
      if (!isOther) expect(lengthsOf(facts), name).toContain((real as () => void).length)
    }
  })

  test('are constants of the kernel with their values', () => {
    const flags = contract.calls.filter(({ kind }) => kind === 'flag')
    for (const { name, value } of flags) {
      // Numbers of errors are exports of a release and no properties of its kernel.
      if (name.startsWith('E')) continue
      expect(kernel[name], name).toBe(value)
    }
    expect(flags.length).toBeGreaterThan(5)
  })

  test('take flags that are in the table', () => {
    const flags = new Set(contract.calls.filter(({ kind }) => kind === 'flag').map(({ name }) => name))
    expect(functions.flatMap((facts) => facts.flags).filter((name) => !flags.has(name))).toEqual([])
  })

  test('have a prototype with their name and, in order, their parameters', () => {
    for (const { name, prototype, parameters } of functions) {
      expect(prototype, name).toContain(`${name}(`)
      const words: readonly string[] = prototype!.slice(prototype!.indexOf('(')).match(/\w+/g) ?? []
      let at = -1
      for (const parameter of parameters) {
        at = words.indexOf(parameter.name, at + 1)
        expect(at, `${name}: ${parameter.name}`).toBeGreaterThanOrEqual(0)
      }
    }
  })

  test('say it in a sentence, and in words that compare', () => {
    for (const facts of contract.calls) {
      expect(facts.means.text, facts.name).toMatch(/^[\p{L}_].*\.$/u)
      for (const { text } of facts.catches) expect(text, facts.name).toMatch(/^[\p{L}\d_].*\.$/u)
      for (const facet of FACETS) expect(facts[facet]?.behaves ?? 'none', facts.name).not.toBe('')
    }
  })
})

test('whatever two systems have under one name is in the tables of both', () => {
  const systems = [...new Set(contracts.map(({ os }) => os))].map((os) => ({
    os,
    functions: new Set(contracts.filter((contract) => contract.os === os).flatMap(functionsOf)),
    names: new Set(
      contracts.filter((contract) => contract.os === os).flatMap(({ calls }) => calls.map(({ name }) => name)),
    ),
  }))
  const shared = [...new Set(systems.flatMap(({ functions }) => [...functions]))].filter(
    (name) => !OURS.has(name) && systems.filter(({ functions }) => functions.has(name)).length > 1,
  )
  expect(shared).toContain('tsleep')
  for (const { os, functions, names } of systems) {
    expect(
      shared.filter((name) => functions.has(name) && !names.has(name)),
      os,
    ).toEqual([])
  }
})

test('what is said in the same words of one matter compares as the same', () => {
  const by = new Map<string, string>()
  const parted: string[] = []
  for (const { calls } of contracts) {
    for (const facts of calls) {
      for (const facet of FACETS) {
        const said = facts[facet]
        if (said === null) continue
        const key = `${facts.name}, ${facet}: ${said.text.toLowerCase()}`
        if ((by.get(key) ?? said.behaves) !== said.behaves) parted.push(key)
        by.set(key, said.behaves)
      }
    }
  }
  expect(parted).toEqual([])
})
