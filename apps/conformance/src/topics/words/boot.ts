import type { Steps } from '@kt/core'

/** What a driver does while the system boots. */
export interface BootWords {
  /** A device whose attach function is `body`. For a machine that is still cold. */
  attach(body: () => Steps<void>): void
  /**
   * A device whose driver wants `body` called once threads can be created and run: what the attach function puts off,
   * or, where the system has no such call, an entry at that place of the boot. For a machine that is still cold.
   */
  attachDeferring(body: () => Steps<void>): void
  /** Asks for the same when the boot has got so far already. */
  defer(body: () => Steps<void>): Steps<void>
}
