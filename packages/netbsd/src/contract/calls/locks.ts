import { call, flag, remark, says, takes, type CallFacts } from '@kt/core/contract'
import { RW_READER, RW_WRITER } from '../../rwlock.js'
import { ANYBODY, AT_ONCE, MAY_SLEEP, MUTEX, NOTHING, WHEN_HAD } from './words.js'

const RW = takes('rw', 'lock', 'the lock', 'not allowed')
const OP = takes('op', 'RW_READER or RW_WRITER', 'RW_READER or RW_WRITER', '0: RW_READER')
const HOLDER = says('the holder', 'whoever holds it')

/** mutex(9), in both releases alike. */
export const mutex: readonly CallFacts[] = [
  call('mutex(9)', 'mutex_init', {
    prototype: 'void mutex_init(kmutex_t *mtx, kmutex_type_t type, int ipl)',
    takes: [
      MUTEX,
      takes('type', 'kind of mutex', 'MUTEX_DEFAULT; MUTEX_SPIN and MUTEX_ADAPTIVE force a kind'),
      takes('ipl', 'interrupt level', 'of who takes it: from IPL_VM on it is a spin mutex', 'IPL_NONE: adaptive'),
    ],
    means: says('makes a mutex ready', 'Makes a mutex ready, of the kind that the interrupt level calls for.'),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
  }),
  call('mutex(9)', 'mutex_destroy', {
    prototype: 'void mutex_destroy(kmutex_t *mtx)',
    takes: [MUTEX],
    means: says('ends its use', 'Ends the use of a mutex.'),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
    panics: says('held', 'when somebody holds it (DIAGNOSTIC)'),
  }),
  call('mutex(9)', 'mutex_enter', {
    prototype: 'void mutex_enter(kmutex_t *mtx)',
    takes: [MUTEX],
    means: says('takes a mutex', 'Takes the mutex: a spin mutex raises the interrupt level and spins, an adaptive one may sleep.'), // prettier-ignore
    callers: says('who may take it', 'for an adaptive mutex whoever may sleep, and without a spin mutex; else anybody'),
    returnsWhen: WHEN_HAD,
    returns: NOTHING,
    panics: says('held by the caller, adaptive in an interrupt', 'when the caller holds it, or takes an adaptive one in an interrupt (DIAGNOSTIC)'), // prettier-ignore
  }),
  call('mutex(9)', 'mutex_exit', {
    prototype: 'void mutex_exit(kmutex_t *mtx)',
    takes: [MUTEX],
    means: says('releases a mutex', 'Releases the mutex; all who sleep for it are woken and compete.'),
    callers: HOLDER,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
    panics: says('not held by the caller', 'unless the caller holds it (DIAGNOSTIC)', 'UB:NB-MUTEX'),
  }),
  call('mutex(9)', 'mutex_tryenter', {
    prototype: 'int mutex_tryenter(kmutex_t *mtx)',
    takes: [MUTEX],
    means: says('takes a mutex if that needs no waiting', 'Takes the mutex if that needs no waiting.'),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: says('not 0 if taken', 'not 0 if it was taken, 0 if somebody holds it'),
  }),
  call('mutex(9)', 'mutex_owned', {
    prototype: 'int mutex_owned(kmutex_t *mtx)',
    takes: [MUTEX],
    means: says('whether the caller holds it', 'Whether the caller holds an adaptive mutex; of a spin mutex whether anybody does.'), // prettier-ignore
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: says('whether it is so'),
    catches: [remark('For assertions only: a spin mutex does not know its owner.')],
  }),
]

