import { call, flag, remark, says, takes, type CallFacts } from '@kt/core/contract'
import { MTX_DEF, MTX_RECURSE, MTX_SPIN } from '../../mutex-options.js'
import { RW_RECURSE } from '../../rwlock.js'
import { SX_NOADAPTIVE, SX_RECURSE } from '../../sx.js'
import { asking, destroying, releasing, taking, trying, type LockFamily } from './lock-words.js'
import { ANYBODY, AT_ONCE, HOLDER, MAY_SLEEP, NAME, NOTHING, WHEN_HAD } from './words.js'

const MTX: LockFamily = { page: 'mutex(9)', type: 'struct mtx', parameter: 'm' }
const RW: LockFamily = { page: 'rwlock(9)', type: 'struct rwlock', parameter: 'rw' }
const SX: LockFamily = { page: 'sx(9)', type: 'struct sx', parameter: 'sx' }
const NOT_OWNED = says('not held by the caller', 'unless the caller owns it (INVARIANTS)', 'UB:mutex')

function initialising(family: LockFamily, name: string, what: string, opts: string | null): CallFacts {
  const lock = takes(family.parameter, 'lock', 'the lock', 'not allowed')
  return call(family.page, name, {
    prototype: `void ${name}(${family.type} *${family.parameter}, const char *name${opts === null ? '' : ', int opts'})`,
    takes: [lock, NAME, ...(opts === null ? [] : [takes('opts', 'options of a lock', opts, '0: none')])],
    means: says(`makes ${what} ready`, `Makes ${what} ready.`),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
  })
}

