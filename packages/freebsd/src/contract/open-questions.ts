import type { Row } from './row.js'
import * as create from './rows/open-create.js'
import * as exit from './rows/open-exit.js'
import * as shutdown from './rows/open-shutdown.js'
import * as suspend from './rows/open-suspend.js'
import * as wakeups from './rows/open-wakeups.js'

/** What the pages leave open. */
export const openQuestions: readonly Row[] = [
  {
    id: 'FB8-O-01',
    page: 'Says nothing: what if the thread that is to be suspended never looks?',
    kernel: 'The caller gives up after its ticks, or never; the request stands either way.',
    observe: suspend.neverLooks,
  },
  {
    id: 'FB8-O-02',
    page: 'Says nothing: what if the thread is resumed before it has parked itself?',
    kernel: 'It does not park, and nobody tells the caller of the suspension, who waits for its ticks or for ever.',
    observe: suspend.resumedTooSoon,
  },
  {
    id: 'FB8-O-03',
    page: 'Refuses what is no kernel thread, and says nothing: is one that has ended still one?',
    kernel:
      'As long as its structure is nobody else’s: a suspension times out, a resumption succeeds; afterwards another thread is meant.',
    observe: exit.afterItsEnd,
    // The page's reading takes a thread that is gone for no kernel thread.
    differs: true,
  },
  {
    id: 'FB8-O-04',
    page: 'Says nothing: what of a second suspension?',
    kernel:
      'A parked thread does not answer again; two that wait at a time hear the same word; one resumption undoes them all.',
    observe: suspend.suspendedTwice,
  },
  {
    id: 'FB8-O-05',
    page: 'Says nothing: may a thread suspend itself?',
    kernel: 'It waits for its own word, in vain, and parks at its next look.',
    observe: suspend.suspendsItself,
  },
  {
    id: 'FB8-O-06',
    page: 'Says nothing: in which unit is timo, and what of zero and less?',
    kernel: 'Clock ticks, of which the sleep takes one more; 0 is no limit, and less than that is one tick.',
    observe: suspend.timoValues,
  },
  {
    id: 'FB8-O-07',
    page: 'Says nothing: what of a resumption that nobody waits for?',
    kernel: 'It succeeds, and is not remembered.',
    observe: suspend.resumedForNothing,
  },
  {
    id: 'FB8-O-08',
    page: 'Says nothing: is a request that timed out withdrawn?',
    kernel: 'It stands: the thread parks at its next look, and stays until it is resumed.',
    observe: suspend.requestStands,
  },
  {
    id: 'FB8-O-09',
    page: 'Says nothing: does a request end a sleep of the target?',
    kernel: 'Only one on the thread itself, of a process on the process itself.',
    observe: wakeups.hurriedSleeps,
  },
  {
    id: 'FB8-O-10',
    page: 'Says nothing: what of locks that a thread holds when it parks?',
    kernel: 'It keeps them, and who wants such a mutex panics; only Giant is given up, as by every sleep.',
    observe: suspend.parksWithLocks,
  },
  {
    id: 'FB8-O-11',
    page: 'Says nothing: may several threads of a process check for its suspension?',
    kernel: 'Word and rest share a channel, so that two of them wake each other for ever.',
    observe: wakeups.twoThreadsOfAProcess,
  },
  {
    id: 'FB8-O-12',
    page: 'Says nothing: what if the target ends while it is waited for?',
    kernel: 'Nobody tells the caller, who waits for its ticks or for ever; the same goes for processes.',
    observe: exit.endsWhileAsked,
  },
  {
    id: 'FB8-O-13',
    page: 'Says nothing: in what order are sleepers woken?',
    kernel: 'All in order of their coming; one alone by priority, and of equals who came first.',
    observe: wakeups.orderOfWakeups,
  },
  {
    id: 'FB8-O-14',
    page: 'Says nothing: which priority, CPUs and credentials does a new thread have?',
    kernel: 'Those of the newest thread of its process, by default of thread0; credentials are the process’s.',
    observe: create.inheritance,
  },
  {
    id: 'FB8-O-15',
    page: 'Says nothing: how early in the boot may a thread be created?',
    kernel: 'As soon as there is a process 0, and else the kernel panics; it runs when the devices are configured.',
    observe: create.veryEarly,
  },
  {
    id: 'FB8-O-16',
    page: 'Says nothing: from where may a thread be created?',
    kernel:
      'Only where one may sleep: not with a spin mutex, in a critical section, in a callout or in an interrupt; nobody looks but INVARIANTS.',
    observe: create.wrongContexts,
  },
  {
    id: 'FB8-O-17',
    page: 'Says nothing: what of an empty name, and of a percent sign in one?',
    kernel:
      'Listings show the process’s name for none; the format is a format, twice over for the only thread of a queue.',
    observe: create.names,
  },
  {
    id: 'FB8-O-18',
    page: 'Says nothing: how long must a descriptor stay as it is?',
    kernel: 'Until the call returns.',
    observe: create.descIsCopied,
  },
  {
    id: 'FB8-O-19',
    page: 'Says nothing: who gives a stopped thread its priority, and what if it is started twice, or never?',
    kernel:
      'Whoever starts it; a second start breaks the queue or panics; one that is never started counts for ever as one that can run.',
    observe: create.stoppedAndStarted,
  },
  {
    id: 'FB8-O-20',
    page: 'Says nothing: may a thread be added to a process that ends?',
    kernel: 'Nobody looks: the end then waits for the newcomer too, and to a process that is over it is not defined.',
    observe: exit.addsToEnding,
  },
  {
    id: 'FB8-O-21',
    page: 'Says nothing: what of a shutdown handler whose thread has ended?',
    kernel: 'It stays, and shutdown waits for a thread that is gone.',
    observe: shutdown.handlerOutlivesThread,
    // By FB8-O-03: the page's reading does not wait for what is gone.
    differs: true,
  },
  {
    id: 'FB8-O-22',
    page: 'Says nothing: is a wakeup on a thread the proof that it has ended?',
    kernel: 'No: a request to suspend it is the same wakeup.',
    observe: exit.wakeupIsNoProof,
    // By FB8-D-18: the page's reading hurries nobody but the target.
    differs: true,
  },
  {
    id: 'FB8-O-23',
    page: 'Says nothing: what if a process is resumed before it has parked itself?',
    kernel: 'Both sides share a channel: the caller of the suspension is told that it succeeded.',
    observe: wakeups.processResumedTooSoon,
  },
  {
    id: 'FB8-O-24',
    page: 'Says nothing: what if a thread ends with Giant held?',
    kernel: 'INVARIANTS panics; without it Giant is lost for good.',
    observe: exit.exitWithGiant,
  },
  {
    id: 'FB8-O-25',
    page: 'Says nothing: can a kernel thread get a signal?',
    kernel: 'No; only the end of its process ends its sleep, if that may be interrupted.',
    observe: exit.signals,
  },
  {
    id: 'FB8-O-26',
    page: 'Says nothing: which of two SYSINITs with the same place comes first?',
    kernel: 'Whichever the sort leaves first; here the one that was registered first.',
    observe: create.equalSysinits,
  },
  {
    id: 'FB8-O-27',
    page: 'Says nothing: does a suspended thread count as one that runs?',
    kernel: 'It is a sleeper like any other, in views and for the load.',
    observe: suspend.parkedThreadInViews,
  },
  {
    id: 'FB8-O-28',
    page: 'Says nothing: how long does shutdown wait for a thread?',
    kernel: 'Sixty seconds in clock ticks, and the one that every sleep takes more.',
    observe: shutdown.sixtySeconds,
  },
  {
    id: 'FB8-O-29',
    page: 'Says nothing: what if kern.shutdown.kproc_shutdown_wait is zero or less?',
    kernel: 'Zero waits for ever, and less gives up after a tick; the message has the number as it is.',
    observe: shutdown.strangeWaits,
  },
]
