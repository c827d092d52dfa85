import { Access } from '@kt/core'
import type { Op } from '../src/op.js'
import type { Actor, Choice, Disarmed, Pending, Stepped, World } from '../src/world.js'

/** What a toy thread asks for: one step each. */
type Act =
  | { readonly call: 'read' | 'write'; readonly variable: string; readonly apply?: () => unknown }
  | { readonly call: 'lock' | 'unlock' | 'tryLock'; readonly lock: string }
  /** `signal` releases the first waiter, `signalAny` whichever is chosen. */
  | { readonly call: 'signal' | 'signalAny'; readonly condition: string }
  | { readonly call: 'wait'; readonly condition: string; readonly lock: string; readonly isTimed?: boolean }
  | { readonly call: 'sleep'; readonly channel: string; readonly isTimed?: boolean }
  | { readonly call: 'wakeup'; readonly channel: string }
  | { readonly call: 'spawn'; readonly body: () => Body }
  | { readonly call: 'join'; readonly thread: Actor }
  /** An answer out of so many. */
  | { readonly call: 'choose'; readonly answers: number }
  /** Ends the run. */
  | { readonly call: 'fail' }

/** A toy thread. The answers: what `apply` gave, whether `tryLock` took it, `'timedOut'`, the thread spawned, the choice. */
export type Body = Generator<Act, void, unknown>

interface Thread {
  readonly actor: Actor
  readonly body: Body
  /** What it does next, null when it has ended. */
  act: Act | null
  /** The queue it is on. */
  asleepOn: string | null
  /** Its wait is over and it takes the lock again. */
  retakes: string | null
  answer: unknown
  /** The step that put it to sleep. */
  armedBy: number
  enabledBy: number[]
  /** Its last step. */
  last: number
  children: number
}

/** Numbers for names, the same in every run that shares them. */
class Numbers {
  private readonly numbers = new Map<string, number>()
  constructor(private readonly first: number) {}

  of(name: string): number {
    const known = this.numbers.get(name)
    if (known !== undefined) return known
    const number = this.numbers.size + this.first
    this.numbers.set(name, number)
    return number
  }
}

/** A program whose runs can be compared. */
export function toyProgram(bodies: () => readonly (() => Body)[]): () => World {
  const actors = new Numbers(0)
  const objects = new Numbers(1)
  return () => new Toy(bodies(), actors, objects)
}

/** A world of variables, locks, condition variables, channels and timers, in as few lines as can be. */
class Toy implements World {
  private readonly threads = new Map<Actor, Thread>()
  /** The thread whose wait a timer ends. */
  private readonly timed = new Map<Actor, Thread>()
  private readonly owners = new Map<string, Actor>()
  private readonly queues = new Map<string, Thread[]>()
  private steps = 0
  private answers: readonly number[] = []
  private choices: Choice[] = []
  private disarmed: Disarmed[] = []
  isOver = false

  constructor(
    bodies: readonly (() => Body)[],
    private readonly actorNumbers: Numbers,
    private readonly objectNumbers: Numbers,
  ) {
    for (const [index, body] of bodies.entries()) this.begin(`thread ${index}`, body, [])
  }

  private begin(name: string, body: () => Body, enabledBy: number[]): Thread {
    const actor = this.actorNumbers.of(name)
    const thread: Thread = {
      actor,
      body: body(),
      act: null,
      asleepOn: null,
      retakes: null,
      answer: undefined,
      armedBy: -1,
      enabledBy,
      last: enabledBy[0] ?? -1,
      children: 0,
    }
    this.threads.set(actor, thread)
    this.goOn(thread, undefined)
    return thread
  }

  /** To its next step. */
  private goOn(thread: Thread, answer: unknown): void {
    const result = thread.body.next(answer)
    thread.act = result.done === true ? null : result.value
  }

  actors(): readonly Actor[] {
    const living = [...this.threads.values()].filter((thread) => thread.act !== null)
    return [...living.map((thread) => thread.actor), ...this.timed.keys()]
  }

  isEnabled(actor: Actor): boolean {
    const thread = this.threads.get(actor)
    if (thread === undefined) return this.timed.has(actor)
    const { act, asleepOn, retakes } = thread
    if (act === null || asleepOn !== null) return false
    if (retakes !== null) return !this.owners.has(retakes)
    if (act.call === 'lock') return !this.owners.has(act.lock)
    return act.call !== 'join' || this.threads.get(act.thread)?.act === null
  }

  private enabledBy(actor: Actor): readonly number[] {
    return this.threads.get(actor)?.enabledBy ?? [this.timed.get(actor)!.armedBy]
  }

  next(actor: Actor): Op {
    const thread = this.threads.get(actor)
    if (thread === undefined) {
      const { act } = this.timed.get(actor)!
      return act!.call === 'sleep'
        ? this.op('lapse', [act.channel, Access.expire])
        : this.op('expire', [(act as Act & { call: 'wait' }).condition, Access.expire])
    }
    const act = thread.act!
    if (thread.asleepOn !== null) return this.op('asleep')
    if (thread.retakes !== null) return this.acquisition('retake', thread.retakes)
    switch (act.call) {
      case 'read':
      case 'write':
        return this.op(act.call, [act.variable, Access[act.call]])
      case 'lock':
        return this.acquisition('lock', act.lock)
      case 'unlock':
      case 'tryLock':
        return this.op(act.call, [act.lock, Access.lock])
      case 'wait':
        return this.op('wait', [act.lock, Access.lock], [act.condition, Access.wait])
      case 'signal':
      case 'signalAny':
        return this.op(act.call, [act.condition, Access.wake])
      case 'sleep':
        return this.op('sleep', [act.channel, Access.sleep])
      case 'wakeup':
        return this.op('wakeup', [act.channel, Access.wake])
      case 'spawn':
      case 'join':
      case 'choose':
      case 'fail':
        return this.op(act.call)
    }
  }

