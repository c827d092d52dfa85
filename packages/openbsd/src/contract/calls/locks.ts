import { call, flag, remark, says, takes, type CallFacts, type Facet } from '@kt/core/contract'
import { RW_DOWNGRADE, RW_INTR, RW_NOSLEEP, RW_READ, RW_SLEEPFAIL, RW_WRITE } from '../../rwlock.js'
import { ANYBODY, AT_ONCE, HOLDER, MAY_SLEEP, NOTHING, WHEN_HAD } from './words.js'

type Release = '4.2' | '5.1'

const MTX = takes('mtx', 'lock', 'the mutex', 'not allowed')
const RWL = takes('rwl', 'lock', 'the lock', 'not allowed')

/** mutex(9) as both releases have it. */
const mutex: readonly CallFacts[] = [
  call('mutex(9)', 'mtx_init', {
    prototype: 'void mtx_init(struct mutex *mtx, int wantipl)',
    takes: [MTX, takes('wantipl', 'interrupt level', 'level while it is held', 'IPL_NONE: as it is')],
    means: says('makes a spinning mutex ready', 'Makes a mutex ready: it spins, raises the interrupt level, and does not recurse.'), // prettier-ignore
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
  }),
  call('mutex(9)', 'mtx_enter', {
    prototype: 'void mtx_enter(struct mutex *mtx)',
    takes: [MTX],
    means: says('takes a spinning mutex', 'Raises the interrupt level, and spins until the mutex is had.'),
    callers: ANYBODY,
    returnsWhen: WHEN_HAD,
    returns: NOTHING,
    duty: says('nobody sleeps with it', 'the holder does not sleep, and creates no thread', 'OB-D-14'),
    panics: says('held by this CPU', 'when this CPU holds it (DIAGNOSTIC)'),
  }),
  call('mutex(9)', 'mtx_leave', {
    prototype: 'void mtx_leave(struct mutex *mtx)',
    takes: [MTX],
    means: says('releases a spinning mutex', 'Releases the mutex, and sets the interrupt level back.'),
    callers: HOLDER,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
  }),
  call('mutex(9)', 'MUTEX_INITIALIZER', {
    kind: 'macro',
    prototype: 'MUTEX_INITIALIZER(wantipl)',
    takes: [takes('wantipl', 'interrupt level', 'level while it is held', 'IPL_NONE: as it is')],
    means: says('a mutex that is ready', 'A mutex that is ready, for a declaration.'),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: says('the lock'),
  }),
]

const MISUSE: Readonly<Record<Release, Facet>> = {
  '4.2': says('none: holders are not looked for', 'never: who releases what he does not hold leaves what was defined', 'UB:OB-RWLOCK'), // prettier-ignore
  '5.1': says('not held by the caller', 'when the caller does not hold it (DIAGNOSTIC)', 'UB:OB-RWLOCK'),
}

