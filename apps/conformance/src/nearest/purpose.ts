import type { PerRelease } from '../topics/releases.js'
import type { Topic } from '../topics/topics.js'

/** What comes nearest in a release. */
export interface Answer {
  /** Names of calls and flags; none where nothing does this. */
  readonly calls: readonly string[]
  /** What somebody has to know who comes from another system, in one sentence. */
  readonly catch: string
}

/** Something that calls are for, and what each release has for it. */
export interface Purpose {
  /** After `to`. */
  readonly purpose: string
  /** What the stories tell of it; null where there are none. */
  readonly topic: Topic | null
  /** One that is missing does not compile. */
  readonly answers: PerRelease<Answer>
}

/** What does it, and the catch. */
export function by(calls: string, hasCatch: string): Answer {
  return { calls: calls.split(' '), catch: hasCatch }
}

/** Nothing does it, and what to do instead. */
export function none(hasCatch: string): Answer {
  return { calls: [], catch: hasCatch }
}

interface Systems {
  readonly netbsd: Answer | readonly [Answer, Answer]
  readonly openbsd: Answer | readonly [Answer, Answer]
  readonly freebsd: Answer
}

/** @param systems - An answer for each system, or two where its releases part, the older first. */
export function purpose(what: string, { netbsd, openbsd, freebsd }: Systems, topic: Topic | null = null): Purpose {
  const [netbsd6, netbsd101] = both(netbsd)
  const [openbsd42, openbsd51] = both(openbsd)
  return {
    purpose: what,
    topic,
    answers: {
      'netbsd/6': netbsd6,
      'netbsd/10.1': netbsd101,
      'openbsd/4.2': openbsd42,
      'openbsd/5.1': openbsd51,
      'freebsd/8.0': freebsd,
    },
  }
}

function both(answer: Answer | readonly [Answer, Answer]): readonly [Answer, Answer] {
  return 'catch' in answer ? [answer, answer] : answer
}