/** mutex(9). */
export const mutex: readonly CallFacts[] = [
  call('mutex(9)', 'mtx_init', {
    prototype: 'void mtx_init(struct mtx *m, const char *name, const char *type, int opts)',
    takes: [
      takes('m', 'lock', 'the mutex', 'not allowed'),
      NAME,
      takes('type', 'type for lock order checks', 'for lock order checks, which are not made here', 'null: as name'),
      takes('opts', 'options of a mutex', 'MTX_DEF or MTX_SPIN, with MTX_RECURSE', '0: MTX_DEF'),
    ],
    means: says('makes a sleep or a spin mutex ready', 'Makes a mutex ready: one that blocks, or with MTX_SPIN one that spins.'), // prettier-ignore
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
    flags: ['MTX_DEF', 'MTX_SPIN', 'MTX_RECURSE'],
  }),
  destroying(
    MTX,
    'mtx_destroy',
    says('held by another', 'when another holds it (INVARIANTS); its holder may destroy it'),
  ),
  taking(MTX, 'mtx_lock', {
    does: says('takes a mutex', 'Takes a sleep mutex: spins while its owner is on another CPU, else blocks.'),
    callers: says(
      'who may take it',
      'whoever holds no spin mutex; an interrupt thread, and no fast interrupt handler',
      'FB8-O-16',
    ),
    panics: says('spin mutex, recursion, sleeping owner', 'when its owner sleeps; for a spin mutex, and for recursion without MTX_RECURSE (INVARIANTS)', 'FB8-O-10'), // prettier-ignore
    catches: [remark('Without INVARIANTS any mutex recurses.')],
  }),
  releasing(MTX, 'mtx_unlock', { does: says('releases a mutex', 'Gives up a hold; after the last all who wait compete.'), panics: NOT_OWNED }), // prettier-ignore
  trying(MTX, 'mtx_trylock', { does: says('takes a mutex if that needs no waiting', 'Takes a sleep mutex if that needs no waiting.') }), // prettier-ignore
  taking(MTX, 'mtx_lock_spin', {
    does: says('takes a spinning mutex', 'Takes a spin mutex: no interrupt and no preemption on this CPU meanwhile.'),
    panics: says('sleep mutex, 50 seconds', 'when it stays taken for 50 s; for a sleep mutex (INVARIANTS)'),
    duty: says('nobody sleeps with it', 'the holder does not sleep, and creates no thread', 'FB8-O-16'),
  }),
  releasing(MTX, 'mtx_unlock_spin', { does: says('releases a spinning mutex', 'Gives up a hold of a spin mutex.'), panics: NOT_OWNED }), // prettier-ignore
  asking(MTX, 'mtx_owned', { does: says('whether the caller holds it', 'Whether the caller owns it.') }),
  asking(MTX, 'mtx_recursed', {
    does: says('whether it is held more than once', 'Whether it is held more than once.'),
  }),
  asking(MTX, 'mtx_initialized', { does: says('whether it is initialized', 'Whether it was made ready.') }),
  call('mutex(9)', 'mtx_assert', {
    prototype: 'void mtx_assert(struct mtx *m, int what)',
    takes: [takes('m', 'lock', 'the mutex'), takes('what', 'assertion', 'MA_OWNED, MA_NOTOWNED, MA_RECURSED, MA_NOTRECURSED')], // prettier-ignore
    means: says('asserts who holds it', 'Panics unless something holds of the mutex (INVARIANTS); else nothing.'),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
    panics: says('not so', 'when it is not so (INVARIANTS)'),
  }),
  call('sys/proc.h', 'PROC_LOCK', {
    kind: 'macro',
    prototype: 'PROC_LOCK(p)',
    takes: [takes('p', 'process', 'the process')],
    means: says('takes the lock of a process', 'Takes the lock of a process, p_mtx.'),
    callers: ANYBODY,
    returnsWhen: WHEN_HAD,
    returns: NOTHING,
    catches: [remark('It is the interlock with which the end of a process can be waited for.', 'FB8-D-16')],
  }),
  call('sys/proc.h', 'PROC_UNLOCK', {
    kind: 'macro',
    prototype: 'PROC_UNLOCK(p)',
    takes: [takes('p', 'process', 'the process')],
    means: says('releases the lock of a process', 'Releases the lock of a process.'),
    callers: HOLDER,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
  }),
  flag('mutex(9)', 'MTX_DEF', { value: MTX_DEF, means: says('a mutex that blocks', 'A mutex that blocks.') }),
  flag('mutex(9)', 'MTX_SPIN', { value: MTX_SPIN, means: says('a mutex that spins', 'A mutex that spins.') }),
  flag('mutex(9)', 'MTX_RECURSE', {
    value: MTX_RECURSE,
    means: says('lock may recurse', 'Its owner may take it again.'),
  }),
]

/** rwlock(9). */
export const rwlock: readonly CallFacts[] = [
  initialising(RW, 'rw_init', 'a reader/writer lock', null),
  initialising(RW, 'rw_init_flags', 'a reader/writer lock, with options,', 'RW_RECURSE'),
  destroying(RW, 'rw_destroy'),
  taking(RW, 'rw_rlock', {
    does: says(
      'takes a lock for reading, behind waiting writers',
      'Takes the lock for reading, behind writers that wait.',
    ),
    duty: says('nobody sleeps with it', 'nobody may sleep with it'),
  }),
  taking(RW, 'rw_wlock', {
    does: says('takes a lock for writing', 'Takes the lock for writing.'),
    duty: says('nobody sleeps with it', 'nobody may sleep with it'),
  }),
  releasing(RW, 'rw_runlock', {
    does: says('releases a hold for reading', 'Gives up a hold for reading.', 'UB:rwlock'),
  }),
  releasing(RW, 'rw_wunlock', {
    does: says('releases a hold for writing', 'Gives up a hold for writing: writers who wait are woken, or if there is none all readers.', 'UB:rwlock'), // prettier-ignore
  }),
  trying(RW, 'rw_try_rlock', { does: says('takes a lock for reading if that needs no waiting', 'Takes it for reading if that needs no waiting.') }), // prettier-ignore
  trying(RW, 'rw_try_wlock', { does: says('takes a lock for writing if that needs no waiting', 'Takes it for writing if that needs no waiting.') }), // prettier-ignore
  trying(RW, 'rw_try_upgrade', { does: says('a hold for reading becomes one for writing, if it is the only one', 'Turns a hold for reading into one for writing if nobody else has one.') }), // prettier-ignore
  releasing(RW, 'rw_downgrade', { does: says('a hold for writing becomes one for reading', 'Turns a hold for writing into one for reading.') }), // prettier-ignore
  asking(RW, 'rw_wowned', { does: says('whether the caller holds it for writing', 'Whether the caller holds it for writing.') }), // prettier-ignore
  flag('rwlock(9)', 'RW_RECURSE', {
    value: RW_RECURSE,
    means: says('lock may recurse', 'Its writer may take it again.'),
  }),
]

