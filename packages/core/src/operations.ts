import { Access, touchesLeaving } from './access.js'
import type { Operation } from './call.js'
import { ThreadMark } from './thread.js'

/** Goes to the tail of the thread's rank and comes back when its turn comes. */
export const yieldCpu: Operation = {
  name: 'yield',
  touches: touchesLeaving,
  start(machine, thread) {
    machine.scheduler.requeue(thread, false)
    return false
  },
  resume(_machine, thread) {
    thread.result = undefined
    return true
  },
}

/**
 * Keeps the CPU busy for `thread.a` nanoseconds. Interrupts and preemption suspend the work; what is left is in
 * `thread.a` when the thread runs again.
 */
export const work: Operation = {
  name: 'work',
  touches: (thread, footprint) => footprint.add(thread.cpu.machine.timeline, Access.read),
  start(machine, thread) {
    thread.result = undefined
    const durationNs = thread.a as number
    if (durationNs === 0) return true
    thread.a = 0
    if (machine.free !== null) {
      // CPUs are of any speed: others may do anything meanwhile, before or after.
      machine.timeline.now += durationNs
      return true
    }
    machine.scheduler.work(machine.cpu, machine.timeline.now + durationNs)
    return false
  },
  resume(machine, thread) {
    const { cpu } = machine
    if (cpu.work.isArmed) {
      // Something wanted a look at the CPU and had to go away again: the work goes on.
      machine.scheduler.keepWorking(cpu)
      return false
    }
    return this.start(machine, thread)
  },
}

/** Work in user mode: the thread gives way there to whatever asked for it in the kernel. */
export const workInUserMode: Operation = {
  name: 'user',
  start(machine, thread) {
    thread.marks |= ThreadMark.inUserMode
    const { cpu } = machine
    if (cpu.ast && machine.free === null) {
      cpu.ast = false
      machine.scheduler.requeue(thread, false)
      return false
    }
    if (!work.start(machine, thread)) return false
    thread.marks &= ~ThreadMark.inUserMode
    return true
  },
  resume(machine, thread) {
    if (!work.resume(machine, thread)) return false
    thread.marks &= ~ThreadMark.inUserMode
    return true
  },
}
