import { Access, CallPhase, Cpu, Due, nameObject, Thread, ThreadState, type Machine, type Mover } from '@kt/core'
import { nameOf } from './cell-race.js'
import { whatNext, whoIs } from './label.js'
import { mixed } from './names.js'
import { PickedRun, type Model, type Watcher } from './picked-run.js'
import type { Picker, Point } from './picker.js'
import type { Ended, Subject } from './subject.js'
import { FINGERPRINTS, formatToken, type Deviation } from './token.js'
import { verdictOf, type LostWakeup, type Verdict } from './verdict.js'

/** A step of a run, in words. */
export interface StoryStep {
  readonly who: string
  readonly what: string
  /** Whether the thread before it could have gone on. */
  readonly preempts: boolean
  /** Who else could have made a step here. */
  readonly instead: readonly string[]
  /** Whether the same one made the step before it: two threads can have one name. */
  readonly goesOn: boolean
}

/** A run with all that is worth telling of it. */
export interface Story {
  /** What all calls come to, as the token has it. */
  readonly fingerprint: number
  readonly verdict: Verdict
  /** Whether it was ended after the steps that were asked for, before it was over. */
  readonly wasCut: boolean
  readonly races: readonly Verdict[]
  readonly steps: readonly StoryStep[]
  readonly token: string
  /** Choices that were not the usual ones. */
  readonly deviations: readonly Deviation[]
  /** The index of each choice. */
  readonly indices: readonly number[]
  readonly preemptions: number
  /** The wakeup that came before a sleeper who is left, where there is one: what an `ok` run keeps to itself. */
  readonly lost: LostWakeup | null
  /** For each sleeper that is left, who woke what it sleeps on: `main (wakeup)`. */
  readonly wakers: ReadonlyMap<string, readonly string[]>
  /** Who made each step, for making them again. */
  readonly script: readonly Mover[]
  readonly ended: Ended
}

/** How a run is to be told. */
export interface Telling {
  readonly model: Model
  readonly freeTimers: boolean
  readonly scenario: string | null
  /** Ends the run after so many steps. Default: it runs to its end. */
  readonly until?: number
}

/** Runs a program once with everything written down. */
export function tellRun(subject: Subject, picker: Picker, telling: Telling): Story {
  const { model, freeTimers, until } = telling
  const recorder = new Recorder(picker)
  const run = new PickedRun(recorder, model, freeTimers, recorder, until)
  const ended = subject.execute(run)
  // Where CPUs are chosen, nothing tells of the end of the last step.
  if (model !== 'any') recorder.after()
  const race: Verdict[] = run.race === null ? [] : [{ kind: 'race', race: run.race }]
  const fingerprint = recorder.hash % FINGERPRINTS
  return {
    fingerprint,
    // What is cut short on purpose shows nothing.
    verdict: run.wasCut ? verdictOf(ended) : refine(verdictOf(ended), ended, recorder),
    wasCut: run.wasCut,
    races: race,
    steps: recorder.steps,
    token: formatToken({ ...telling, leavesSleepers: false, deviations: recorder.deviations, fingerprint }),
    deviations: recorder.deviations,
    indices: recorder.indices,
    preemptions: recorder.steps.filter(({ preempts }) => preempts).length,
    lost: lostWakeup(ended.machine, recorder),
    wakers: wakersOf(ended.machine, recorder),
    script: recorder.movers,
    ended,
  }
}

class Recorder implements Picker, Watcher {
  readonly steps: StoryStep[] = []
  readonly deviations: Deviation[] = []
  readonly movers: Mover[] = []
  /** Wakeups, and who had slept on what before. */
  readonly wakeups: Wakeup[] = []
  readonly sleeps: { readonly thread: Thread; readonly object: unknown; readonly step: number }[] = []
  readonly indices: number[] = []
  hash = 0
  private instead: string[] = []
  private last: unknown = null

  constructor(private readonly picker: Picker) {}

  pick(point: Point): number {
    const { candidates, kind } = point
    const at = this.indices.length
    const picked = this.picker.pick(point)
    const index = picked >= 0 && picked < candidates.length ? picked : 0
    const chosen = candidates[index]
    this.indices.push(index)
    if (index > 0) this.deviations.push({ at, index, check: checkOf(this.hash, chosen) })
    if (kind === 'step') {
      this.instead = candidates.filter((candidate) => candidate !== chosen).map(whoIs)
    } else {
      const what = kind === 'wake' ? `wakes ${whoIs(chosen)}` : whoIs(chosen)
      const instead = candidates.filter((candidate) => candidate !== chosen).map(whoIs)
      this.steps.push({ who: '', what, preempts: false, instead, goesOn: true })
    }
    return index
  }

  before(mover: Mover | Cpu, preempts: boolean): void {
    const acting = mover instanceof Cpu ? mover.current : mover
    if (acting !== null) this.movers.push(acting)
    if (acting instanceof Thread) this.noteWakeups(acting)
    this.note(mover, preempts)
  }

  after(): void {
    const mover = this.movers.at(-1)
    if (mover === undefined || mover instanceof Due || mover.sleepQueue === null) return
    this.sleeps.push({ thread: mover, object: mover.sleepQueue.object, step: this.steps.length })
  }

