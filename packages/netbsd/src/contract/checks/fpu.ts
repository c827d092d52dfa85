import type { Outcome, Steps } from '@kt/core'
import { equal, holds, panics, valueOf, type Trial } from '@kt/core/contract'
import type { FpuPort } from '../../fpu.js'
import type { Kernel } from '../../releases/10.1.js'

type Check = (trial: Trial<Kernel>) => void

/** What kthread_fpu_enter returns inside another window. */
const NESTED = 0x400
const SECRET = 42
/** The row on use outside a window. */
const OUTSIDE = 'NB10-KT-15'

/** Between enter and exit the unit works, on every port that has one. */
export const fpuWorksInWindow: Check = (trial) => {
  for (const port of ['aarch64', 'x86'] as const) {
    const { outcome } = inKthread(trial, port, function* (k) {
      const s = yield* k.kthread_fpu_enter()
      yield* k.fpuStore(3, SECRET)
      const value = yield* k.fpuLoad(3)
      yield* k.kthread_fpu_exit(s)
      return value
    })
    equal(valueOf(outcome), SECRET, `register 3 inside the window on ${port}`)
    trial.saw(`${port}: ${SECRET} stored and loaded inside the window`)
  }
}

/** Neither before the window nor after it. */
export const fpuFaultsOutsideWindow: Check = (trial) => {
  const never = inKthread(trial, 'aarch64', function* (k) {
    yield* k.fpuLoad(0)
  })
  panics(never.outcome, OUTSIDE)
  const after = inKthread(trial, 'aarch64', function* (k) {
    yield* k.kthread_fpu_exit(yield* k.kthread_fpu_enter())
    k.mark('window closed')
    yield* k.fpuStore(0, SECRET)
  })
  panics(after.outcome, OUTSIDE)
  holds(hasMark(after.k, 'window closed'), 'the window was opened and closed first')
  trial.saw(after.outcome.kind === 'panic' ? after.outcome.message : after.outcome.kind)
}

/** On a machine without a unit both calls succeed and change no hardware. */
export const fpuNeedsUnit: Check = (trial) => {
  const { k, outcome } = inKthread(trial, 'none', function* (k) {
    const outer = yield* k.kthread_fpu_enter()
    const inner = yield* k.kthread_fpu_enter()
    yield* k.kthread_fpu_exit(inner)
    yield* k.kthread_fpu_exit(outer)
    return [outer, inner, k.curlwp.l_flag & k.LW_SYSTEM_FPU]
  })
  equal(valueOf(outcome), [0, NESTED, 0], 'what the enters returned, and the open bit in the end')
  equal(
    k.cpus().map(({ fpu }) => fpu),
    [null],
    'units of the machine',
  )
  const without = inKthread(trial, 'none', function* (k) {
    yield* k.kthread_fpu_enter()
    yield* k.fpuLoad(0)
  })
  equal(without.outcome.kind, 'panic', 'a floating-point operation on a machine without a unit')
  trial.saw('no unit: enter returned 0 and 0x400, both exits came back')
}

/** The call itself makes the difference. */
export const enterOpensWindow: Check = (trial) => {
  const before = inKthread(trial, 'aarch64', function* (k) {
    k.mark('not yet open')
    yield* k.fpuStore(0, SECRET)
    yield* k.kthread_fpu_enter()
  })
  panics(before.outcome, OUTSIDE)
  holds(hasMark(before.k, 'not yet open'), 'the thread ran')
  const after = inKthread(trial, 'aarch64', function* (k) {
    const s = yield* k.kthread_fpu_enter()
    yield* k.fpuStore(0, SECRET)
    const value = yield* k.fpuLoad(0)
    yield* k.kthread_fpu_exit(s)
    return value
  })
  equal(valueOf(after.outcome), SECRET, 'the same operation after enter')
  trial.saw('a panic before enter, 42 after it')
}

/** 0 outside any window and 0x400 inside one; only what was returned may be handed back. */
export const enterReturnsCookie: Check = (trial) => {
  const { outcome } = inKthread(trial, 'aarch64', function* (k) {
    const cookies: number[] = []
    for (let depth = 0; depth < 3; depth++) cookies.push(yield* k.kthread_fpu_enter())
    for (const s of cookies.toReversed()) yield* k.kthread_fpu_exit(s)
    cookies.push(yield* k.kthread_fpu_enter())
    yield* k.kthread_fpu_exit(0)
    return cookies
  })
  equal(valueOf(outcome), [0, NESTED, NESTED, 0], 'what three nested enters and a later one returned')
  const invented = inKthread(trial, 'aarch64', function* (k) {
    yield* k.kthread_fpu_enter()
    yield* k.kthread_fpu_exit(1)
  })
  panics(invented.outcome, 'NB-G-17')
  trial.saw('0, 0x400, 0x400, and 0 again; handing back 1 is a panic')
}

/** A thread that ends with its window open is reported; one that closed it is not. */
export const openWindowIsReported: Check = (trial) => {
  const open = inKthread(trial, 'aarch64', function* (k) {
    yield* k.kthread_fpu_enter()
    return 'open'
  })
  equal(valueOf(open.outcome), 'open', 'the thread ended')
  equal(
    open.k.remarks.map(({ id }) => id),
    ['NB-G-12'],
    'reports on a thread that did not call kthread_fpu_exit',
  )
  const closed = inKthread(trial, 'aarch64', function* (k) {
    yield* k.kthread_fpu_exit(yield* k.kthread_fpu_enter())
    return 'closed'
  })
  equal(valueOf(closed.outcome), 'closed', 'the thread ended')
  equal(closed.k.remarks.length, 0, 'reports on a thread that did')
  trial.saw(open.k.remarks[0]!.text)
}

