import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Due, Timeline } from '../src/timeline.js'

class Note extends Due {
  constructor(
    readonly name: number,
    private readonly log: number[] = [],
  ) {
    super()
  }
  override fire(): void {
    this.log.push(this.name)
  }
}

function fireAll(timeline: Timeline, untilNs: number): void {
  timeline.now = untilNs
  for (let due = timeline.takeDue(); due !== null; due = timeline.takeDue()) due.fire()
}

describe('a timeline', () => {
  test('fires by time, and in the order of arming at one instant', () => {
    const timeline = new Timeline()
    const log: number[] = []
    for (const [name, timeNs] of [30, 10, 20, 10, 30, 10].entries()) timeline.arm(new Note(name, log), timeNs)
    expect(timeline.nextDueNs()).toBe(10)
    fireAll(timeline, 20)
    expect(log).toEqual([1, 3, 5, 2])
    fireAll(timeline, 30)
    expect(log).toEqual([1, 3, 5, 2, 0, 4])
    expect(timeline.nextDueNs()).toBe(Infinity)
  })

  test('forgets an entry that is cancelled, wherever it stands, and takes it again', () => {
    const timeline = new Timeline()
    const log: number[] = []
    const notes = [0, 1, 2, 3].map((name) => new Note(name, log))
    for (const note of notes) timeline.arm(note, 5)
    for (const at of [0, 2, 3]) timeline.cancel(notes[at]!)
    expect(notes.map(({ isArmed }) => isArmed)).toEqual([false, true, false, false])
    timeline.cancel(notes[0]!)
    timeline.arm(notes[0]!, 5)
    fireAll(timeline, 5)
    expect(log).toEqual([1, 0])
    timeline.arm(notes[1]!, 7)
    expect(timeline.first()).toBe(notes[1])
  })

  test('counts what time passes for, which housekeeping is not', () => {
    const timeline = new Timeline()
    const housekeeping = new Note(0)
    housekeeping.background = true
    timeline.arm(housekeeping, 1)
    expect(timeline.foreground).toBe(0)
    const note = new Note(1)
    timeline.arm(note, 2)
    expect(timeline.foreground).toBe(1)
    expect(timeline.first()).toBe(housekeeping)
    timeline.cancel(note)
    timeline.cancel(housekeeping)
    expect(timeline.foreground).toBe(0)
    expect(timeline.first()).toBeNull()
  })

  test('does what a sorted list does', () => {
    const command = fc.record({ cancels: fc.boolean(), note: fc.nat(11), timeNs: fc.nat(9), fires: fc.boolean() })
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        const timeline = new Timeline()
        const notes = Array.from({ length: 12 }, (_, name) => new Note(name))
        let model: { note: Note; timeNs: number; order: number }[] = []
        for (const [order, { cancels, note: at, timeNs, fires }] of commands.entries()) {
          const note = notes[at]!
          timeline.cancel(note)
          model = model.filter((entry) => entry.note !== note)
          if (!cancels) {
            timeline.arm(note, timeNs)
            model.push({ note, timeNs, order })
          }
          model.sort((a, b) => a.timeNs - b.timeNs || a.order - b.order)
          if (fires) {
            timeline.now = model[0]?.timeNs ?? 0
            expect(timeline.takeDue()).toBe(model.shift()?.note ?? null)
          }
          expect(timeline.first()).toBe(model[0]?.note ?? null)
          expect(timeline.nextDueNs()).toBe(model[0]?.timeNs ?? Infinity)
          expect(timeline.foreground).toBe(model.length)
        }
      }),
      { numRuns: 300 },
    )
  })
})
