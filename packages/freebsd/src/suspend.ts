import {
  Access,
  CallPhase,
  ThreadState,
  WakeReason,
  type Footprint,
  type KernelCall,
  type Operation,
  type Steps,
  type Thread,
} from '@kt/core'
import { EINVAL, EWOULDBLOCK } from './errno.js'
import type { KthreadCalls } from './kthread.js'
import type { FreebsdMachine } from './machine.js'
import * as P from './param.js'
import { checkTimo, goOn, sleepOn, sleepOperation, sleepStep, takesAfterSleep, touchesSleep } from './sleep.js'
import { threadOf, type Td } from './td.js'

type SuspendCalls = Pick<KthreadCalls, 'kthread_suspend' | 'kthread_resume' | 'kthread_suspend_check'>

/**
 * Suspension of threads. There are two of it. As the page has it the request and the wait for the word are one step, and
 * so are the look, the word and the sleep of the target. As the kernel has it they are several without a lock, and
 * what comes in between is lost:
 *
 *     suspender             target                      |  target                  resumer
 *     sets the flag                                     |  sees the flag
 *                           sees it, says so to nobody  |  says so
 *                           sleeps                      |                          clears the flag, wakes nobody
 *     sleeps                                            |  sleeps for good
 *
 *     FB8-D-03, the lost word                           |  FB8-D-06, the lost resume
 */
export function suspendCalls(machine: FreebsdMachine): SuspendCalls {
  const isPage = machine.reading === 'page'
  return {
    kthread_suspend(td, timo) {
      threadOf(machine, 'kthread_suspend', td)
      checkTimo('kthread_suspend', timo)
      return isPage ? suspendAtOnce(machine, td, timo) : machine.call('kthread_suspend', suspend(machine, td, timo))
    },
    kthread_resume(td) {
      threadOf(machine, 'kthread_resume', td)
      return isPage ? resumeAtOnce(machine, td) : machine.call('kthread_resume', resume(machine, td))
    },
    kthread_suspend_check(td) {
      threadOf(machine, 'kthread_suspend_check', td)
      if (isPage) return checkAtOnce(machine, td)
      return machine.call('kthread_suspend_check', suspendCheck(machine, td))
    },
  }
}

/** Whether the call works on it: the flag of a kernel thread is all that the kernel looks at (FB8-D-02, FB8-D-25). */
function isTarget(machine: FreebsdMachine, td: Td, call: string): boolean {
  if (machine.reading === 'page') return (td.isKthread || td === machine.thread0) && !td.isExited
  notRecycled(machine, td, call)
  return td.isKthread
}

function notRecycled(machine: FreebsdMachine, td: Td, call: string): void {
  if (td.isRecycled) machine.undefinedBehaviour('UB:stale-thread', `${call} of a thread whose structure is another's`)
}

// As the kernel has it

const acknowledged: Operation = sleepOperation('kthread_suspend')
const parked: Operation = sleepOperation('kthread_suspend_check')

function* suspend(machine: FreebsdMachine, td: Td, timo: number): Steps<number> {
  if (!isTarget(machine, td, 'kthread_suspend')) return EINVAL
  td.td_flags |= P.TDF_KTH_SUSP
  yield* machine.sleep.wakeup(td)
  return yield* sleepStep(machine, acknowledged, td.td_flags_address, P.PPAUSE | P.PDROP, 'suspkt', timo)
}

function* resume(machine: FreebsdMachine, td: Td): Steps<number> {
  if (!isTarget(machine, td, 'kthread_resume')) return EINVAL
  td.td_flags &= ~P.TDF_KTH_SUSP
  yield* machine.sleep.wakeup(td.td_name_address)
  return 0
}

function* suspendCheck(machine: FreebsdMachine, td: Td): Steps<void> {
  notRecycled(machine, td, 'kthread_suspend_check')
  while ((td.td_flags & P.TDF_KTH_SUSP) !== 0) {
    const { running } = machine
    if (td !== running) machine.remark('FB8-D-07', `${running!.td_name} parks in the place of ${td.td_name}`)
    yield* machine.sleep.wakeup(td.td_flags_address)
    yield* sleepStep(machine, parked, td.td_name_address, P.PPAUSE, 'ktsusp', 0)
  }
}