/** Pairs nest: the unit still works, with its registers, between the two exits. */
export const pairsNest: Check = (trial) => {
  const { outcome } = inKthread(trial, 'aarch64', function* (k) {
    const outer = yield* k.kthread_fpu_enter()
    yield* k.fpuStore(0, SECRET)
    const inner = yield* k.kthread_fpu_enter()
    yield* k.fpuStore(1, SECRET + 1)
    yield* k.kthread_fpu_exit(inner)
    const between = [yield* k.fpuLoad(0), yield* k.fpuLoad(1)]
    yield* k.kthread_fpu_exit(outer)
    return between
  })
  equal(valueOf(outcome), [SECRET, SECRET + 1], 'registers between the inner and the outer exit')
  trial.saw('between the two exits the unit worked and held 42 and 43')
}

/** Each exit goes back to what was before its enter: open after the inner, closed after the outer. */
export const exitRestoresAccess: Check = (trial) => {
  const { k, outcome } = inKthread(trial, 'aarch64', function* (k) {
    const isOpen = () => (k.curlwp.l_flag & k.LW_SYSTEM_FPU) !== 0
    const seen = [isOpen()]
    const outer = yield* k.kthread_fpu_enter()
    const inner = yield* k.kthread_fpu_enter()
    seen.push(isOpen())
    yield* k.kthread_fpu_exit(inner)
    yield* k.fpuStore(0, SECRET)
    seen.push(isOpen())
    yield* k.kthread_fpu_exit(outer)
    seen.push(isOpen())
    equal(seen, [false, true, true, false], 'the window at first, inside both, after the inner and the outer exit')
    k.mark('outer exit')
    yield* k.fpuLoad(0)
  })
  panics(outcome, OUTSIDE)
  holds(hasMark(k, 'outer exit'), 'the operation that panicked came after the outer exit')
  trial.saw('open after the inner exit, closed after the outer: the next operation is a panic')
}

/** All registers of the unit are zero after the last exit, and not after an inner one. */
export const lastExitZeroes: Check = (trial) => {
  const { outcome } = inKthread(trial, 'aarch64', function* (k) {
    const registers = () => k.cpus()[k.curcpu().ci_index]!.fpu!
    const outer = yield* k.kthread_fpu_enter()
    const inner = yield* k.kthread_fpu_enter()
    for (const index of registers().keys()) yield* k.fpuStore(index, SECRET + index)
    yield* k.kthread_fpu_exit(inner)
    const afterInner = registers()
    yield* k.kthread_fpu_exit(outer)
    return { afterInner, afterOuter: registers() }
  })
  const { afterInner, afterOuter } = valueOf(outcome) as Record<string, readonly number[]>
  equal(
    afterInner,
    afterInner!.map((_, index) => SECRET + index),
    'raw registers after the inner exit',
  )
  equal(
    afterOuter,
    afterOuter!.map(() => 0),
    'raw registers after the outer exit',
  )
  holds(afterOuter!.length > 0, 'the unit has registers')
  trial.saw(`${afterInner!.join(' ')} after the inner exit, ${afterOuter!.join(' ')} after the outer`)
}

/** A secret of one thread is out of reach of the next that opens a window on the same CPU. */
export const secretsDoNotLeak: Check = (trial) => {
  const k = trial.createKernel({ ncpu: 1 })
  const found = valueOf(
    k.boot(function* main() {
      const loaded: number[] = []
      function* encrypt() {
        const s = yield* k.kthread_fpu_enter()
        for (const index of k.cpus()[0]!.fpu!.keys()) yield* k.fpuStore(index, SECRET)
        yield* k.kthread_fpu_exit(s)
        yield* k.kthread_exit(0)
      }
      function* snoop() {
        const s = yield* k.kthread_fpu_enter()
        for (const index of k.cpus()[0]!.fpu!.keys()) loaded.push(yield* k.fpuLoad(index))
        yield* k.kthread_fpu_exit(s)
        yield* k.kthread_exit(0)
      }
      yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, encrypt, null, null, 'encrypt')
      yield* k.kpause('wait', false, 1, null)
      const raw = [...k.cpus()[0]!.fpu!]
      yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, snoop, null, null, 'snoop')
      yield* k.kpause('wait', false, 1, null)
      return { raw, loaded }
    }),
  )
  const zeroes = found.raw.map(() => 0)
  equal(found, { raw: zeroes, loaded: zeroes }, 'what was left in the registers, and what the next thread loaded')
  trial.saw(`the next thread loaded ${found.loaded.join(' ')}`)
}

/** Runs a scenario in a kernel thread of its own; the outcome's value is what the scenario returned. */
function inKthread(
  trial: Trial<Kernel>,
  fpuPort: FpuPort,
  scenario: (k: Kernel) => Steps,
): { k: Kernel; outcome: Outcome<unknown> } {
  const k = trial.createKernel({ fpuPort })
  const outcome = k.boot(function* main() {
    let answer: unknown = 'never ended'
    function* func() {
      answer = yield* scenario(k)
      yield* k.kthread_exit(0)
    }
    yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, func, null, null, 'crypto')
    yield* k.kpause('wait', false, 5, null)
    return answer
  })
  return { k, outcome }
}

function hasMark(k: Kernel, text: string): boolean {
  return [...k.trace!.events()].some(({ kind, detail }) => kind === 'mark' && detail === text)
}
