import type { Exhibit } from './exhibit.js'
import { calloutStopIsNoEnd } from './freebsd-callout-stop-is-no-end.js'
import { exitWakeupMissed } from './freebsd-exit-wakeup-missed.js'
import { lostAcknowledgement } from './freebsd-lost-acknowledgement.js'
import { lostResume } from './freebsd-lost-resume.js'
import { newtdppTooEarly } from './freebsd-newtdpp-too-early.js'
import { oneOfTwoLocks } from './freebsd-one-of-two-locks.js'
import { parkedWithLock } from './freebsd-parked-with-lock.js'
import { twoLeaveTogether } from './freebsd-two-leave-together.js'
import { wakeupIsNoExit } from './freebsd-wakeup-is-no-exit.js'
import { exitFlagUnlocked } from './netbsd-exit-flag-unlocked.js'
import { joinSlot } from './netbsd-join-slot.js'
import { joinTwice } from './netbsd-join-twice.js'
import { joinedUnderLock } from './netbsd-joined-under-lock.js'
import { lockOrder } from './netbsd-lock-order.js'
import { newlpTooEarly } from './netbsd-newlp-too-early.js'
import { signalWithoutMutex } from './netbsd-signal-without-mutex.js'
import { stolenWakeup } from './netbsd-stolen-wakeup.js'
import { twoKindsOfWaiters } from './netbsd-two-kinds-of-waiters.js'
import { unloadedUnderThread } from './netbsd-unloaded-under-thread.js'
import { creationNotUndone } from './openbsd-creation-not-undone.js'
import { earlyDetach } from './openbsd-early-detach.js'
import { stateAcrossSleep } from './openbsd-state-across-sleep.js'
import { tidOfReturnValue } from './openbsd-tid-of-return-value.js'

export type { Exhibit } from './exhibit.js'

/** Every exhibit, by id. */
export const exhibits: readonly Exhibit[] = [
  calloutStopIsNoEnd,
  exitWakeupMissed,
  lostAcknowledgement,
  lostResume,
  newtdppTooEarly,
  oneOfTwoLocks,
  parkedWithLock,
  twoLeaveTogether,
  wakeupIsNoExit,
  exitFlagUnlocked,
  joinSlot,
  joinTwice,
  joinedUnderLock,
  lockOrder,
  newlpTooEarly,
  signalWithoutMutex,
  stolenWakeup,
  twoKindsOfWaiters,
  unloadedUnderThread,
  creationNotUndone,
  earlyDetach,
  stateAcrossSleep,
  tidOfReturnValue,
]