/** rwlock(9); a release without a hold is noticed in 5.1 only. */
const rwlock = (release: Release): readonly CallFacts[] => [
  call('rwlock(9)', 'rw_init', {
    prototype: 'void rw_init(struct rwlock *rwl, const char *name)',
    takes: [RWL, takes('name', 'name', 'the wait message')],
    means: says('makes a reader/writer lock ready', 'Makes a reader/writer lock ready.'),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
  }),
  call('rwlock(9)', 'rw_enter_read', {
    prototype: 'void rw_enter_read(struct rwlock *rwl)',
    takes: [RWL],
    means: says('takes a lock for reading, past waiting writers', 'Takes the lock for reading; waits only while a writer holds it.'), // prettier-ignore
    callers: MAY_SLEEP,
    returnsWhen: WHEN_HAD,
    returns: NOTHING,
  }),
  call('rwlock(9)', 'rw_enter_write', {
    prototype: 'void rw_enter_write(struct rwlock *rwl)',
    takes: [RWL],
    means: says('takes a lock for writing', 'Takes the lock for writing.'),
    callers: MAY_SLEEP,
    returnsWhen: WHEN_HAD,
    returns: NOTHING,
    panics: says('held by the caller', 'when the caller holds it for writing (DIAGNOSTIC)'),
  }),
  call('rwlock(9)', 'rw_exit_read', {
    prototype: 'void rw_exit_read(struct rwlock *rwl)',
    takes: [RWL],
    means: says('releases a hold for reading', 'Gives up a hold for reading; all who wait are woken and compete.'),
    callers: HOLDER,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
    panics: MISUSE[release],
  }),
  call('rwlock(9)', 'rw_exit_write', {
    prototype: 'void rw_exit_write(struct rwlock *rwl)',
    takes: [RWL],
    means: says('releases a hold for writing', 'Gives up a hold for writing; all who wait are woken and compete.'),
    callers: HOLDER,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
    panics: MISUSE[release],
  }),
  call('rwlock(9)', 'rw_enter', {
    prototype: 'int rw_enter(struct rwlock *rwl, int flags)',
    takes: [RWL, takes('flags', 'RW flags', 'RW_WRITE, RW_READ or RW_DOWNGRADE, with RW_INTR, RW_SLEEPFAIL or RW_NOSLEEP', '0: RW_WRITE')], // prettier-ignore
    means: says(
      'takes a reader/writer lock, or fails by its flags; readers pass waiting writers',
      'Takes the lock as the flags say, or turns a hold for writing into one for reading. Readers wait for holders only.',
    ),
    callers: says('who may sleep', 'whoever may sleep; with RW_NOSLEEP anybody', 'OB-D-14'),
    returnsWhen: says('when the lock is had, or not to be had', 'when the lock is had, or the flags let it fail'),
    returns: says('0 or errno: EBUSY, EAGAIN, EINTR, ERESTART', '0 when it is had; EBUSY with RW_NOSLEEP, EAGAIN with RW_SLEEPFAIL, EINTR or ERESTART with RW_INTR'), // prettier-ignore
    panics: says('downgrade by another, held by the caller', 'for a downgrade by anybody but the writer; when the caller holds it for writing (DIAGNOSTIC)'), // prettier-ignore
    flags: ['RW_WRITE', 'RW_READ', 'RW_DOWNGRADE', 'RW_INTR', 'RW_SLEEPFAIL', 'RW_NOSLEEP'],
    catches: [remark('With any of the last three flags the result has to be looked at: the lock may not be had.')],
  }),
  call('rwlock(9)', 'rw_exit', {
    prototype: 'void rw_exit(struct rwlock *rwl)',
    takes: [RWL],
    means: says(
      'releases either hold, waking all',
      'Gives up a hold of either kind; all who wait are woken and compete.',
    ),
    callers: HOLDER,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
    panics: MISUSE[release],
  }),
  call('rwlock(9)', 'RWLOCK_INITIALIZER', {
    kind: 'macro',
    prototype: 'RWLOCK_INITIALIZER(name)',
    takes: [takes('name', 'name', 'the wait message')],
    means: says('a reader/writer lock that is ready', 'A lock that is ready, for a declaration.'),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: says('the lock'),
  }),
  flag('rwlock(9)', 'RW_WRITE', { value: RW_WRITE, means: says('for writing', 'Takes the lock for writing.') }),
  flag('rwlock(9)', 'RW_READ', { value: RW_READ, means: says('for reading', 'Takes the lock for reading.') }),
  flag('rwlock(9)', 'RW_DOWNGRADE', {
    value: RW_DOWNGRADE,
    means: says('a hold for writing becomes one for reading', 'Turns a hold for writing into one for reading.'),
  }),
  flag('rwlock(9)', 'RW_INTR', { value: RW_INTR, means: says('signals end the wait', 'Signals end the wait.') }),
  flag('rwlock(9)', 'RW_SLEEPFAIL', {
    value: RW_SLEEPFAIL,
    means: says('fails after a wait', 'Fails with EAGAIN when it had to wait.'),
  }),
  flag('rwlock(9)', 'RW_NOSLEEP', {
    value: RW_NOSLEEP,
    means: says('fails instead of waiting', 'Fails with EBUSY instead of waiting.'),
  }),
]

/** The big lock and spl(9), in both releases alike. */
const bigLock: readonly CallFacts[] = [
  call('sys/mplock.h', 'KERNEL_LOCK', {
    kind: 'macro',
    prototype: 'KERNEL_LOCK()',
    means: says('takes the big lock', 'Takes the big lock once more; the CPU spins while another owns it.'),
    callers: ANYBODY,
    returnsWhen: WHEN_HAD,
    returns: NOTHING,
    catches: [remark('Kernel threads begin with one hold. Every sleep gives up all holds meanwhile.')],
  }),
  call('sys/mplock.h', 'KERNEL_UNLOCK', {
    kind: 'macro',
    prototype: 'KERNEL_UNLOCK()',
    means: says('gives up one hold of the big lock', 'Gives up one hold of the big lock.'),
    callers: HOLDER,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
    panics: says('no hold', 'without a hold (DIAGNOSTIC)'),
  }),
  call('spl(9)', 'splraise', {
    prototype: 'int splraise(int ipl)',
    takes: [takes('ipl', 'interrupt level', 'IPL_NONE to IPL_HIGH')],
    means: says('raises the interrupt level', 'Raises the interrupt level of the CPU to at least that.'),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: says('the level before', 'the level before, for splx'),
  }),
  call('spl(9)', 'splx', {
    prototype: 'void splx(int s)',
    takes: [takes('s', 'interrupt level before', 'what raised the level returned')],
    means: says('sets the interrupt level back', 'Sets the interrupt level back.'),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
  }),
]

export const locks42: readonly CallFacts[] = [...mutex, ...rwlock('4.2'), ...bigLock]

export const locks51: readonly CallFacts[] = [
  ...mutex,
  ...rwlock('5.1'),
  ...bigLock,
  call('mutex(9)', 'mtx_enter_try', {
    prototype: 'int mtx_enter_try(struct mutex *mtx)',
    takes: [MTX],
    means: says('takes a mutex if that needs no waiting', 'Takes the mutex if that needs no waiting.'),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: says('not 0 if taken', 'not 0 if it was taken, 0 if somebody holds it'),
  }),
]
