import { falseFriends, misreadsOf, namesakes, type Bite, type FalseFriend, type Side } from '../src/friends.js'
import type { AnyContract } from '../src/contracts.js'
import { BITE_WORDS, catchesOf, labelsOf, MATTER_WORDS, releasesWords, type Labels } from '../src/report/sides.js'

// docs/false-friends.md, from the tables.

const HEAD = `# False friends

Names that two systems have, or two releases of one, and that do not mean the same. The list is made from the tables of
calls, and \`kt compare --false-friends NAME\` tells each of them with what the other releases have in its place. Ids in
brackets are clauses, rows and notes: \`kt explain ID\`.

Where a name has a page of its own, what the page says counts; what the kernel does against it is among the catches.
`

const BITE_HEADS: Readonly<Record<Bite, string>> = {
  silently: 'They bite silently',
  loudly: 'They bite loudly',
  'at the edges': 'They bite at the edges',
}

export function glossary(contracts: readonly AnyContract[]): string {
  const labels = labelsOf(contracts)
  const friends = falseFriends(contracts)
  const parts = (Object.keys(BITE_HEADS) as Bite[]).map((bite) => {
    const group = friends.filter((friend) => friend.bite === bite)
    const about = sentence(BITE_WORDS[bite].slice(BITE_WORDS[bite].indexOf(':') + 1).trim())
    return [`## ${BITE_HEADS[bite]}`, about, ...group.map((friend) => entry(contracts, labels, friend))].join('\n\n')
  })
  return `${[HEAD.trimEnd(), ...parts].join('\n\n')}\n`
}

function entry(contracts: readonly AnyContract[], labels: Labels, { name, differences }: FalseFriend): string {
  const all = namesakes(contracts, name)
  const misreads = misreadsOf(all)
  const matters = differences.flatMap(({ matter, sides }) =>
    matter === 'parameters' && misreads.length > 0
      ? misreads.map(({ place, sides: readings }) => {
          const told = readings.map(({ releases, parameter: { text, whenNull, clauses } }) => ({
            releases,
            text:
              whenNull === null ? text : `${text}; ${/^(0|null)\b/.test(whenNull) ? whenNull : `null: ${whenNull}`}`,
            clauses,
          }))
          return list(labels, `argument ${place + 1}`, told)
        })
      : [list(labels, MATTER_WORDS[matter], sides, matter === 'parameters')],
  )
  const catches = catchesOf(all)
  return [`### \`${name}\``, ...matters, ...(catches.length === 0 ? [] : [list(labels, 'the catch', catches)])].join(
    '\n\n',
  )
}

function list(labels: Labels, what: string, sides: readonly Side[], isCode: boolean = false): string {
  const items = sides.map(({ releases, text, clauses }) => {
    const ids = clauses.length === 0 ? '' : ` [${[...new Set(clauses)].join(', ')}]`
    return `- **${releasesWords(labels, releases)}**: ${isCode ? `\`${text}\`` : marked(text)}${ids}`
  })
  return [`${sentence(what).replace(/\.$/, '')}:`, items.join('\n')].join('\n\n')
}

/** Names of code, which Markdown would else take apart, as code. */
function marked(text: string): string {
  return text.replace(/\b\w*_[\w*]*\w*\*?|\b__\w+/g, '`$&`')
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}