// As the page has it: each a call of one piece

function suspendAtOnce(machine: FreebsdMachine, td: Td, timo: number): KernelCall<number> {
  const self = machine.enter(suspendOnce)
  self.a = td
  self.b = null
  self.d = timo
  return machine.port
}

const suspendOnce: Operation = {
  name: 'kthread_suspend',
  touches(self, footprint) {
    touchesSleep(self, footprint)
    if (self.phase !== CallPhase.announced) return
    const td = self.a as Td
    // Its flags, whether it is alive, and what it sleeps on.
    footprint.add(td, Access.write)
    footprint.add(td.td_flags_address, Access.wait)
  },
  takes: takesAfterSleep,
  start(machine: FreebsdMachine, self: Td) {
    const td = self.a as Td
    const timo = self.d as number
    if (!isTarget(machine, td, 'kthread_suspend')) {
      self.result = EINVAL
      return true
    }
    td.td_flags |= P.TDF_KTH_SUSP
    // FB8-D-05: nobody can say that it parks.
    if (machine.cold) {
      self.result = EWOULDBLOCK
      return true
    }
    // FB8-D-18: the target is hurried, and nobody else who sleeps on its address.
    const isOnItsOwn = td.state === ThreadState.sleeping && td.td_wchan === td
    // FB8-D-04: a debug kernel is no reason not to wait.
    self.c = P.PPAUSE
    self.d = timo
    self.wmesg = 'suspkt'
    machine.assertSleepable(self, 'kthread_suspend', null)
    sleepOn(machine, self, machine.channels.at(td.td_flags_address), null, 'alone', true)
    if (isOnItsOwn) machine.sleepers.wake(td, WakeReason.woken)
    return false
  },
  resume: (machine: FreebsdMachine, self: Td) => goOn(machine, self),
}

function resumeAtOnce(machine: FreebsdMachine, td: Td): KernelCall<number> {
  machine.enter(resumeOnce).a = td
  return machine.port
}

const resumeOnce: Operation = {
  name: 'kthread_resume',
  touches(self, footprint) {
    const td = self.a as Td
    footprint.add(td, Access.write)
    footprint.add(td.td_name_address, Access.wake)
  },
  start(machine: FreebsdMachine, self: Td) {
    const td = self.a as Td
    self.result = EINVAL
    if (!isTarget(machine, td, 'kthread_resume')) return true
    td.td_flags &= ~P.TDF_KTH_SUSP
    machine.wakeAll(td.td_name_address)
    self.result = 0
    return true
  },
  resume: () => true,
}

function checkAtOnce(machine: FreebsdMachine, td: Td): KernelCall<void> {
  const self = machine.enter(checkOnce)
  self.a = td
  self.b = null
  self.d = 0
  return machine.port
}

const checkOnce: Operation = {
  name: 'kthread_suspend_check',
  touches: touchesPark,
  takes: takesAfterSleep,
  start(machine: FreebsdMachine, self: Td) {
    if (self.a !== self) machine.panic('kthread_suspend_check: td is not curthread', 'FB8-D-07')
    return park(machine, self)
  },
  resume: (machine: FreebsdMachine, self: Td) => goOn(machine, self) && park(machine, self),
}

/** A look at its own flag; the word and the sleep. */
function touchesPark(self: Thread, footprint: Footprint): void {
  const { td_flags_address, td_name_address } = self as Td
  touchesSleep(self, footprint)
  footprint.add(td_flags_address, Access.wake)
  footprint.add(td_name_address, Access.wait)
}

/** Says that it parks, and does, as long as it is asked to. */
function park(machine: FreebsdMachine, self: Td): boolean {
  self.result = undefined
  // FB8-D-05: nobody can sleep, and nobody waits for its word.
  if ((self.td_flags & P.TDF_KTH_SUSP) === 0 || machine.cold) return true
  machine.wakeAll(self.td_flags_address)
  self.c = P.PPAUSE
  self.d = 0
  self.wmesg = 'ktsusp'
  machine.assertSleepable(self, 'kthread_suspend_check', null)
  sleepOn(machine, self, machine.channels.at(self.td_name_address), null, 'alone', true)
  return false
}
