import { call, remark, says, takes, type CallFacts } from '@kt/core/contract'
import { AT_ONCE, NOTHING } from './words.js'

const PAGE = 'autoconf(9)'
const DEV = takes('dev', 'device', 'the device', 'not allowed')
const FUNC = takes('func', 'handler of a device', 'called with the device')
const DRIVERS = says('drivers while they attach', 'a driver, as while it attaches')
const HOLDER = takes('dev', 'device, not looked at', 'who holds it back, and is counted for; here only counted', 'not allowed; not looked at here') // prettier-ignore
const TWICE = says('deferred twice', 'when the device is deferred here already (DIAGNOSTIC)')

/** What autoconf(9) puts off, in both releases alike. */
const deferring: readonly CallFacts[] = [
  call(PAGE, 'config_defer', {
    prototype: 'void config_defer(device_t dev, void (*func)(device_t))',
    takes: [DEV, FUNC],
    means: says('calls back when the siblings are attached', 'Calls func when the children of the parent are attached, in the context that attaches.'), // prettier-ignore
    callers: DRIVERS,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
    panics: TWICE,
  }),
  call(PAGE, 'config_interrupts', {
    prototype: 'void config_interrupts(device_t dev, void (*func)(device_t))',
    takes: [DEV, FUNC],
    means: says('calls back when interrupts are on', 'Calls func now if interrupts are on, else from a thread once they are, with the big lock held.'), // prettier-ignore
    callers: DRIVERS,
    returnsWhen: says('at once, or when func has returned', 'at once; where interrupts are on, when func has returned'),
    returns: NOTHING,
    panics: TWICE,
    catches: [
      remark(
        'The real system holds back the end of configuration until func has returned; here config_pending_incr does.',
      ),
    ],
  }),
  call(PAGE, 'config_mountroot', {
    prototype: 'void config_mountroot(device_t dev, void (*func)(device_t))',
    takes: [DEV, FUNC],
    means: says('calls back when the root file system is mounted', 'Calls func now if the root file system is mounted, else from a thread once it is.'), // prettier-ignore
    callers: DRIVERS,
    returnsWhen: says('at once, or when func has returned', 'at once; where it is mounted, when func has returned'),
    returns: NOTHING,
    panics: TWICE,
    catches: [remark('During boot two threads work these off, so that func may sleep.')],
  }),
  call(PAGE, 'config_finalize_register', {
    prototype: 'int config_finalize_register(device_t dev, int (*func)(device_t))',
    takes: [DEV, takes('func', 'finalizer', 'called over and over until none returns anything but 0')],
    means: says('calls back at the end of configuration', 'Calls func at the end of configuration, until no finalizer has anything left to do.'), // prettier-ignore
    callers: DRIVERS,
    returnsWhen: says(
      'at once, or when func has returned 0',
      'at once; after the end of configuration, when func has returned 0',
    ),
    returns: says('0 or errno: EEXIST', '0, or EEXIST for a finalizer of the device that is there; here nothing'),
    catches: [remark('One that is registered later is called at once, on the caller.')],
  }),
]

/** The two calls that count: in 6 they take nothing, in 10.1 they count for a device. */
function pending(release: '6' | '10.1'): readonly CallFacts[] {
  const parameter = release === '6' ? 'void' : 'device_t dev'
  const takesDevice = release === '6' ? [] : [HOLDER]
  return [
    call(PAGE, 'config_pending_incr', {
      prototype: `void config_pending_incr(${parameter})`,
      takes: takesDevice,
      means: says('holds back the end of configuration', 'Holds back the end of configuration.'),
      callers: DRIVERS,
      returnsWhen: AT_ONCE,
      returns: NOTHING,
      duty: says('given up as often', 'config_pending_decr as often'),
    }),
    call(PAGE, 'config_pending_decr', {
      prototype: `void config_pending_decr(${parameter})`,
      takes: takesDevice,
      means: says('lets configuration end', 'Gives up one hold on the end of configuration.'),
      callers: says('who held it back', 'whoever held it back'),
      returnsWhen: AT_ONCE,
      returns: NOTHING,
      panics: says('no hold', 'when there is no hold (DIAGNOSTIC)'),
    }),
  ]
}

export const config6: readonly CallFacts[] = [...deferring, ...pending('6')]

export const config101: readonly CallFacts[] = [...deferring, ...pending('10.1')]
