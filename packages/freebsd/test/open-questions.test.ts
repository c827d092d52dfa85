import { runDivergence } from '@kt/core/contract'
import { expect, test } from 'vitest'
import { freebsd80 } from '../src/contract/index.js'

/** What the pages leave open, as the kernel answers it: what each row shows when it is run, in the words of the row. */

/** What both readings show, but for `KERNEL`. */
const SEEN: Readonly<Record<string, string>> = {
  'FB8-O-01': '10 ticks: EWOULDBLOCK after 11, the request stands; no limit: hangs: main suspkt, worker forever',
  'FB8-O-02': '100 ticks: resume 0, suspend EWOULDBLOCK, the thread went on; no limit: hangs: main suspkt',
  'FB8-O-03':
    'ended: suspend EINVAL, resume EINVAL; ' + "its structure and its number another's: suspend EINVAL, resume EINVAL",
  'FB8-O-04': 'a parked one: 0 then EWOULDBLOCK, one resume: free; two at a time: 0 and 0',
  'FB8-O-05': '10 ticks: EWOULDBLOCK after 11, at its next look it parks; no limit: hangs: main story, worker suspkt',
  'FB8-O-06':
    'hz 1000: 10: EWOULDBLOCK after 11, 1: EWOULDBLOCK after 2, -5: EWOULDBLOCK after 2; ' +
    'hz 100: 10: EWOULDBLOCK after 11, 1: EWOULDBLOCK after 2, -5: EWOULDBLOCK after 2; 0: 0 after 100001',
  'FB8-O-07': 'resume 0; suspend after it 0, parked',
  'FB8-O-08': 'EWOULDBLOCK, it parks all the same; resume 0, it goes on',
  'FB8-O-09':
    'asleep on itself: thread 0 after 0, process 0 after 0; ' +
    'asleep on something else: thread 0 after 995, process 0 after 995',
  'FB8-O-10':
    'a mutex: Sleeping thread (tid N, pid 0) owns a non-sleepable lock, panic sleeping thread; ' +
    'Giant: free meanwhile, had again',
  'FB8-O-11': 'one thread: 0; two: livelock',
  'FB8-O-12':
    'thread: EWOULDBLOCK after 101, no limit hangs: main suspkt; ' +
    'process: EWOULDBLOCK after 101, no limit hangs: main suspkp',
  'FB8-O-13': 'all: a,b,c; one at a time, the first of them worst: b,c,a',
  'FB8-O-14': 'of the newest: 150, CPUs 2; of thread0: 68, CPUs 3; uid 1000 of its process',
  'FB8-O-15': 'before process 0: panic FB8-D-15; after: created while cold, it ran, not cold',
  'FB8-O-16':
    'a spin mutex held: UB:sleep-not-allowed, INVARIANTS panic FB8-O-16; ' +
    'a critical section: UB:sleep-not-allowed, INVARIANTS panic FB8-O-16; ' +
    "a callout's handler: UB:sleep-not-allowed, INVARIANTS panic FB8-O-16; " +
    'a hardware interrupt: UB:sleep-in-interrupt, INVARIANTS UB:sleep-in-interrupt',
  'FB8-O-17': "'' is listed as [kernel]; a format: 'a--1-2-ff-z-%'; of a queue 'q%%%%': q% and q%%_0,q%%_1",
  'FB8-O-18': 'the first runs as first, the pointers are set, unset',
  'FB8-O-19':
    'never started: CAN_RUN, threads +1; started by the caller at PWAIT: runs at 92; ' +
    'twice: UB:double-start, INVARIANTS panic FB8-O-19',
  'FB8-O-20':
    'ending: 1 waits for the others, after the second it still waits, after the third it is over; ' +
    'a zombie: UB:add-to-zombie',
  'FB8-O-21': "Waiting (max 60 seconds) for system thread `short' to stop...done, after 0 s: shuts down",
  'FB8-O-22': 'suspend: the waiter sleeps on; exit: woken with 0, the thread is gone',
  'FB8-O-23': 'suspend 0 after 6, the process was never parked',
  'FB8-O-24': 'UB:exit-with-lock; INVARIANTS: panic FB8-O-24',
  'FB8-O-25':
    'calls for it: none; kproc_suspend interrupts nobody; ' +
    'kproc_exit: PCATCH EINTR then EINTR at once, without EWOULDBLOCK',
  'FB8-O-26': 'first,a,b,c,d,e,last',
  'FB8-O-27': 'parked: ki_stat 3 ktsusp, no load; busy: ki_stat 2 -, load',
  'FB8-O-28': 'hz 1000: 60001 ticks; hz 100: 6001 ticks',
  'FB8-O-29':
    "-1: Waiting (max -1 seconds) for system thread `deaf' to stop...timed out after 2 ticks, returns; " +
    "0: Waiting (max 0 seconds) for system thread `deaf' to stop... never comes back, hangs: main suspkt, deaf forever; " +
    "0 and one that parks late: Waiting (max 0 seconds) for system thread `obliging' to stop...done",
}

/** Where the kernel's answer is another than the one under the page's reading. */
const KERNEL: Readonly<Record<string, string>> = {
  'FB8-O-03':
    "ended: suspend EWOULDBLOCK, resume 0; its structure and its number another's: " +
    'suspend UB:stale-thread, resume UB:stale-thread',
  'FB8-O-21': "Waiting (max 60 seconds) for system thread `short' to stop...timed out, after 60 s: shuts down",
  'FB8-O-22': 'suspend: the waiter woken with 0, the thread lives; exit: woken with 0, the thread is gone',
}

const rows = freebsd80.divergences.filter(({ id }) => id.startsWith('FB8-O-'))

test('every question has an answer', () => {
  const ids = Array.from({ length: 29 }, (_, n) => `FB8-O-${String(n + 1).padStart(2, '0')}`)
  expect(rows.map(({ id }) => id)).toEqual(ids)
  expect(Object.keys(SEEN)).toEqual(ids)
})

test.each(rows)('$id', (row) => {
  const { saw, state } = runDivergence(freebsd80, row)
  const page = SEEN[row.id]
  expect(saw).toEqual({ page, kernel: KERNEL[row.id] ?? page })
  expect(state).toBe('pass')
  expect(row.differs).toBe(row.id in KERNEL)
  expect(row.breaks).toEqual([])
  expect(row.page).toMatch(/[Ss]ays nothing: .*\?$/)
})
