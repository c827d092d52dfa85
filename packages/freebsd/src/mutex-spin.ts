import { Due, type Operation } from '@kt/core'
import type { Pcpu } from './cpu.js'
import type { FreebsdMachine } from './machine.js'
import { MTX_RECURSE } from './mutex-options.js'
import { enterSpin, giveMtx, leaveSpin, takeMtx, touchesLock } from './mutex-take.js'
import type { Mtx } from './mutex.js'
import type { Td } from './td.js'

/** Nanoseconds after which a spin mutex counts as held too long: sixty million looks, of which fifty wait 1 us each. */
const SPIN_NS_MAX = 50_000_000_000

export const lockSpin: Operation = {
  name: 'mtx_lock_spin',
  touches: touchesLock,
  takes: ({ a }) => ((a as Mtx).spins ? (a as Mtx) : null),
  start(machine: FreebsdMachine, td: Td) {
    const m = td.a as Mtx
    td.result = undefined
    if (!m.isReady) machine.refuse('UB:mutex', 'mtx_lock_spin() of destroyed mutex')
    if (!m.spins) machine.refuse('UB:mutex', `mtx_lock_spin() of sleep mutex ${m.name}`)
    if (m.owner === td) {
      if ((m.opts & MTX_RECURSE) === 0)
        machine.kassert(false, `mtx_lock_spin: recursed on non-recursive mutex ${m.name}`)
      m.mtx_recurse++
      enterSpin(td)
      return true
    }
    if (takeMtx(machine, td, m)) return true
    td.hasSpunTooLong = false
    td.b = new SpinLimit(td.cpu, td)
    machine.timeline.arm(td.b as SpinLimit, machine.timeline.now + SPIN_NS_MAX)
    return false
  },
  resume(machine: FreebsdMachine, td: Td) {
    const m = td.a as Mtx
    if (td.hasSpunTooLong) {
      const { owner } = m
      const holder = machine.pointer(owner)
      machine.console.write(
        `spin lock ${machine.pointer(m)} (${m.name}) held by ${holder} (tid ${owner?.id ?? 0}) too long\n`,
      )
      machine.panic('spin lock held too long')
    }
    if (!takeMtx(machine, td, m)) return false
    machine.timeline.cancel(td.b as SpinLimit)
    td.b = null
    return true
  },
}

/** The patience of a thread that spins. */
class SpinLimit extends Due {
  constructor(
    private readonly cpu: Pcpu,
    private readonly td: Td,
  ) {
    super()
  }

  override fire(): void {
    this.td.hasSpunTooLong = true
    this.cpu.machine.scheduler.setReady(this.cpu)
  }
}

export const unlockSpin: Operation = {
  name: 'mtx_unlock_spin',
  touches: touchesLock,
  start(machine: FreebsdMachine, td: Td) {
    const m = td.a as Mtx
    td.result = undefined
    if (!m.isReady) machine.refuse('UB:mutex', 'mtx_unlock_spin() of destroyed mutex')
    if (!m.spins) machine.refuse('UB:mutex', `mtx_unlock_spin() of sleep mutex ${m.name}`)
    if (m.owner !== td) machine.refuse('UB:mutex', `mutex ${m.name} not owned`)
    if (m.mtx_recurse > 0) {
      m.mtx_recurse--
      leaveSpin(td)
    } else giveMtx(machine, td, m)
    return true
  },
  resume: () => true,
}
