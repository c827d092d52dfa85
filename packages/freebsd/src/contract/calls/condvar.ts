import { call, remark, says, takes, type CallFacts } from '@kt/core/contract'
import { ANYBODY, AT_ONCE, MAY_SLEEP, NOTHING } from './words.js'

const PAGE = 'condvar(9)'
const CVP = takes('cvp', 'condition variable', 'the condition variable', 'not allowed')
const LOCK = takes('lock', 'held lock', 'a lock of any class that the caller holds', 'not allowed')
const TIMO = takes('timo', 'ticks, 0 is one', 'time-out in ticks', '0 and less: one tick')
const RECHECK = says('the condition is tested again', 'the caller tests its condition again afterwards')
const COLD = remark(
  'While the machine is cold, or panics, nobody waits: it is over at once, with 0 where it returns anything.',
)
const ONE_TICK = remark('0 ticks are one tick, and not without end.')
const SLEEPLESS = says('may not sleep', 'where one may not sleep (INVARIANTS)', 'FB8-O-16')

function wait(name: string, text: string, how: string, returns: ReturnType<typeof says>): CallFacts {
  const isTimed = name.includes('timed')
  return call(PAGE, name, {
    prototype: `${returns.behaves === 'nothing' ? 'void' : 'int'} ${name}(struct cv *cvp, lock${isTimed ? ', int timo' : ''})`,
    takes: isTimed ? [CVP, LOCK, TIMO] : [CVP, LOCK],
    means: says(how, text),
    callers: MAY_SLEEP,
    returnsWhen: says(
      `when woken${name.endsWith('_sig') ? (isTimed ? ', interrupted' : ' or interrupted') : ''}${isTimed ? ' or the time is over' : ''}`,
    ),
    returns,
    duty: RECHECK,
    panics: SLEEPLESS,
    catches: isTimed ? [ONE_TICK, COLD] : [COLD],
  })
}

/** condvar(9). */
export const condvar: readonly CallFacts[] = [
  call(PAGE, 'cv_init', {
    prototype: 'void cv_init(struct cv *cvp, const char *desc)',
    takes: [CVP, takes('desc', 'wait message', 'wait message of its waiters')],
    means: says('makes a condition variable ready', 'Makes a condition variable ready.'),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
  }),
  call(PAGE, 'cv_destroy', {
    prototype: 'void cv_destroy(struct cv *cvp)',
    takes: [CVP],
    means: says('ends its use', 'Ends the use of a condition variable.'),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
    duty: says('nobody waits', 'nobody waits on it any more', 'UB:condvar'),
  }),
  wait('cv_wait', 'Releases the lock, waits until woken, and takes the lock. No wakeup is lost in between.', 'waits, a lock of any class as interlock', NOTHING), // prettier-ignore
  wait('cv_wait_sig', 'cv_wait that the end of the process ends.', 'waits, a lock of any class as interlock, interruptibly', says('0 or EINTR', '0 when woken; EINTR when the process is ended', 'FB8-O-25')), // prettier-ignore
  wait('cv_timedwait', 'cv_wait, whatever its lock, that ends when its time is over.', 'waits for a time, a lock of any class as interlock', says('0 or EWOULDBLOCK', '0 when woken; EWOULDBLOCK after the time-out')), // prettier-ignore
  wait('cv_timedwait_sig', 'cv_wait that ends when its time is over, or its process.', 'waits for a time, a lock of any class as interlock, interruptibly', says('0, EWOULDBLOCK or EINTR', '0 when woken; EWOULDBLOCK after the time-out; EINTR when the process is ended', 'FB8-O-25')), // prettier-ignore
  call(PAGE, 'cv_wait_unlock', {
    prototype: 'void cv_wait_unlock(struct cv *cvp, lock)',
    takes: [CVP, { ...LOCK, text: 'a lock of any class but Giant that the caller holds' }],
    means: says('waits, and leaves its lock released', 'cv_wait that does not take the lock again.'),
    callers: MAY_SLEEP,
    returnsWhen: says('when woken'),
    returns: NOTHING,
    panics: SLEEPLESS,
    catches: [remark('With Giant it is not defined.', 'UB:condvar'), COLD],
  }),
  call(PAGE, 'cv_signal', {
    prototype: 'void cv_signal(struct cv *cvp)',
    takes: [CVP],
    means: says(
      'wakes one waiter, the most urgent',
      'Wakes the waiter of the best priority; of equals who came first.',
    ),
    callers: says('who holds the mutex', 'whoever holds the lock'),
    returnsWhen: AT_ONCE,
    returns: NOTHING,
  }),
  call(PAGE, 'cv_broadcast', {
    prototype: 'void cv_broadcast(struct cv *cvp)',
    takes: [CVP],
    means: says('wakes all waiters', 'Wakes all who wait on it.'),
    callers: says('who holds the mutex', 'whoever holds the lock'),
    returnsWhen: AT_ONCE,
    returns: NOTHING,
  }),
]
