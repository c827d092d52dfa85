import { Lock, Thread, ThreadMark, ThreadState, type Cpu, type RunQueue, type SleepQueue } from '@kt/core'
import { checkSleepers, fail, name, runningThreads, stackOf, watchEachStep } from '../../core/test/invariants.js'
import { OpenbsdMachine } from '../src/machine.js'
import * as P from '../src/param.js'
import { Proc } from '../src/proc.js'
import { checkTable } from './invariants-table.js'

export { InvariantBroken } from '../../core/test/invariants.js'

/** The machine of a kernel, which no kernel shows: tests look inside. */
export function machineOf(kernel: { readonly proc0: Proc }): OpenbsdMachine {
  const { machine } = kernel.proc0.cpu
  if (!(machine instanceof OpenbsdMachine)) throw new TypeError('this is no OpenBSD kernel')
  return machine
}

/** Checks the machine after each step of a CPU. Returns the check, to be made once more at the end. */
export function watch(machine: OpenbsdMachine): () => void {
  let lastCount = machine.table.nprocs
  const seen = new Set<Proc>()
  return watchEachStep(machine, () => {
    if (machine.table.nprocs > lastCount && machine.table.nprocs > machine.table.maxproc)
      fail(`the table has ${machine.table.nprocs} of ${machine.table.maxproc}`)
    lastCount = machine.table.nprocs
    checkMachine(machine)
    // Whatever was ever made was counted, once.
    for (const p of everything(machine)) seen.add(p)
    const forks = machine.forkstat.slice(0, 4).reduce((sum, count) => sum + count)
    if (forks !== machine.uvmexp.forks || forks !== seen.size - 1)
      fail(`${forks} forks by kind, ${machine.uvmexp.forks} in all, and ${seen.size - 1} entities were seen`)
  })
}

function everything(machine: OpenbsdMachine): Proc[] {
  return [...machine.table.pids.values(), ...machine.table.zombproc.values()]
}

/** Checks what holds between any two steps. */
function checkMachine(machine: OpenbsdMachine): void {
  checkTable(machine)
  const threads = new Set<Thread>(machine.table.pids.values())
  const running = runningThreads(machine)
  for (const thread of running)
    if (!thread.is(ThreadMark.interruptFrame) && !threads.has(thread)) fail(`${name(thread)} runs and is not alive`)
  const queued = new Map<Thread, RunQueue>()
  for (const queue of new Set(machine.cpus.map((cpu) => cpu.queue))) checkRunQueue(machine, queue, queued, threads)
  for (const p of everything(machine)) checkThread(machine, p, running, queued)
  for (const cpu of machine.cpus) checkCpu(machine, cpu)
  checkBigLock(machine, running)
}

function checkRunQueue(
  machine: OpenbsdMachine,
  queue: RunQueue,
  queued: Map<Thread, RunQueue>,
  threads: ReadonlySet<Thread>,
): void {
  let length = 0
  let before: Thread | null = null
  for (const thread of queue.threads()) {
    if (queued.has(thread)) fail(`${name(thread)} is on two run queues`)
    queued.set(thread, queue)
    length++
    if (!threads.has(thread)) fail(`${name(thread)} is queued and not alive`)
    if (thread.state !== ThreadState.runnable) fail(`${name(thread)} is queued in state ${thread.state}`)
    if (thread.cpu.queue !== queue) fail(`${name(thread)} says ${thread.cpu.name} and is queued elsewhere`)
    if (thread.rank !== machine.scheduler.effectiveRank(thread)) fail(`${name(thread)} is queued at a stale rank`)
    if (before !== null && before.rank < thread.rank) fail('a run queue is out of order')
    const linked: Thread | null = before?.rank === thread.rank ? before : null
    if (thread.previous !== linked) fail(`the links of ${name(thread)} on its run queue are broken`)
    before = thread
  }
  if (length !== queue.length) fail(`a run queue counts ${queue.length} of ${length}`)
  const best = queue.threads().next().value
  if (queue.bestPlace !== (best?.rank ?? -1)) fail(`the best rank of a run queue is ${queue.bestPlace}`)
}

function checkThread(
  machine: OpenbsdMachine,
  p: Proc,
  running: ReadonlySet<Thread>,
  queued: ReadonlyMap<Thread, RunQueue>,
): void {
  const { state, sleepQueue } = p
  const isAsleep = p.is(ThreadMark.asleep)
  const waits = state === ThreadState.sleeping || isAsleep
  if ((state === ThreadState.runnable) !== queued.has(p)) fail(`${name(p)} in state ${state} is off its queue`)
  if ((state === ThreadState.running) !== running.has(p)) fail(`${name(p)} in state ${state} is lost`)
  if (isAsleep && state !== ThreadState.stopped) fail(`${name(p)} in state ${state} is stopped in its sleep`)
  // An idle thread says that it sleeps, and nobody wakes it.
  if (waits !== (sleepQueue !== null) && p !== machine.cpus.find(({ idle }) => idle === p)?.idle)
    fail(`${name(p)} in state ${state} has ${sleepQueue === null ? 'no' : 'a'} sleep queue`)
  if (!waits && p.is(ThreadMark.interruptible)) fail(`${name(p)} in state ${state} can be interrupted`)
  if (!waits && p.timer?.isArmed === true) fail(`a time-out of ${name(p)} outlives its sleep`)
  if (sleepQueue !== null) checkSleepQueue(machine, sleepQueue, p)
  const onQueue = state === ThreadState.runnable || sleepQueue !== null
  if (!onQueue && (p.next !== null || p.previous !== null || p.rank !== -1))
    fail(`${name(p)} in state ${state} has links of a queue`)
  if (p.lentRank !== -1) fail(`${name(p)} is lent a rank, and nobody lends here`)
  for (let lock = p.held; lock !== null; lock = lock.below)
    if (lock.owner !== p) fail(`${name(p)} holds ${lock.name}, whose owner it is not`)
  if (state === ThreadState.dead && p.held !== null) fail(`${name(p)} died with ${p.held.name}`)
  if (p.isInUserMode && (p.bigLocks !== 0 || p.held !== null)) fail(`${name(p)} has a lock in user mode`)
  if (p.isInUserMode && (waits || state === ThreadState.stopped)) fail(`${name(p)} waits in user mode`)
  if (p.isInUserMode && !p.isUser) fail(`${name(p)} has no user side and is in user mode`)
}

