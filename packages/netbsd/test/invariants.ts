import { Lock, Thread, ThreadMark, ThreadState, type Cpu, type RunQueue, type SleepQueue } from '@kt/core'
import { checkSleepers, fail, name, runningThreads, stackOf, watchEachStep } from '../../core/test/invariants.js'
import { Lwp } from '../src/lwp.js'
import { NetbsdMachine } from '../src/machine.js'
import { Proc } from '../src/proc.js'
import * as P from '../src/param.js'

export { InvariantBroken } from '../../core/test/invariants.js'

/** The machine of a kernel, which no kernel shows: tests look inside. */
export function machineOf(kernel: { readonly lwp0: Lwp }): NetbsdMachine {
  const { machine } = kernel.lwp0.cpu
  if (!(machine instanceof NetbsdMachine)) throw new TypeError('this is no NetBSD kernel')
  return machine
}

/** Checks the machine after each step of a CPU. Returns the check, to be made once more at the end. */
export function watch(machine: NetbsdMachine): () => void {
  return watchEachStep(machine, () => checkMachine(machine))
}

/** Checks what holds between any two steps. */
function checkMachine(machine: NetbsdMachine): void {
  const threads = new Set<Thread>()
  for (const process of machine.processes) {
    if (!(process instanceof Proc)) fail(`${process.name} is no process of NetBSD`)
    const own = processThreads(process)
    const dead = own.filter((thread) => thread.state === ThreadState.dead)
    if (dead.length > 1) fail(`${process.name} has ${dead.length} uncollected dead threads: ${names(dead)}`)
    if (process.zombie !== null && dead[0] !== process.zombie) fail(`${name(process.zombie)} is no zombie`)
    for (const thread of own) threads.add(thread)
  }
  const running = runningThreads(machine)
  for (const thread of running) if (!thread.is(ThreadMark.interruptFrame) && !threads.has(thread)) lost(thread)
  const queued = new Map<Thread, RunQueue>()
  for (const cpu of machine.cpus) checkRunQueue(machine, cpu, queued, threads)
  for (const thread of threads) checkThread(machine, thread, running, queued)
  for (const cpu of machine.cpus) checkCpu(machine, cpu)
  checkBigLock(machine, threads, running)
}

function processThreads(process: Proc): Thread[] {
  const own: Thread[] = []
  let newer: Thread | null = null
  for (let thread: Thread | null = process.newest; thread !== null; thread = thread.older) {
    if (thread.newer !== newer) fail(`the list of ${process.name} is broken at ${name(thread)}`)
    if (thread.process !== process) fail(`${name(thread)} is in the list of ${process.name}`)
    own.push(thread)
    newer = thread
  }
  if (own.length !== process.threadCount) fail(`${process.name} counts ${process.threadCount} of ${own.length} threads`)
  return own
}

function checkRunQueue(machine: NetbsdMachine, cpu: Cpu, queued: Map<Thread, RunQueue>, threads: Set<Thread>): void {
  const { queue } = cpu
  let length = 0
  let before: Thread | null = null
  for (const thread of queue.threads()) {
    if (queued.has(thread)) fail(`${name(thread)} is on two run queues`)
    queued.set(thread, queue)
    length++
    if (!threads.has(thread)) lost(thread)
    if (thread.state !== ThreadState.runnable) fail(`${name(thread)} is queued in state ${thread.state}`)
    if (thread.cpu !== cpu) fail(`${name(thread)} is queued on ${cpu.name} and says ${thread.cpu.name}`)
    if (thread.rank !== machine.scheduler.effectiveRank(thread)) fail(`${name(thread)} is queued at a stale rank`)
    if (before !== null && before.rank < thread.rank) fail(`the queue of ${cpu.name} is out of order`)
    const linked: Thread | null = before?.rank === thread.rank ? before : null
    if (thread.previous !== linked) fail(`the links of ${name(thread)} on ${cpu.name} are broken`)
    before = thread
  }
  if (length !== queue.length) fail(`the queue of ${cpu.name} counts ${queue.length} of ${length}`)
  const best = queue.threads().next().value
  if (queue.bestPlace !== (best?.rank ?? -1)) fail(`the best rank of ${cpu.name} is ${queue.bestPlace}`)
}

