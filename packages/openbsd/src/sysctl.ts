import { EINVAL } from './errno.js'
import type { OpenbsdMachine } from './machine.js'

interface Node {
  read(): number | string
  /** Stores a value; absent for a node that can only be read. */
  write?(value: number): void
}

/**
 * Reads a sysctl node, or writes it.
 *
 * @param name - `kern.maxproc`, …; `nodes` lists those there are.
 * @param value - What to store; left out to read.
 * @returns The value read; for a write 0 or `EINVAL`.
 */
export function sysctl(machine: OpenbsdMachine, name: string, value?: number): number | string {
  const all = nodes(machine)
  const node = Object.hasOwn(all, name) ? all[name] : undefined
  if (node === undefined) throw new RangeError(`there is no sysctl node ${name}`)
  machine.tableAccessed(value !== undefined)
  if (value === undefined) return node.read()
  if (node.write === undefined) throw new RangeError(`sysctl node ${name} can only be read`)
  if (!Number.isInteger(value) || value < -(2 ** 31) || value >= 2 ** 31) return EINVAL
  node.write(value)
  return 0
}

function nodes(machine: OpenbsdMachine): Record<string, Node> {
  const all: Record<string, Node> = {
    // No range is checked: below kern.nprocs every creation fails.
    'kern.maxproc': { read: () => machine.table.maxproc, write: (value) => (machine.table.maxproc = value) },
    'kern.nprocs': { read: () => machine.table.nprocs },
    'kern.forkstat': { read: () => machine.forkstat.join(' ') },
    'kern.clockrate': {
      read: () => `tick = ${1e6 / machine.clock.hz}, hz = ${machine.clock.hz}, profhz = 1024, stathz = 128`,
    },
    'kern.osrelease': { read: () => machine.release.version },
    'hw.ncpu': { read: () => machine.ncpu },
    'vm.loadavg': { read: () => machine.policy.load.values.map((load) => load.toFixed(2)).join(' ') },
  }
  if (machine.release.hasThreads)
    all['kern.rthreads'] = { read: () => machine.rthreads, write: (value) => (machine.rthreads = value) }
  return all
}
