import type { Clause } from '@kt/core/contract'
import type { Kernel } from '../releases/5.1.js'
import * as signatures from './checks/tfork/signatures.js'
import * as stack from './checks/tfork/stack.js'
import * as syscall from './checks/tfork/syscall.js'
import * as thread from './checks/tfork/thread.js'
import * as tid from './checks/tfork/tid.js'
import { tforkClause } from './clause.js'

/** __tfork_thread(3): what is made, and how it begins. */
export const tforkThread: readonly Clause<Kernel>[] = [
  tforkClause(
    'OB-TF-01',
    'NAME',
    'There are two names, the library function __tfork_thread and the system call __tfork.',
    'executed',
    signatures.twoNames,
  ),
  tforkClause(
    'OB-TF-02',
    'NAME',
    'The purpose is to add a kernel thread to the process that calls.',
    'executed',
    signatures.addsThread,
  ),
  tforkClause('OB-TF-03', 'SYNOPSIS', 'The header is sys/unistd.h.', 'described', signatures.header),
  tforkClause(
    'OB-TF-04',
    'SYNOPSIS, struct __tfork',
    'The structure has three members, in this order: tf_tcb, tf_tid and tf_flags.',
    'executed',
    signatures.threeMembers,
  ),
  tforkClause(
    'OB-TF-05',
    'SYNOPSIS, tf_tcb',
    'tf_tcb is the address of the control block of the new thread.',
    'executed',
    signatures.tcbMember,
  ),
  tforkClause(
    'OB-TF-06',
    'SYNOPSIS, tf_tid',
    "tf_tid is where the child's thread number is written.",
    'executed',
    signatures.tidMember,
  ),
  tforkClause('OB-TF-07', 'SYNOPSIS, tf_flags', 'tf_flags has to be 0.', 'executed', signatures.flagsMember),
  tforkClause(
    'OB-TF-08',
    'SYNOPSIS',
    '__tfork_thread takes the parameters, a stack, a function and its argument, __tfork the parameters only; both yield an int, and the parameters are left as they are.',
    'executed',
    signatures.signatures,
  ),
  tforkClause(
    'OB-TF-09',
    'DESCRIPTION',
    '__tfork_thread creates a new kernel thread.',
    'executed',
    thread.createsThread,
  ),
  tforkClause(
    'OB-TF-10',
    'DESCRIPTION',
    'The new thread belongs to the current process.',
    'executed',
    thread.sameProcess,
  ),
  tforkClause(
    'OB-TF-11',
    'DESCRIPTION, stack',
    'The new thread starts with its stack pointer at stack.',
    'executed',
    stack.startsOnStack,
  ),
  tforkClause(
    'OB-TF-12',
    'DESCRIPTION, startfunc',
    'The new thread calls startfunc.',
    'executed',
    thread.callsStartfunc,
  ),
  tforkClause(
    'OB-TF-13',
    'DESCRIPTION, startarg',
    'startarg is the only argument that startfunc is given.',
    'executed',
    thread.passesStartarg,
  ),
  tforkClause(
    'OB-TF-14',
    'DESCRIPTION, startfunc',
    'If startfunc returns, the thread exits.',
    'executed',
    thread.exitsOnReturn,
  ),
  tforkClause(
    'OB-TF-15',
    'DESCRIPTION, params',
    'params tells the kernel what it needs to know when it creates the thread.',
    'executed',
    thread.readAtEntry,
  ),
  tforkClause(
    'OB-TF-16',
    'DESCRIPTION, tf_tcb',
    'The address of the control block of the new thread is set to tf_tcb.',
    'executed',
    tid.setsTcb,
  ),
  tforkClause(
    'OB-TF-17',
    'DESCRIPTION, tf_tid',
    'If tf_tid is not null, the number of the new thread is stored where it points.',
    'executed',
    tid.storesTid,
  ),
  tforkClause(
    'OB-TF-18',
    'DESCRIPTION, tf_tid',
    'The number is stored before either thread, the new one or its creator, is back in user mode.',
    'executed',
    tid.storedBeforeUserMode,
  ),
  tforkClause('OB-TF-19', 'DESCRIPTION, tf_tid', 'If tf_tid is null, nothing is stored.', 'executed', tid.nullTid),
  tforkClause(
    'OB-TF-20',
    'DESCRIPTION, tf_flags',
    'At present tf_flags has to be 0.',
    'executed',
    syscall.flagsAreZero,
  ),
  tforkClause(
    'OB-TF-21',
    'DESCRIPTION',
    'The system call under the function is __tfork.',
    'executed',
    syscall.underlyingCall,
  ),
  tforkClause(
    'OB-TF-22',
    'DESCRIPTION',
    'The new thread comes back from the system call on the same stack as its creator.',
    'executed',
    stack.sameStack,
  ),
  tforkClause(
    'OB-TF-23',
    'DESCRIPTION',
    'For that reason C code cannot make the system call directly.',
    'described',
    stack.notFromC,
  ),
  tforkClause(
    'OB-TF-24',
    'DESCRIPTION',
    'For that reason there is no C function for it.',
    'executed',
    syscall.noFunction,
  ),
  tforkClause(
    'OB-TF-25',
    'DESCRIPTION',
    'The system call may all the same be seen in what kdump(1) prints.',
    'executed',
    syscall.inKdump,
  ),
]
