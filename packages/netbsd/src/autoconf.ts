import { stepsOf, type KernelCall, type Steps } from '@kt/core'
import { kcondvar_t } from './condvar.js'
import { KTHREAD_MUSTJOIN } from './kthread.js'
import type { Lwp } from './lwp.js'
import type { NetbsdMachine } from './machine.js'
import { kmutex_t, MUTEX_DEFAULT } from './mutex.js'
import * as P from './param.js'

/** A device being configured; only its identity and name matter. */
export class Device {
  constructor(
    /** External name, `em0`. */
    readonly dv_xname: string,
  ) {}
}

type DeviceFunction = (dev: Device) => Steps

interface Deferred {
  readonly dev: Device
  readonly func: DeviceFunction
}

/** Threads that work off what waits for interrupts, and for the root file system. */
const CONFIGINTR_THREADS = 8
const CONFIGROOT_THREADS = 2

/** Configuration that was put off, by what it waits for. */
export class Autoconf {
  /** Attachments in order, before boot. */
  readonly attachments: Deferred[] = []
  readonly afterChildren: Deferred[] = []
  readonly afterInterrupts: Deferred[] = []
  readonly afterRoot: Deferred[] = []
  readonly finalizers: { readonly dev: Device; readonly func: (dev: Device) => Steps<number> }[] = []
  /** Holds on the end of configuration. Under the mutex, so that boot cannot miss that the last one is given up. */
  pending = 0
  readonly mutex: kmutex_t = new kmutex_t('config_misc')
  readonly noneHolds: kcondvar_t = new kcondvar_t('cfpend')
  isRootMounted = false
  /** Whether the finalizers have been run; later ones are called when they are registered. */
  isFinalized = false

  constructor() {
    this.mutex.init(MUTEX_DEFAULT, P.IPL_NONE)
    this.noneHolds.init('cfpend')
  }
}

/** autoconf(9), the part that defers. In both releases alike. */
export interface AutoconfCalls {
  /**
   * Calls `func` when the children of the parent are attached, in the attaching context.
   *
   * @throws KernelPanic when the device is deferred here already (DIAGNOSTIC).
   * @see autoconf.9, config_defer.
   */
  config_defer: (dev: Device, func: DeviceFunction) => KernelCall<void>
  /**
   * Calls `func` now if interrupts are on, else from a `configintr` thread once they are, with the big lock held.
   *
   * @throws KernelPanic when the device is deferred here already (DIAGNOSTIC).
   * @see autoconf.9, config_interrupts.
   */
  config_interrupts: (dev: Device, func: DeviceFunction) => KernelCall<void>
  /**
   * Calls `func` now if the root file system is mounted, else from a `configroot` thread once it is, with the big lock
   * held.
   *
   * @throws KernelPanic when the device is deferred here already (DIAGNOSTIC).
   * @see autoconf.9, config_mountroot.
   */
  config_mountroot: (dev: Device, func: DeviceFunction) => KernelCall<void>
  /**
   * Calls `func` over and over at the end of configuration, on lwp0 with the big lock held, until no finalizer returns
   * non-zero. One that is registered later is called at once, over and over until it returns 0.
   *
   * @see autoconf.9, config_finalize_register.
   */
  config_finalize_register: (dev: Device, func: (dev: Device) => Steps<number>) => KernelCall<void>
  /**
   * Holds back the end of configuration, until `config_pending_decr` was called as often.
   *
   * @param dev - Who holds it back; only counted, not looked at. The call of 6 takes nothing, and that of 10.1 counts for
   *   each device.
   * @see autoconf.9, config_pending_incr.
   */
  config_pending_incr: (dev: Device) => KernelCall<void>
  /**
   * Gives up one such hold.
   *
   * @throws KernelPanic when there is none (DIAGNOSTIC).
   * @see autoconf.9, config_pending_decr.
   */
  config_pending_decr: (dev: Device) => KernelCall<void>
}

