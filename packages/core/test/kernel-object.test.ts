import { describe, expect, test } from 'vitest'
import { kernelClass, KernelObject, type CallGroup } from '../src/kernel-object.js'
import type { Machine } from '../src/machine.js'
import { Plain } from './personality.js'

class Base extends KernelObject<Machine> {
  get steps(): number {
    return this.machine.steps
  }
}

interface Calls {
  first: () => Machine
  second: () => Machine
  third: () => string
}

/** A class, and how often each of its groups was made. */
function classWithCounts() {
  const made = [0, 0]
  const groups: CallGroup<Machine>[] = [
    (machine) => {
      made[0]!++
      return { first: () => machine, second: () => machine }
    },
    () => {
      made[1]!++
      return { third: () => 'third' }
    },
  ]
  const { machine } = new Plain()
  const Kernel = kernelClass(Base, { ANSWER: 42, NAME: 'plain' }, groups, machine)
  const specimenMade = [...made]
  made.fill(0)
  return { Kernel, made, specimenMade, specimen: machine }
}

type Kernel = Base & Calls & { readonly ANSWER: number; readonly NAME: string }

describe('a kernel object', () => {
  test('has the properties of its base, the constants and the functions of all groups', () => {
    const { Kernel } = classWithCounts()
    const { machine } = new Plain({ ncpu: 3, hz: 50 })
    const k = new Kernel(machine) as Kernel
    expect(k).toBeInstanceOf(Base)
    expect([k.ANSWER, k.NAME, k.steps]).toEqual([42, 'plain', 0])
    expect([k.ncpu, k.hz, k.now, k.ticks]).toEqual([3, 50, 0, 0])
    expect(k.console).toBe(machine.console.lines)
    expect(k.trace).toBe(machine.trace)
    expect([k.first(), k.third()]).toEqual([machine, 'third'])
    const names: string[] = []
    for (const name in k) names.push(name)
    expect(names).toEqual(expect.arrayContaining(['ANSWER', 'NAME', 'first', 'second', 'third']))
    expect('fourth' in k).toBe(false)
  })

  test('makes a group when the first of its functions is wanted, once', () => {
    const { Kernel, made, specimenMade } = classWithCounts()
    expect(specimenMade).toEqual([1, 1])
    const k = new Kernel(new Plain().machine) as Kernel
    expect(made).toEqual([0, 0])
    const { first, second } = k
    expect(made).toEqual([1, 0])
    expect([k.first, k.second, k.first]).toEqual([first, second, first])
    expect(made).toEqual([1, 0])
    expect(k.third()).toBe('third')
    expect(made).toEqual([1, 1])
  })

  test('has its functions for itself, bound to its own machine', () => {
    const { Kernel, specimen } = classWithCounts()
    const machines = [new Plain().machine, new Plain().machine]
    const [a, b] = machines.map((machine) => new Kernel(machine) as Kernel)
    const { first } = a!
    expect(first()).toBe(machines[0])
    expect(b!.first()).toBe(machines[1])
    expect(a!.second()).toBe(machines[0])
    expect(first()).not.toBe(specimen)
    expect(Object.hasOwn(a!, 'first')).toBe(true)
    expect(Object.hasOwn(b!, 'second')).toBe(false)
  })

  test('cannot have its constants and functions replaced by mistake', () => {
    const { Kernel } = classWithCounts()
    const k = new Kernel(new Plain().machine) as unknown as Record<string, unknown>
    expect(() => (k['ANSWER'] = 1)).toThrow(TypeError)
    expect(() => (k['first'] = 1)).toThrow(TypeError)
    expect(k['first']).toBeTypeOf('function')
    expect(() => (k['first'] = 1)).toThrow(TypeError)
  })

  test('shows time as it passes', () => {
    const { Kernel } = classWithCounts()
    const plain = new Plain()
    const k = new Kernel(plain.machine)
    const seen: number[][] = []
    plain.run(function* () {
      yield* plain.sleep('x', 2)
      yield* plain.work(5)
      seen.push([k.now, k.ticks])
    })
    expect(seen).toEqual([[20_000_005, 2]])
  })
})
