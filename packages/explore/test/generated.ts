import type { Body } from './toy.js'
import type { Program } from './literature.js'

/** A line of a generated thread. */
type Line =
  | { readonly does: 'read' | 'write'; readonly variable: string }
  | { readonly does: 'lock' | 'unlock'; readonly lock: string }
  /** Writes while it has the lock, if it got it and `writes`. */
  | { readonly does: 'tryLock'; readonly lock: string; readonly writes: boolean }
  /** Writes if it times out. */
  | { readonly does: 'wait'; readonly condition: string; readonly lock: string; readonly isTimed: boolean }
  | { readonly does: 'sleep'; readonly channel: string; readonly isTimed: boolean }
  | { readonly does: 'signal' | 'signalAny'; readonly condition: string }
  | { readonly does: 'wakeup'; readonly channel: string }
  /** Writes for one of two answers. */
  | { readonly does: 'choose' }
  | { readonly does: 'spawn'; readonly lines: readonly Line[] }
  /** Ends the run. */
  | { readonly does: 'fail' }
  /** Joins the latest thread it has not joined, if any. */
  | { readonly does: 'join' }

/**
 * A program of two or three small threads, from a seed.
 *
 * @param fails - Whether one of its threads ends the run somewhere.
 */
export function generated(seed: number, fails = false): { readonly text: string; readonly program: Program } {
  const random = randomFrom(seed)
  const threads = Array.from({ length: 2 + random(2) }, () => lines(random, 1 + random(4), true))
  if (fails) {
    const failing = threads[random(threads.length)]!
    failing.splice(random(failing.length + 1), 0, { does: 'fail' })
  }
  return { text: JSON.stringify(threads), program: () => threads.map(interpreted) }
}

type Random = (below: number) => number

/** A linear congruential generator. */
function randomFrom(seed: number): Random {
  let state = seed >>> 0
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return (state >>> 8) % below
  }
}

function lines(random: Random, length: number, maySpawn: boolean): Line[] {
  const held: string[] = []
  const made: Line[] = []
  for (let i = 0; i < length; i++) {
    const lock = `m${random(2)}`
    switch (random(maySpawn ? 13 : 11)) {
      case 0:
        made.push({ does: 'read', variable: `x${random(2)}` })
        break
      case 1:
      case 2:
        made.push({ does: 'write', variable: `x${random(2)}` })
        break
      case 3:
        if (held.includes(lock)) break
        made.push({ does: 'lock', lock })
        held.push(lock)
        break
      case 4:
        if (held.length > 0) made.push({ does: 'unlock', lock: held.pop()! })
        break
      case 5:
        if (!held.includes(lock)) made.push({ does: 'tryLock', lock, writes: random(2) === 0 })
        break
      case 6:
      case 7: {
        const isTimed = random(2) === 0
        const under = held.at(-1)
        if (under === undefined) made.push({ does: 'sleep', channel: `s${random(2)}`, isTimed })
        else made.push({ does: 'wait', condition: `c${random(2)}`, lock: under, isTimed })
        break
      }
      case 8:
        made.push({ does: random(2) === 0 ? 'signal' : 'signalAny', condition: `c${random(2)}` })
        break
      case 9:
        made.push({ does: 'wakeup', channel: `s${random(2)}` })
        break
      case 10:
        made.push({ does: 'choose' })
        break
      case 11:
        made.push({ does: 'spawn', lines: lines(random, 1 + random(2), false) })
        break
      case 12:
        made.push({ does: 'join' })
        break
    }
  }
  while (held.length > 0) made.push({ does: 'unlock', lock: held.pop()! })
  return made
}

function interpreted(program: readonly Line[]): () => Body {
  return function* () {
    const children: number[] = []
    for (const line of program) {
      switch (line.does) {
        case 'read':
        case 'write':
          yield { call: line.does, variable: line.variable }
          break
        case 'lock':
        case 'unlock':
          yield { call: line.does, lock: line.lock }
          break
        case 'tryLock':
          if ((yield { call: 'tryLock', lock: line.lock }) !== true) break
          if (line.writes) yield { call: 'write', variable: 'x0' }
          yield { call: 'unlock', lock: line.lock }
          break
        case 'wait':
          if (
            (yield { call: 'wait', condition: line.condition, lock: line.lock, isTimed: line.isTimed }) === 'timedOut'
          )
            yield { call: 'write', variable: 'x1' }
          break
        case 'sleep':
          if ((yield { call: 'sleep', channel: line.channel, isTimed: line.isTimed }) === 'timedOut')
            yield { call: 'write', variable: 'x0' }
          break
        case 'signal':
        case 'signalAny':
          yield { call: line.does, condition: line.condition }
          break
        case 'wakeup':
          yield { call: 'wakeup', channel: line.channel }
          break
        case 'fail':
          yield { call: 'fail' }
          break
        case 'choose':
          if ((yield { call: 'choose', answers: 2 }) === 1) yield { call: 'write', variable: 'x1' }
          break
        case 'spawn':
          children.push((yield { call: 'spawn', body: interpreted(line.lines) }) as number)
          break
        case 'join': {
          const thread = children.pop()
          if (thread !== undefined) yield { call: 'join', thread }
          break
        }
      }
    }
  }
}
