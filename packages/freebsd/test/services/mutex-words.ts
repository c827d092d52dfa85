import type { Kernel, Mtx, Steps, Td } from '../../src/releases/8.0.js'
import { spawn } from './runs.js'

/** Starts a thread that runs at once, and goes for a mutex at a priority of its own; it says so when it has it. */
export function* wants(k: Kernel, m: Mtx, name: string, priority: number, got: string[]): Steps<Td> {
  return yield* spawn(
    k,
    name,
    function* () {
      yield* k.sched_prio(k.curthread, priority)
      yield* k.mtx_lock(m)
      got.push(name)
      yield* k.mtx_unlock(m)
    },
    50,
  )
}

/** Names of those who were woken after the scenario's mark, in order. */
export function wokenAfterMark(k: Kernel): string[] {
  const events = [...k.trace!.events()]
  const after = events.slice(events.findIndex(({ kind }) => kind === 'mark'))
  return after.filter(({ kind }) => kind === 'wake').map(({ name }) => name)
}
