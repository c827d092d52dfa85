import { says, takes, type Facet, type Parameter } from '@kt/core/contract'

// Facets and parameters that many calls share. A word that compares (`behaves`) is the same in all three systems where
// the meaning is.

export const AT_ONCE: Facet = says('at once')
export const NEVER: Facet = says('never')
export const WHEN_HAD: Facet = says('when the lock is had')
export const NOTHING: Facet = says('nothing')

export const ANYBODY: Facet = says('anybody', 'anybody, an interrupt too')
export const MAY_SLEEP: Facet = says(
  'who may sleep',
  'whoever may sleep: not an interrupt, not a soft interrupt',
  'NB-G-03',
)

export const WMESG: Parameter = takes('wmesg', 'wait message', 'why, as listings print it')
export const TICKS: Parameter = takes('timo', 'ticks, 0 without end', 'time-out in ticks', '0: no time-out')
export const CHANNEL: Parameter = takes('ident', 'channel', 'what is slept on: an address', 'not allowed')
export const MUTEX: Parameter = takes('mtx', 'lock', 'the mutex', 'not allowed')
export const HELD_MUTEX: Parameter = takes('mtx', 'held mutex', 'a mutex that the caller holds', 'not allowed')
export const LWP: Parameter = takes('l', 'thread', 'the thread', 'not allowed')
