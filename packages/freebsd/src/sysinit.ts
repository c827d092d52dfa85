import { inRange, type KernelCall, type Steps } from '@kt/core'
import type { FreebsdMachine } from './machine.js'

/** `struct sysinit`: something to be done at boot, or when a module is loaded. */
export interface sysinit {
  readonly subsystem: number
  readonly order: number
  /** Called with `udata`; a kernel call such as `kthread_start`, or a generator function. */
  readonly func: (udata: never) => Iterable<unknown>
  readonly udata: unknown
}

/** What a kernel module brings along. */
export interface KernelModule {
  readonly name: string
  readonly sysinits: readonly sysinit[]
}

/** SYSINIT(9), and what loads a module. */
export interface SysinitCalls {
  /**
   * Says what to do at boot, and when. On a cold machine, or from a SYSINIT that runs.
   *
   * @param uniquifier - A name for it, for readers.
   * @param subsystem - `SI_SUB_*`.
   * @param order - `SI_ORDER_*` within the subsystem; equals in order of registration (FB8-O-26).
   * @param func - Called with `ident` on thread0, with Giant held.
   * @see SYSINIT(9).
   */
  SYSINIT: <A>(
    uniquifier: string,
    subsystem: number,
    order: number,
    func: (udata: A) => Iterable<unknown>,
    ident: A,
  ) => void
  /**
   * Loads a module: its SYSINITs run now, sorted as at boot, on the caller with Giant held.
   *
   * @returns 0.
   * @see kldload(2).
   */
  kldload: (module: KernelModule) => KernelCall<number>
}

/** The SYSINITs of a boot. */
export class Sysinits {
  private readonly waiting: sysinit[] = []
  private isOver = false

  add(entry: sysinit): void {
    if (this.isOver) throw new TypeError('SYSINIT: boot is over; a module brings SYSINITs along (kldload)')
    this.waiting.push(entry)
  }

  /** The kernel's own come before those of equal place that are there already. */
  addFirst(entries: readonly sysinit[]): void {
    this.waiting.unshift(...entries)
  }

  /** Runs them in order; those added meanwhile are sorted in among what is left. */
  *run(): Steps<void> {
    for (;;) {
      const next = takeFirst(this.waiting)
      if (next === undefined) return
      yield* next.func(next.udata as never) as Steps
    }
  }

  /** Process 0 is about to become the swapper: what is left would never run. */
  end(): void {
    this.isOver = true
  }
}

/** Takes the first by subsystem and order, of equals the one that came first. */
function takeFirst(entries: sysinit[]): sysinit | undefined {
  let first = 0
  for (const [at, entry] of entries.entries()) if (comesBefore(entry, entries[first]!)) first = at
  return entries.splice(first, 1)[0]
}

function comesBefore(a: sysinit, b: sysinit): boolean {
  return a.subsystem < b.subsystem || (a.subsystem === b.subsystem && a.order < b.order)
}

export function sysinitCalls(machine: FreebsdMachine): SysinitCalls {
  return {
    SYSINIT(uniquifier, subsystem, order, func, ident) {
      if (typeof uniquifier !== 'string') throw new TypeError('SYSINIT: a name is expected first')
      machine.sysinits.add(checked('SYSINIT', { subsystem, order, func: func as sysinit['func'], udata: ident }))
    },
    kldload(module) {
      if (typeof (module as KernelModule | null)?.name !== 'string' || !Array.isArray(module.sysinits))
        throw new TypeError('kldload: a module has a name and sysinits')
      for (const entry of module.sysinits as readonly sysinit[]) checked('kldload', entry)
      return machine.call('kldload', load(machine, module))
    },
  }
}

function checked(call: string, entry: sysinit | null | undefined): sysinit {
  if (entry === null || entry === undefined) throw new TypeError(`${call}: a sysinit is expected`)
  inRange(`${call}: subsystem`, entry.subsystem, 0, 0xfff_ffff)
  inRange(`${call}: order`, entry.order, 0, 0xfff_ffff)
  if (typeof entry.func !== 'function') throw new TypeError(`${call}: func must be a function`)
  return entry
}

function* load(machine: FreebsdMachine, { sysinits }: KernelModule): Steps<number> {
  const entries = [...sysinits]
  yield* machine.mtx.mtx_lock(machine.giant)
  for (let next = takeFirst(entries); next !== undefined; next = takeFirst(entries))
    yield* next.func(next.udata as never) as Steps
  yield* machine.mtx.mtx_unlock(machine.giant)
  return 0
}
