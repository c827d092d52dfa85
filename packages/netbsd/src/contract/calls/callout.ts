import { call, flag, remark, says, takes, type CallFacts } from '@kt/core/contract'
import { CALLOUT_MPSAFE } from '../../callout.js'
import { ANYBODY, AT_ONCE, NOTHING } from './words.js'

const PAGE = 'callout(9)'
const C = takes('c', 'callout', 'the callout', 'not allowed')
const TICKS = takes('ticks', 'ticks', 'ticks from now', '0: the next tick; less panics (DIAGNOSTIC)')
const FUNC = takes('func', 'handler', 'called in a soft interrupt, which must not sleep')
const ARG = takes('arg', 'argument', 'handed to the function')

/** callout(9), in both releases alike. */
export const callout: readonly CallFacts[] = [
  call(PAGE, 'callout_init', {
    prototype: 'void callout_init(callout_t *c, u_int flags)',
    takes: [C, takes('flags', 'CALLOUT flags', 'CALLOUT_MPSAFE', '0: the function runs with the big lock')],
    means: says('makes a callout ready', 'Makes a callout ready.'),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
    flags: ['CALLOUT_MPSAFE'],
  }),
  call(PAGE, 'callout_destroy', {
    prototype: 'void callout_destroy(callout_t *c)',
    takes: [C],
    means: says('ends its use', 'Ends the use of a callout.'),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
    duty: says('halted before', 'callout_halt before it'),
    panics: says('pending or running', 'when it is pending or its function runs (DIAGNOSTIC)'),
  }),
  call(PAGE, 'callout_setfunc', {
    prototype: 'void callout_setfunc(callout_t *c, void (*func)(void *), void *arg)',
    takes: [C, FUNC, ARG],
    means: says('says what to call', 'Says what to call, at the next expiry and until told otherwise.'),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
  }),
  call(PAGE, 'callout_schedule', {
    prototype: 'void callout_schedule(callout_t *c, int ticks)',
    takes: [C, TICKS],
    means: says('arms a callout', 'Arms it; an armed one is moved.'),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
    panics: says('no function', 'when nothing said what to call'),
  }),
  call(PAGE, 'callout_reset', {
    prototype: 'void callout_reset(callout_t *c, int ticks, void (*func)(void *), void *arg)',
    takes: [C, TICKS, FUNC, ARG],
    means: says('says what to call and arms a callout', 'Says what to call, and arms it; an armed one is moved.'),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
  }),
  call(PAGE, 'callout_stop', {
    prototype: 'bool callout_stop(callout_t *c)',
    takes: [C],
    means: says('disarms a callout without waiting', 'Disarms it. Its function may still run on another CPU.'),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: says('true if it had fired', 'true if it had fired already, false if it was stopped in time'),
    catches: [remark('True is the bad news here: the function was called, or is being called.')],
  }),
  call(PAGE, 'callout_halt', {
    prototype: 'bool callout_halt(callout_t *c, void *interlock)',
    takes: [C, takes('interlock', 'held mutex or none', 'a mutex that is released while it waits', 'null: none')],
    means: says('disarms a callout and waits for its function', 'Disarms it, and waits until its function does not run any more.'), // prettier-ignore
    callers: says('who may sleep', 'whoever may sleep'),
    returnsWhen: says('when the function does not run'),
    returns: says('true if it had fired', 'true if it had fired already, false if it was stopped in time'),
    panics: says('may not sleep', 'where the caller may not sleep and would have to'),
    catches: [remark('The function itself may call it, and is not waited for.')],
  }),
  call(PAGE, 'callout_pending', {
    prototype: 'bool callout_pending(callout_t *c)',
    takes: [C],
    means: says('whether it is still to be called', 'Whether its function is still to be called.'),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: says('whether it is so'),
  }),
  call(PAGE, 'callout_expired', {
    prototype: 'bool callout_expired(callout_t *c)',
    takes: [C],
    means: says('whether it was called', 'Whether its function was called since it was armed.'),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: says('whether it is so'),
  }),
  call(PAGE, 'callout_invoking', {
    prototype: 'bool callout_invoking(callout_t *c)',
    takes: [C],
    means: says('whether its function runs', 'Whether its function runs.'),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: says('whether it is so'),
  }),
  flag(PAGE, 'CALLOUT_MPSAFE', {
    value: CALLOUT_MPSAFE,
    means: says('function runs without the big lock', 'The function needs no big lock.'),
  }),
]
