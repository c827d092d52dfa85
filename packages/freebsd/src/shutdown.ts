import { ThreadMark, type KernelCall, type Operation, type Steps } from '@kt/core'
import { EPERM, EWOULDBLOCK } from './errno.js'
import type { FreebsdMachine } from './machine.js'
import * as P from './param.js'
import { sigBit, type Proc } from './proc.js'
import type { Td } from './td.js'

/** Rounds of looking for busy buffers before the kernel gives up, and how long it waits more and more between them. */
const SYNC_ROUNDS = 20
const SYNC_DELAY_US = 50_000
/** Seconds until a kernel that has panicked starts again by itself. */
const PANIC_REBOOT_SECONDS = 15
const US_PER_SECOND = 1_000_000

/** Buffers of the disks, as far as shutdown counts them. */
export interface Buffers {
  /** Being written, which a sync at shutdown waits for. */
  busy: number
  /** Vnodes with something to write, which the syncer works off one by one. */
  vnodes: number
}

/** reboot(2) and its kin. */
export interface ShutdownCalls {
  /**
   * Shuts the system down: handlers of `shutdown_pre_sync`, buffers, uptime, handlers of `shutdown_post_sync` and of
   * `shutdown_final`, the last of which halts or restarts the machine. The run ends with the outcome `shutdown`.
   *
   * @param howto - `RB_AUTOBOOT`, `RB_HALT`, `RB_POWEROFF`, with `RB_NOSYNC` and others.
   * @returns `EPERM` in a process of another user than root's; else it does not.
   * @see reboot(2).
   */
  reboot: (howto: number) => KernelCall<number>
  /** Asks init to shut the system down, or does so at once where there is none. @see kern_shutdown.c, shutdown_nice */
  shutdown_nice: (howto: number) => KernelCall<void>
}

export function shutdownCalls(machine: FreebsdMachine): ShutdownCalls {
  return {
    reboot: (howto) => machine.call('reboot', reboot(machine, checkHowto('reboot', howto))),
    shutdown_nice: (howto) => machine.call('shutdown_nice', shutdownNice(machine, checkHowto('shutdown_nice', howto))),
  }
}

/** What a shutdown is asked for, or an error that says what came instead. */
export function checkHowto(call: string, howto: number): number {
  if (Number.isInteger(howto) && howto >= 0) return howto
  throw new TypeError(`${call}: howto must be a whole number, not ${String(howto)}`)
}

function* reboot(machine: FreebsdMachine, howto: number): Steps<number> {
  if (machine.running!.process.credentials.effectiveUid !== 0) return EPERM
  yield* machine.mtx.mtx_lock(machine.giant)
  return yield* boot(machine, howto)
}

function* shutdownNice(machine: FreebsdMachine, howto: number): Steps<void> {
  machine.shutdownFlags = howto
  if (machine.initproc === null) return yield* boot(machine, P.RB_NOSYNC)
  machine.initproc.p_siglist |= sigBit(P.SIGINT)
  yield* machine.sleep.wakeup(machine.initproc)
}

/** `boot`: the way down, for a shutdown and for a panic alike. It does not come back. */
export function* boot(machine: FreebsdMachine, asked: number): Steps<never> {
  const td = machine.running!
  if (machine.ncpu > 1 && !td.is(ThreadMark.interruptFrame)) yield* machine.sched.sched_bind(td, 0)
  const howto = asked | machine.shutdownFlags
  machine.shutdownHowto = howto
  yield* machine.events.invoke('shutdown_pre_sync', howto)
  if (!machine.cold && (howto & P.RB_NOSYNC) === 0 && !machine.hasSynced) yield* sync(machine)
  yield* machine.host.printf('Uptime: %s\n', uptime(machine))
  yield* machine.events.invoke('shutdown_post_sync', howto)
  if ((howto & (P.RB_HALT | P.RB_DUMP)) === P.RB_DUMP && !machine.cold)
    yield* machine.host.printf('Cannot dump. Device not defined or unavailable.\n')
  yield* machine.events.invoke('shutdown_final', howto)
  return yield* spinForEver(machine)
}

/** Waits for the buffers, more and more patiently as long as there get fewer. */
function* sync(machine: FreebsdMachine): Steps<void> {
  const { printf, DELAY } = machine.host
  const { buffers } = machine
  machine.hasSynced = true
  let isFirst = true
  let before = 0
  for (let round = 0; round < SYNC_ROUNDS; round++) {
    const { busy } = buffers
    if (busy === 0) {
      if (isFirst) yield* printf('All buffers synced.')
      break
    }
    if (isFirst) yield* printf('Syncing disks, buffers remaining... ')
    isFirst = false
    yield* printf('%d ', busy)
    if (busy < before) round = 0
    before = busy
    yield* withoutGiant(machine, DELAY, SYNC_DELAY_US * round)
  }
  yield* printf('\n')
  if (buffers.busy > 0) {
    yield* printf('Giving up on %d buffers\n', buffers.busy)
    yield* DELAY(5 * US_PER_SECOND)
  } else if (!isFirst) yield* printf('Final sync complete\n')
  yield* DELAY(100_000)
}

