import { exploreSubject, programOf, replaySubject } from '@kt/explore'
import type { Explorable, ExploreOptions, Main, Replayed, Report, Subject } from '@kt/explore'
import { driverOf, type Driver, type Log } from './driver.js'
import { isRelease, type Kernels, type ReleaseName } from './releases.js'
import { speakers, type Speaker } from './speak.js'
import { stories } from './stories/index.js'
import type { Story } from './story.js'

export type Reading = 'page' | 'kernel'

/** A story as it is told to one release under one reading: a program that can be explored and replayed. */
export interface Telling {
  readonly story: Story
  readonly release: ReleaseName
  readonly reading: Reading
  /** Name that its tokens bear. */
  readonly scenario: string
  readonly make: () => Explorable
  readonly main: Main<Explorable>
  readonly options: ExploreOptions
}

/** Steps of one schedule: far more than any story takes. */
const STEPS_MAX = 20_000

/** Schedules of a story that sets no bound of its own: one with more is too large to be told in all of them. */
const SCHEDULES_MAX = 2000

export interface TellingOptions {
  readonly isTraced?: boolean
  /**
   * Schedules at random that a search is held against. None by default: the tests have shown of every story that its
   * threads share nothing but by calls.
   */
  readonly checks?: number
}

/** Tells a story: makes the program that a release is to run. */
export function tellingOf(
  story: Story,
  release: ReleaseName,
  reading: Reading,
  { isTraced = false, checks = 0 }: TellingOptions = {},
): Telling {
  // A driver that readied a cold machine goes on with what it knows of it.
  const readied = new WeakMap<object, { readonly driver: Driver; readonly booted: Log | null }>()
  const make = (): Explorable => {
    const driver = listener(story, release, reading, isTraced)
    readied.set(driver.k, { driver, booted: story.cold?.(driver) ?? null })
    return driver.k
  }
  const scenario = scenarioOf(story, release, reading)
  return {
    story,
    release,
    reading,
    scenario,
    make,
    main(k) {
      const { driver, booted } = readied.get(k)!
      return story.tell(driver, booted)
    },
    options: {
      ...(story.schedules === 'own'
        ? { strategy: 'first', model: 'smp', freeTimers: false }
        : { strategy: 'dpor', schedules: story.schedulesMax ?? SCHEDULES_MAX }),
      races: false,
      checks,
      fromBoot: story.cold !== undefined,
      steps: STEPS_MAX,
      scenario,
    },
  }
}

function listener(story: Story, release: ReleaseName, reading: Reading, isTraced: boolean): Driver {
  // What one release's words are told, its own kernel is asked.
  const speaker = speakers[release] as Speaker<Kernels[ReleaseName]>
  const k = speaker.createKernel({ ncpu: 2, ...story.options, reading, trace: isTraced })
  return driverOf(release, k, speaker.words(k))
}

function scenarioOf({ id }: Story, release: ReleaseName, reading: Reading): string {
  return [release, id, ...(reading === 'kernel' ? ['kernel'] : [])].join('/')
}

/** The telling that a token or a word names: `netbsd/10.1/join/returns`, with `/kernel` behind it for that reading. */
export function tellingNamed(word: string): Telling | null {
  const [system, version, topic, what, reading, ...more] = word.split('/')
  const release = `${system}/${version}`
  if (!isRelease(release) || more.length > 0 || (reading !== undefined && reading !== 'kernel')) return null
  const story = stories.find(({ id }) => id === `${topic}/${what}`)
  return story === undefined ? null : tellingOf(story, release, reading ?? 'page')
}

/** Runs it under the schedules that the story is about. */
export function exploreTelling(telling: Telling): Report {
  return exploreSubject(subjectOf(telling), telling.options)
}

/** Makes the run of a token again, with everything written down. */
export function replayTelling({ story, release, reading }: Telling, token: string): Replayed {
  const traced = tellingOf(story, release, reading, { isTraced: true })
  return replaySubject(subjectOf(traced), token)
}

function subjectOf({ make, main, options }: Telling): Subject {
  return programOf(make, main, options.fromBoot, STEPS_MAX)
}
