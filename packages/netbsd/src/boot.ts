import { AddressSpace, ThreadMark, ThreadState, WakeReason, type Steps } from '@kt/core'
import { attachDevices, createInterruptThreads, createMountrootThreads, finalize } from './autoconf.js'
import { kcondvar_t } from './condvar.js'
import type { CpuInfo } from './cpu.js'
import { FpuUnit } from './fpu.js'
import { createKthread, KTHREAD_IDLE, KTHREAD_MPSAFE } from './create.js'
import { Lwp } from './lwp.js'
import type { NetbsdMachine } from './machine.js'
import { kmutex_t, MUTEX_DEFAULT } from './mutex.js'
import * as P from './param.js'
import { Proc } from './proc.js'
import { attachSoftints } from './softint.js'

/**
 * Boot, as far as kernel threads see it, on lwp0: the boot CPU's threads, the devices, the clocks, the other
 * CPUs, what waited for interrupts, init, what waited for the root file system, the daemons. Then lwp0 is the
 * once-a-second statistics loop.
 *
 * @param startMain - Called at the end of boot, before lwp0 sleeps for good.
 */
export function* boot(machine: NetbsdMachine, startMain: () => void): Steps<void> {
  const { sleep, kthread } = machine
  const [bootCpu, ...others] = machine.cpus
  attachCpu(machine, bootCpu!)
  yield* attachDevices(machine)
  for (const cpu of others) attachCpu(machine, cpu)
  machine.cold = false
  machine.isUniprocessorYet = false
  for (const cpu of others) machine.scheduler.started |= 1 << cpu.index
  yield* createInterruptThreads(machine)
  machine.isPreemptionOff = false
  // Threads that were created while cold run from here on, into their first sleep.
  yield* sleep.yield()
  const init = createInit(machine)
  yield* finalize(machine)
  for (const joined of yield* createMountrootThreads(machine)) yield* kthread.kthread_join(joined)
  createDaemon(machine, P.PRI_PGDAEMON, 'pgdaemon', 'pgdaemon', 0)
  createDaemon(machine, P.PRI_IOFLUSH, 'ioflush', 'syncer', machine.clock.hz)
  createDaemon(machine, P.PRI_BIO, 'aiodoned', 'aiodoned', 0)
  machine.sleepers.wake(init, WakeReason.woken)
  for (const lwp of machine.waitingForBoot.splice(0)) machine.scheduler.enqueue(lwp)
  startMain()
  machine.lwp0.marks |= ThreadMark.background
  for (;;) yield* sleep.kpause('uvm', false, machine.clock.hz, null)
}

/** Idle thread, soft interrupt threads, cross-call thread, in this order. */
function attachCpu(machine: NetbsdMachine, cpu: CpuInfo): void {
  const args = [cpu.index]
  // Whole literals: to spread a common part costs as much as the rest of a creation.
  const idle = createKthread(machine, {
    pri: P.PRI_IDLE,
    flags: KTHREAD_MPSAFE | KTHREAD_IDLE,
    ci: cpu,
    func: neverRuns,
    arg: null,
    newlp: null,
    fmt: 'idle/%u',
    args,
  })
  idle.l_flag |= P.LW_IDLE
  idle.marks |= ThreadMark.background
  cpu.idle = idle
  attachSoftints(machine, cpu)
  const xcall = createKthread(machine, {
    pri: P.PRI_XCALL,
    flags: KTHREAD_MPSAFE,
    ci: cpu,
    func: daemon,
    arg: { machine, wmesg: 'xcall', ticks: 0 } satisfies DaemonArgument,
    newlp: null,
    fmt: 'xcall/%u',
    args,
  })
  xcall.marks |= ThreadMark.background
  if (machine.fpuPort !== 'none') cpu.fpu = new FpuUnit()
}

/** The idle loop is the machine's: its thread is there to be seen. */
function* neverRuns(): Steps<void> {}

interface DaemonArgument {
  readonly machine: NetbsdMachine
  readonly wmesg: string
  readonly ticks: number
}

function createDaemon(machine: NetbsdMachine, pri: number, name: string, wmesg: string, ticks: number): void {
  const arg: DaemonArgument = { machine, wmesg, ticks }
  const flags = KTHREAD_MPSAFE
  createKthread(machine, { pri, flags, ci: null, func: daemon, arg, newlp: null, fmt: name, args: [] }).marks |=
    ThreadMark.background
}

/** A daemon that finds nothing to do on this machine: it waits, once or every so many ticks. */
function* daemon({ machine, wmesg, ticks }: DaemonArgument): Steps<void> {
  const { mutex_enter } = machine.mutex
  const { cv_wait, cv_timedwait } = machine.condvar
  const mutex = new kmutex_t(wmesg)
  mutex.init(MUTEX_DEFAULT, P.IPL_NONE)
  const cv = new kcondvar_t(wmesg)
  cv.init(wmesg)
  yield* mutex_enter(mutex)
  for (;;) {
    if (ticks === 0) yield* cv_wait(cv, mutex)
    else yield* cv_timedwait(cv, mutex, ticks)
  }
}

/** Process 1, asleep until boot releases it, and then for good. */
function createInit(machine: NetbsdMachine): Lwp {
  const proc = new Proc(1, 'init', { realUid: 0, effectiveUid: 0 }, machine.initialLimits(), new AddressSpace('init'))
  machine.processes.add(proc)
  const lwp = new Lwp(1, null, proc, machine.cpus[0]!)
  lwp.l_class = P.SCHED_OTHER
  lwp.l_priority_base = P.MAXPRI_USER - proc.p_nice
  lwp.marks |= ThreadMark.background
  lwp.a = initBody
  lwp.b = { machine, proc } satisfies InitArgument
  proc.add(lwp)
  lwp.state = ThreadState.sleeping
  lwp.wmesg = 'initexec'
  return lwp
}

interface InitArgument {
  readonly machine: NetbsdMachine
  readonly proc: Proc
}

function* initBody({ machine, proc }: InitArgument): Steps<void> {
  for (;;) {
    yield* machine.sleep.tsleep(proc, P.PCATCH, 'wait', 0)
    // Back in user mode it takes the signal that ended the sleep, and waits again.
    machine.running!.l_flag &= ~P.LW_PENDSIG
  }
}
