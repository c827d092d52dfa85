import type { Steps } from '@kt/core'
import type { Mtx } from '../../mutex.js'
import type { K } from './words.js'

/** One thread waits here until another has come to a place of its own: a flag, its mutex, and a channel. */
export class Gate {
  private readonly mutex: Mtx
  private isOpen = false

  constructor(private readonly k: K) {
    this.mutex = k.mtx('gate')
  }

  /** Lets the other one pass. */
  *open(): Steps<void> {
    const { k, mutex } = this
    yield* k.mtx_lock(mutex)
    this.isOpen = true
    yield* k.wakeup(this)
    yield* k.mtx_unlock(mutex)
  }

  /** The same, and by then this thread is asleep on something. */
  *openAndSleepOn(chan: object): Steps<void> {
    const { k, mutex } = this
    yield* k.mtx_lock(mutex)
    this.isOpen = true
    yield* k.wakeup(this)
    yield* k.msleep(chan, mutex, k.PWAIT | k.PDROP, 'kick', 0)
  }

  /** Waits until it is open. */
  *pass(): Steps<void> {
    const { k, mutex } = this
    yield* k.mtx_lock(mutex)
    while (!this.isOpen) yield* k.msleep(this, mutex, k.PWAIT, 'gate', 0)
    yield* k.mtx_unlock(mutex)
  }
}
