import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RunQueue } from '../src/run-queue.js'
import type { Thread } from '../src/thread.js'
import { Plain, Task } from './personality.js'

function tasks(count: number): Task[] {
  const { process, machine } = new Plain()
  return Array.from({ length: count }, (_, id) => new Task(id, `t${id}`, process, machine.cpus[0]!))
}

describe('a run queue', () => {
  test('gives the best rank first, and its longest queued thread', () => {
    const queue = new RunQueue(32)
    const [a, b, c, d] = tasks(4) as [Task, Task, Task, Task]
    queue.insertTail(a, 3)
    queue.insertTail(b, 31)
    queue.insertTail(c, 3)
    queue.insertHead(d, 3)
    expect([...queue.threads()]).toEqual([b, d, a, c])
    expect([queue.bestPlace, queue.length]).toEqual([31, 4])
    expect([queue.take(), queue.take(), queue.take(), queue.take(), queue.take()]).toEqual([b, d, a, c, null])
    expect([queue.bestPlace, queue.length]).toEqual([-1, 0])
  })

  test('makes neighbouring ranks equals where they share a place', () => {
    const queue = new RunQueue(8, 2)
    const [a, b, c, d] = tasks(4) as [Task, Task, Task, Task]
    queue.insertTail(a, 12)
    queue.insertTail(b, 15)
    queue.insertTail(c, 16)
    queue.insertHead(d, 13)
    expect([...queue.threads()]).toEqual([c, d, a, b])
    expect([queue.placeOf(a, 12), queue.placeOf(b, 15), queue.placeOf(c, 16), queue.bestPlace]).toEqual([3, 3, 4, 4])
    expect([queue.hasThreads(3), queue.hasThreads(5)]).toEqual([true, false])
  })

  test('leaves nothing on a thread that was removed', () => {
    const queue = new RunQueue(32)
    const [a, b, c] = tasks(3) as [Task, Task, Task]
    for (const task of [a, b, c]) queue.insertTail(task, 7)
    queue.remove(b)
    expect([b.next, b.previous, b.rank]).toEqual([null, null, -1])
    expect([...queue.threads()]).toEqual([a, c])
  })

  test.each([1, 32, 33, 224, 256])('of %i ranks does what a sorted list does', (ranks) => {
    const command = fc.record({
      task: fc.nat(9),
      rank: fc.nat(ranks - 1),
      how: fc.constantFrom('tail', 'head', 'take'),
    })
    fc.assert(
      fc.property(fc.array(command, { maxLength: 50 }), (commands) => {
        const queue = new RunQueue(ranks)
        const all = tasks(10)
        const model: Thread[][] = Array.from({ length: ranks }, () => [])
        const inOrder = () => model.toReversed().flat()
        for (const { task: at, rank, how } of commands) {
          const task = all[at]!
          if (how === 'take') {
            const [best] = inOrder()
            if (best !== undefined) model[best.rank]!.shift()
            expect(queue.take()).toBe(best ?? null)
          } else if (task.rank >= 0) {
            model[task.rank]!.splice(model[task.rank]!.indexOf(task), 1)
            queue.remove(task)
          } else if (how === 'tail') {
            model[rank]!.push(task)
            queue.insertTail(task, rank)
          } else {
            model[rank]!.unshift(task)
            queue.insertHead(task, rank)
          }
          const expected = inOrder()
          expect([...queue.threads()]).toEqual(expected)
          expect([queue.length, queue.bestPlace]).toEqual([expected.length, expected[0]?.rank ?? -1])
        }
      }),
      { numRuns: 100 },
    )
  })
})
