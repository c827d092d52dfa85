import type { Random } from '@kt/core'
import { PID_MAX } from './param.js'
import type { Proc } from './proc.js'

/** Lowest number for processes that asked for a high one, and lowest after the numbers have run out once. */
const HIGHPID_MIN = 10
const WRAPPED_MIN = 100

/** Chooses process ids: one after another, past what anybody alive or dead and not waited for has. */
export class PidAllocator {
  /** kern.randompid: how far a number may lie beyond the next, 0 for not at all. */
  randompid = 0
  private last = 0

  constructor(
    /** Processes by number, zombies included. */
    private readonly pids: ReadonlyMap<number, Proc>,
    private readonly random: Random,
  ) {}

  /**
   * @param isHigh - RFHIGHPID: 10 or more, and the next one goes on from where it was.
   * @returns null when all are taken: the kernel would look for one for ever.
   */
  next(isHigh: boolean): number | null {
    let pid = this.last + 1
    if (isHigh) pid = Math.max(pid, HIGHPID_MIN)
    else if (this.randompid > 0) pid += this.random.next() % this.randompid
    for (let tries = 0; tries <= 2 * PID_MAX; tries++, pid++) {
      if (pid >= PID_MAX) {
        pid %= PID_MAX
        if (pid < WRAPPED_MIN) pid += WRAPPED_MIN
      }
      if (this.pids.has(pid)) continue
      if (!isHigh) this.last = pid
      return pid
    }
    return null
  }
}
