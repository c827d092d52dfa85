import { call, remark, says, takes, type CallFacts } from '@kt/core/contract'
import { AT_ONCE, LWP, MAY_SLEEP, NEVER } from './words.js'

const PAGE = 'kthread(9)'

/** kthread_create, which both releases have alike. */
const kthreadCreate = call(PAGE, 'kthread_create', {
  prototype:
    'int kthread_create(pri_t pri, int flags, struct cpu_info *ci, void (*func)(void *), void *arg, lwp_t **newlp, const char *fmt, ...)',
  takes: [
    takes('pri', 'priority', '0 to 223, higher is more urgent; or PRI_NONE', '0: the least urgent', 'NB6-KT-14', 'NB6-KT-15', 'NB10-KT-18', 'NB10-KT-19'), // prettier-ignore
    takes('flags', 'KTHREAD flags', 'KTHREAD_* ORed together', '0: runnable, fixed priority, under the big lock', 'NB6-KT-16', 'NB6-KT-17', 'NB10-KT-20'), // prettier-ignore
    takes('ci', 'cpu', 'the only CPU it may execute on', 'null: any', 'NB6-KT-18', 'NB6-KT-19', 'NB10-KT-21', 'NB10-KT-22'), // prettier-ignore
    takes('func', 'main function', 'what the thread executes', 'not allowed', 'NB6-KT-21', 'NB10-KT-24'),
    takes('arg', 'argument', 'handed to func', 'null: func gets its own LWP (NB-D-01)', 'NB6-KT-24', 'NB10-KT-27', 'NB-D-01'), // prettier-ignore
    takes('newlp', 'out: thread', 'receives the LWP', 'null: not wanted; not with KTHREAD_MUSTJOIN', 'NB6-KT-26', 'NB6-KT-28', 'NB10-KT-29', 'NB10-KT-30'), // prettier-ignore
    takes('fmt', 'name format', 'the name, as printf(9) makes it; 15 characters survive', 'not allowed (NB-D-04)', 'NB6-KT-29', 'NB6-KT-30', 'NB10-KT-31', 'NB10-KT-32', 'NB-D-19'), // prettier-ignore
  ],
  means: says(
    'creates a thread of process 0, with priority, CPU and flags',
    'Creates a kernel thread: a light-weight process of process 0, at the priority, on the CPU and with the flags asked for.',
    'NB6-KT-06',
    'NB6-KT-13',
    'NB10-KT-08',
    'NB10-KT-17',
  ),
  callers: says(
    'who may sleep',
    'any process, where it may sleep: not an interrupt, not a soft interrupt',
    'NB6-KT-08',
    'NB10-KT-09',
    'NB-D-28',
    'NB-G-03',
  ),
  returnsWhen: says(
    'at once; the thread may have begun',
    'when the thread exists; it may have run by then, and may even be over',
    'NB6-KT-34',
    'NB10-KT-35',
    'NB-G-20',
  ),
  returns: says(
    '0 or errno: EAGAIN, ENOMEM',
    '0; EAGAIN at a limit of processes, which the kernel never looks at; ENOMEM, which the page does not have',
    'NB6-KT-59',
    'NB6-KT-60',
    'NB6-KT-61',
    'NB6-KT-62',
    'NB10-KT-57',
    'NB10-KT-58',
    'NB10-KT-59',
    'NB10-KT-60',
    'NB-D-02',
    'NB-D-03',
  ),
  duty: says(
    'func ends by kthread_exit; MUSTJOIN threads are joined',
    'func must not return but end by kthread_exit; a KTHREAD_MUSTJOIN thread has to be joined',
    'NB6-KT-22',
    'NB6-KT-23',
    'NB6-KT-47',
    'NB10-KT-25',
    'NB10-KT-26',
    'NB10-KT-45',
  ),
  panics: says(
    'MUSTJOIN without newlp, INTR without MPSAFE, priority out of range, interrupt',
    'for KTHREAD_MUSTJOIN with a null newlp, KTHREAD_INTR without KTHREAD_MPSAFE, a priority out of range, in an interrupt',
    'NB-D-05',
    'NB-D-15',
    'NB-G-04',
    'NB-G-03',
  ),
  flags: ['KTHREAD_IDLE', 'KTHREAD_MPSAFE', 'KTHREAD_INTR', 'KTHREAD_TS', 'KTHREAD_MUSTJOIN', 'PRI_NONE'],
  catches: [
    remark('newlp is stored after the thread was made runnable: the thread must not read it.', 'NB-D-20'),
    remark('A null arg does not stay null: func gets its own LWP.', 'NB-D-01'),
    remark('A func that returns ends in no defined behaviour.', 'NB-D-23'),
  ],
})

