import { equal, holds, valueOf, type Trial } from '@kt/core/contract'
import type { OpenbsdKernel } from '../../../kernel.js'
import { creates, exits, leaveFree, pause, spawn } from './spawn.js'

// What the page says about itself, and what it does not say.

type Check = (trial: Trial<OpenbsdKernel>) => void

/** OB-KT-31: of its three functions two yield nothing, so there is nothing that could be said about a result. */
export const silentOnOthers: Check = (trial) => {
  const { functions } = trial.page('kthread(9)')
  const others = functions.filter((name) => name !== 'kthread_create')
  equal(others, ['kthread_exit', 'kthread_create_deferred'], 'functions besides kthread_create')
  const k = trial.createKernel()
  const yielded: unknown[] = []
  valueOf(
    k.boot(function* () {
      yielded.push(yield* k.kthread_create_deferred(() => nothing(), 'arg'))
      // Nor in distress: it creates nothing that a full table could refuse.
      leaveFree(k, 0)
      yielded.push(yield* k.kthread_create_deferred(() => nothing(), 'arg'))
      leaveFree(k, 1)
      yield* spawn(k, function* () {
        yielded.push(yield* k.kthread_exit(1))
      })
      yield* pause(k, 1)
    }),
  )
  equal(yielded, [undefined, undefined], 'what the two calls that come back yielded')
  trial.saw(`${others.join(' and ')} yield nothing`)
}

function* nothing() {
  // It has nothing to create.
}

/** OB-KT-32: a creation is a fork: the same numbers, the same table, the same counters as a process of a user. */
export const seeAlso: Check = (trial) => {
  equal(trial.page('kthread(9)').seeAlso, ['fork1(9)'], 'SEE ALSO')
  const k = trial.createKernel()
  const counted = (): readonly number[] => {
    const [forks, , , kthreads] = k.forkstat
    return [k.uvmexp.forks, k.uvmexp.forks_sharevm, forks!, kthreads!, Number(k.sysctl('kern.nprocs'))]
  }
  const grown = (before: readonly number[]) => counted().map((value, at) => value - before[at]!)
  const seen = valueOf(
    k.boot(function* () {
      const before = counted()
      yield* spawn(k, () => exits(k))
      const ofThread = grown(before)
      let ofUser: readonly number[] = []
      const refused: number[] = []
      k.process({ name: 'sh' }, function* () {
        const beforeFork = counted()
        yield* k.fork(function* () {
          yield* k.nanosleep(1e9)
        })
        ofUser = grown(beforeFork)
        // One limit for both.
        leaveFree(k, 0)
        refused.push(yield* k.syscall('ioctl', () => creates(k)))
        refused.push(yield* k.fork(() => nothing()), k.errno)
      })
      yield* pause(k, 2)
      return { ofThread, ofUser, refused }
    }),
  )
  equal(seen.ofThread, [1, 1, 0, 1, 1], 'forks, those that share memory, forkstat of fork and kthread, slots: a thread')
  equal(seen.ofUser, [1, 0, 1, 0, 1], 'the same for a fork of a user process')
  equal(seen.refused, [k.EAGAIN, -1, k.EAGAIN], 'kthread_create, fork and errno when the table is full')
  trial.saw('kthread_create and fork count as forks, take a slot each, and end at one limit')
}

/** OB-KT-34: nothing is promised about standards, history or caveats, and errors stand under RETURN VALUES. */
export const absentSections: Check = (trial) => {
  const { page, history, codeReferences, date } = trial.page('kthread(9)')
  equal({ history, codeReferences }, { history: null, codeReferences: [] }, 'history and code references')
  equal(date, 'May 31, 2007', 'date')
  const sections = new Set(
    trial.contract.clauses.filter((clause) => clause.page === page).map(({ section }) => section),
  )
  const strange = Array.from(sections).filter((section) => !SECTIONS.some((one) => section.startsWith(one)))
  equal(strange, [], 'sections that the page does not have')
  holds(
    SECTIONS.every((one) => Array.from(sections).some((section) => section.startsWith(one))),
    'a section of the page has no clause',
  )
  trial.saw(SECTIONS.join(', '))
}

/** The page's, and the page as a whole. */
const SECTIONS = ['NAME', 'SYNOPSIS', 'DESCRIPTION', 'RETURN VALUES', 'SEE ALSO', 'BUGS', 'whole page']
