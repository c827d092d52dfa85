import type { Story, StoryStep } from '@kt/explore'
import { pad, printable, wrap, type Terminal } from '../terminal.js'

/** A step with its number. Answers to questions within a step belong to it and have none. */
export interface NumberedStep extends StoryStep {
  readonly number: number | null
}

/** Steps, numbered from 1. */
export function numbered({ steps }: Story): NumberedStep[] {
  let number = 0
  return steps.map((step) => ({ ...step, number: step.who === '' ? null : ++number }))
}

const WHO_MAX = 16
const WHAT_MAX = 36

/** The whole schedule: a paragraph for each step with who made it, what it was, and who could have made one instead. */
export function scheduleLines({ colours: { dim, yellow }, columns }: Terminal, story: Story): string[] {
  const steps = numbered(story)
  const numberWidth = Math.max(3, String(steps.at(-1)?.number ?? 0).length)
  const whoWidth = widest(
    steps.map(({ who }) => who),
    WHO_MAX,
  )
  const whatWidth = widest(
    steps.map(({ what }) => what),
    WHAT_MAX,
  )
  const left = numberWidth + 4 + whoWidth + 2 + whatWidth + 2
  return steps.map(({ number, who, what, preempts, instead }) => {
    const mark = preempts ? yellow('»') : ' '
    const label = number === null ? ' '.repeat(numberWidth + 1) : `${String(number).padStart(numberWidth)}.`
    const head = `${label} ${mark} ${pad(printable(who), whoWidth)}  ${printable(what)}`
    if (instead.length === 0) return head.trimEnd()
    const others = wrap(`or ${instead.join(', ')}`, Math.max(columns - left, 16))
    // Colours have no width: what is padded is the text below them.
    const filled = head + ' '.repeat(Math.max(whatWidth - printable(what).length, 0) + 2)
    return others.map((line, at) => (at === 0 ? filled : ' '.repeat(left)) + dim(line)).join('\n')
  })
}

function widest(texts: readonly string[], most: number): number {
  return Math.min(most, Math.max(0, ...texts.map((text) => printable(text).length)))
}