const EXIT_CODE = takes('ecode', 'exit code', 'printed on the console', '0: nothing is printed', 'NB6-KT-53', 'NB-D-21')

function kthreadExit(leavesLock: 'forgets' | 'asserts'): CallFacts {
  return call(PAGE, 'kthread_exit', {
    prototype: 'void kthread_exit(int ecode)',
    takes: [EXIT_CODE],
    means: says(
      'ends the calling thread; a MUSTJOIN thread waits for its joiner first',
      'Ends the kernel thread that calls it. One with KTHREAD_MUSTJOIN first waits until somebody joins it.',
      'NB6-KT-48',
      'NB6-KT-51',
      'NB10-KT-46',
      'NB10-KT-47',
    ),
    callers: says('kernel threads, of themselves', 'a kernel thread, to end itself', 'NB6-KT-52', 'NB10-KT-47', 'NB-D-22'), // prettier-ignore
    returnsWhen: { ...NEVER, clauses: ['NB6-KT-04', 'NB10-KT-04'] },
    returns: says('nothing'),
    duty: says('holds no lock', 'the thread holds no mutex when it ends', 'NB-G-10'),
    panics: {
      forgets: says(
        'user process, mutex held',
        'for a user process; with a mutex held (LOCKDEBUG). All holds of the big lock are forgotten',
        'NB-D-22',
        'NB-G-10',
      ),
      asserts: says(
        'user process, mutex held, big lock held twice',
        'for a user process; with a mutex held (LOCKDEBUG); with a hold of the big lock left after one was given up',
        'NB-D-22',
        'NB-G-10',
      ),
    }[leavesLock],
    catches: [
      remark(
        'The exit code goes to nobody: it is printed, and that before the thread waits for its joiner.',
        'NB-D-21',
      ),
      remark('There is no reaper: the next creation or exit frees the dead thread.', 'NB-G-09'),
    ],
  })
}

function kthreadJoin(slot: 'one for all' | 'one each'): CallFacts {
  return call(PAGE, 'kthread_join', {
    prototype: 'int kthread_join(lwp_t *l)',
    takes: [{ ...LWP, text: 'a thread created with KTHREAD_MUSTJOIN' }],
    means: says(
      'waits for the end of a MUSTJOIN thread',
      'Waits for the end of a thread that was created with KTHREAD_MUSTJOIN, whoever of the two comes first.',
      'NB6-KT-54',
      'NB6-KT-55',
      'NB6-KT-57',
      'NB10-KT-48',
      'NB10-KT-49',
    ),
    callers: MAY_SLEEP,
    returnsWhen: says(
      'when the thread has ended',
      'when the thread has terminated; in the kernel when it has passed its exit barrier',
      'NB6-KT-54',
      'NB10-KT-48',
      'NB-D-06',
    ),
    returns: says('0', '0, always', 'NB-D-26'),
    duty: says('once for each MUSTJOIN thread', 'called once for each such thread, no more and no less', 'NB6-KT-47', 'NB6-KT-56', 'NB10-KT-45', 'NB10-KT-49'), // prettier-ignore
    panics: {
      'one for all': says(
        'none in the kernel: wrong joins hang',
        'by the page for a second join and for a thread without KTHREAD_MUSTJOIN; the kernel does not look and hangs',
        'NB-D-07',
        'NB-D-08',
      ),
      'one each': says(
        'joined twice, not MUSTJOIN',
        'for a second join, and for a thread without KTHREAD_MUSTJOIN (DIAGNOSTIC, else it hangs)',
        'NB-D-07',
        'NB-D-08',
      ),
    }[slot],
    catches: [
      {
        'one for all': remark(
          'The system has one slot for joins: they wait for each other, and A joins B while B joins C is a deadlock.',
          'NB-G-07',
        ),
        'one each': remark('Joins are independent of each other, which they were not in 6.', 'NB-G-07'),
      }[slot],
      remark(
        'Do not unload code that the thread executes on the strength of it: the kernel lets go at the exit barrier.',
        'NB-D-06',
      ),
      remark('Joining an idle thread does not start it.', 'NB-G-19'),
    ],
  })
}

