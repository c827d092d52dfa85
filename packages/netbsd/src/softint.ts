import {
  stepsOf,
  raiseSoft,
  ThreadMark,
  ThreadState,
  type KernelCall,
  type Operation,
  type SoftLevel,
  type Steps,
} from '@kt/core'
import type { CpuInfo } from './cpu.js'
import { createKthread, KTHREAD_IDLE, KTHREAD_INTR, KTHREAD_MPSAFE } from './create.js'
import type { Lwp } from './lwp.js'
import type { NetbsdMachine } from './machine.js'
import * as P from './param.js'

/** Levels of softint_establish, and what can be ORed to them. */
export const SOFTINT_BIO = 0
export const SOFTINT_CLOCK = 1
export const SOFTINT_SERIAL = 2
export const SOFTINT_NET = 3
export const SOFTINT_MPSAFE = 0x100
export const SOFTINT_RCPU = 0x200
const SOFTINT_LEVEL = 0xff

/** Bytes of one handler in the table on a 64-bit machine; with the table's size it bounds the number of handlers. */
const HANDLER_BYTES = 48

/** The four threads of a CPU in the order in which they are made. */
const THREADS = [
  { level: SOFTINT_NET, name: 'softnet/%u', priority: P.PRI_SOFTNET, ipl: P.IPL_SOFTNET },
  { level: SOFTINT_BIO, name: 'softbio/%u', priority: P.PRI_SOFTBIO, ipl: P.IPL_SOFTBIO },
  { level: SOFTINT_CLOCK, name: 'softclk/%u', priority: P.PRI_SOFTCLOCK, ipl: P.IPL_SOFTCLOCK },
  { level: SOFTINT_SERIAL, name: 'softser/%u', priority: P.PRI_SOFTSERIAL, ipl: P.IPL_SOFTSERIAL },
] as const

/** A handler of soft interrupts. */
export interface SoftintHandle {
  readonly level: number
}

class Handler implements SoftintHandle {
  /** CPUs on which it is scheduled, and on which it runs. */
  readonly pending: Set<CpuInfo> = new Set()
  readonly active: Set<CpuInfo> = new Set()

  constructor(
    readonly level: number,
    readonly flags: number,
    readonly func: (arg: never) => Steps,
    readonly arg: unknown,
  ) {}
}

/** softint(9), as both releases have it. */
export interface SoftintCalls {
  /**
   * Registers a handler.
   *
   * @param flags - A level, `SOFTINT_BIO` … `SOFTINT_NET`, with `SOFTINT_MPSAFE` if it needs no big lock and
   *   `SOFTINT_RCPU` (10.1) if it may be scheduled on another CPU.
   * @param func - Called with `arg`; may block on mutexes and rwlocks, and must not sleep.
   * @returns The handle, or null when the table is full, with a line on the console.
   * @throws KernelPanic NB-G-03 where the caller may not sleep.
   * @see softint.9, softint_establish.
   */
  softint_establish: <A>(flags: number, func: (arg: A) => Steps, arg: A) => KernelCall<SoftintHandle | null>
  /**
   * Asks for the handler on this CPU. No effect when it is asked for already.
   *
   * @throws KernelPanic when the caller might be moved to another CPU: outside interrupts, with preemption enabled
   *   (DIAGNOSTIC).
   * @see softint.9, softint_schedule.
   */
  softint_schedule: (handle: SoftintHandle) => KernelCall<void>
  /**
   * Removes a handler, after waiting until it runs nowhere. The caller holds no lock that the handler takes.
   *
   * @throws KernelPanic NB-G-03 where the caller may not sleep and would have to.
   * @see softint.9, softint_disestablish.
   */
  softint_disestablish: (handle: SoftintHandle) => KernelCall<void>
}

/** What 10.1 adds. */
export interface SoftintRemoteCalls {
  /**
   * Asks for a `SOFTINT_RCPU` handler on a CPU.
   *
   * @param ci - That CPU, which may be the caller's.
   * @throws KernelPanic for a handler without that flag, and as `softint_schedule` does (DIAGNOSTIC).
   * @see softint.9 (NetBSD 10.1), softint_schedule_cpu.
   */
  softint_schedule_cpu: (handle: SoftintHandle, ci: CpuInfo) => KernelCall<void>
}

/** The handlers of a kernel and who waits for them. */
export class SoftintTable {
  established = 0
  readonly max: number
  /** Scheduled handlers in order, by CPU and level. */
  readonly queues: Handler[][][]

  constructor(readonly machine: NetbsdMachine) {
    this.max = Math.floor(machine.release.softintBytes / HANDLER_BYTES)
    this.queues = machine.cpus.map(() => [[], [], [], []])
  }
}

export function softintCalls(machine: NetbsdMachine): SoftintCalls & SoftintRemoteCalls {
  return {
    softint_establish(flags, func, arg) {
      const lwp = machine.enter(establish)
      lwp.a = flags
      lwp.b = func
      lwp.c = arg
      return machine.port
    },
    softint_schedule(handle) {
      const lwp = machine.enter(schedule)
      lwp.a = handle
      lwp.b = null
      return machine.port
    },
    softint_schedule_cpu(handle, ci) {
      const lwp = machine.enter(scheduleCpu)
      lwp.a = handle
      lwp.b = ci
      return machine.port
    },
    softint_disestablish: (handle) => machine.call('softint_disestablish', disestablish(machine, handle as Handler)),
  }
}

