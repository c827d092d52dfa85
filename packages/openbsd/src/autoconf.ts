import { stepsOf, type KernelCall, type Operation, type Steps } from '@kt/core'
import type { OpenbsdMachine } from './machine.js'
import type { Proc } from './proc.js'

/** A device being configured; only its identity and name matter. */
export class Device {
  constructor(
    /** External name, `em0`. */
    readonly dv_xname: string,
  ) {}
}

/** Configuration at boot. */
export class Autoconf {
  /** Devices in order, before boot. */
  readonly attachments: { readonly dev: Device; readonly func: (dev: Device) => Steps }[] = []
  /** Holds on the mount of the root file system. */
  pending = 0
  readonly pendingIdent: object = { kind: 'counter', name: 'config_pending' }
}

/** What a driver that is not done at attach time holds back: the mount of the root file system. */
export interface AutoconfCalls {
  /** Holds it back once more. @see autoconf(9), config_pending_incr */
  config_pending_incr: () => KernelCall<void>
  /**
   * Gives up one hold; process 0 goes on with the boot when the last is gone.
   *
   * @throws KernelPanic when there is none (DIAGNOSTIC).
   * @see autoconf(9), config_pending_decr
   */
  config_pending_decr: () => KernelCall<void>
}

export function autoconfCalls(machine: OpenbsdMachine): AutoconfCalls {
  const call = (operation: Operation) => {
    machine.enter(operation)
    return machine.port
  }
  return { config_pending_incr: () => call(incr), config_pending_decr: () => call(decr) }
}

const incr: Operation = {
  name: 'config_pending_incr',
  start(machine: OpenbsdMachine, p: Proc) {
    machine.autoconf.pending++
    p.result = undefined
    return true
  },
  resume: () => true,
}

const decr: Operation = {
  name: 'config_pending_decr',
  start(machine: OpenbsdMachine, p: Proc) {
    const { autoconf } = machine
    p.result = undefined
    if (autoconf.pending === 0) {
      if (machine.diagnostic) machine.panic('config_pending_decr')
      return true
    }
    if (--autoconf.pending === 0) machine.wakeAll(autoconf.pendingIdent)
    return true
  },
  resume: () => true,
}

/** Attaches the devices in order, on process 0. Nothing can wait: the machine is cold. */
export function* attachDevices(machine: OpenbsdMachine): Steps<void> {
  for (const { dev, func } of machine.autoconf.attachments) yield* stepsOf(func(dev), dev.dv_xname)
}
