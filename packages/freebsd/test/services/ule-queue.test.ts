import { Thread } from '@kt/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UleQueue } from '../../src/ule-queue.js'

/** Threads that are nothing but something to queue. */
function threads(count: number): Thread[] {
  return Array.from({ length: count }, (_, id) => new Thread(id, `t${id}`, null as never, null as never))
}

/** What the queue is given for a priority. */
function rank(priority: number): number {
  return 255 - priority
}

/** Names in the order in which they are taken, by a queue to which they come in the order given. */
function taken(priorities: readonly number[]): number[] {
  const queue = new UleQueue()
  const all = threads(priorities.length)
  for (const [at, priority] of priorities.entries()) queue.insertTail(all[at]!, rank(priority))
  return drained(queue).map((id) => priorities[id]!)
}

function drained(queue: UleQueue): number[] {
  const ids: number[] = []
  for (let next = queue.take(); next !== null; next = queue.take()) ids.push(next.id)
  return ids
}

/** The queue told in the plainest way: three bands, one list for each of their places. */
class Model {
  readonly realtime: Thread[][] = Array.from({ length: 40 }, () => [])
  readonly calendar: Thread[][] = Array.from({ length: 64 }, () => [])
  readonly idle: Thread[][] = Array.from({ length: 8 }, () => [])
  insertAt = 0
  removeAt = 0

  private placeOf(priority: number): Thread[] {
    if (priority <= 159) return this.realtime[Math.floor(priority / 4)]!
    if (priority >= 224) return this.idle[Math.floor((priority - 224) / 4)]!
    let slot = (priority - 160 + this.insertAt) % 64
    if (this.insertAt !== this.removeAt && slot === this.removeAt) slot = (slot + 63) % 64
    return this.calendar[slot]!
  }

  tail(thread: Thread, priority: number): void {
    this.placeOf(priority).push(thread)
  }

  head(thread: Thread, priority: number): void {
    const isTimeshare = priority >= 160 && priority <= 223
    const place = isTimeshare ? this.calendar[this.removeAt]! : this.placeOf(priority)
    place.unshift(thread)
  }

  remove(thread: Thread): void {
    for (const place of [...this.realtime, ...this.calendar, ...this.idle]) {
      const at = place.indexOf(thread)
      if (at < 0) continue
      place.splice(at, 1)
      if (place === this.calendar[this.removeAt] && place.length === 0 && this.insertAt !== this.removeAt)
        this.removeAt = (this.removeAt + 1) % 64
      return
    }
  }

  tick(): void {
    if (this.insertAt !== this.removeAt) return
    this.insertAt = (this.insertAt + 1) % 64
    if (this.calendar[this.removeAt]!.length === 0) this.removeAt = this.insertAt
  }

  get inOrder(): Thread[] {
    const turned = [...this.calendar.slice(this.removeAt), ...this.calendar.slice(0, this.removeAt)]
    return [...this.realtime, ...turned, ...this.idle].flat()
  }
}

describe('the run queue of a CPU under SCHED_ULE', () => {
  it('four neighbouring priorities below 160 share a place, first come, first served', () => {
    expect(taken([67, 64, 66, 65])).toEqual([67, 64, 66, 65])
    expect(taken([159, 156, 128, 131, 104, 68, 3, 0])).toEqual([3, 0, 68, 104, 128, 131, 159, 156])
  })

  it('so do four of the idle band', () => {
    expect(taken([255, 252, 224, 227, 226])).toEqual([224, 227, 226, 255, 252])
  })

  it('each priority of time-sharing has a slot of its own', () => {
    expect(taken([163, 160, 162, 161, 223])).toEqual([160, 161, 162, 163, 223])
  })

  it('kernel threads come before time-sharing, that before the idle band', () => {
    expect(taken([224, 160, 104, 223, 68, 159])).toEqual([68, 104, 159, 160, 223, 224])
  })

  it('a preempted thread goes to the head of its place, of the slot at hand in the calendar', () => {
    const queue = new UleQueue()
    const [a, b, c, d] = threads(4) as [Thread, Thread, Thread, Thread]
    queue.insertTail(a, rank(68))
    queue.insertHead(b, rank(71))
    queue.insertTail(c, rank(160))
    queue.insertHead(d, rank(200))
    expect(drained(queue)).toEqual([b.id, a.id, d.id, c.id])
  })

  it('the calendar turns by a slot at a clock: who waits longer comes before a better one that is new', () => {
    const queue = new UleQueue()
    const [old, fresh] = threads(2) as [Thread, Thread]
    queue.insertTail(old, rank(165))
    for (let n = 0; n < 6; n++) queue.advance()
    queue.insertTail(fresh, rank(160))
    expect(drained(queue)).toEqual([old.id, fresh.id])
  })

  it('it turns no further while the slot at hand has threads', () => {
    const queue = new UleQueue()
    const [first, worse, fresh] = threads(3) as [Thread, Thread, Thread]
    queue.insertTail(first, rank(160))
    queue.insertTail(worse, rank(165))
    for (let n = 0; n < 6; n++) queue.advance()
    queue.insertTail(fresh, rank(160))
    expect(drained(queue)).toEqual([first.id, fresh.id, worse.id])
  })

  it('nobody joins the slot at hand from behind: the worst are put a slot before it', () => {
    const queue = new UleQueue()
    const [first, worst, better] = threads(3) as [Thread, Thread, Thread]
    queue.insertTail(first, rank(160))
    queue.advance()
    queue.insertTail(worst, rank(223))
    queue.insertTail(better, rank(200))
    expect(drained(queue)).toEqual([first.id, better.id, worst.id])
  })

  it('does what the plain telling does, whatever comes', () => {
    const command = fc.record({
      task: fc.nat(11),
      priority: fc.oneof(
        fc.integer({ min: 160, max: 223 }),
        fc.constantFrom(160, 161, 223),
        fc.integer({ min: 0, max: 255 }),
      ),
      how: fc.constantFrom('tail', 'tail', 'tail', 'head', 'take', 'tick', 'tick'),
    })
    fc.assert(
      fc.property(fc.array(command, { maxLength: 120 }), (commands) => {
        const queue = new UleQueue()
        const model = new Model()
        const all = threads(12)
        for (const { task: at, priority, how } of commands) {
          const task = all[at]!
          if (how === 'tick') {
            queue.advance()
            model.tick()
          } else if (how === 'take') {
            const best = model.inOrder[0] ?? null
            if (best !== null) model.remove(best)
            expect(queue.take()).toBe(best)
          } else if (task.rank >= 0) {
            queue.remove(task)
            model.remove(task)
          } else if (how === 'tail') {
            queue.insertTail(task, rank(priority))
            model.tail(task, priority)
          } else {
            queue.insertHead(task, rank(priority))
            model.head(task, priority)
          }
          expect([...queue.threads()]).toEqual(model.inOrder)
          expect(queue.length).toBe(model.inOrder.length)
        }
      }),
      { numRuns: 200, seed: 1 },
    )
  })
})
