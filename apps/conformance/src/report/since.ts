/** What has changed since an earlier report. */
import type { ClauseResult, DivergenceResult } from '@kt/core/contract'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { readFileSync } from 'node:fs'
import { reportSchema } from '../files.js'
import { UsageError } from '../usage.js'
import type { Report } from './json.js'
import type { ReportedStory } from './topics.js'

/** One thing that a report says, and what an earlier one said of it. */
export interface Change {
  readonly kind: 'clause' | 'divergence' | 'story' | 'cell'
  /** `NB10-KT-48@netbsd/10.1`, `join/returns@netbsd/10.1`, `join/returns`. */
  readonly id: string
  /** Null for what was added. */
  readonly was: string | null
  /** Null for what was removed. */
  readonly now: string | null
}

export interface Changes {
  readonly from: { readonly version: string; readonly traceHash: string }
  readonly added: readonly Change[]
  readonly changed: readonly Change[]
  readonly removed: readonly Change[]
}

/** Compares what two reports say of the releases that the later one is about. */
export function changesSince(old: Report, report: Report): Changes {
  const releases = new Set(report.releases.map(({ release }) => release))
  const before = factsOf(old, releases)
  const after = factsOf(report, releases)
  const changes = [...new Set([...after.keys(), ...before.keys()])].flatMap((key): Change[] => {
    const fact = (after.get(key) ?? before.get(key))!
    const was = before.get(key)?.says ?? null
    const now = after.get(key)?.says ?? null
    return was === now ? [] : [{ kind: fact.kind, id: fact.id, was, now }]
  })
  return {
    from: { version: old.version, traceHash: old.traceHash },
    added: changes.filter(({ was }) => was === null),
    changed: changes.filter(({ was, now }) => was !== null && now !== null),
    removed: changes.filter(({ now }) => now === null),
  }
}

interface Fact {
  readonly kind: Change['kind']
  readonly id: string
  readonly says: string
}

function factsOf({ clauses, divergences, stories }: Report, releases: ReadonlySet<string>): Map<string, Fact> {
  const facts = [
    ...clausesOf(clauses.filter(({ release }) => releases.has(release))),
    ...divergences.filter(({ release }) => releases.has(release)).map(divergenceFact),
    ...stories.flatMap((story) => storyFacts(story, releases)),
  ]
  return new Map(facts.map((fact) => [`${fact.kind} ${fact.id}`, fact]))
}

/** Both readings of a clause are one fact. */
function clausesOf(results: readonly ClauseResult[]): Fact[] {
  const facts = new Map<string, Fact>()
  for (const { id, release, reading, state, says } of results) {
    const key = `${id}@${release}`
    const before = facts.get(key)?.says ?? says
    facts.set(key, { kind: 'clause', id: key, says: `${before}; reading ${reading}: ${state}` })
  }
  return [...facts.values()]
}

function divergenceFact({ id, release, state, saw }: DivergenceResult): Fact {
  const says = `${state}; reading page: ${saw.page}; reading kernel: ${saw.kernel}`
  return { kind: 'divergence', id: `${id}@${release}`, says }
}

function storyFacts({ id, asks, differ, cells }: ReportedStory, releases: ReadonlySet<string>): Fact[] {
  const told = cells.filter(({ release }) => releases.has(release))
  return [
    { kind: 'story', id, says: `${asks} ${differ}` },
    ...told.map(({ id, state, page, kernel }): Fact => {
      const also = page.words === kernel.words ? '' : `; the kernel: ${kernel.words}`
      // Whether others answer otherwise is theirs to tell, and a report may be of some releases only.
      const stands = state === 'differs' ? 'conforms' : state
      return { kind: 'cell', id, says: `${stands}: ${page.words}${also}` }
    }),
  ]
}

/** Reads a report that `kt report --json` wrote, with whatever release of kt writes the same schema. */
export function readReport(file: string): Report {
  const expected = 'expected a file that kt report --json wrote'
  const report = parsed(file, expected)
  const { schema } = (report ?? {}) as { readonly schema?: unknown }
  const known = reportSchema().properties.schema.const
  if (schema !== known) {
    const is = typeof schema === 'string' ? `its schema is ${JSON.stringify(schema)}` : 'it names no schema'
    throw new UsageError(`cannot compare with '${file}': ${is}; ${expected}, ${known}`)
  }
  const ajv = new Ajv2020({ strict: false })
  if (ajv.validate(reportSchema(), report)) return report as Report
  throw new UsageError(`cannot compare with '${file}': ${ajv.errorsText(ajv.errors, { dataVar: 'it' })}; ${expected}`)
}

function parsed(file: string, expected: string): unknown {
  let text
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const { code = 'unreadable' } = error as NodeJS.ErrnoException
    throw new UsageError(`cannot read '${file}' (${code}); ${expected}`, { cause: error })
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UsageError(`cannot compare with '${file}': it is no JSON; ${expected}`, { cause: error })
  }
}