  private note(candidate: unknown, preempts: boolean): void {
    const who = whoIs(candidate)
    const what = whatNext(candidate)
    const subject = candidate instanceof Cpu ? candidate.current : candidate
    this.hash = mixedText(this.hash, `${who} ${what}`)
    this.picker.stepped?.(this.hash)
    this.steps.push({ who, what, preempts, instead: this.instead, goesOn: subject === this.last })
    this.last = subject
    this.instead = []
  }

  private noteWakeups(thread: Thread): void {
    const { operation, cpu, phase } = thread
    // In its own code its last call lies behind it.
    if (phase !== CallPhase.announced && phase !== CallPhase.waiting) return
    operation.touches?.(thread, {
      add: (object, access) => {
        if (access !== Access.wake) return
        const found = sleepersOn(cpu.machine, object).length
        const channel = nameObject(object as object)
        this.wakeups.push({ object, channel, thread, call: operation.name, found, step: this.steps.length })
      },
      tries: () => undefined,
    })
  }
}

interface Wakeup {
  readonly object: unknown
  readonly channel: string
  readonly thread: Thread
  readonly call: string
  /** How many slept there. */
  readonly found: number
  readonly step: number
}

/** Six bits of what was called until here and is chosen now. */
export function checkOf(hash: number, chosen: unknown): number {
  return mixedText(hash, `${whoIs(chosen)} ${whatNext(chosen)}`) % 64
}

/** Mixes a text into a hash. */
function mixedText(hash: number, text: string): number {
  let result = hash
  for (let i = 0; i < text.length; i++) result = mixed(result, text.charCodeAt(i))
  return result
}

/** Threads that sleep on something. */
function sleepersOn(machine: Machine, object: unknown): Thread[] {
  const sleepers: Thread[] = []
  for (const process of machine.processes)
    for (const thread of process.threads()) if (thread.sleepQueue?.object === object) sleepers.push(thread)
  return sleepers
}

/** Tells a lost wakeup from a deadlock, and a livelock from a bound that was too small. */
function refine(verdict: Verdict, { machine }: Ended, recorder: Recorder): Verdict {
  if (verdict.kind === 'cut') return endless(verdict, machine, recorder)
  // Who waits for each other's locks is not helped by any wakeup.
  if (verdict.kind !== 'deadlock' || machine.blockedForGood().length > 0) return verdict
  const lost = lostWakeup(machine, recorder)
  return lost === null ? verdict : { kind: 'lost-wakeup', lost, stuck: verdict.stuck }
}

/** A wakeup by another that came before the thread had ever slept on what it now sleeps on for ever. */
function lostWakeup(machine: Machine, { wakeups, sleeps }: Recorder): LostWakeup | null {
  // What main waits for comes first: others may be daemons, for whom there is nothing to do.
  const sleepers = machine.asleepForGood().toSorted((a, b) => Number(b === machine.main) - Number(a === machine.main))
  for (const sleeper of sleepers) {
    const object = sleeper.sleepQueue?.object
    const firstSleep = sleeps.find((sleep) => sleep.thread === sleeper && sleep.object === object)?.step ?? -1
    const wakeup = wakeups.findLast(
      (w) => w.object === object && w.thread !== sleeper && (w.found === 0 || w.step < firstSleep),
    )
    if (wakeup === undefined) continue
    const { channel, thread, call } = wakeup
    return { channel, by: nameOf(thread), call, sleeper: nameOf(sleeper) }
  }
  return null
}

function wakersOf(machine: Machine, { wakeups }: Recorder): Map<string, string[]> {
  const wakers = new Map<string, string[]>()
  for (const sleeper of machine.asleepForGood()) {
    const calls = wakeups.filter(({ object, thread }) => object === sleeper.sleepQueue?.object && thread !== sleeper)
    wakers.set(nameOf(sleeper), [...new Set(calls.map(({ thread, call }) => `${nameOf(thread)} (${call})`))])
  }
  return wakers
}

/** Times that the same steps have to come before they are taken for a loop. */
const ROUNDS_MIN = 4

/** Whether a run ends in the same steps over and over. */
function repeats(steps: readonly StoryStep[]): boolean {
  const calls = steps.map(({ who, what }) => `${who} ${what}`)
  for (let period = 1; period * ROUNDS_MIN <= calls.length / 2; period++) {
    const from = calls.length - period * ROUNDS_MIN
    let at = from + period
    while (at < calls.length && calls[at] === calls[at - period]) at++
    if (at === calls.length) return true
  }
  return false
}

/** What a run without end shows, if everybody who could go on did. */
function endless(cut: Verdict, machine: Machine, recorder: Recorder): Verdict {
  const { movers } = recorder
  const { free } = machine
  if (free === null) return cut
  const late = new Set(movers.slice(-Math.floor(movers.length / 2)))
  const isFair = free.threads.every((thread) => late.has(thread) || !free.canStep(thread))
  if (!isFair || !repeats(recorder.steps)) return cut
  const starved = free.threads.find((thread) => !late.has(thread) && thread.state !== ThreadState.dead)
  if (starved !== undefined) return { kind: 'starvation', thread: nameOf(starved), waitsFor: whatNext(starved) }
  return { kind: 'livelock', threads: [...late].filter((mover) => mover instanceof Thread).map(nameOf) }
}
