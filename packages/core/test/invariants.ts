import { ThreadMark, ThreadState, type Cpu, type Machine, type SleepQueue, type Thread } from '../src/index.js'

/** Something that holds of every machine at every moment does not. */
export class InvariantBroken extends Error {
  override readonly name = 'InvariantBroken'
}

export function fail(message: string): never {
  throw new InvariantBroken(message)
}

export function name(thread: Thread): string {
  return `${thread.name ?? 'unnamed'} (${thread.id})`
}

/**
 * Checks a machine after each step of a CPU: that time goes forward, and what else the system says must hold. Returns
 * the check, to be made once more at the end.
 */
export function watchEachStep(machine: Machine, checkMachine: () => void): () => void {
  let lastNs = 0
  const check = (): void => {
    // A kernel that stopped in the middle of a call is not looked into: nothing of it goes on.
    if (machine.halt !== null && machine.halt.kind !== 'livelock') return
    if (machine.timeline.now < lastNs) fail(`time went from ${lastNs} to ${machine.timeline.now}`)
    lastNs = machine.timeline.now
    checkMachine()
  }
  const { scheduler } = machine
  const step = scheduler.step.bind(scheduler)
  scheduler.step = (cpu: Cpu) => {
    step(cpu)
    check()
  }
  return check
}

/** What the CPUs execute, and what lies below. */
export function runningThreads(machine: Machine): Set<Thread> {
  const running = new Set<Thread>()
  for (const cpu of machine.cpus) {
    for (const thread of stackOf(cpu)) {
      if (running.has(thread)) fail(`${name(thread)} runs twice`)
      if (thread.state !== ThreadState.running) fail(`${name(thread)} on ${cpu.name} is in state ${thread.state}`)
      if (thread.cpu !== cpu) fail(`${name(thread)} runs on ${cpu.name} and says ${thread.cpu.name}`)
      running.add(thread)
    }
  }
  return running
}

/** What a CPU executes, and what that runs on top of. */
export function stackOf(cpu: Cpu): Thread[] {
  const stack: Thread[] = []
  for (let thread: Thread | null = cpu.current; thread !== null;) {
    stack.push(thread)
    thread = thread.is(ThreadMark.pinning) ? thread.pinned : null
  }
  return stack
}

/** A sleep queue's links and length are right, its order too where the system sorts it, and a sleeper is on it. */
export function checkSleepers(queue: SleepQueue, sleeper: Thread, isSorted: boolean): void {
  let length = 0
  let found = false
  let before: Thread | null = null
  for (const thread of queue.threads()) {
    length++
    found ||= thread === sleeper
    if (thread.sleepQueue !== queue) fail(`${name(thread)} is on a queue and says another`)
    if (thread.previous !== before) fail(`the links of sleeper ${name(thread)} are broken`)
    if (isSorted && before !== null && before.rank < thread.rank)
      fail(`a sleep queue is out of order at ${name(thread)}`)
    before = thread
  }
  if (!found) fail(`${name(sleeper)} is not on its sleep queue`)
  if (queue.tail !== before || queue.length !== length) fail(`a sleep queue counts ${queue.length} of ${length}`)
}