/** Functions of kthread(9) in 6. */
export const kthread6: readonly CallFacts[] = [
  kthreadCreate,
  kthreadExit('forgets'),
  kthreadJoin('one for all'),
  call(PAGE, 'kthread_destroy', {
    prototype: 'void kthread_destroy(lwp_t *l)',
    takes: [{ ...LWP, text: 'a thread in state LSIDL' }],
    means: says(
      'ends a thread that never ran',
      'Makes a kernel thread exit that was created with KTHREAD_IDLE and never ran; its function is never called.',
      'NB6-KT-49',
      'NB6-KT-50',
    ),
    callers: says('another thread of the kernel', 'any other thread in the kernel; in the kernel only one of process 0', 'NB6-KT-49', 'NB-D-09'), // prettier-ignore
    returnsWhen: AT_ONCE,
    returns: { ...says('nothing'), clauses: ['NB6-KT-03'] },
    panics: says('not LSIDL', 'for a thread in any other state than LSIDL', 'NB6-KT-50'),
    catches: [remark('It is no kill: a thread that was started cannot be ended from outside.', 'NB6-KT-50')],
  }),
]

/** Functions of kthread(9) in 10.1. */
export const kthread101: readonly CallFacts[] = [
  kthreadCreate,
  kthreadExit('asserts'),
  kthreadJoin('one each'),
  call(PAGE, 'kthread_fpu_enter', {
    prototype: 'int kthread_fpu_enter(void)',
    means: says(
      'opens a floating-point window',
      'From here on the calling kernel thread may use the floating-point and SIMD units. Windows nest.',
      'NB10-KT-14',
      'NB10-KT-50',
      'NB10-KT-53',
    ),
    callers: says('kernel threads, of themselves', 'a kernel thread, for itself, and not in an interrupt', 'NB-D-17'),
    returnsWhen: AT_ONCE,
    returns: says('a cookie', 'what kthread_fpu_exit has to be given: 0 for the outermost window', 'NB10-KT-06', 'NB10-KT-51'), // prettier-ignore
    duty: says('the window is closed', 'kthread_fpu_exit is called for it, with the value', 'NB10-KT-51', 'NB10-KT-52'),
    panics: says('not a kernel thread, interrupt', 'for whoever is no kernel thread, and in an interrupt', 'NB-D-17'),
    catches: [
      remark('On x86 this release has no hook for it: the unit stays closed.', 'NB-D-16'),
      remark('A thread that ends with its window open leaves its values in the registers.', 'NB-D-18', 'NB-G-12'),
    ],
  }),
  call(PAGE, 'kthread_fpu_exit', {
    prototype: 'void kthread_fpu_exit(int s)',
    takes: [takes('s', 'a cookie', 'what the matching kthread_fpu_enter returned', null, 'NB10-KT-07', 'NB10-KT-54')],
    means: says(
      'closes a floating-point window',
      'Puts access back to what it was before the matching kthread_fpu_enter; the last one zeroes all registers.',
      'NB10-KT-54',
      'NB10-KT-55',
    ),
    callers: says('kernel threads, of themselves', 'the kernel thread that opened the window', 'NB-D-17'),
    returnsWhen: AT_ONCE,
    returns: { ...says('nothing'), clauses: ['NB10-KT-07'] },
    panics: says('no window open', 'when no window is open, or for a value that enter never returns', 'NB-G-17'),
    catches: [remark('Values given back in the wrong order close the window early.', 'NB-G-17')],
  }),
]
