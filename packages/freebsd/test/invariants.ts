import { Lock, ThreadMark, ThreadState, type Cpu, type RunQueue, type SleepQueue, type Thread } from '@kt/core'
import { checkSleepers, fail, name, runningThreads, stackOf, watchEachStep } from '../../core/test/invariants.js'
import { FreebsdMachine } from '../src/machine.js'
import { Mtx } from '../src/mutex.js'
import * as P from '../src/param.js'
import type { Proc } from '../src/proc.js'
import { Sx } from '../src/sx.js'
import { Td } from '../src/td.js'

export { InvariantBroken } from '../../core/test/invariants.js'

/** The machine of a kernel, which no kernel shows: tests look inside. */
export function machineOf(kernel: { readonly thread0: Td }): FreebsdMachine {
  const { machine } = kernel.thread0.cpu
  if (!(machine instanceof FreebsdMachine)) throw new TypeError('this is no FreeBSD kernel')
  return machine
}

/** Checks the machine after each step of a CPU. Returns the check, to be made once more at the end. */
export function watch(machine: FreebsdMachine): () => void {
  return watchEachStep(machine, () => checkMachine(machine))
}

/** Checks what holds between any two steps. */
function checkMachine(machine: FreebsdMachine): void {
  const threads = checkProcesses(machine)
  const running = runningThreads(machine)
  for (const thread of running)
    if (!thread.is(ThreadMark.interruptFrame) && !threads.has(thread as Td))
      fail(`${name(thread)} runs and is in no process`)
  const queued = new Map<Thread, RunQueue>()
  for (const queue of new Set(machine.cpus.map((cpu) => cpu.queue))) checkRunQueue(queue, queued, threads)
  for (const td of threads) checkThread(machine, td, running, queued)
  for (const cpu of machine.cpus) checkCpu(machine, cpu)
  if (machine.giant.owner === null && machine.giant.mtx_recurse !== 0) fail('nobody has Giant, more than once')
}

/** Every process is found by its number, and every thread has a number of its own. */
function checkProcesses(machine: FreebsdMachine): Set<Td> {
  const processes = [...machine.processes] as Proc[]
  if (machine.nprocs !== processes.length) fail(`${machine.nprocs} of ${processes.length} processes are counted`)
  if (machine.pids.size !== processes.length) fail('a process has no number, or two')
  const threads = new Set<Td>()
  const tids = new Set<number>()
  for (const p of processes) {
    if (machine.pids.get(p.p_pid) !== p) fail(`process ${p.p_pid} is not found`)
    if (p.p_threads.length !== p.p_numthreads) fail(`process ${p.p_pid} counts ${p.p_numthreads} threads`)
    if (p.p_numthreads === 0) fail(`process ${p.p_pid} has no thread`)
    if (p !== machine.proc0 && p.p_pptr?.p_children.includes(p) !== true) fail(`process ${p.p_pid} is nobody's child`)
    const isZombie = p.p_state === P.PRS_ZOMBIE
    for (const td of p.p_threads) {
      if (td.td_proc !== p) fail(`${name(td)} is in the list of another process`)
      if ((td.state === ThreadState.dead) !== isZombie)
        fail(`${name(td)} is in state ${td.state}, its process in ${p.p_state}`)
      if (tids.has(td.td_tid)) fail(`two threads are number ${td.td_tid}`)
      tids.add(td.td_tid)
      threads.add(td)
    }
  }
  // The number of one that has left is free only when the zombies were drained.
  for (const td of machine.structures.zombies)
    if (tids.has(td.td_tid)) fail(`number ${td.td_tid} is used before it was free`)
  return threads
}

function checkRunQueue(queue: RunQueue, queued: Map<Thread, RunQueue>, threads: ReadonlySet<Thread>): void {
  let length = 0
  for (const thread of queue.threads()) {
    if (queued.has(thread)) fail(`${name(thread)} is on two run queues`)
    queued.set(thread, queue)
    length++
    if (!threads.has(thread)) fail(`${name(thread)} is queued and in no process`)
    if (thread.state !== ThreadState.runnable) fail(`${name(thread)} is queued in state ${thread.state}`)
    if (thread.cpu.queue !== queue) fail(`${name(thread)} says ${thread.cpu.name} and is queued elsewhere`)
  }
  if (length !== queue.length) fail(`a run queue counts ${queue.length} of ${length}`)
}

