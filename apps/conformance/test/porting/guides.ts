/** The porting guides, taken apart: which claims there are, and which stories each of them stands on. */
import { readFileSync } from 'node:fs'
import { marked, type Token, type Tokens } from 'marked'
import type { ReleaseName } from '../../src/topics/releases.js'

/** The newest release of each system: what a guide goes by. */
const NEWEST = {
  netbsd: 'netbsd/10.1',
  openbsd: 'openbsd/5.1',
  freebsd: 'freebsd/8.0',
} as const satisfies Readonly<Record<string, ReleaseName>>

type System = keyof typeof NEWEST

const SYSTEMS = Object.keys(NEWEST) as readonly System[]

/** The heading over what needs no change. */
export const SAME = 'What stays the same'

/** A list item of a guide. */
interface Claim {
  readonly section: string
  readonly text: string
  readonly stories: readonly string[]
}

export interface Guide {
  /** `netbsd-to-freebsd`, as its file is called. */
  readonly name: string
  readonly from: ReleaseName
  readonly to: ReleaseName
  readonly text: string
  /** All but the links at its foot. */
  readonly body: string
  readonly claims: readonly Claim[]
  /** Text of its blocks of code. */
  readonly fragments: readonly string[]
}

/** One for each direction. */
export const guides: readonly Guide[] = SYSTEMS.flatMap((from) =>
  SYSTEMS.filter((to) => to !== from).map((to) => guideOf(from, to)),
)

function guideOf(from: System, to: System): Guide {
  const name = `${from}-to-${to}`
  const text = readFileSync(new URL(`../../../../docs/porting/${name}.md`, import.meta.url), 'utf8')
  const tokens = marked.lexer(text)
  return {
    name,
    from: NEWEST[from],
    to: NEWEST[to],
    text,
    body: text.replace(/(?:^\[`.*\n)+$/m, '').trimEnd(),
    claims: claimsIn(tokens),
    fragments: tokens.flatMap((token) => (token.type === 'code' ? [(token as Tokens.Code).text] : [])),
  }
}

function claimsIn(tokens: readonly Token[]): Claim[] {
  const claims: Claim[] = []
  let section = ''
  for (const token of tokens) {
    if (token.type === 'heading') section = (token as Tokens.Heading).text
    if (token.type !== 'list') continue
    for (const { text } of (token as Tokens.List).items) claims.push({ section, text, stories: storiesIn(text) })
  }
  return claims
}

/** Stories that a text refers to, each once: [`join/unload`]. */
function storiesIn(text: string): string[] {
  return [...new Set(Array.from(text.matchAll(/\[`([a-z-]+\/[a-z-]+)`\]/g), ([, id]) => id!))]
}

/** A guide as it should be: with a link for each story at its foot. */
export function withLinks({ body }: Guide): string {
  const links = storiesIn(body).map((id) => `[\`${id}\`]: ../topics.md#${anchorOf(id)}`)
  return `${body}\n\n${links.toSorted().join('\n')}\n`
}

/** What the heading of a story is called in a link. */
export function anchorOf(id: string): string {
  return id.replace('/', '')
}
