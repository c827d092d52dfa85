import { wallClock } from './wall-clock.js'

/** How far a search is. */
export interface SearchProgress {
  readonly schedules: number
  readonly perSecond: number
  /** Choices deep. */
  readonly depth: number
  /** Schedules there are by the look of it, Infinity where nobody knows. */
  readonly estimate: number
  readonly failures: number
}

/** Milliseconds between two words. */
const TELL_EVERY_MS = 200

/** Tells how far a search is, often enough and not too often. */
export class Progress {
  private toldMs: number = wallClock()
  private toldSchedules = 0

  constructor(private readonly listener: ((progress: SearchProgress) => void) | null) {}

  tell(nowMs: number, { state }: { readonly state: Omit<SearchProgress, 'perSecond'> }): void {
    const passedMs = nowMs - this.toldMs
    if (this.listener === null || passedMs < TELL_EVERY_MS) return
    const perSecond = ((state.schedules - this.toldSchedules) * 1000) / passedMs
    this.toldMs = nowMs
    this.toldSchedules = state.schedules
    this.listener({ ...state, perSecond })
  }
}