/** sx(9). */
export const sx: readonly CallFacts[] = [
  initialising(SX, 'sx_init', 'a shared/exclusive lock', null),
  initialising(SX, 'sx_init_flags', 'a shared/exclusive lock, with options,', 'SX_RECURSE, SX_NOADAPTIVE'),
  destroying(SX, 'sx_destroy'),
  taking(SX, 'sx_slock', { does: says('takes a sleepable lock shared', 'Takes the lock shared; it may be held across sleeps.'), callers: MAY_SLEEP }), // prettier-ignore
  taking(SX, 'sx_xlock', { does: says('takes a sleepable lock exclusively', 'Takes the lock exclusively; it may be held across sleeps.'), callers: MAY_SLEEP }), // prettier-ignore
  trying(SX, 'sx_try_slock', { does: says('takes a sleepable lock shared if that needs no waiting', 'Takes it shared if that needs no waiting.') }), // prettier-ignore
  trying(SX, 'sx_try_xlock', { does: says('takes a sleepable lock exclusively if that needs no waiting', 'Takes it exclusively if that needs no waiting.') }), // prettier-ignore
  ...(['sx_slock_sig', 'sx_xlock_sig'] as const).map((name) =>
    call('sx(9)', name, {
      prototype: `int ${name}(struct sx *sx)`,
      takes: [takes('sx', 'lock', 'the lock', 'not allowed')],
      means: says(`takes a sleepable lock ${name === 'sx_slock_sig' ? 'shared' : 'exclusively'}, interruptibly`, `${name.slice(0, -4)} that the end of the process ends.`, 'FB8-O-25'), // prettier-ignore
      callers: MAY_SLEEP,
      returnsWhen: says('when the lock is had, or not to be had', 'when the lock is had, or the wait was ended'),
      returns: says('0 or EINTR', '0 when it is had; EINTR when the process is ended', 'FB8-O-25'),
    }),
  ),
  releasing(SX, 'sx_sunlock', { does: says('releases a sleepable lock, shared', 'Gives up a shared hold.', 'UB:sx') }),
  releasing(SX, 'sx_xunlock', { does: says('releases a sleepable lock, exclusive', 'Gives up an exclusive hold.', 'UB:sx') }), // prettier-ignore
  trying(SX, 'sx_try_upgrade', { does: says('a shared hold becomes exclusive, if it is the only one', 'Makes a shared hold exclusive if nobody else has one.') }), // prettier-ignore
  releasing(SX, 'sx_downgrade', { does: says('an exclusive hold becomes shared', 'Makes an exclusive hold shared.') }),
  asking(SX, 'sx_xlocked', { does: says('whether the caller holds it exclusively', 'Whether the caller holds it exclusively.') }), // prettier-ignore
  flag('sx(9)', 'SX_RECURSE', { value: SX_RECURSE, means: says('lock may recurse', 'Who holds it exclusively may take it again.') }), // prettier-ignore
  flag('sx(9)', 'SX_NOADAPTIVE', { value: SX_NOADAPTIVE, means: says('lock does not spin', 'Who wants it sleeps at once and does not spin.') }), // prettier-ignore
]
