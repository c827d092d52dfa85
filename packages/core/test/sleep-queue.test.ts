import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ChannelTable, SleepQueue } from '../src/sleep-queue.js'
import { Plain, Task } from './personality.js'

function tasks(count: number): Task[] {
  const { process, machine } = new Plain()
  return Array.from({ length: count }, (_, id) => new Task(id, `t${id}`, process, machine.cpus[0]!))
}

describe('a sleep queue', () => {
  test('is in order of rank, and of arrival among equals', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(4), { maxLength: 12 }), fc.array(fc.nat(11)), (ranks, leave) => {
        const queue = new SleepQueue('channel')
        const all = tasks(ranks.length)
        for (const [at, task] of all.entries()) queue.insert(task, ranks[at]!)
        let model = all
          .map((task, at) => ({ task, rank: ranks[at]!, at }))
          .sort((a, b) => b.rank - a.rank || a.at - b.at)
        for (const at of leave) {
          const task = all[at]
          if (task?.sleepQueue !== queue) continue
          queue.remove(task)
          model = model.filter((entry) => entry.task !== task)
          expect([task.sleepQueue, task.next, task.previous, task.rank]).toEqual([null, null, null, -1])
        }
        const order = model.map(({ task }) => task)
        expect([...queue.threads()]).toEqual(order)
        expect([queue.head, queue.tail, queue.length]).toEqual([order[0] ?? null, order.at(-1) ?? null, order.length])
      }),
      { numRuns: 300 },
    )
  })
})

describe('the channels of a kernel', () => {
  test('are told apart by identity', () => {
    const table = new ChannelTable()
    const one = {}
    const queue = table.at(one)
    expect(table.at(one)).toBe(queue)
    expect(table.find(one)).toBe(queue)
    expect(table.find({})).toBeNull()
    expect(table.at('1')).not.toBe(table.at(1))
    expect(table.at('1')).toBe(table.at(['1'].join('')))
    expect(table.at(NaN)).toBe(table.at(NaN))
  })

  test('are swept out when they lie empty, and only then', () => {
    const table = new ChannelTable()
    const [sleeper] = tasks(1) as [Task]
    const kept = table.at('kept')
    kept.insert(sleeper, 0)
    const first = table.at('empty')
    for (let at = 0; at < 10_000; at++) table.at(at)
    expect(table.find('kept')).toBe(kept)
    expect(table.find('empty')).toBeNull()
    expect(table.at('empty')).not.toBe(first)
    expect(table.find(9999)?.object).toBe(9999)
  })
})
