import type { Steps } from '@kt/core'
import type { ResourceWords } from './resources.js'
import type { Created } from './threads.js'

/** Limits that a creation may come up against. */
export interface LimitsWords extends ResourceWords {
  /** Leaves no room for one more process in the system. */
  fillProcesses(): Steps<void>
  /** Leaves root, whose process 0 is, no room for one more process. */
  fillRoot(): Steps<void>
  /** A process of a user who has as many processes as it may goes into the kernel and executes `body` there. */
  asUserAtLimit(body: () => Steps): void
  /** Creates a kernel process, one that has a number of its own. */
  createKernelProcess(body: () => Steps): Steps<Created>
}