function checkSleepQueue(machine: OpenbsdMachine, queue: SleepQueue, sleeper: Thread): void {
  const { object } = queue
  const isOfLock = object instanceof Lock && object.waiters === queue
  if (machine.channels.find(object) !== queue && !isOfLock) fail(`${name(sleeper)} sleeps on a queue nobody finds`)
  checkSleepers(queue, sleeper, true)
}

function checkCpu(machine: OpenbsdMachine, cpu: Cpu): void {
  const { current, spinningOn } = cpu
  const isReady = (machine.scheduler.ready & (1 << cpu.index)) !== 0
  const stack = stackOf(cpu)
  let spinHeld = 0
  for (const thread of stack) for (let lock = thread.held; lock !== null; lock = lock.below) if (lock.spins) spinHeld++
  // One that is being taken has raised the level already.
  if (cpu.spinMutexes < spinHeld || cpu.spinMutexes > spinHeld + stack.length)
    fail(`${cpu.name} counts ${cpu.spinMutexes} mutexes and holds ${spinHeld}`)
  if (current === null && (cpu.spinMutexes !== 0 || cpu.ipl !== 0)) fail(`${cpu.name} idles at level ${cpu.ipl}`)
  if (current?.is(ThreadMark.inUserMode) === true && cpu.ipl !== 0) fail(`${cpu.name} is at ${cpu.ipl} in user mode`)
  if (cpu.work.isArmed && current === null) fail(`${cpu.name} works and runs nothing`)
  if (spinningOn !== null) {
    if (current === null) fail(`${cpu.name} spins and runs nothing`)
    if ((spinningOn.spinners & (1 << cpu.index)) === 0) fail(`${cpu.name} spins unseen on ${spinningOn.name}`)
    if (!isReady) checkSpin(machine, cpu, spinningOn)
  }
  const isStarted = (machine.scheduler.started & (1 << cpu.index)) !== 0
  if (current !== null || isReady || !isStarted) return
  const takers = machine.cpus.filter((other) => other.queue === cpu.queue && isAboutToTake(machine, other))
  if (cpu.queue.length > takers.length) fail(`${cpu.name} idles beside its queue`)
  if (machine.release.runQueues === 'one for all') return
  for (const other of machine.cpus) {
    // An idle CPU is about to take what was put on its queue.
    if (other.current === null && other.queue.length === 1) continue
    for (const thread of other.queue.threads())
      if (!thread.is(ThreadMark.bound)) fail(`${cpu.name} idles, and ${name(thread)} waits on ${other.name}`)
  }
}

/** It idles and has been told to look. */
function isAboutToTake(machine: OpenbsdMachine, cpu: Cpu): boolean {
  return cpu.current === null && (machine.scheduler.ready & machine.scheduler.started & (1 << cpu.index)) !== 0
}

/** Who spins for good waits for somebody that has the lock. */
function checkSpin(machine: OpenbsdMachine, cpu: Cpu, on: object): void {
  const { bigLock } = machine
  if (on === bigLock) {
    if (bigLock.cpu === null || bigLock.cpu === cpu) fail(`${cpu.name} spins for a free big lock`)
  } else if ((on as Lock).owner === null) fail(`${cpu.name} spins for ${(on as Lock).name}, which is free`)
}

function checkBigLock(machine: OpenbsdMachine, running: ReadonlySet<Thread>): void {
  const { bigLock } = machine
  let depth = 0
  for (const thread of running) {
    if (!thread.is(ThreadMark.bigLockHeld)) continue
    if (thread.cpu !== bigLock.cpu) fail(`${name(thread)} has the big lock of ${bigLock.cpu?.name ?? 'no CPU'}`)
    if (thread.bigLocks < 1) fail(`${name(thread)} has the big lock ${thread.bigLocks} times`)
    depth += thread.bigLocks
  }
  for (const thread of everything(machine)) {
    if (thread.is(ThreadMark.bigLockHeld) && !running.has(thread)) fail(`${name(thread)} took the big lock along`)
    // What goes on in the kernel goes on under the big lock once the thread runs again.
    const isOff = thread.state === ThreadState.sleeping || thread.state === ThreadState.stopped
    const isSystem = (thread.p_flag & P.P_SYSTEM) !== 0
    if (machine.ncpu > 1 && isOff && !isSystem && thread.bigLocks === 0) fail(`${name(thread)} waits unlocked`)
  }
  if (bigLock.depth !== depth) fail(`the big lock counts ${bigLock.depth} of ${depth} holds`)
  if ((bigLock.cpu === null) !== (depth === 0)) fail(`the big lock has ${depth} holds and a CPU, or neither`)
  if (machine.ncpu === 1 && depth !== 0) fail('one CPU has no big lock')
}
