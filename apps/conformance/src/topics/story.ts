import type { Steps } from '@kt/core'
import type { Driver, Log } from './driver.js'
import type { PerRelease, ReleaseName } from './releases.js'
import type { Topic } from './topics.js'

/**
 * What is asked of every release: a story written once, in the words that every driver knows, and told to each under
 * both readings. What a release answers comes from the run.
 */
export interface Story {
  /** `join/returns`: a word of the topic, and what is asked. Permanent. */
  readonly id: string
  readonly topic: Topic
  /** The question, as somebody who ports a driver asks it. */
  readonly asks: string
  /** In one sentence, how the releases differ; it has to agree with `alike`. */
  readonly differ: string
  /** What goes wrong for who takes the answer of one system for that of another; null where nothing does. */
  readonly bites: string | null
  /** Who answers the same under the page's reading, as `differ` says. Runs that say otherwise fail the story. */
  readonly alike: readonly (readonly ReleaseName[])[]
  readonly cells: PerRelease<Cell>
  /** What `createKernel` of every release is asked for; two CPUs if it says nothing. */
  readonly options?: Readonly<Record<string, unknown>>
  /**
   * `'all'` (default): the story is told under every schedule. `'own'`: once, with the choices that the release itself
   * makes, for what schedules have no part in or what is about the scheduler.
   */
  readonly schedules?: 'all' | 'own'
  /** Bound on schedules for a story that has too many to run all; the answer then says so. Default 2000. */
  readonly schedulesMax?: number
  /** Readies a machine that is still cold, and returns what the boot will write to. With it the boot is part of the story. */
  cold?(os: Driver): Log
  /**
   * Runs in a kernel thread and returns the answer, made from what happened.
   *
   * @param booted - What `cold` returned, for a story that has it.
   */
  tell(os: Driver, booted: Log | null): Steps<string>
}

/** What is known of a release besides its answer. */
export interface Cell {
  /** Clauses, rows and notes on it. The page is silent where there is none, or none but of what it leaves open. */
  readonly clauses: readonly string[]
  /** The catch, where the release has no such call and its driver takes the nearest idiom. */
  readonly nearest?: string
  /** Why the story is not told to the release although that may have an answer: what kt has no model of. */
  readonly unexplored?: string
  /** The call that is missing, where the release has no such thing and no idiom for it: the story is not told to it. */
  readonly lacks?: string
}
