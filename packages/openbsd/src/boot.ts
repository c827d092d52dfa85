import { stepsOf, ThreadMark, type KernelCall, type Operation, type Out, type Steps } from '@kt/core'
import { attachDevices } from './autoconf.js'
import type { CpuInfo } from './cpu.js'
import { reaper } from './exit.js'
import { fork1 } from './fork.js'
import { createKthread, runDeferredQueue } from './kthread.js'
import type { OpenbsdMachine } from './machine.js'
import * as P from './param.js'
import type { Proc } from './proc.js'
import { userThread } from './user.js'
import { start as startWorker } from './workq.js'

/**
 * Boot, as far as kernel threads see it, on process 0: the devices, init, what was deferred, the wait for drivers that
 * are not done, the daemons. Then process 0 sleeps for good.
 *
 * @param startMain - Called at the end of boot, before process 0 sleeps.
 */
export function* boot(machine: OpenbsdMachine, startMain: () => void): Steps<void> {
  const { proc0, sleep, kthread } = machine
  // What it touches between its calls, none of them says; the same for the others of the system's own threads.
  proc0.inside = 'boot'
  const { kthread_create_deferred } = kthread
  if (machine.release.runQueues === 'one per CPU') yield* deferIdle(machine, machine.cpus[0]!)
  yield* kthread_create_deferred(startSyswq, machine)
  for (const cpu of machine.cpus.slice(1))
    if (machine.release.runQueues === 'one per CPU') yield* deferIdle(machine, cpu)
  yield* attachDevices(machine)
  machine.cold = false
  // The kernel is locked on behalf of process 0 from here on. No other CPU runs yet.
  if (machine.isLocked) machine.bigLock.acquire(proc0, 1)
  yield* kthread_create_deferred(startPfpurge, machine)
  machine.init = createInit(machine)
  yield* runDeferredQueue(machine)
  while (machine.autoconf.pending > 0) yield* sleep.tsleep(machine.autoconf.pendingIdent, P.PWAIT, 'cfpend', 0)
  for (const [name, message] of machine.release.daemons) createDaemon(machine, name, message)
  machine.table.spreadPids()
  for (const cpu of machine.cpus) machine.scheduler.started |= 1 << cpu.index
  machine.isUp = true
  machine.wakeAll(startInitExec)
  for (const begin of machine.waitingForBoot.splice(0)) begin()
  startMain()
  proc0.marks |= ThreadMark.background
  for (;;) yield* sleep.tsleep(proc0, P.PVM, 'scheduler', 0)
}

/** What init waits for until boot lets it execute its program. */
const startInitExec = { kind: 'channel', name: 'start_init_exec' }

function createDaemon(machine: OpenbsdMachine, name: string, message: string): void {
  const body = name === 'reaper' ? () => reaper(machine) : () => daemon(machine, name)
  const newpp: Out<Proc> = { value: null }
  const error = createKthread(machine, { func: body, arg: null, newpp, fmt: '%s', args: [name] })
  if (error !== 0) machine.panic(message)
  newpp.value!.marks |= ThreadMark.background
  newpp.value!.inside = name
}

/** A daemon that finds nothing to do on this machine: it waits, for good or for a second at a time. */
function* daemon(machine: OpenbsdMachine, name: string): Steps<never> {
  const [priority, wmesg, seconds] = DAEMONS[name] ?? [P.PVM, name, 0]
  // Not the name itself: a scenario may sleep on such a word.
  const ident = { kind: 'daemon', name }
  for (;;) yield* machine.sleep.tsleep(ident, priority, wmesg, seconds * machine.clock.hz)
}

const DAEMONS: Readonly<Record<string, readonly [priority: number, wmesg: string, seconds: number]>> = {
  pagedaemon: [P.PVM, 'pgdaemon', 0],
  cleaner: [P.PRIBIO, 'cleaner', 0],
  update: [P.PPAUSE, 'syncer', 1],
  aiodoned: [P.PVM, 'aiodoned', 0],
  crypto: [P.PVM, 'crypto_wait', 0],
}

// Threads that are deferred before there is anything to run them