function checkThread(
  machine: NetbsdMachine,
  thread: Thread,
  running: ReadonlySet<Thread>,
  queued: ReadonlyMap<Thread, RunQueue>,
): void {
  const { state, sleepQueue } = thread
  if ((state === ThreadState.runnable) !== queued.has(thread))
    fail(`${name(thread)} in state ${state} is off its queue`)
  if ((state === ThreadState.running) !== running.has(thread)) fail(`${name(thread)} in state ${state} is lost`)
  if (state !== ThreadState.sleeping && sleepQueue !== null) fail(`${name(thread)} in state ${state} is a sleeper`)
  if (sleepQueue !== null) checkSleepQueue(machine, sleepQueue, thread)
  const onQueue = state === ThreadState.runnable || sleepQueue !== null
  if (!onQueue && (thread.next !== null || thread.previous !== null || thread.rank !== -1))
    fail(`${name(thread)} in state ${state} has links of a queue`)
  if (state === ThreadState.dead && thread.timer?.isArmed === true) fail(`a time-out of ${name(thread)} outlives it`)
  if (state === ThreadState.dead && thread.held !== null && machine.diagnostic) fail(`${name(thread)} died with a lock`)
  checkHeld(machine, thread)
}

function checkSleepQueue(machine: NetbsdMachine, queue: SleepQueue, sleeper: Thread): void {
  const { object } = queue
  const owner = machine.channels.find(object)
  const isCondvar = typeof object === 'object' && (object as { queue?: unknown }).queue === queue
  const isTurnstile = object instanceof Lock && object.waiters === queue
  const isPause = queue === machine.kpauseQueue
  if (owner !== queue && !isCondvar && !isTurnstile && !isPause) fail(`${name(sleeper)} sleeps on a queue nobody finds`)
  checkSleepers(queue, sleeper, true)
}

/** Owners and lists of held locks agree, and the owner has the rank of its best waiter. */
function checkHeld(machine: NetbsdMachine, thread: Thread): void {
  const seen = new Set<Lock>()
  let best = -1
  // What a time-shared thread has or lends is measured when the other goes to sleep, and moves on afterwards.
  let isFixed = !isTimeshared(thread)
  for (let lock = thread.held; lock !== null; lock = lock.below) {
    if (seen.has(lock)) fail(`${name(thread)} holds ${lock.name} twice`)
    seen.add(lock)
    if (lock.owner !== thread) fail(`${name(thread)} holds ${lock.name}, whose owner it is not`)
    for (const waiter of lock.waiters?.threads() ?? []) {
      best = Math.max(best, machine.scheduler.effectiveRank(waiter))
      if (isTimeshared(waiter)) isFixed = false
    }
  }
  const own = thread instanceof Lwp ? machine.policy.rank(thread) : -1
  if (seen.size === 0 && thread.lentRank !== -1) fail(`${name(thread)} holds nothing and is lent ${thread.lentRank}`)
  if (isFixed && Math.max(own, thread.lentRank) !== Math.max(own, best))
    fail(`${name(thread)} is lent ${thread.lentRank}, and its best waiter has ${best}`)
  const object = thread.sleepQueue?.object
  if (object instanceof Lock && object.owner !== null) {
    let lock = object.owner.held
    while (lock !== null && lock !== object) lock = lock.below
    if (lock === null) fail(`${name(object.owner)} owns ${object.name} and does not hold it`)
  }
}

