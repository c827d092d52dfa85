import { machineOf, type HostCalls, type KernelCall, type Operation, type Steps } from '@kt/core'
import type { ReleaseName } from './releases.js'
import type { BootWords } from './words/boot.js'
import type { CreationWords } from './words/creation.js'
import type { EndWords } from './words/end.js'
import type { LimitsWords } from './words/limits.js'
import type { ScheduleWords } from './words/schedule.js'
import type { StopWords } from './words/stop.js'
import type { ThreadWords } from './words/threads.js'

/** What every kernel has, whatever its system. */
export interface AnyKernel extends HostCalls {
  readonly reading: 'page' | 'kernel'
  psText(): string
}

/** The words in which stories are written: what every system can be asked for, said in its own calls. */
export interface Words extends ThreadWords, CreationWords, BootWords, EndWords, StopWords, ScheduleWords, LimitsWords {}

/** A release that listens to a story. */
export interface Driver extends Words {
  readonly release: ReleaseName
  readonly k: AnyKernel
  /** Name of an errno value, as `EAGAIN`; `0` is `0`. */
  errno(code: number): string
  /** What several threads say, in order. Every line is a step of its own. */
  log(): Log
  /**
   * Looks at the machine, at `ps`, at the console or at what a handle says, as a step of its own. Everything may come
   * before it or after it: a look between two steps is not seen by the search, which then leaves schedules out.
   */
  look<T>(at: () => T): KernelCall<T>
}

/** Lines that threads write in turn. */
export interface Log {
  add(line: string): Steps<void>
  lines(): Steps<readonly string[]>
}

/** What every driver does alike. */
export function driverOf(release: ReleaseName, k: AnyKernel, words: Words): Driver {
  return {
    ...words,
    release,
    k,
    errno: (code) => errnoName(k, code),
    log: () => logOn(k),
    look: (at) => lookAt(k, at),
  }
}

/** Kernels export their errno values as constants; where two names are one value, the better known comes first. */
function errnoName(k: AnyKernel, code: number): string {
  if (code === 0) return '0'
  const names = ['EWOULDBLOCK']
  // A kernel has its constants from its class.
  for (const name in k) if (/^E[A-Z]{2,}$/.test(name)) names.push(name)
  return names.find((name) => (k as unknown as Record<string, unknown>)[name] === code) ?? String(code)
}

function logOn(k: AnyKernel): Log {
  const cell = k.cell<readonly string[]>([], { name: 'log', atomic: true })
  return {
    *add(line) {
      yield* cell.update((lines) => [...lines, line])
    },
    *lines() {
      return yield* cell.read()
    },
  }
}

function lookAt<T>(k: AnyKernel, at: () => T): KernelCall<T> {
  const machine = machineOf(k)!
  machine.enter(look).a = at
  return machine.port
}

/** It does not say what it touches, which means anything. */
const look: Operation = {
  name: 'look',
  start(_machine, thread) {
    thread.result = (thread.a as () => unknown)()
    return true
  },
  resume: () => true,
}