export function autoconfCalls(machine: NetbsdMachine): AutoconfCalls {
  const { autoconf } = machine

  function* defer(queue: Deferred[], isNow: boolean, dev: Device, func: DeviceFunction): Steps<void> {
    if (isNow) yield* stepsOf(func(dev), dev.dv_xname)
    else {
      const isTwice = queue.some((deferred) => deferred.dev === dev)
      machine.assert(!isTwice, `config: ${dev.dv_xname} is deferred twice`)
      queue.push({ dev, func })
    }
  }
  function* finalize(dev: Device, func: (dev: Device) => Steps<number>): Steps<void> {
    if (autoconf.isFinalized) {
      while ((yield* func(dev)) !== 0);
    } else autoconf.finalizers.push({ dev, func })
  }
  function* hold(change: number): Steps<void> {
    yield* machine.mutex.mutex_enter(autoconf.mutex)
    machine.assert(autoconf.pending + change >= 0, 'config_pending > 0')
    autoconf.pending += change
    if (autoconf.pending === 0) yield* machine.condvar.cv_broadcast(autoconf.noneHolds)
    yield* machine.mutex.mutex_exit(autoconf.mutex)
  }

  return {
    config_defer: (dev, func) => machine.call('config_defer', defer(autoconf.afterChildren, false, dev, func)),
    config_interrupts: (dev, func) =>
      machine.call('config_interrupts', defer(autoconf.afterInterrupts, !machine.cold, dev, func)),
    config_mountroot: (dev, func) =>
      machine.call('config_mountroot', defer(autoconf.afterRoot, autoconf.isRootMounted, dev, func)),
    config_finalize_register: (dev, func) => machine.call('config_finalize_register', finalize(dev, func)),
    config_pending_incr: () => machine.call('config_pending_incr', hold(1)),
    config_pending_decr: () => machine.call('config_pending_decr', hold(-1)),
  }
}

// What boot does with it, on lwp0.

/** Attaches the devices in order; a deferred part runs when its parent's children are attached. */
export function* attachDevices(machine: NetbsdMachine): Steps<void> {
  const { attachments, afterChildren } = machine.autoconf
  for (const { dev, func } of attachments) {
    yield* stepsOf(func(dev), dev.dv_xname)
    for (let next = afterChildren.shift(); next !== undefined; next = afterChildren.shift())
      yield* stepsOf(next.func(next.dev), next.dev.dv_xname)
  }
}

/** The threads for what waited for interrupts. */
export function* createInterruptThreads(machine: NetbsdMachine): Steps<void> {
  for (let n = 0; n < CONFIGINTR_THREADS; n++) {
    yield* machine.kthread.kthread_create(
      P.PRI_NONE,
      0,
      null,
      drain,
      { machine, queue: 'afterInterrupts' as const },
      null,
      'configintr',
    )
  }
}

/** The threads for what waited for the root file system; in 10.1 they are joined before init goes on. */
export function* createMountrootThreads(machine: NetbsdMachine): Steps<readonly Lwp[]> {
  machine.autoconf.isRootMounted = true
  const threads: Lwp[] = []
  const flags: number = machine.release.configrootJoined ? KTHREAD_MUSTJOIN : 0
  for (let n = 0; n < CONFIGROOT_THREADS; n++) {
    const newlp = { value: null as Lwp | null }
    yield* machine.kthread.kthread_create(
      P.PRI_NONE,
      flags,
      null,
      drain,
      { machine, queue: 'afterRoot' as const },
      newlp,
      'configroot',
    )
    threads.push(newlp.value!)
  }
  return machine.release.configrootJoined ? threads : []
}

/** Runs the finalizers until none has anything to do, after everything that was held back. */
export function* finalize(machine: NetbsdMachine): Steps<void> {
  const { autoconf } = machine
  if (autoconf.pending > 0) {
    yield* machine.mutex.mutex_enter(autoconf.mutex)
    while (autoconf.pending > 0) yield* machine.condvar.cv_wait(autoconf.noneHolds, autoconf.mutex)
    yield* machine.mutex.mutex_exit(autoconf.mutex)
  }
  yield* machine.kernelLock.KERNEL_LOCK(1, null)
  for (let isBusy = true; isBusy;) {
    isBusy = false
    for (const { dev, func } of autoconf.finalizers) if ((yield* func(dev)) !== 0) isBusy = true
  }
  autoconf.isFinalized = true
  yield* machine.kernelLock.KERNEL_UNLOCK_ONE(null)
}

interface DrainArgument {
  readonly machine: NetbsdMachine
  readonly queue: 'afterInterrupts' | 'afterRoot'
}

/** The body of these threads: work off the queue, one entry at a time, then end. */
function* drain({ machine, queue }: DrainArgument): Steps<void> {
  const deferred = machine.autoconf[queue]
  for (let next = deferred.shift(); next !== undefined; next = deferred.shift())
    yield* stepsOf(next.func(next.dev), next.dev.dv_xname)
  yield* machine.kthread.kthread_exit(0)
}
