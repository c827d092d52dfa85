import { ThreadMark, type Operation, type Steps } from '@kt/core'
import { stockSysinits } from './daemons.js'
import { reap } from './exit.js'
import { fork1 } from './fork.js'
import type { FreebsdMachine } from './machine.js'
import { takeMtx } from './mutex-take.js'
import * as P from './param.js'
import { sigBit, type Proc } from './proc.js'
import { schedAdd } from './sched.js'
import { registerFinalHandlers } from './shutdown.js'
import * as SI from './si-sub.js'
import { goOn, sleepOn } from './sleep.js'
import type { sysinit } from './sysinit.js'
import type { Td } from './td.js'

/**
 * Boot, on thread0 with Giant held: every SYSINIT in order, the kernel's own before the scenario's where both have the
 * same place. The last one does not return: thread0 becomes the swapper.
 *
 * @param startMain - Called when all else has been done, before thread0 sleeps.
 */
export function* boot(machine: FreebsdMachine, startMain: () => void): Steps<void> {
  takeMtx(machine, machine.thread0, machine.giant)
  machine.sysinits.addFirst([...milestones(machine), ...stockSysinits(machine), swapper(machine, startMain)])
  yield* machine.sysinits.run()
  machine.panic("Shouldn't get here!")
}

/** What changes in the machine at boot, and when. */
function milestones(machine: FreebsdMachine): sysinit[] {
  const at = (subsystem: number, order: number, act: () => void): sysinit => ({
    subsystem,
    order,
    udata: null,
    func: () => acting(act),
  })
  return [
    at(SI.SI_SUB_INTRINSIC, SI.SI_ORDER_FIRST, () => {
      machine.hasProc0 = true
    }),
    at(SI.SI_SUB_INTRINSIC, SI.SI_ORDER_ANY, () => {
      registerFinalHandlers(machine)
    }),
    { subsystem: SI.SI_SUB_CREATE_INIT, order: SI.SI_ORDER_FIRST, func: () => createInit(machine), udata: null },
    at(SI.SI_SUB_CONFIGURE, SI.SI_ORDER_ANY, () => {
      machine.cold = false
    }),
    at(SI.SI_SUB_KICK_SCHEDULER, SI.SI_ORDER_ANY, () => {
      machine.load.start()
    }),
    at(SI.SI_SUB_KTHREAD_INIT, SI.SI_ORDER_FIRST, () => {
      schedAdd(machine, machine.initproc!.newest!)
    }),
    at(SI.SI_SUB_SMP, SI.SI_ORDER_FIRST, () => {
      for (const cpu of machine.cpus) machine.scheduler.started |= 1 << cpu.index
    }),
  ]
}

/** The end of boot: what waited for it begins, and thread0 looks every ten seconds whom it could swap out. */
function swapper(machine: FreebsdMachine, startMain: () => void): sysinit {
  return {
    subsystem: SI.SI_SUB_RUN_SCHEDULER,
    order: SI.SI_ORDER_ANY,
    udata: null,
    func: () => swap(machine, startMain),
  }
}

// The generators of boot stand outside functions: each that is made for a machine keeps that machine alive until all
// memory is collected, and an explorer makes machines by the hundred thousand.

function* acting(act: () => void): Steps<void> {
  act()
}

function* swap(machine: FreebsdMachine, startMain: () => void): Steps<never> {
  const { clock, giant, mtx, proc0, sleep, thread0 } = machine
  machine.sysinits.end()
  machine.isUp = true
  for (const begin of machine.waitingForBoot.splice(0)) begin()
  startMain()
  thread0.marks |= ThreadMark.background
  yield* mtx.mtx_unlock(giant)
  for (;;) yield* sleep.msleep(proc0, null, P.PVM, 'sched', (P.MAXSLP * clock.hz) / 2)
}

// Process 1

/** Made early and queued late. */
function* createInit(machine: FreebsdMachine): Steps<void> {
  const process = yield* fork1(machine, P.RFFDG | P.RFPROC | P.RFSTOPPED, 0)
  if (typeof process === 'number') machine.panic(`cannot fork init: ${process}`)
  machine.initproc = process
  const td = process.newest!
  process.name = td.name = 'init'
  process.p_flag |= P.P_SYSTEM
  td.a = () => init(machine, process)
  machine.housekeeping(td)
  machine.trace?.create(td)
}

/** Waits for children, which it has from everybody who leaves some behind. */
function* init(machine: FreebsdMachine, process: Proc): Steps<never> {
  const { giant, mtx } = machine
  yield* mtx.mtx_lock(giant)
  yield* mtx.mtx_unlock(giant)
  for (;;) {
    process.p_siglist &= ~sigBit(P.SIGCHLD)
    for (const child of process.p_children) if (child.p_state === P.PRS_ZOMBIE) reap(machine, child)
    if ((process.p_siglist & sigBit(P.SIGINT)) !== 0) {
      process.p_siglist &= ~sigBit(P.SIGINT)
      yield* machine.shutdown.reboot(machine.shutdownFlags)
    }
    machine.begin(untilSignal)
    yield* machine.port
  }
}

/** Sleeps until a signal comes, unless one has. */
const untilSignal: Operation = {
  name: 'wait4',
  start(machine: FreebsdMachine, td: Td) {
    td.result = undefined
    if (td.process.p_siglist !== 0) return true
    td.c = P.PWAIT | P.PCATCH
    td.d = 0
    td.wmesg = 'wait'
    sleepOn(machine, td, machine.channels.at(td.process), null, 'alone', true)
    return false
  },
  resume: (machine: FreebsdMachine, td: Td) => goOn(machine, td),
}
