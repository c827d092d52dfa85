import type { Limits } from '@kt/core'
import { EINVAL } from './errno.js'
import type { NetbsdMachine } from './machine.js'

/** Highest PID, the bound of kern.maxproc. */
const PID_MAX = 30_000

interface Node {
  read(): number | string
  /** Stores a value that passed; absent for a node that can only be read. */
  write?(value: number): void
  /** Highest value that can be stored. */
  readonly max?: number
}

/**
 * Reads a sysctl node, or writes it.
 *
 * @param name - `kern.maxproc`, `proc.0.rlimit.maxproc.soft`, …; `nodes` lists those there are.
 * @param value - What to store; left out to read.
 * @returns The value read; for a write 0 or `EINVAL`.
 */
export function sysctl(machine: NetbsdMachine, name: string, value?: number): number | string {
  const all = nodes(machine)
  const node = Object.hasOwn(all, name) ? all[name] : undefined
  if (node === undefined) throw new RangeError(`there is no sysctl node ${name}`)
  if (value === undefined) return node.read()
  if (node.write === undefined) throw new RangeError(`sysctl node ${name} can only be read`)
  if (!Number.isInteger(value) || value < 0 || value > (node.max ?? Infinity)) return EINVAL
  node.write(value)
  return 0
}

function nodes(machine: NetbsdMachine): Record<string, Node> {
  const { policy, release } = machine
  const all: Record<string, Node> = {
    'kern.maxproc': { read: () => machine.maxproc, write: (value) => (machine.maxproc = value), max: PID_MAX - 1 },
    'kern.maxlwp': { read: () => machine.maxlwp, write: (value) => (machine.maxlwp = value), max: release.maxlwpLimit },
    'kern.sched.name': { read: () => '4.4BSD' },
    'kern.sched.rtts': { read: () => (machine.rrTicks * 1000) / machine.clock.hz },
    'kern.sched.kpreempt_pri': { read: () => policy.kpreemptPri, write: (value) => (policy.kpreemptPri = value) },
    'kern.sched.timesoftints': { read: () => 0 },
    'kern.sched.min_catch': { read: () => 1 },
    'kern.hz': { read: () => machine.clock.hz },
    'hw.ncpu': { read: () => machine.ncpu },
  }
  for (const [name, value] of Object.entries(release.sysctls)) all[name] = { read: () => value }
  for (const process of machine.processes) {
    for (const [limit, word] of LIMIT_WORDS) {
      const limits: Limits = process.limits
      for (const bound of ['soft', 'hard'] as const) {
        all[`proc.${process.pid}.rlimit.${word}.${bound}`] = {
          read: () => limits[limit]![bound],
          write: (value) => (limits[limit]![bound] = value),
        }
      }
    }
  }
  return all
}

const LIMIT_WORDS = [
  ['RLIMIT_NPROC', 'maxproc'],
  ['RLIMIT_NTHR', 'maxlwp'],
] as const