/** Makes the soft interrupt threads of a CPU (at its attachment). */
export function attachSoftints(machine: NetbsdMachine, cpu: CpuInfo): void {
  for (const { level, name, priority, ipl } of THREADS) {
    const lwp = createKthread(machine, {
      pri: priority,
      flags: KTHREAD_MPSAFE | KTHREAD_INTR | KTHREAD_IDLE,
      ci: cpu,
      func: softintThread,
      arg: { machine, cpu, level } satisfies ThreadArgument,
      newlp: null,
      fmt: name,
      args: [cpu.index],
    })
    const soft: SoftLevel = { bit: 1 << level, ipl, thread: lwp }
    lwp.l_private = soft
    lwp.marks |= ThreadMark.background
    cpu.softint[level] = lwp
    cpu.softLevels.push(soft)
  }
}

/** Queues a handler on a CPU; called by schedule, and by the clock. */
export function scheduleOn(machine: NetbsdMachine, handler: Handler, cpu: CpuInfo): void {
  if (handler.pending.has(cpu)) return
  handler.pending.add(cpu)
  machine.softints.queues[cpu.index]![handler.level]!.push(handler)
  raiseSoft(cpu, cpu.softint[handler.level]!.l_private as SoftLevel)
}

/** A handler of the kernel's own, made before any call can be. */
export function establishOwn(level: number, func: () => Steps): Handler {
  return new Handler(level, SOFTINT_MPSAFE, func, null)
}

interface ThreadArgument {
  readonly machine: NetbsdMachine
  readonly cpu: CpuInfo
  readonly level: number
}

/** The body of a soft interrupt thread: all that is scheduled, in order, then idle until raised again. */
function* softintThread({ machine, cpu, level }: ThreadArgument): Steps {
  const queue = machine.softints.queues[cpu.index]![level]!
  const { KERNEL_LOCK, KERNEL_UNLOCK_ONE } = machine.kernelLock
  const keepsLock = machine.release.softintKeepsBigLock
  for (;;) {
    let isLocked = false
    for (let handler = queue.shift(); handler !== undefined; handler = queue.shift()) {
      handler.pending.delete(cpu)
      handler.active.add(cpu)
      const wantsLock = (handler.flags & SOFTINT_MPSAFE) === 0
      if (isLocked && !(wantsLock && keepsLock)) {
        yield* KERNEL_UNLOCK_ONE(null)
        isLocked = false
      }
      if (wantsLock && !isLocked) {
        yield* KERNEL_LOCK(1, null)
        isLocked = true
      }
      yield* stepsOf(handler.func(handler.arg as never), 'a soft interrupt')
      handler.active.delete(cpu)
    }
    if (isLocked) yield* KERNEL_UNLOCK_ONE(null)
    machine.enter(idle)
    yield* machine.port
  }
}

/** Goes back to LSIDL. The next raise goes on from here, and so does one that came since the queue was found empty. */
const idle: Operation = {
  name: 'softint_idle',
  start(_machine, lwp) {
    lwp.state = ThreadState.embryo
    return false
  },
  resume: () => true,
}

const establish: Operation = {
  name: 'softint_establish',
  start(machine: NetbsdMachine, lwp: Lwp) {
    const flags = lwp.a as number
    const level = flags & SOFTINT_LEVEL
    if (!(level in machine.cpus[0]!.softint)) throw new RangeError(`softint_establish: there is no level ${level}`)
    machine.assertSleepable(lwp, 'softint_establish')
    const { softints } = machine
    if (softints.established >= softints.max || machine.faults.fails('softint')) {
      machine.console.write('WARNING: softint_establish: table full, increase softint_bytes\n')
      lwp.result = null
      return true
    }
    softints.established++
    lwp.result = new Handler(level, flags & ~SOFTINT_LEVEL, lwp.b as (arg: never) => Steps, lwp.c)
    lwp.b = lwp.c = null
    return true
  },
  resume: () => true,
}

const schedule: Operation = {
  name: 'softint_schedule',
  start(machine: NetbsdMachine, lwp: Lwp) {
    const handler = lwp.a as Handler
    const cpu = (lwp.b as CpuInfo | null) ?? machine.cpu
    if (lwp.b !== null) machine.assert((handler.flags & SOFTINT_RCPU) !== 0, '(sh_flags & SOFTINT_RCPU) != 0')
    machine.assert(isPinnedToCpu(machine, lwp), 'kpreempt_disabled()')
    scheduleOn(machine, handler, cpu)
    lwp.result = undefined
    return true
  },
  resume: () => true,
}

const scheduleCpu: Operation = { ...schedule, name: 'softint_schedule_cpu' }

function isPinnedToCpu(machine: NetbsdMachine, lwp: Lwp): boolean {
  if (machine.cold || lwp.is(ThreadMark.interruptFrame) || lwp.is(ThreadMark.pinning)) return true
  return lwp.l_nopreempt > 0 || lwp.cpu.spinMutexes > 0
}

function* disestablish(machine: NetbsdMachine, handler: Handler): Steps<void> {
  // 6 polls, 10 sends a cross call; either way the caller goes on when the handler runs nowhere.
  while (handler.active.size > 0 || handler.pending.size > 0) yield* machine.sleep.kpause('softdis', false, 1, null)
  machine.softints.established--
}