/** rwlock(9), in both releases alike. */
export const rwlock: readonly CallFacts[] = [
  call('rwlock(9)', 'rw_init', {
    prototype: 'void rw_init(krwlock_t *rw)',
    takes: [RW],
    means: says('makes a reader/writer lock ready', 'Makes a reader/writer lock ready.'),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
  }),
  call('rwlock(9)', 'rw_destroy', {
    prototype: 'void rw_destroy(krwlock_t *rw)',
    takes: [RW],
    means: says('ends its use', 'Ends the use of a lock.'),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
    panics: says('held', 'when somebody holds it (DIAGNOSTIC)'),
  }),
  call('rwlock(9)', 'rw_enter', {
    prototype: 'void rw_enter(krwlock_t *rw, const krw_t op)',
    takes: [RW, OP],
    means: says(
      'takes a reader/writer lock; readers wait behind waiting writers',
      'Takes the lock, for reading or for writing. A reader waits while a writer holds the lock or waits for it.',
    ),
    callers: MAY_SLEEP,
    returnsWhen: WHEN_HAD,
    returns: NOTHING,
    panics: says('interrupt, held by the caller', 'in an interrupt, or when the caller holds it for writing (DIAGNOSTIC)'), // prettier-ignore
    flags: ['RW_READER', 'RW_WRITER'],
  }),
  call('rwlock(9)', 'rw_tryenter', {
    prototype: 'int rw_tryenter(krwlock_t *rw, const krw_t op)',
    takes: [RW, OP],
    means: says('takes a reader/writer lock if that needs no waiting', 'Takes the lock if that needs no waiting.'),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: says('not 0 if taken', 'not 0 if it was taken, else 0'),
    flags: ['RW_READER', 'RW_WRITER'],
  }),
  call('rwlock(9)', 'rw_exit', {
    prototype: 'void rw_exit(krwlock_t *rw)',
    takes: [RW],
    means: says('releases either hold, handing the lock on', 'Releases a hold of either kind; a writer hands the lock to all readers that wait.'), // prettier-ignore
    callers: HOLDER,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
    panics: says('held by nobody', 'when nobody holds it (DIAGNOSTIC)', 'UB:NB-RWLOCK'),
  }),
  flag('rwlock(9)', 'RW_READER', { value: RW_READER, means: says('for reading', 'Takes the lock for reading.') }),
  flag('rwlock(9)', 'RW_WRITER', { value: RW_WRITER, means: says('for writing', 'Takes the lock for writing.') }),
]

const L = takes('l', 'thread, not looked at', 'not looked at', 'null will do')

/** KERNEL_LOCK(9), spl(9) and preemption, in both releases alike. */
export const bigLock: readonly CallFacts[] = [
  call('KERNEL_LOCK(9)', 'KERNEL_LOCK', {
    kind: 'macro',
    prototype: 'KERNEL_LOCK(nlocks, l)',
    takes: [takes('nlocks', 'number of holds', 'how many holds to add', 'not allowed'), L],
    means: says('takes the big lock', 'Adds holds of the big lock; the CPU spins while another owns it.'),
    callers: ANYBODY,
    returnsWhen: WHEN_HAD,
    returns: NOTHING,
    catches: [remark('Every sleep gives up all holds meanwhile.')],
  }),
  call('KERNEL_LOCK(9)', 'KERNEL_UNLOCK_ONE', {
    kind: 'macro',
    prototype: 'KERNEL_UNLOCK_ONE(l)',
    takes: [L],
    means: says('gives up one hold of the big lock', 'Gives up one hold of the big lock.'),
    callers: HOLDER,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
    panics: says('no hold', 'when the caller has none (LOCKDEBUG)'),
  }),
  call('KERNEL_LOCK(9)', 'KERNEL_UNLOCK_LAST', {
    kind: 'macro',
    prototype: 'KERNEL_UNLOCK_LAST(l)',
    takes: [L],
    means: says('gives up the only hold of the big lock', 'Gives up the only hold of the big lock.'),
    callers: HOLDER,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
    panics: says('several holds', 'when the caller has more than one (LOCKDEBUG); without a hold nothing happens'),
  }),
  call('KERNEL_LOCK(9)', 'KERNEL_UNLOCK_ALL', {
    kind: 'macro',
    prototype: 'KERNEL_UNLOCK_ALL(l, countp)',
    takes: [L, takes('countp', 'out: number of holds', 'receives their number', 'null: not wanted')],
    means: says('gives up all holds of the big lock', 'Gives up all holds of the big lock, if there are any.'),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
  }),
  call('spl(9)', 'splraiseipl', {
    prototype: 'int splraiseipl(ipl_cookie_t icookie)',
    takes: [takes('icookie', 'interrupt level', 'here the level itself, IPL_NONE to IPL_HIGH')],
    means: says('raises the interrupt level', 'Raises the interrupt level of the CPU to at least that.'),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: says('the level before', 'the level before, for splx'),
  }),
  call('spl(9)', 'splx', {
    prototype: 'void splx(int ipl)',
    takes: [takes('ipl', 'interrupt level before', 'what raised the level returned')],
    means: says('sets the interrupt level back', 'Sets the interrupt level back.'),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
  }),
  call('kpreempt(9)', 'kpreempt_disable', {
    prototype: 'void kpreempt_disable(void)',
    means: says('keeps the caller from being preempted', 'Keeps the caller on its CPU until the matching kpreempt_enable. Nests.'), // prettier-ignore
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
    duty: says('undone as often', 'kpreempt_enable as often'),
  }),
  call('kpreempt(9)', 'kpreempt_enable', {
    prototype: 'void kpreempt_enable(void)',
    means: says('lets the caller be preempted again', 'Undoes one kpreempt_disable; after the last the caller may give way at once.'), // prettier-ignore
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
    panics: says('not disabled', 'without a kpreempt_disable (DIAGNOSTIC)'),
  }),
]
