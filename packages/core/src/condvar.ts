import { SleepQueue } from './sleep-queue.js'

/** A condition variable: a named queue of sleepers, no memory of wakeups. */
export class ConditionVariable {
  readonly queue: SleepQueue = new SleepQueue(this)

  constructor(
    /** Shown as the wait message of its sleepers. */
    public name: string,
  ) {}

  get kind(): string {
    return 'condvar'
  }
}
