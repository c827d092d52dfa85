import type { ReleaseName } from '../releases.js'
import type { Cell, Story } from '../story.js'
import { NETBSD, OPENBSD } from './alike.js'

/** All but FreeBSD, which is alone in having calls to suspend a kernel thread. */
export const OTHERS: readonly ReleaseName[] = [...NETBSD, ...OPENBSD]

const NETBSD_WAY: Cell = { clauses: [], nearest: 'two flags in the softc, a mutex and a condition variable' }
const OPENBSD_WAY: Cell = { clauses: [], nearest: 'two flags in the softc, wakeup() and tsleep() under the big lock' }

/** Where there is no call, a driver writes a handshake of its own. */
export function handshakes(...clauses: readonly string[]): Story['cells'] {
  return {
    'netbsd/6': NETBSD_WAY,
    'netbsd/10.1': NETBSD_WAY,
    'openbsd/4.2': OPENBSD_WAY,
    'openbsd/5.1': OPENBSD_WAY,
    'freebsd/8.0': { clauses },
  }
}

/** What is about the calls themselves. */
export function onlyFreebsd(lacks: string, ...clauses: readonly string[]): Story['cells'] {
  const none = { clauses: [], lacks }
  return {
    'netbsd/6': none,
    'netbsd/10.1': none,
    'openbsd/4.2': none,
    'openbsd/5.1': none,
    'freebsd/8.0': { clauses },
  }
}
