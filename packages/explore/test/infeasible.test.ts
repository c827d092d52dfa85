import {
  Access,
  machineOf,
  type Footprint,
  type KernelCall,
  type Operation,
  type Takeable,
  type Thread,
} from '@kt/core'
import { createKernel, type Kernel } from '@kt/netbsd/10.1'
import { expect, test } from 'vitest'
import { Exploration, explore, merged, programOf, type SavedExploration } from '../src/index.js'

/** A call that says too little of what it touches is found out where a step that was to be tried cannot be made. */

const make = () => createKernel({ ncpu: 2 })

/** Lets nobody pass until it is opened, and no operation says that they wait for that. */
class Gate implements Takeable {
  isOpen = false

  isFreeFor(): boolean {
    return this.isOpen
  }
}

function operation(name: string, rest: Partial<Operation>): Operation {
  const start: Operation['start'] = (_machine, thread) => {
    thread.result = undefined
    return true
  }
  return { name, touches: () => undefined, start, resume: () => true, ...rest }
}

function call(k: Kernel, made: Operation): KernelCall<void> {
  const machine = machineOf(k)!
  machine.enter(made)
  return machine.port
}

function* main(k: Kernel) {
  const gate = new Gate()
  const shared = {}
  const touches = (_thread: Thread, footprint: Footprint) => {
    footprint.add(shared, Access.write)
  }
  const open = operation('open', {
    touches,
    start(_machine, thread) {
      gate.isOpen = true
      thread.result = undefined
      return true
    },
  })
  const pass = operation('pass', { takes: () => gate })
  const use = operation('use', { touches })
  function* opener() {
    yield* call(k, open)
    yield* k.kthread_exit(0)
  }
  yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, opener, null, null, 'opener')
  yield* call(k, pass)
  yield* call(k, use)
}

test('the report counts the steps that could not be made', () => {
  expect(explore(make, main).infeasible).toBeGreaterThan(0)
})

test('of calls that say all there are none', () => {
  const report = explore(make, function* (k) {
    const lock = k.mutex('m')
    function* other() {
      yield* k.mutex_enter(lock)
      yield* k.mutex_exit(lock)
      yield* k.kthread_exit(0)
    }
    yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, other, null, null, 'other')
    yield* k.mutex_enter(lock)
    yield* k.mutex_exit(lock)
  })
  expect(report).toMatchObject({ complete: true, infeasible: 0 })
  expect(report.schedules).toBeGreaterThan(1)
})

test('they are saved, gone on with, and added up', () => {
  const subject = programOf(make, main)
  const alone = new Exploration(subject)
  alone.runFor(Infinity)
  const { infeasible } = alone.report()
  let resume = JSON.parse(JSON.stringify(new Exploration(subject).save())) as SavedExploration
  for (let isOver = false; !isOver;) {
    const piece = new Exploration(subject, { resume })
    isOver = piece.runFor(0)
    resume = JSON.parse(JSON.stringify(piece.save())) as SavedExploration
  }
  expect(resume.infeasible).toBe(infeasible)
  const twice = Exploration.reportOf(subject, {}, merged([resume, alone.save()]), null)
  expect(twice.infeasible).toBe(2 * infeasible)
})