function* startSyswq(machine: OpenbsdMachine): Steps<void> {
  yield* startWorker(machine, machine.syswq)
  if (machine.syswq.running > 0) markBackground(machine)
}

function* startPfpurge(machine: OpenbsdMachine): Steps<void> {
  const error = yield* machine.kthread.kthread_create(() => pfpurge(machine), null, null, 'pfpurge')
  if (error !== 0) machine.panic('pfpurge thread')
  markBackground(machine)
}

/** The newest thread of process 0 is housekeeping. */
function markBackground(machine: OpenbsdMachine): void {
  const newest = [...machine.table.pids.values()].at(-1)!
  newest.marks |= ThreadMark.background
}

function* pfpurge(machine: OpenbsdMachine): Steps<never> {
  for (;;) yield* machine.sleep.tsleep(pfpurge, P.PWAIT, 'pftm', machine.clock.hz)
}

/** 5.1: the idle thread of a CPU. It runs once, says that it sleeps, and is never queued again. */
function* deferIdle(machine: OpenbsdMachine, cpu: CpuInfo): Steps<void> {
  // The generator stands outside: one that is made for a machine keeps it alive until all memory is collected.
  yield* machine.kthread.kthread_create_deferred(() => createIdle(machine, cpu), null)
}

function* createIdle(machine: OpenbsdMachine, cpu: CpuInfo): Steps<void> {
  const newpp: Out<Proc> = { value: null }
  const error = yield* machine.kthread.kthread_create(() => idle(machine, cpu), null, newpp, 'idle%d', cpu.index)
  if (error !== 0) machine.panic('fork idle')
  newpp.value!.marks |= ThreadMark.background
}

function* idle(machine: OpenbsdMachine, cpu: CpuInfo): Steps<void> {
  machine.enter(becomeIdle).a = cpu
  yield* machine.port
}

const becomeIdle: Operation = {
  name: 'sched_idle',
  start(machine: OpenbsdMachine, p: Proc) {
    const cpu = p.a as CpuInfo
    machine.sleepers.sleep(p, null, 'idle', 0, false)
    p.marks |= ThreadMark.bound
    p.cpu = cpu
    cpu.idle = p
    return false
  },
  resume: () => false,
}

// Process 1

/** Forks init, which waits until boot is done. */
function createInit(machine: OpenbsdMachine): Proc {
  const created: Out<Proc> = { value: null }
  const flags = P.FORK_FORK
  const func = (self: Proc) => init(machine, self)
  const error = fork1(machine, { parent: machine.proc0, exitsig: P.SIGCHLD, flags, func, arg: null }, created)
  if (error !== 0) machine.panic('fork init')
  const p = created.value!
  p.b = p
  p.marks |= ThreadMark.background
  p.inside = 'init'
  return p
}

function* init(machine: OpenbsdMachine, p: Proc): Steps<void> {
  while (!machine.isUp) yield* machine.sleep.tsleep(startInitExec, P.PWAIT, 'initexec', 0)
  p.name = 'init'
  p.process.name = 'init'
  p.isUser = true
  yield* userThread(machine, p, () => initProgram(machine), null)
}

/** /sbin/init: what the scenario wants of it, then a session of its own, and the children nobody else waits for. */
function* initProgram(machine: OpenbsdMachine): Steps<number> {
  const { setsid, wait4 } = machine.user
  if (machine.initBody !== null) yield* stepsOf(machine.initBody(), 'init')
  yield* setsid()
  // Without a child wait4 fails at once, and would again and again.
  for (;;) if ((yield* wait4(-1, null, 0)) === -1) yield* untilChild(machine)
}

/** Sleeps until init has a child to wait for. It looks again whenever one of them ends. */
function untilChild(machine: OpenbsdMachine): KernelCall<void> {
  return machine.user.syscall('pause', () => childOfInit(machine))
}

function* childOfInit(machine: OpenbsdMachine): Steps<void> {
  const { process } = machine.init!
  // A signal is for user mode: it is acted on there before init looks again.
  let error = 0
  while (error === 0 && !process.hasChildToWaitFor)
    error = yield* machine.sleep.tsleep(process, P.PWAIT | P.PCATCH, 'wait', 0)
}
