import { runDivergence, type Contract } from '@kt/core/contract'
import { describe, expect, test } from 'vitest'
import { openbsd42, openbsd51 } from '../src/contract/index.js'

/** What the pages leave open, as the kernels answer it: what each row shows when it is run, in the words of the row. */

const DAEMONS = 'fork pagedaemon, fork reaper, fork cleaner, fork update, fork aiodoned'
const SYSWQ = 'unable to create system work queue thread'
const lenient = 'lenient: gone, status 0, and a remark says so'

/** What both releases show under both readings, but for `PARTS`. */
const KTHREAD: Readonly<Record<string, string>> = {
  'OB-Q-01': `panic OB-D-09; ${lenient}`,
  'OB-Q-02': '1 CPU: creator, a, b; 2 CPU: creator, a, b; 4 CPU: creator, a, b',
  'OB-Q-03': '10 runs on 2 CPUs, at entry to func: *newpp, name, P_SYSTEM',
  'OB-Q-04': "'abcdefghijklmnop', returns 0, 0 lines on the console",
  'OB-Q-05': 'no format: TypeError; a wrong value: TypeError; a missing one: TypeError; nothing created',
  'OB-Q-06': 'first gets swapper, second gets first',
  'OB-Q-07': 'attached: a b( nested ) c c ; later: d caller',
  'OB-Q-08': 'created, process 0 sleeps, a thread runs, it wakes with 35, the next callback',
  'OB-Q-09': 'TypeError from the call itself',
  'OB-Q-10': 'its process ends, and its parent gets 0x300; 1 warning, a remark',
  'OB-Q-11':
    '0 is printed as nothing, kept as 0x0; 258 is printed as 258, kept as 0x200; -1 is printed as -1, kept as 0xff00',
  'OB-Q-12': 'the creator ends: it lives on as a child of swapper; process 0 ends: UB:OB-PROC0',
  'OB-Q-13': 'dead and not reaped: 35; reaped: 0',
  'OB-Q-14': 'reaper woken; SIGCHLD for init: 0; a sleeper on the process: not woken',
  'OB-Q-15':
    'calls for it: none; SIGKILL: it lives, and its sleep with PCATCH gives -1; its own word that it ends: comes',
  'OB-Q-16': 'equal seeds, equal ids; another seed, other ids; all from 1 to 32766',
  'OB-Q-25': 'the last slot: 0; a second after its thread ended (dead, not freed): 35; once there is a reaper: freed',
  'OB-Q-26': `fork init, fork idle, pfpurge thread, pfpurge thread, ${DAEMONS}; with 10 entries boot returns`,
}

const ONLY_42: Readonly<Record<string, string>> = {
  'OB-Q-14': 'reaper woken; SIGCHLD for init: 1; a sleeper on the process: not woken',
  'OB-Q-26': `fork init, ${SYSWQ}, pfpurge thread, ${DAEMONS}, crypto thread; with 10 entries boot returns`,
}

const TFORK: Readonly<Record<string, string>> = {
  'OB-Q-17':
    'amd64: NULL, misaligned, without room: a thread, SIGSEGV ends the process; ' +
    'i386: NULL, misaligned, without room: no thread, SIGSEGV ends the process',
  'OB-Q-18': 'a thread, SIGSEGV ends the process',
  'OB-Q-19':
    "mask inherited, nothing pending, unblocked there the creator's signal is taken by nobody, unblocked here by the creator",
  'OB-Q-20': 'ps shows (firefox)',
  'OB-Q-21': 'each call stores its thread, at the end the last is there',
  'OB-Q-22':
    'made before: status 0x300; made late, the process waits for it (thrdeat): status 0x300; not made: status 0x300',
  'OB-Q-23': '1 CPU: all the same; 2 CPU: all the same',
  'OB-Q-24':
    'a new one −1 and errno 91, the thread runs on, getthrid −1 and errno 91, __threxit −1 and errno 22, ' +
    '__thrsleep 91, __thrwakeup 91',
  'OB-Q-27': '2 threads as root: 0, 0; as user 1000 with a limit of 4: 0, 35',
}

/** Where the kernel's answer is another than the one under the page's reading. */
const PARTS: Readonly<Record<string, string>> = { 'OB-Q-01': `UB:OB-D-09; ${lenient}` }

function shows<K>(contract: Contract<K>, seen: Readonly<Record<string, string>>): void {
  const rows = contract.divergences.filter(({ id }) => id.startsWith('OB-Q-'))

  test('every question has an answer', () => {
    expect(rows.map(({ id }) => id).toSorted()).toEqual(Object.keys(seen).toSorted())
  })

  test.each(rows)('$id', (row) => {
    const { saw, state } = runDivergence(contract, row)
    const page = seen[row.id]
    expect(saw).toEqual({ page, kernel: PARTS[row.id] ?? page })
    expect(state).toBe('pass')
    expect(row.breaks).toEqual([])
    expect(row.page).toMatch(/^Says nothing: .*\?$/)
  })
}

describe('OpenBSD 4.2', () => {
  shows(openbsd42, { ...KTHREAD, ...ONLY_42 })
})

describe('OpenBSD 5.1', () => {
  shows(openbsd51, { ...KTHREAD, ...TFORK })
})
