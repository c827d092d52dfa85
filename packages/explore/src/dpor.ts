import { eventOf, type Event } from './event.js'
import { dependent } from './op.js'
import { eachRace, reversal } from './races.js'
import { asTree, inARow, type SavedBranch } from './saved-branches.js'
import { insert, isWeakInitial, type Branch, type Sleeper } from './wakeup-tree.js'
import type { Actor, World } from './world.js'

/** A place in the current run. */
interface Node {
  sleep: readonly Sleeper[]
  /** What is to be tried, the current one first. What is under that are the branches of the next node, the same list. */
  readonly branches: Branch[]
}

/** Steps an actor may make in a row before others that can go on get their turn, where nothing else is to be tried. */
const IN_A_ROW_MAX = 100

/** A search between two runs, as plain data. */
export interface SavedSearch {
  /** Those of the first node, and with them those of all. */
  readonly branches: readonly SavedBranch[]
  /** Of each node. */
  readonly sleep: readonly (readonly Sleeper[])[]
  readonly executions: number
  readonly blocked: number
  readonly infeasible: number
  /** How many of the first nodes stay as they are: other searches see to them. */
  readonly floor: number
}

/**
 * Runs one schedule of every class of equivalent ones: optimal dynamic partial-order reduction with wakeup trees
 * (Abdulla, Aronis, Jonsson and Sagonas, 2014).
 *
 *     do {
 *       search.run(world)    // a new run from the beginning, the same each time
 *       search.learn(world)
 *     } while (search.backtrack())
 */
export class Search {
  /** The current or last run. */
  readonly events: Event[] = []
  /** Complete runs. */
  executions = 0
  /** Runs that could only repeat what was seen. */
  blocked = 0
  /** Steps that were to be tried and could not be made. */
  infeasible = 0
  /** Whether the last run was complete. */
  isMaximal = false
  private readonly nodes: Node[] = []
  private floor = 0

  /**
   * @param spread - At so many first places everybody who can go on is tried, without waiting for a run to show that it
   *   is worth it: what comes after them can then be searched by several searches that know nothing of each other.
   */
  constructor(private readonly spread: number = 0) {}

  /**
   * Goes the way the nodes say and on to the end.
   *
   * @param stepsMax - Where to stop before that.
   */
  run(world: World, stepsMax: number = Infinity): void {
    const { events, nodes } = this
    if (events.length < nodes.length - 1) this.remake(world)
    else {
      for (const { actor, choices, op } of events) {
        const answers = choices.map(({ answer }) => answer)
        world.replay(actor, answers, op.name)
      }
    }
    this.isMaximal = true
    let running = events.at(-1)?.actor ?? -1
    let inARow = 0
    while (!world.isOver && events.length < stepsMax) {
      const depth = events.length
      const node = depth < nodes.length ? nodes[depth]! : this.newNode(nodes.at(-1))
      while (node.branches.length > 0 && !world.isEnabled(node.branches[0]!.actor)) this.giveUp(node, world)
      if (node.branches.length === 0) {
        const enabled = world.actors().filter((actor) => world.isEnabled(actor))
        const awake = enabled.filter((actor) => !isAsleep(node, actor))
        if (awake.length === 0) {
          this.isMaximal = enabled.length === 0
          // What was to be tried here could not be, and nothing else is left.
          if (depth < nodes.length) nodes.pop()
          break
        }
        // Whoever runs goes on: fewer switches are easier to read.
        const goesOn = inARow < IN_A_ROW_MAX && awake.includes(running)
        const first = goesOn ? running : (awake.find((actor) => actor !== running) ?? running)
        node.branches.push(untold(first))
        if (depth < this.spread)
          node.branches.push(...awake.filter((actor) => actor !== first).map((actor) => untold(actor)))
      }
      if (depth === nodes.length) nodes.push(node)
      const branch = node.branches[0]!
      inARow = branch.actor === running ? inARow + 1 : 0
      running = branch.actor
      const event = eventOf(events, running, world.next(running), world.step(running, branch.answers))
      branch.op = event.op
      events.push(event)
      if (event.choices.length > branch.settled) settle(node, branch, event)
    }
    if (this.isMaximal) this.executions++
    else this.blocked++
  }

  /** Makes the events up to the last node, of a search whose nodes were saved. Their questions were settled then. */
  private remake(world: World): void {
    const { events, nodes } = this
    for (const { branches } of nodes.slice(events.length, -1)) {
      const { actor, answers } = branches[0]!
      events.push(eventOf(events, actor, world.next(actor), world.step(actor, answers)))
    }
  }

