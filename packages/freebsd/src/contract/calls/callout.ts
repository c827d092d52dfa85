import { call, flag, remark, says, takes, type CallFacts } from '@kt/core/contract'
import { CALLOUT_MPSAFE, CALLOUT_RETURNUNLOCKED } from '../../callout.js'
import { ANYBODY, ARG, AT_ONCE, NOTHING } from './words.js'

const PAGE = 'callout(9)'
const C = takes('c', 'callout', 'the callout', 'not allowed')
const TICKS = takes('ticks', 'ticks', 'ticks from now', '0 and less: 1')
const FUNC = takes('func', 'handler', 'called in a software interrupt, which must not sleep', null, 'FB8-O-16')
const WAS_PENDING = says('1 if it was pending', '1 if it was pending, else 0')
const LATE = remark('It fires a tick later than asked.')

/** callout(9). */
export const callout: readonly CallFacts[] = [
  call(PAGE, 'callout_init', {
    prototype: 'void callout_init(struct callout *c, int mpsafe)',
    takes: [C, takes('mpsafe', 'whether it needs no big lock', 'not 0 if the function needs no Giant', '0: it runs with Giant')], // prettier-ignore
    means: says('makes a callout ready', 'Makes a callout ready.'),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
    flags: ['CALLOUT_MPSAFE'],
    catches: [remark('Pending, it is not to be made ready again.', 'UB:callout')],
  }),
  call(PAGE, 'callout_init_mtx', {
    prototype: 'void callout_init_mtx(struct callout *c, struct mtx *mtx, int flags)',
    takes: [
      C,
      takes('mtx', 'lock', 'taken before the function is called', 'not allowed'),
      takes('flags', 'CALLOUT flags', 'CALLOUT_RETURNUNLOCKED', '0: it is released afterwards'),
    ],
    means: says(
      'makes a callout ready that runs with a mutex',
      'Makes a callout ready whose function runs with a mutex.',
    ),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
    catches: [remark('With the mutex held, callout_stop is an end: the function is not called afterwards.')],
    flags: ['CALLOUT_RETURNUNLOCKED'],
  }),
  call(PAGE, 'callout_reset', {
    prototype: 'int callout_reset(struct callout *c, int ticks, void (*func)(void *), void *arg)',
    takes: [C, TICKS, FUNC, ARG],
    means: says('says what to call and arms a callout', 'Says what to call, and arms it; a pending one is moved.'),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: WAS_PENDING,
    catches: [LATE],
  }),
  call(PAGE, 'callout_reset_on', {
    prototype: 'int callout_reset_on(struct callout *c, int ticks, void (*func)(void *), void *arg, int cpu)',
    takes: [C, TICKS, FUNC, ARG, takes('cpu', 'cpu by its number', 'where it is called')],
    means: says('says what to call and arms a callout on a CPU', 'callout_reset on a CPU.'),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: WAS_PENDING,
    catches: [LATE],
  }),
  call(PAGE, 'callout_schedule', {
    prototype: 'int callout_schedule(struct callout *c, int ticks)',
    takes: [C, TICKS],
    means: says('arms a callout', 'Arms it with what it last called; a pending one is moved.'),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: WAS_PENDING,
    catches: [LATE, remark('Without a function it is not defined.', 'UB:callout')],
  }),
  call(PAGE, 'callout_stop', {
    prototype: 'int callout_stop(struct callout *c)',
    takes: [C],
    means: says('disarms a callout without waiting', 'Disarms it. Its function may still run.'),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: says('1 if it was stopped', '1 if its function is not called, 0 if it runs or was not pending'),
    catches: [remark('1 is the good news here; 0 may mean that the function runs right now.')],
  }),
  call(PAGE, 'callout_drain', {
    prototype: 'int callout_drain(struct callout *c)',
    takes: [C],
    means: says('disarms a callout and waits for its function', 'Disarms it, and waits until its function does not run any more.'), // prettier-ignore
    callers: says('who may sleep', 'whoever may sleep, and holds no lock that the function takes'),
    returnsWhen: says('when the function does not run'),
    returns: says('1 if it was stopped', '1 if its function is not called, 0 if it runs or was not pending'),
  }),
  call(PAGE, 'callout_pending', {
    kind: 'macro',
    prototype: 'callout_pending(c)',
    takes: [C],
    means: says('whether it is still to be called', 'Whether its function is still to be called.'),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: says('whether it is so'),
  }),
  call(PAGE, 'callout_active', {
    kind: 'macro',
    prototype: 'callout_active(c)',
    takes: [C],
    means: says(
      'whether it was armed and not stopped',
      'Whether it was armed, and neither stopped nor deactivated since.',
    ),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: says('whether it is so'),
    catches: [remark('It stays true after the function was called, until somebody deactivates it.')],
  }),
  call(PAGE, 'callout_deactivate', {
    kind: 'macro',
    prototype: 'callout_deactivate(c)',
    takes: [C],
    means: says('declares it inactive', 'Declares it inactive.'),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
  }),
  flag(PAGE, 'CALLOUT_MPSAFE', {
    value: CALLOUT_MPSAFE,
    means: says('function runs without the big lock', 'The function needs no Giant.'),
  }),
  flag(PAGE, 'CALLOUT_RETURNUNLOCKED', {
    value: CALLOUT_RETURNUNLOCKED,
    means: says('function releases the lock', 'The function releases the mutex itself.'),
  }),
]
