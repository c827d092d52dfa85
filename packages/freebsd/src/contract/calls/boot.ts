import { call, remark, says, takes, type CallFacts } from '@kt/core/contract'
import { ANYBODY, AT_ONCE, MAY_SLEEP, NOTHING } from './words.js'

const NAME = takes('name', 'event', 'name of the event')

/** SYSINIT(9), EVENTHANDLER(9) and the way down. */
export const boot: readonly CallFacts[] = [
  call('SYSINIT(9)', 'SYSINIT', {
    kind: 'macro',
    prototype: 'SYSINIT(uniquifier, subsystem, order, func, ident)',
    takes: [
      takes('uniquifier', 'name', 'a name for it'),
      takes('subsystem', 'place in the boot', 'SI_SUB_*'),
      takes('order', 'order within it', 'SI_ORDER_*; equals in order of registration', null, 'FB8-O-26'),
      takes('func', 'callback', 'called with ident on thread0, with Giant held'),
      takes('ident', 'argument', 'handed to func'),
    ],
    means: says(
      'calls back at a place in the boot',
      'Has func called at a place in the boot.',
      'FB8-KT-18',
      'FB8-KT-66',
    ),
    callers: says('declarations', 'a declaration; run at boot, or when its module is loaded'),
    returnsWhen: AT_ONCE,
    returns: NOTHING,
  }),
  call('kldload(2)', 'kldload', {
    prototype: 'int kldload(const char *file)',
    takes: [takes('file', 'module', 'here the module itself')],
    means: says('loads a module', 'Loads a module: its SYSINITs run now, on the caller with Giant held.'),
    callers: MAY_SLEEP,
    returnsWhen: says('when the module is loaded'),
    returns: says('0'),
  }),
  call('EVENTHANDLER(9)', 'EVENTHANDLER_REGISTER', {
    kind: 'macro',
    prototype: 'EVENTHANDLER_REGISTER(name, func, arg, priority)',
    takes: [
      NAME,
      takes('func', 'handler of an event', 'may sleep'),
      takes('arg', 'argument', 'handed to func'),
      takes('priority', 'order among handlers', 'lower comes first'),
    ],
    means: says('registers a handler of an event', 'Registers a handler of an event, such as shutdown_pre_sync.', 'FB8-KT-67'), // prettier-ignore
    callers: MAY_SLEEP,
    returnsWhen: AT_ONCE,
    returns: says('a tag', 'a tag to remove it by'),
    duty: says('removed by hand', 'removed before what it refers to is gone', 'FB8-O-21'),
  }),
  call('EVENTHANDLER(9)', 'EVENTHANDLER_DEREGISTER', {
    kind: 'macro',
    prototype: 'EVENTHANDLER_DEREGISTER(name, tag)',
    takes: [NAME, takes('tag', 'tag', 'what the registration gave', 'null: all of the event')],
    means: says('removes a handler of an event', 'Removes a handler.'),
    callers: says('who may take a mutex', 'whoever may take a sleep mutex'),
    returnsWhen: AT_ONCE,
    returns: NOTHING,
    catches: [remark('One that runs is not waited for.')],
  }),
  call('EVENTHANDLER(9)', 'EVENTHANDLER_INVOKE', {
    kind: 'macro',
    prototype: 'EVENTHANDLER_INVOKE(name, ...)',
    takes: [NAME],
    means: says('calls the handlers of an event', 'Calls the handlers of an event, in order.'),
    callers: MAY_SLEEP,
    returnsWhen: says('when all handlers have returned'),
    returns: NOTHING,
  }),
  call('reboot(2)', 'reboot', {
    prototype: 'int reboot(int howto)',
    takes: [takes('howto', 'howto of the shutdown', 'RB_AUTOBOOT, RB_HALT, RB_POWEROFF, RB_NOSYNC', '0: RB_AUTOBOOT')],
    means: says('shuts the system down', 'Shuts the system down, by way of the shutdown events.', 'FB8-KT-59'),
    callers: says('root', 'a process of root'),
    returnsWhen: says('never, or at once with an error'),
    returns: says('EPERM', 'EPERM in a process of another user, and only then'),
  }),
  call('shutdown_nice', 'shutdown_nice', {
    prototype: 'void shutdown_nice(int howto)',
    takes: [takes('howto', 'howto of the shutdown', 'as for reboot')],
    means: says(
      'asks init to shut the system down',
      'Asks init to shut the system down; where there is none, does so.',
    ),
    callers: ANYBODY,
    returnsWhen: AT_ONCE,
    returns: NOTHING,
  }),
]