  private op(name: string, ...accesses: readonly (readonly [string, Access])[]): Op {
    const objects = accesses.map(([object]) => this.objectNumbers.of(object))
    return { name: [name, ...objects].join(' '), objects, accesses: accesses.map(([, access]) => access), acquires: -1 }
  }

  private acquisition(name: string, lock: string): Op {
    return { ...this.op(name, [lock, Access.lock]), acquires: this.objectNumbers.of(lock) }
  }

  step(actor: Actor, answers: readonly number[]): Stepped {
    this.answers = answers
    this.choices = []
    this.disarmed = []
    const enabledBy = this.enabledBy(actor).slice()
    const thread = this.threads.get(actor)
    let took = -1
    if (thread === undefined) this.expire(this.timed.get(actor)!)
    else {
      thread.enabledBy = []
      thread.last = this.steps
      if (thread.act!.call === 'join') {
        const joined = this.threads.get(thread.act.thread)!
        if (joined.last >= 0) enabledBy.push(joined.last)
        // One that was woken to its end made no step of its own since.
        enabledBy.push(...joined.enabledBy)
      }
      took = this.make(thread)
    }
    this.steps++
    return { enabledBy, took, disarmed: this.disarmed, choices: this.choices, touched: null, halted: this.isOver }
  }

  pending(): readonly Pending[] {
    return this.actors().map((actor) => ({
      actor,
      op: this.next(actor),
      isEnabled: this.isEnabled(actor),
      enabledBy: this.enabledBy(actor),
    }))
  }

  replay(actor: Actor, answers: readonly number[]): void {
    this.step(actor, answers)
  }

  private expire(thread: Thread): void {
    this.leaveQueue(thread)
    this.wake(thread, 'timedOut')
  }

  /** Makes a thread's step. The lock it took without waiting, −1 for none. */
  private make(thread: Thread): number {
    const { actor, retakes } = thread
    if (retakes !== null) {
      this.owners.set(retakes, actor)
      thread.retakes = null
      this.goOn(thread, thread.answer)
      return -1
    }
    const act = thread.act!
    switch (act.call) {
      case 'read':
      case 'write':
        this.goOn(thread, act.apply?.())
        break
      case 'lock':
        this.owners.set(act.lock, actor)
        this.goOn(thread, undefined)
        break
      case 'unlock':
        this.owners.delete(act.lock)
        this.goOn(thread, undefined)
        break
      case 'tryLock': {
        const isFree = !this.owners.has(act.lock)
        if (isFree) this.owners.set(act.lock, actor)
        this.goOn(thread, isFree)
        return isFree ? this.objectNumbers.of(act.lock) : -1
      }
      case 'wait':
        this.owners.delete(act.lock)
        this.fallAsleep(thread, act.condition, act.isTimed === true)
        break
      case 'sleep':
        this.fallAsleep(thread, act.channel, act.isTimed === true)
        break
      case 'signal':
      case 'signalAny': {
        const queue = this.queue(act.condition)
        const woken = queue[act.call === 'signal' ? 0 : this.choose(queue.length)]
        if (woken !== undefined) this.release(woken)
        this.goOn(thread, undefined)
        break
      }
      case 'wakeup':
        for (const woken of [...this.queue(act.channel)]) this.release(woken)
        this.goOn(thread, undefined)
        break
      case 'spawn':
        this.goOn(thread, this.begin(`${actor}/${thread.children++}`, act.body, [this.steps]).actor)
        break
      case 'join':
        this.goOn(thread, undefined)
        break
      case 'choose':
        this.goOn(thread, this.choose(act.answers))
        break
      case 'fail':
        this.isOver = true
        break
    }
    return -1
  }

  private choose(answers: number): number {
    if (answers < 2) return 0
    const given = this.answers[this.choices.length] ?? 0
    const answer = given < answers ? given : 0
    this.choices.push({ answer, answers })
    return answer
  }

  private queue(name: string): Thread[] {
    const queue = this.queues.get(name) ?? []
    this.queues.set(name, queue)
    return queue
  }

  private fallAsleep(thread: Thread, queue: string, isTimed: boolean): void {
    thread.asleepOn = queue
    thread.armedBy = this.steps
    this.queue(queue).push(thread)
    if (isTimed) this.timed.set(this.timerOf(thread), thread)
  }

  private timerOf(thread: Thread): Actor {
    return this.actorNumbers.of(`timer of ${thread.actor}`)
  }

  private release(thread: Thread): void {
    const timer = this.timerOf(thread)
    if (this.timed.has(timer)) this.disarmed.push({ actor: timer, op: this.next(timer), armedBy: thread.armedBy })
    this.leaveQueue(thread)
    this.wake(thread, 'woken')
  }

  private leaveQueue(thread: Thread): void {
    const queue = this.queue(thread.asleepOn!)
    queue.splice(queue.indexOf(thread), 1)
    this.timed.delete(this.timerOf(thread))
  }

  private wake(thread: Thread, answer: string): void {
    thread.asleepOn = null
    thread.enabledBy.push(this.steps)
    if (thread.act!.call === 'wait') {
      thread.retakes = thread.act.lock
      thread.answer = answer
    } else this.goOn(thread, answer)
  }
}