  private newNode(before: Node | undefined): Node {
    if (before === undefined) return { sleep: [], branches: [] }
    const { actor, op } = this.events.at(-1)!
    const sleep = before.sleep.filter((sleeper) => sleeper.actor !== actor && !dependent(sleeper.op, op))
    return { sleep, branches: before.branches[0]!.branches }
  }

  /** What was to be tried cannot be: something took the possibility away that no operation told of. All is tried. */
  private giveUp(node: Node, world: World): void {
    this.infeasible++
    node.branches.shift()
    for (const actor of world.actors()) {
      if (!world.isEnabled(actor) || isAsleep(node, actor)) continue
      if (!node.branches.some((branch) => branch.actor === actor)) node.branches.push(untold(actor))
    }
  }

  /** Notes what the run has shown to be worth trying. Asked for before the machine looks at who is stuck. */
  learn(world: World): void {
    const { events, nodes } = this
    eachRace(events, world, (first, second) => {
      if (first.index < this.floor) return
      const node = nodes[first.index]!
      const sequence = reversal(events, first, second)
      for (const sleeper of node.sleep) if (isWeakInitial(sleeper, sequence)) return
      insert(node.branches, sequence)
    })
  }

  /** To the deepest place where something is left to be tried. False when nothing is. */
  backtrack(): boolean {
    const { events, nodes } = this
    while (nodes.length > this.floor) {
      const node = nodes.at(-1)!
      const { settled } = node.branches.shift()!
      const { actor, op, choices } = events[nodes.length - 1]!
      events.length = nodes.length - 1
      // Where all answers are tried, those before have been as well when the last is done.
      const isLast =
        choices.length === 0 ||
        (settled < Infinity && !node.branches.some((b) => b.actor === actor && b.settled < Infinity))
      const answers = isLast ? null : choices.map(({ answer }) => answer)
      node.sleep = [...node.sleep, { actor, op, answers }]
      if (node.branches.length > 0) return true
      nodes.pop()
    }
    return false
  }

  /** How many runs there are by the shape of what is known: what was tried at each place and what is left. */
  get estimate(): number {
    let product = 1
    for (const { sleep, branches } of this.nodes) product *= Math.max(1, Math.min(sleep.length, 1) + branches.length)
    return Math.max(product, this.executions)
  }

  /** Whether it is a part of another one. */
  get isPart(): boolean {
    return this.floor > 0
  }

  get depth(): number {
    return this.nodes.length
  }

  /** Between two runs. */
  save(): SavedSearch {
    const { nodes, executions, blocked, infeasible, floor } = this
    const branches = inARow(nodes[0]?.branches ?? [])
    return { branches, sleep: nodes.map(({ sleep }) => sleep), executions, blocked, infeasible, floor }
  }

  /** A search of what comes after the current run, and of nothing before. */
  saveEnd(): SavedSearch {
    const { nodes, events } = this
    let branches: Branch[] = []
    for (const { actor, op, choices } of events.toReversed())
      branches = [{ actor, op, answers: choices.map(({ answer }) => answer), settled: Infinity, branches }]
    const sleep = nodes.map((node) => node.sleep)
    return { branches: inARow(branches), sleep, executions: 0, blocked: 0, infeasible: 0, floor: events.length }
  }

  static from(saved: SavedSearch): Search {
    const search = new Search()
    let branches = asTree(saved.branches)
    for (const sleep of saved.sleep) {
      search.nodes.push({ sleep, branches })
      branches = branches[0]!.branches
    }
    search.executions = saved.executions
    search.blocked = saved.blocked
    search.infeasible = saved.infeasible
    search.floor = saved.floor
    return search
  }
}

function isAsleep(node: Node, actor: Actor): boolean {
  return node.sleep.some((sleeper) => sleeper.actor === actor && sleeper.answers === null)
}

/** A step about which nothing is known yet. */
function untold(actor: Actor): Branch {
  return { actor, op: null, answers: [], settled: 0, branches: [] }
}

/** Puts the other answers to the questions a step asked next in line. */
function settle(node: Node, branch: Branch, { actor, op, choices }: Event): void {
  const given = choices.map(({ answer }) => answer)
  const others: Branch[] = []
  for (let at = choices.length - 1; at >= branch.settled; at--) {
    for (let answer = 0; answer < choices[at]!.answers; answer++) {
      if (answer === given[at]) continue
      const answers = [...given.slice(0, at), answer]
      if (node.sleep.some((s) => s.actor === actor && s.answers?.join() === answers.join())) continue
      others.push({ actor, op, answers, settled: at + 1, branches: [] })
    }
  }
  node.branches.splice(1, 0, ...others)
}
