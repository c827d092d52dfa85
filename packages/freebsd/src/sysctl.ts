import { EINVAL } from './errno.js'
import type { FreebsdMachine } from './machine.js'
import { FourBsdPolicy } from './sched-4bsd.js'
import { UlePolicy } from './ule.js'

interface Node {
  read(): number | string
  /** Stores a value, or refuses it; absent for a node that can only be read. */
  write?(value: number): number
}

/**
 * Reads a sysctl node, or writes it.
 *
 * @param name - `kern.maxproc`, …; `nodes` lists those there are.
 * @param value - What to store; left out to read.
 * @returns The value read; for a write 0 or `EINVAL`.
 */
export function sysctl(machine: FreebsdMachine, name: string, value?: number): number | string {
  const all = nodes(machine)
  const node = Object.hasOwn(all, name) ? all[name] : undefined
  if (node === undefined) throw new RangeError(`there is no sysctl node ${name}`)
  if (value === undefined) return node.read()
  if (node.write === undefined) throw new RangeError(`sysctl node ${name} can only be read`)
  if (!Number.isInteger(value) || value < -(2 ** 31) || value >= 2 ** 32) return EINVAL
  return node.write(value)
}

function readOnly(read: () => number | string): Node {
  return { read }
}

/** A node that is a field of something. */
function field<K extends string>(object: Record<K, number>, key: K): Node {
  return {
    read: () => object[key],
    write: (value) => {
      object[key] = value
      return 0
    },
  }
}

function nodes(machine: FreebsdMachine): Record<string, Node> {
  const { ktr, limits, pidsource, policy } = machine
  const { kstacks } = machine.structures
  return {
    'kern.maxproc': readOnly(() => machine.maxproc),
    'kern.maxprocperuid': field(limits, 'maxprocperuid'),
    'kern.threads.max_threads_per_proc': field(limits, 'max_threads_per_proc'),
    'kern.threads.max_threads_hits': readOnly(() => 0),
    'kern.shutdown.kproc_shutdown_wait': field(machine as { kprocShutdownWait: number }, 'kprocShutdownWait'),
    'kern.shutdown.poweroff_delay': field(machine as { poweroffDelayMs: number }, 'poweroffDelayMs'),
    'kern.sync_on_panic': field(machine as { syncOnPanic: number }, 'syncOnPanic'),
    'kern.hz': readOnly(() => machine.clock.hz),
    'kern.randompid': field(pidsource, 'randompid'),
    'kern.osrelease': readOnly(() => `${machine.release.version}-RELEASE`),
    'kern.sched.name': readOnly(() => machine.schedulerName),
    'kern.sched.preemption': readOnly(() => (machine.preemptionOption === false ? 0 : 1)),
    'hw.ncpu': readOnly(() => machine.ncpu),
    'vm.loadavg': readOnly(() => machine.load.values.map((load) => load.toFixed(2)).join(' ')),
    'vm.kstacks': readOnly(() => kstacks.count),
    'vm.kstack_cache_size': field(kstacks, 'cacheSize'),
    'debug.ktr.mask': field(ktr, 'mask'),
    'debug.ktr.cpumask': field(ktr, 'cpumask'),
    ...(policy instanceof UlePolicy ? uleNodes(policy, machine.ncpu > 1) : {}),
    ...(policy instanceof FourBsdPolicy ? fourBsdNodes(policy, machine.clock.hz) : {}),
  }
}

function uleNodes(policy: UlePolicy, isSmp: boolean): Record<string, Node> {
  const common = {
    'kern.sched.slice': field(policy, 'slice'),
    'kern.sched.interact': field(policy, 'interact'),
    'kern.sched.preempt_thresh': field(policy, 'preemptThresh'),
    'kern.sched.static_boost': field(policy, 'staticBoost'),
    'kern.sched.idlespins': field(policy, 'idlespins'),
    'kern.sched.idlespinthresh': field(policy, 'idlespinthresh'),
  }
  if (!isSmp) return common
  return {
    ...common,
    'kern.sched.affinity': field(policy, 'affinity'),
    'kern.sched.balance': field(policy, 'balance'),
    'kern.sched.balance_interval': field(policy, 'balanceInterval'),
    'kern.sched.steal_htt': field(policy, 'stealHtt'),
    'kern.sched.steal_idle': field(policy, 'stealIdle'),
    'kern.sched.steal_thresh': field(policy, 'stealThresh'),
  }
}

function fourBsdNodes(policy: FourBsdPolicy, hz: number): Record<string, Node> {
  const quantum: Node = {
    read: () => policy.quantumUs,
    write(value) {
      if (value < 1_000_000 / hz) return EINVAL
      policy.quantumUs = value
      return 0
    },
  }
  return { 'kern.sched.quantum': quantum }
}
