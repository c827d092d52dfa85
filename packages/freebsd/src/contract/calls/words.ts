import { says, takes, type Facet, type Parameter } from '@kt/core/contract'

// Facets and parameters that many calls share. A word that compares (`behaves`) is the same in all three systems where
// the meaning is.

export const AT_ONCE: Facet = says('at once')
export const NEVER: Facet = says('never')
export const WHEN_HAD: Facet = says('when the lock is had')
export const NOTHING: Facet = says('nothing')

export const ANYBODY: Facet = says('anybody', 'anybody, an interrupt too')
export const HOLDER: Facet = says('the holder', 'whoever holds it')
export const MAY_SLEEP: Facet = says(
  'who may sleep',
  'whoever may sleep: no interrupt, no callout, no critical section, no spin mutex',
  'FB8-O-16',
)

export const WMESG: Parameter = takes('wmesg', 'wait message', 'why, as listings print it')
export const TICKS: Parameter = takes('timo', 'ticks, 0 without end', 'time-out in ticks', '0: no time-out')
export const CHANNEL: Parameter = takes('chan', 'channel', 'what is slept on: an address', 'not allowed')
export const ARG: Parameter = takes('arg', 'argument', 'handed to the function')
export const NAME: Parameter = takes('name', 'name', 'for listings and messages')
export const HOWTO: Parameter = takes('howto', 'howto of the shutdown', 'not looked at')
