import type { Clause } from '@kt/core/contract'
import type { Kernel } from '../releases/5.1.js'
import * as errors from './checks/tfork/errors.js'
import * as facts from './checks/tfork/facts.js'
import * as results from './checks/tfork/results.js'
import { tforkClause } from './clause.js'

/** __tfork_thread(3): what is returned, how it fails, and what else the page says. */
export const tforkResults: readonly Clause<Kernel>[] = [
  tforkClause(
    'OB-TF-26',
    'RETURN VALUES',
    'When __tfork_thread succeeds, its caller gets the number of the thread that was made.',
    'executed',
    results.callerGetsNumber,
  ),
  tforkClause(
    'OB-TF-27',
    'RETURN VALUES',
    '__tfork_thread returns in its caller only, not in the new thread.',
    'executed',
    results.returnsInCallerOnly,
  ),
  tforkClause(
    'OB-TF-28',
    'RETURN VALUES',
    'When the system call succeeds, it returns 0 in the new thread.',
    'executed',
    results.threadGetsZero,
  ),
  tforkClause(
    'OB-TF-29',
    'RETURN VALUES',
    'When the system call succeeds, it returns the number of the new thread in the caller.',
    'executed',
    results.callerGetsNumberOfSyscall,
  ),
  tforkClause('OB-TF-30', 'RETURN VALUES', 'Otherwise the result is −1.', 'executed', results.failureIsMinusOne),
  tforkClause(
    'OB-TF-31',
    'RETURN VALUES',
    'Otherwise no thread has come into being.',
    'executed',
    results.failureCreatesNothing,
  ),
  tforkClause('OB-TF-32', 'RETURN VALUES', 'Otherwise errno tells the reason.', 'executed', results.errnoSaysWhy),
  tforkClause(
    'OB-TF-33',
    'ERRORS',
    'The function and the system call under it fail for the same reasons.',
    'executed',
    errors.sameErrors,
  ),
  tforkClause(
    'OB-TF-34',
    'ERRORS, ENOMEM',
    'ENOMEM: more memory was asked for than the machine, or its memory management, allows.',
    'executed',
    errors.enomem,
  ),
  tforkClause(
    'OB-TF-35',
    'ERRORS, ENOMEM',
    'A lack of swap space usually passes; a lack of core memory does not.',
    'described',
    errors.shortages,
  ),
  tforkClause(
    'OB-TF-36',
    'ERRORS, ENOMEM',
    'A soft limit may be raised as far as its hard limit.',
    'executed',
    errors.softUpToHard,
  ),
  tforkClause('OB-TF-37', 'ERRORS, EINVAL', 'EINVAL: an argument was not valid.', 'executed', errors.einval),
  tforkClause(
    'OB-TF-38',
    'ERRORS, EAGAIN',
    'EAGAIN: there would be more threads than the system allows.',
    'executed',
    errors.eagainOfSystem,
  ),
  tforkClause(
    'OB-TF-39',
    'ERRORS, EAGAIN',
    'How many the system allows is a matter of configuration.',
    'executed',
    errors.systemLimitIsConfigured,
  ),
  tforkClause(
    'OB-TF-40',
    'ERRORS, EAGAIN',
    'EAGAIN: the user would have more threads than MAXUPRC allows.',
    'executed',
    errors.eagainOfUser,
  ),
  tforkClause(
    'OB-TF-41',
    'ERRORS, EAGAIN',
    'MAXUPRC is CHILD_MAX; sys/param.h defines it so.',
    'executed',
    errors.maxuprcIsChildMax,
  ),
  tforkClause('OB-TF-42', 'ERRORS, EAGAIN', 'CHILD_MAX, of sys/syslimits.h, is 80.', 'executed', errors.childMaxIs80),
  tforkClause('OB-TF-43', 'ERRORS, ENOTSUP', 'ENOTSUP: kern.rthreads is not switched on.', 'executed', errors.enotsup),
  tforkClause('OB-TF-44', 'SEE ALSO', 'Its neighbour is rfork(2).', 'described', facts.seeAlso),
  tforkClause(
    'OB-TF-45',
    'STANDARDS',
    'Function and system call belong to OpenBSD alone.',
    'described',
    facts.specific,
  ),
  tforkClause('OB-TF-46', 'STANDARDS', 'Portable programs should not use them.', 'described', facts.notPortable),
  tforkClause('OB-TF-47', 'HISTORY', 'Both are new in OpenBSD 5.1.', 'executed', facts.history),
]
