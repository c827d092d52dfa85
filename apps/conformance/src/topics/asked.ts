/** What words of the command mean: stories and releases by their names. */
import { nearest, UsageError } from '../usage.js'
import { RELEASES, type ReleaseName } from './releases.js'
import { stories } from './stories/index.js'
import type { Story } from './story.js'
import { isTopic, TOPICS } from './topics.js'

/** The story of an id, or all of a topic. */
export function storiesOf(word: string): readonly Story[] {
  const asked = word.toLowerCase()
  const found = isTopic(asked)
    ? stories.filter(({ topic }) => topic === asked)
    : stories.filter(({ id }) => id === asked)
  if (found.length > 0) return found
  if (RELEASES.some((release) => release.startsWith(`${asked}/`)))
    throw new UsageError(`'${word}' is a system; expected two releases, or a topic and --release ${word}`)
  const names = [...Object.keys(TOPICS), ...stories.map(({ id }) => id), ...RELEASES]
  throw new UsageError(
    `no topic or story '${word}'; nearest is ${nearest(word, names)}; kt list topics has all of them`,
  )
}

/** Releases by their names; a system stands for all of its own. Every release where nothing was asked for. */
export function releasesOf(asked: readonly string[] | undefined): readonly ReleaseName[] {
  if (asked === undefined) return RELEASES
  const found = asked.map((word) => {
    const releases = RELEASES.filter((release) => [release, release.split('/')[0]].includes(word.toLowerCase()))
    if (releases.length === 0) throw new UsageError(`no release '${word}'; ${expectedInstead(word)}`)
    return releases
  })
  return RELEASES.filter((release) => found.some((releases) => releases.includes(release)))
}

/** An option that takes several words takes those too that were meant to be compared. */
function expectedInstead(word: string): string {
  const isStory = isTopic(word.toLowerCase()) || stories.some(({ id }) => id === word.toLowerCase())
  return isStory ? 'expected what is compared before --release' : `expected one of ${RELEASES.join(', ')}, or a system`
}
