import { Access, type Footprint, type Thread } from '@kt/core'
import type { FreebsdMachine } from './machine.js'
import { giveMtx, takeMtx } from './mutex-take.js'
import type { Td } from './td.js'

/** Giant, for a call that gives it up if the caller has it, or has it again before it goes on. */
export function touchesGiant(td: Thread, footprint: Footprint): void {
  const { giantDepth, cpu } = td as Td
  const { giant } = cpu.machine
  if (giant.owner !== td && !(giantDepth > 0)) return
  footprint.add(giant, Access.lock)
  footprint.add(giant.ownersSleep, Access.read)
}

/** Gives up Giant, however often it is held: every sleep does. */
export function dropGiant(machine: FreebsdMachine, td: Td): void {
  const { giant } = machine
  if (giant.owner !== td) return
  td.giantDepth = giant.mtx_recurse + 1
  giant.mtx_recurse = 0
  giveMtx(machine, td, giant)
}

/** Has Giant again as often as before, or waits for it and returns false. */
export function pickUpGiant(machine: FreebsdMachine, td: Td): boolean {
  // A hardware interrupt, which is no thread, has no depth either.
  if (!(td.giantDepth > 0)) return true
  const { giant } = machine
  if (!takeMtx(machine, td, giant)) return false
  giant.mtx_recurse = td.giantDepth - 1
  td.giantDepth = 0
  return true
}
