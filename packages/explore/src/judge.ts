import type { LostWakeup, Verdict } from './verdict.js'

/**
 * What a run that ended well means when some of those who sleep at its end should not.
 *
 * @param lost - The wakeup that came before one of them, where there is one.
 * @param isLeft - Whether a thread that is asleep was left behind, and is no daemon.
 */
export function judge(verdict: Verdict, lost: LostWakeup | null, isLeft: (name: string) => boolean): Verdict {
  if (verdict.kind !== 'ok') return verdict
  const left = verdict.asleep.filter(isLeft)
  if (left.length === 0) return verdict
  if (lost !== null && left.includes(lost.sleeper)) return { kind: 'lost-wakeup', lost, stuck: [] }
  return { kind: 'leak', what: left.join(', ') }
}