function checkCpu(machine: NetbsdMachine, cpu: Cpu): void {
  const { current, spinningOn } = cpu
  const isReady = (machine.scheduler.ready & (1 << cpu.index)) !== 0
  const stack = stackOf(cpu)
  let spinHeld = 0
  for (const thread of stack) for (let lock = thread.held; lock !== null; lock = lock.below) if (lock.spins) spinHeld++
  // One that is being taken has raised the level already.
  if (cpu.spinMutexes < spinHeld || cpu.spinMutexes > spinHeld + stack.length)
    fail(`${cpu.name} counts ${cpu.spinMutexes} spin mutexes and holds ${spinHeld}`)
  if (current === null && (cpu.spinMutexes !== 0 || cpu.ipl !== 0)) fail(`${cpu.name} idles at level ${cpu.ipl}`)
  if (cpu.work.isArmed && current === null) fail(`${cpu.name} works and runs nothing`)
  if (spinningOn !== null) {
    if (current === null) fail(`${cpu.name} spins and runs nothing`)
    if ((spinningOn.spinners & (1 << cpu.index)) === 0) fail(`${cpu.name} spins unseen on ${spinningOn.name}`)
    if (!isReady) checkSpin(cpu, spinningOn)
  }
  if (current !== null || isReady) return
  if (cpu.queue.length > 0) fail(`${cpu.name} idles beside its queue`)
  checkSteal(machine, cpu)
}

/** Who spins for good waits for somebody that executes. */
function checkSpin(cpu: Cpu, on: object): void {
  const { machine } = cpu
  if (on === machine.bigLock) {
    if (machine.bigLock.cpu === null || machine.bigLock.cpu === cpu) fail(`${cpu.name} spins for a free big lock`)
    return
  }
  const { owner, spins, name: lock } = on as Lock
  if (owner === null) fail(`${cpu.name} spins for ${lock}, which is free`)
  else if (!spins && (owner.state !== ThreadState.running || owner.cpu.current !== owner))
    fail(`${cpu.name} spins for ${lock}, whose owner ${name(owner)} is not running`)
  else if (!spins && owner.cpu.spinningOn !== null && (machine.scheduler.ready & (1 << owner.cpu.index)) === 0)
    fail(`${cpu.name} spins for ${lock}, whose owner ${name(owner)} spins as well`)
}

/** No CPU idles for good while it could take a thread from another's queue. */
function checkSteal(machine: NetbsdMachine, cpu: Cpu): void {
  if (machine.isUniprocessorYet || machine.cpus[cpu.index]!.spc_offline) return
  for (const other of machine.cpus) {
    // An idle CPU is about to take what was put on its queue.
    if (other.current === null && other.queue.length === 1) continue
    for (const thread of other.queue.threads())
      if (!thread.is(ThreadMark.bound)) fail(`${cpu.name} idles, and ${name(thread)} waits on ${other.name}`)
  }
}

function checkBigLock(machine: NetbsdMachine, threads: ReadonlySet<Thread>, running: ReadonlySet<Thread>): void {
  const { bigLock } = machine
  let depth = 0
  for (const thread of running) {
    if (!thread.is(ThreadMark.bigLockHeld)) continue
    if (thread.cpu !== bigLock.cpu) fail(`${name(thread)} has the big lock of ${bigLock.cpu?.name ?? 'no CPU'}`)
    depth += thread.bigLocks
  }
  for (const thread of threads)
    if (thread.is(ThreadMark.bigLockHeld) && !running.has(thread)) fail(`${name(thread)} took the big lock along`)
  if (bigLock.depth !== depth) fail(`the big lock counts ${bigLock.depth} of ${depth} holds`)
  if ((bigLock.cpu === null) !== (depth === 0)) fail(`the big lock has ${depth} holds and a CPU, or neither`)
}

function isTimeshared(thread: Thread): boolean {
  return thread instanceof Lwp && thread.l_class === P.SCHED_OTHER
}

function names(threads: readonly Thread[]): string {
  return threads.map(name).join(', ')
}

function lost(thread: Thread): never {
  fail(`${name(thread)} belongs to no process`)
}