function checkThread(
  machine: FreebsdMachine,
  td: Td,
  running: ReadonlySet<Thread>,
  queued: ReadonlyMap<Thread, RunQueue>,
): void {
  const { state, sleepQueue } = td
  if (td.is(ThreadMark.asleep)) fail(`${name(td)} is stopped in its sleep, which nobody does here`)
  if ((state === ThreadState.runnable) !== queued.has(td)) fail(`${name(td)} in state ${state} is off its queue`)
  if ((state === ThreadState.running) !== running.has(td)) fail(`${name(td)} in state ${state} is lost`)
  if ((state === ThreadState.sleeping) !== (sleepQueue !== null))
    fail(`${name(td)} in state ${state} has ${sleepQueue === null ? 'no' : 'a'} sleep queue`)
  if (state !== ThreadState.sleeping && td.timer?.isArmed === true) fail(`a time-out of ${name(td)} outlives its sleep`)
  if (sleepQueue !== null) checkSleepQueue(machine, sleepQueue, td)
  if (state === ThreadState.stopped && td.td_proc.p_singlethread !== td) fail(`${name(td)} is suspended by nobody`)
  for (let lock = td.held; lock !== null; lock = lock.below)
    if (lock.owner !== td) fail(`${name(td)} holds ${lock.name}, whose owner it is not`)
  if (state === ThreadState.dead && td.held !== null) fail(`${name(td)} died with ${td.held.name}`)
  if (state === ThreadState.sleeping) checkSleeper(td)
  checkLoan(machine, td)
}

/** Nobody sleeps with Giant, a spin mutex, or in a critical section. */
function checkSleeper(td: Td): void {
  if (td.td_critnest !== 0) fail(`${name(td)} sleeps in a critical section`)
  const isBlocked = td.sleepQueue!.isTurnstile
  for (let lock = td.held; lock !== null; lock = lock.below) {
    if (lock.spins) fail(`${name(td)} sleeps with spin mutex ${lock.name}`)
    if (!isBlocked && lock.name === 'Giant') fail(`${name(td)} sleeps with Giant`)
  }
}

/** What is lent to a thread is what the best of those has who wait for its locks. */
function checkLoan(machine: FreebsdMachine, td: Td): void {
  let best = -1
  for (let lock = td.held; lock !== null; lock = lock.below) {
    for (const waiter of lock.waiters?.threads() ?? []) best = Math.max(best, machine.scheduler.effectiveRank(waiter))
  }
  if (td.lentRank > best && td.lentRank >= 0 && best < 0) fail(`${name(td)} is lent ${td.lentRank} by nobody`)
  // Whoever worsens its own priority while others wait is lent nothing for it, and so is one that time-sharing worsens.
  const isItsOwn = td.ownPriority >= P.PRI_MIN_TIMESHARE
  if (!isItsOwn && best > machine.scheduler.effectiveRank(td)) fail(`${name(td)} has less than who waits for it`)
}

function checkSleepQueue(machine: FreebsdMachine, queue: SleepQueue, sleeper: Thread): void {
  const { object } = queue
  const isOfLock = object instanceof Lock && object.waiters === queue
  const isOfSx = object instanceof Sx && (object.sharedQueue === queue || object.exclusiveQueue === queue)
  const isOfCv = (object as { readonly queue?: SleepQueue }).queue === queue
  if (!isOfLock && !isOfSx && !isOfCv && machine.channels.find(object) !== queue)
    fail(`${name(sleeper)} sleeps on a queue nobody finds`)
  checkSleepers(queue, sleeper, queue.isTurnstile)
}

function checkCpu(machine: FreebsdMachine, cpu: Cpu): void {
  const { current, spinningOn } = cpu
  const isReady = (machine.scheduler.ready & (1 << cpu.index)) !== 0
  let spinHeld = 0
  for (const thread of stackOf(cpu)) {
    for (let lock = thread.held; lock !== null; lock = lock.below)
      if (lock instanceof Mtx && lock.spins) spinHeld += 1 + lock.mtx_recurse
  }
  if (cpu.spinMutexes !== spinHeld) fail(`${cpu.name} counts ${cpu.spinMutexes} spin mutexes and holds ${spinHeld}`)
  if (current === null && cpu.ipl !== 0) fail(`${cpu.name} idles at level ${cpu.ipl}`)
  if (cpu.work.isArmed && current === null) fail(`${cpu.name} works and runs nothing`)
  if (spinningOn !== null) {
    if (current === null) fail(`${cpu.name} spins and runs nothing`)
    if ((spinningOn.spinners & (1 << cpu.index)) === 0) fail(`${cpu.name} spins unseen on ${spinningOn.name}`)
    if (!isReady && (spinningOn as Lock).owner === null && (spinningOn as { sharers?: number }).sharers !== 1)
      fail(`${cpu.name} spins for ${spinningOn.name}, which is free`)
  }
  const isStarted = (machine.scheduler.started & (1 << cpu.index)) !== 0
  if (current !== null || isReady || !isStarted) return
  for (const thread of cpu.queue.threads()) {
    const td = thread as Td
    if (!(td instanceof Td)) fail('an interrupt is queued')
    const mayRun = td.is(ThreadMark.bound) ? td.cpu === cpu : td.td_cpuset.has(cpu)
    // One queue for all: another CPU that idles may have been told.
    const isTaken = machine.cpus.some((other) => other.queue === cpu.queue && isAboutToTake(machine, other))
    if (mayRun && !isTaken) fail(`${cpu.name} idles beside ${name(td)}`)
  }
}

/** It idles and has been told to look. */
function isAboutToTake(machine: FreebsdMachine, cpu: Cpu): boolean {
  return cpu.current === null && (machine.scheduler.ready & machine.scheduler.started & (1 << cpu.index)) !== 0
}
