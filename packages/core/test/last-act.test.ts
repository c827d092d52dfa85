import { describe, expect, test } from 'vitest'
import type { Operation, Steps } from '../src/call.js'
import type { Halt } from '../src/outcome.js'
import type { Thread } from '../src/thread.js'
import { Plain } from './personality.js'

/** What a system's own machine sees of core's. */
interface Insider {
  lastAct(thread: Thread, steps: Steps): void
  stop(halt: Halt): void
}

/** A system that executes code of its own when it stops, and stops when that is over. */
function shutsDown(k: Plain, act: () => Steps): Steps {
  const machine = k.machine as unknown as Insider
  const down: Operation = {
    name: 'down',
    start(_machine, thread) {
      machine.lastAct(thread, act())
      k.log.push('the call does not complete')
      throw new Error('down')
    },
    resume: () => true,
  }
  return (function* () {
    k.machine.begin(down)
    yield* k.machine.port
    k.log.push('never')
  })()
}

const halts = (k: Plain): void => {
  ;(k.machine as unknown as Insider).stop({ kind: 'shutdown', howto: 8 })
}

describe('a last act', () => {
  test('is executed by the thread that was in the call, while others go on', () => {
    const k = new Plain()
    k.spawn('other', function* () {
      yield* k.sleep('pause', 3)
      k.log.push('other')
    })
    const outcome = k.run(() =>
      shutsDown(k, function* () {
        k.log.push(`act of ${k.machine.running!.name}`)
        yield* k.sleep('pause', 5)
        k.log.push('done')
        halts(k)
      }),
    )
    expect(outcome).toMatchObject({ kind: 'shutdown', howto: 8, nowNs: 50_000_000 })
    expect(k.log).toEqual(['act of main', 'other', 'done', 'the call does not complete'])
  })

  test('leaves a kernel that runs no more', () => {
    const k = new Plain()
    const act = function* (): Steps<void> {
      halts(k)
      yield* k.nothing()
      k.log.push('never')
    }
    expect(k.run(() => shutsDown(k, act)).kind).toBe('shutdown')
    expect(k.log).toEqual(['the call does not complete'])
    expect(() => k.run(function* () { yield* k.nothing() })).toThrow('this kernel has stopped: shutdown') // prettier-ignore
  })

  test('is not kept from its end by others that never wait', () => {
    const k = new Plain({ ncpu: 2 })
    k.spawn('spinner', function* () {
      for (;;) yield* k.nothing()
    }, { cpu: 1 }) // prettier-ignore
    const outcome = k.run(() =>
      shutsDown(k, function* () {
        yield* k.sleep('for ever')
      }),
    )
    expect(outcome.kind).toBe('livelock')
    expect(outcome.steps).toBeLessThan(300_000)
  })
})
