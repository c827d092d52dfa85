import {
  CallPhase,
  Cell,
  ConditionVariable,
  Cpu,
  Due,
  format,
  Lock,
  nameObject,
  Thread,
  type PrintfArgument,
} from '@kt/core'
import { nameOf } from './cell-race.js'

/** Who a candidate is. */
export function whoIs(candidate: unknown): string {
  if (candidate instanceof Thread) return nameOf(candidate)
  if (candidate instanceof Due) return candidate.label
  if (candidate instanceof Cpu) return candidate.current === null ? candidate.name : nameOf(candidate.current)
  return candidate === true ? 'fails' : 'succeeds'
}

/** What it does next, as a reader of the program knows it. */
export function whatNext(candidate: unknown): string {
  if (candidate instanceof Due) return 'fires'
  const thread = candidate instanceof Cpu ? candidate.current : candidate
  if (!(thread instanceof Thread)) return candidate instanceof Cpu ? 'looks for work' : ''
  const { free, bigLock } = thread.cpu.machine
  if (free?.isRaised(thread) === true) return 'begins'
  if (free?.mustRegain(thread) === true) return `takes ${bigLock.name}`
  const { phase, operation, inside } = thread
  if (phase === CallPhase.fresh) return 'starts'
  const argument = argumentOf(thread)
  const call = argument === '' ? operation.name : `${operation.name} ${argument}`
  const whole = inside === null || inside === operation.name ? call : `${inside}: ${call}`
  return phase === CallPhase.waiting ? `${whole} goes on` : whole
}

/** What the call is about, where that has a name. */
function argumentOf({ a, operation }: Thread): string {
  if (operation.name === 'return') return ''
  if (a instanceof Lock || a instanceof ConditionVariable || a instanceof Cell) return a.name
  if (a instanceof Thread) return nameOf(a)
  if (typeof a === 'string') return operation.name === 'printf' ? '' : `'${a}'`
  const { fmt, args } = (a ?? {}) as { fmt?: unknown; args?: unknown }
  if (typeof fmt === 'string') return Array.isArray(args) ? format(fmt, args as readonly PrintfArgument[]) : fmt
  const { name } = (a ?? {}) as { name?: unknown }
  return typeof a === 'object' && a !== null && typeof name === 'string' ? nameObject(a) : ''
}
