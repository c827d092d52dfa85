import { LABELS, RELEASES } from '../src/topics/releases.js'
import type { Story } from '../src/topics/story.js'
import { TOPICS, type Topic } from '../src/topics/topics.js'
import { anchorOf } from './porting/guides.js'

// docs/topics.md, from the stories.

const HEAD = `# Topics

What every release is asked, and how the answers differ. A question is a story: one program in words that all systems
have, told to each of them on the machine. The answers are what the runs showed, under every schedule where schedules
matter: \`kt compare join/unload\` prints those of one story, \`kt compare join\` those of a topic, and \`kt compare --all\` everything.
Where a system has no such call, its driver takes the nearest way, which is named here; the answer is that of this way.`

export function topicsPage(stories: readonly Story[]): string {
  const topics = Object.keys(TOPICS) as Topic[]
  const about = (topic: Topic): readonly Story[] => stories.filter((story) => story.topic === topic)
  const index = topics.map(
    (topic) => `- [${TOPICS[topic]}](#${headingAnchor(TOPICS[topic])}): ${about(topic).map(link).join(', ')}`,
  )
  const parts = topics.map((topic) => [`## ${TOPICS[topic]}`, ...about(topic).map(entry)].join('\n\n'))
  return `${[HEAD, index.join('\n'), ...parts].join('\n\n')}\n`
}

function link({ id }: Story): string {
  return `[${id.slice(id.indexOf('/') + 1)}](#${anchorOf(id)})`
}

/** As GitHub calls a heading. */
export function headingAnchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-')
}

function entry(story: Story): string {
  const { id, asks, differ, bites, alike } = story
  const lines = [`### ${id}`, `**${marked(asks)}**`, `${alike.length === 1 ? 'All alike. ' : ''}${marked(differ)}`]
  if (bites !== null) lines.push(`_What bites:_ ${marked(bites)}`)
  const missing = waysOf(story)
  if (missing.length > 0) lines.push(missing.join('\n'))
  return lines.join('\n\n')
}

/** What the releases without the call do in its place, one line for each way. */
function waysOf({ cells }: Story): string[] {
  const ways = new Map<string, string[]>()
  for (const release of RELEASES) {
    const { nearest, lacks, unexplored } = cells[release]
    const way = lacks !== undefined ? `no ${lacks}` : unexplored !== undefined ? `not told: ${unexplored}` : nearest
    if (way !== undefined) ways.set(way, [...(ways.get(way) ?? []), LABELS[release]])
  }
  return [...ways].map(([way, releases]) => `- ${releases.join(', ')}: ${marked(way)}`)
}

/** Names of code, which Markdown would else take apart, as code. */
function marked(text: string): string {
  return text.replace(/\b\w*_\w*(?:\(\))?|\b\w+\(\)|\b__\w+(?:\(\))?/g, '`$&`')
}
