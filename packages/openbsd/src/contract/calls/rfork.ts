import { call, flag, says, takes, type CallFacts } from '@kt/core/contract'
import { RFCFDG, RFFDG, RFMEM, RFNOWAIT, RFPROC, RFSIGSHARE } from '../../param.js'
import { USER_CODE } from './words.js'

const PAGE = 'rfork(2)'

/** rfork(2), whose flags have namesakes that the kernel processes of another system take. In both releases alike. */
export const rfork: readonly CallFacts[] = [
  call(PAGE, 'rfork', {
    prototype: 'pid_t rfork(int flags)',
    takes: [takes('flags', 'RF flags', 'what is shared and what is copied', '0: EINVAL')],
    means: says('copies the calling process by flags', 'Copies the calling process; the flags say what is shared.'),
    callers: USER_CODE,
    returnsWhen: says('at once, in both', 'at once, in both processes'),
    returns: says('a process id and 0 there, or -1 and errno', 'the process id of the child; 0 in the child; -1 with errno'), // prettier-ignore
    flags: ['RFPROC', 'RFFDG', 'RFCFDG', 'RFMEM', 'RFSIGSHARE', 'RFNOWAIT'],
  }),
  flag(PAGE, 'RFPROC', { value: RFPROC, means: says('a process is made', 'A process is made. Has to be there.') }),
  flag(PAGE, 'RFFDG', { value: RFFDG, means: says('descriptors are copied', 'The descriptor table is copied.') }),
  flag(PAGE, 'RFCFDG', {
    value: RFCFDG,
    means: says('descriptors are closed', 'The child begins without descriptors.'),
  }),
  flag(PAGE, 'RFMEM', { value: RFMEM, means: says('memory is shared', 'The memory is shared.') }),
  flag(PAGE, 'RFSIGSHARE', { value: RFSIGSHARE, means: says('signal actions are shared', 'The signal actions are shared.') }), // prettier-ignore
  flag(PAGE, 'RFNOWAIT', { value: RFNOWAIT, means: says('child of init', 'The child belongs to init: its creator does not wait for it.') }), // prettier-ignore
]
