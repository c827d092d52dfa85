import { deferring } from './nearest/deferring.js'
import { locking } from './nearest/locking.js'
import type { Answer, Purpose } from './nearest/purpose.js'
import { sleeping } from './nearest/sleeping.js'
import { threads } from './nearest/threads.js'
import type { ReleaseName } from './topics/releases.js'

/** What calls are for, with what each release has for it. The first purpose that has a call is what it is for. */
export const purposes: readonly Purpose[] = [...sleeping, ...locking, ...deferring, ...threads]

/** What a call of some release is for, null for one that nobody asked for. */
export function purposeOf(name: string): Purpose | null {
  const has = ({ answers }: Purpose): boolean => Object.values(answers).some(({ calls }) => calls.includes(name))
  return purposes.find(has) ?? null
}

/** What a release has in the place of a call; null where nothing is known. */
export function nearestTo(name: string, release: ReleaseName): Answer | null {
  return purposeOf(name)?.answers[release] ?? null
}
