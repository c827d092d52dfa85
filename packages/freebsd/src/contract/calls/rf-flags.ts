import { flag, remark, says, type CallFacts } from '@kt/core/contract'
import { RFCFDG, RFFDG, RFHIGHPID, RFMEM, RFNOWAIT, RFPPWAIT, RFPROC, RFSIGSHARE, RFSTOPPED } from '../../param.js'

const PAGE = 'rfork(2)'

/** Flags of rfork(2), which the calls of kthread(9) and kproc(9) take. */
export const rfFlags: readonly CallFacts[] = [
  flag(PAGE, 'RFSTOPPED', {
    value: RFSTOPPED,
    means: says('thread is created and not started', 'The new thread is not queued.', 'FB8-KT-36'),
    duty: says('the caller starts it', 'the caller queues it with sched_add', 'FB8-KT-37', 'FB8-O-19'),
    catches: [remark('One that is never started counts for ever as one that can run.', 'FB8-O-19')],
  }),
  flag(PAGE, 'RFNOWAIT', {
    value: RFNOWAIT,
    means: says('child of init', 'The process is a child of init, and not of process 0.', 'FB8-KP-19'),
    catches: [remark('Before there is an init it is not defined.', 'UB:no-init')],
  }),
  flag(PAGE, 'RFHIGHPID', { value: RFHIGHPID, means: says('process id from 10 on', 'The process gets a number from 10 on.', 'FB8-KP-19') }), // prettier-ignore
  flag(PAGE, 'RFCFDG', {
    value: RFCFDG,
    means: says('descriptors are closed', 'The child begins without descriptors. Not for kproc_create: EINVAL.', 'FB8-KP-41'), // prettier-ignore
  }),
  flag(PAGE, 'RFPPWAIT', {
    value: RFPPWAIT,
    means: says('parent waits for the child', 'The caller waits until the child has ended.', 'FB8-KP-19'),
    catches: [remark('With a kernel process that was not queued it waits for ever.', 'FB8-O-19')],
  }),
  flag(PAGE, 'RFPROC', { value: RFPROC, means: says('a process is made', 'A process is made; the calls add it themselves.') }), // prettier-ignore
  flag(PAGE, 'RFFDG', { value: RFFDG, means: says('descriptors are copied', 'The descriptor table is copied.') }),
  flag(PAGE, 'RFMEM', {
    value: RFMEM,
    means: says('memory is shared', 'The memory is shared; the calls add it themselves.'),
  }),
  flag(PAGE, 'RFSIGSHARE', { value: RFSIGSHARE, means: says('signal actions are shared', 'The signal actions are shared.') }), // prettier-ignore
]