/** Busy for a time in which others may have Giant. */
function* withoutGiant(machine: FreebsdMachine, DELAY: (us: number) => KernelCall<void>, us: number): Steps<void> {
  const td = machine.running!
  const { giant, mtx } = machine
  const isHeld = giant.owner === td
  if (isHeld) yield* mtx.mtx_unlock(giant)
  yield* DELAY(us)
  if (isHeld) yield* mtx.mtx_lock(giant)
}

/** Time since boot in words. The clock began at 1 s. */
function uptime(machine: FreebsdMachine): string {
  let seconds = Math.floor(machine.timeline.now / 1e9) + 1
  const words: string[] = []
  for (const [unit, size] of [
    ['d', 86_400],
    ['h', 3600],
    ['m', 60],
  ] as const) {
    if (seconds >= size || words.length > 0) words.push(`${Math.floor(seconds / size)}${unit}`)
    seconds %= size
  }
  return `${words.join('')}${seconds}s`
}

function* spinForEver(machine: FreebsdMachine): Steps<never> {
  machine.begin(goneDown)
  return yield* machine.port
}

/** The machine does nothing more. */
const goneDown: Operation = {
  name: 'boot',
  start(machine: FreebsdMachine) {
    machine.goDown()
    return false
  },
  resume: () => false,
}

// Handlers of the kernel's own

/** Registers what ends a shutdown: at SI_SUB_INTRINSIC, SI_ORDER_ANY. */
export function registerFinalHandlers(machine: FreebsdMachine): void {
  const { events } = machine
  const { printf, DELAY } = machine.host
  events.register(
    'shutdown_final',
    function* (_arg: null, howto: number) {
      if ((howto & P.RB_POWEROFF) !== 0) yield* DELAY(machine.poweroffDelayMs * 1000)
    },
    null,
    P.SHUTDOWN_PRI_FIRST,
  )
  events.register(
    'shutdown_final',
    function* (_arg: null, howto: number) {
      if ((howto & P.RB_POWEROFF) !== 0) yield* spinForEver(machine)
    },
    null,
    P.SHUTDOWN_PRI_LAST,
  )
  events.register(
    'shutdown_final',
    function* (_arg: null, howto: number) {
      if ((howto & P.RB_HALT) === 0) return
      yield* printf('\nThe operating system has halted.\nPlease press any key to reboot.\n\n')
      // Nobody presses one.
      yield* spinForEver(machine)
    },
    null,
    P.SHUTDOWN_PRI_LAST + 100,
  )
  events.register(
    'shutdown_final',
    function* (_arg: null, howto: number) {
      if ((howto & P.RB_DUMP) === 0) return
      const text = 'Automatic reboot in %d seconds - press a key on the console to abort\n'
      yield* printf(text, PANIC_REBOOT_SECONDS)
      yield* DELAY(PANIC_REBOOT_SECONDS * US_PER_SECOND)
    },
    null,
    P.SHUTDOWN_PRI_LAST + 100,
  )
  events.register(
    'shutdown_final',
    function* () {
      yield* printf('Rebooting...\n')
      yield* DELAY(US_PER_SECOND)
      yield* spinForEver(machine)
    },
    null,
    P.SHUTDOWN_PRI_LAST + 200,
  )
}

// Daemons step aside

export function kthreadShutdown(machine: FreebsdMachine, td: Td): Steps<void> {
  return stepAside(machine, 'thread', td.td_name, (timo) => machine.kthread.kthread_suspend(td, timo))
}

export function kprocShutdown(machine: FreebsdMachine, p: Proc): Steps<void> {
  return stepAside(machine, 'process', p.p_comm, (timo) => machine.kproc.kproc_suspend(p, timo))
}

/** Whoever is no kernel thread is done with (FB8-D-14): only a time-out is told apart. */
function* stepAside(
  machine: FreebsdMachine,
  kind: string,
  name: string,
  suspend: (timo: number) => KernelCall<number>,
): Steps<void> {
  if (machine.panicking !== null) return
  const { printf } = machine.host
  const seconds = machine.kprocShutdownWait
  yield* printf("Waiting (max %d seconds) for system %s `%s' to stop...", seconds, kind, name)
  const error = yield* suspend(Math.imul(seconds, machine.clock.hz))
  yield* printf(error === EWOULDBLOCK ? 'timed out\n' : 'done\n')
}
