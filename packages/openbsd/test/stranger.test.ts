import { describe, expect, test } from 'vitest'
import type { OpenbsdKernel } from '../src/kernel.js'
import * as ob42 from '../src/releases/4.2.js'
import * as ob51 from '../src/releases/5.1.js'
import { ref, type Mapping, type Proc, type Steps } from '../src/releases/5.1.js'

/** What programs that know the pages and not this kernel run into: strange objects, strange numbers, copied memory. */

const OPTIONS = { stepsMax: 100_000 }
const CASES = [
  { release: '4.2', make: (ncpu = 1): OpenbsdKernel => ob42.createKernel({ ...OPTIONS, ncpu }) },
  { release: '5.1', make: (ncpu = 1): OpenbsdKernel => ob51.createKernel({ ...OPTIONS, ncpu }) },
]

/** The error with which a call in the kernel is refused. */
function refusalOf(k: OpenbsdKernel, call: () => unknown): unknown {
  const outcome = k.boot(function* () {
    yield* call() as ob51.KernelCall<unknown>
  })
  return outcome.kind === 'fault' ? String(outcome.error) : outcome.kind
}

/** Runs a user program to its end, while `main` waits; gives what it noted. */
function notesOf(k: OpenbsdKernel, program: (note: (what: unknown) => void) => Steps): unknown[] {
  const notes: unknown[] = []
  const outcome = k.boot(function* () {
    k.process({ name: 'prog', uid: 1000 }, () => program((what) => notes.push(what)))
    yield* k.tsleep('the program', k.PWAIT, 'program', 100)
  })
  return outcome.kind === 'done' ? notes : [outcome]
}

/** A kernel on which a thread sleeps for good, and that thread. */
function machineWithSleeper(k: OpenbsdKernel): Proc {
  const newpp = ref<Proc>()
  k.boot(function* () {
    yield* k.kthread_create(() => sleeps(k), 'arg', newpp, 'sleeper')
    yield* k.tsleep('main', k.PWAIT, 'main', 1)
  })
  return newpp.value!
}

function* exits(k: OpenbsdKernel, status: number): Steps<void> {
  yield* k._exit(status)
}

function* ends(k: OpenbsdKernel): Steps<void> {
  yield* k.kthread_exit(0)
}

function* sleeps(k: OpenbsdKernel): Steps<never> {
  for (;;) yield* k.tsleep('for good', k.PWAIT, 'forgood', 0)
}

describe.each(CASES)('OpenBSD $release: a process of another kernel is refused', ({ make }) => {
  test.each<[string, (k: OpenbsdKernel, p: Proc) => unknown]>([
    ['psignal', (k, p) => k.psignal(p, k.SIGKILL)],
    ['setrunnable', (k, p) => k.setrunnable(p)],
    ['dosetrlimit', (k, p) => k.dosetrlimit(p.p_p, k.RLIMIT_NPROC, { rlim_cur: 3, rlim_max: 3 })],
    ['ktrace', (k, p) => k.ktrace(p.p_p, true)],
  ])('%s, and the other kernel is as it was', (name, call) => {
    const other = make()
    const sleeper = machineWithSleeper(other)
    const before = [other.psText(), sleeper.p_siglist, sleeper.p_p.ps_traced, sleeper.p_p.limits]
    const k = make()
    expect(refusalOf(k, () => call(k, sleeper))).toBe(`TypeError: ${name}: the process belongs to another kernel`)
    expect([other.psText(), sleeper.p_siglist, sleeper.p_p.ps_traced, sleeper.p_p.limits]).toEqual(before)
    const goesOn = other.run(function* () {
      yield* other.tsleep('main', other.PWAIT, 'main', 2)
      return 'sound'
    })
    expect(goesOn).toMatchObject({ kind: 'done', value: 'sound' })
  })
})

describe.each(CASES)('OpenBSD $release: a record that was freed is not used (OB-D-13)', ({ make }) => {
  test.each<[string, (k: OpenbsdKernel, p: Proc) => ob51.KernelCall<unknown>]>([
    ['signal 9', (k, p) => k.psignal(p, k.SIGKILL)],
    ['setrunnable', (k, p) => k.setrunnable(p)],
    ['dosetrlimit', (k, p) => k.dosetrlimit(p.p_p, k.RLIMIT_NPROC, { rlim_cur: 3, rlim_max: 3 })],
  ])('%s', (name, call) => {
    const k = make()
    const newpp = ref<Proc>()
    const outcome = k.boot(function* () {
      yield* k.kthread_create(() => ends(k), 'arg', newpp, 'gone')
      yield* k.tsleep('main', k.PWAIT, 'main', 1)
      yield* k.settle()
      yield* call(k, newpp.value!)
    })
    expect(outcome).toMatchObject({ kind: 'undefined', id: 'UB:OB-D-13' })
    expect(outcome).toHaveProperty('message', expect.stringMatching(new RegExp(`^${name} .* which was freed$`)))
  })
})

describe.each(CASES)('OpenBSD $release: what cannot be meant is refused where it is said', ({ make }) => {
  const wrong = (value: unknown) => value as never

  test.each<[string, (k: OpenbsdKernel) => unknown, string]>([
    [
      'a wait message that views could not print',
      (k) => k.tsleep('x', k.PWAIT, wrong(Symbol('w')), 1),
      'TypeError: tsleep: wmesg must be a string, not Symbol(w)',
    ],
    [
      'no wait message',
      (k) => k.tsleep('x', k.PWAIT, wrong(null), 1),
      'TypeError: tsleep: wmesg must be a string, not null',
    ],
    ['half a level', (k) => k.splraise(1.5), 'RangeError: splraise: there is no level 1.5'],
    ['a level back to half', (k) => k.splx(0.5), 'RangeError: splx: there is no level 0.5'],
    [
      'a mutex of no level',
      (k) => k.MUTEX_INITIALIZER(wrong(null)),
      'RangeError: MUTEX_INITIALIZER: there is no level null',
    ],
    ['a process of nothing', (k) => k.process(wrong(null), () => sleeps(k)), 'TypeError: process: a name is expected'],
    [
      'an interrupt that does nothing',
      (k) => k.interrupt(wrong(undefined)),
      'TypeError: interrupt: the body must be a generator function',
    ],
  ])('%s', (_what, call, error) => {
    const k = make()
    expect(refusalOf(k, () => call(k))).toBe(error)
  })

  test('more memory than there are addresses, and a word between the words', () => {
    const k = make()
    const notes = notesOf(k, function* (note) {
      for (const length of [1e30, 2 ** 47]) {
        try {
          yield* k.mmap(length)
        } catch (error) {
          note(String(error))
        }
      }
      const [a, b] = [yield* k.mmap(2 ** 40), yield* k.mmap(4096)]
      note(b.address >= a.end)
      for (const offset of [Number.NaN, 1.5]) {
        try {
          a.word(offset)
        } catch (error) {
          note(String(error))
        }
      }
    })
    expect(notes).toEqual([
      'RangeError: mmap: there is no room for 1e+30 bytes',
      'RangeError: mmap: there is no room for 140737488355328 bytes',
      true,
      'RangeError: word: an offset is a whole number, not NaN',
      'RangeError: word: an offset is a whole number, not 1.5',
    ])
  })
})

test('a time to sleep until that is none is told by the call that got it', () => {
  const k = ob51.createKernel(OPTIONS)
  k.sysctl('kern.rthreads', 1)
  const notes = notesOf(k, function* (note) {
    for (const tp of [undefined, {}, { tv_sec: 1 }, { tv_sec: Number.NaN, tv_nsec: 0 }]) {
      try {
        yield* k.__thrsleep('x', 0, tp as never, null)
      } catch (error) {
        note(String(error))
      }
    }
    note(yield* k.__thrsleep('x', 0, { tv_sec: 0, tv_nsec: k.now + 1_000_000 }, null))
  })
  expect(notes).toEqual([
    ...Array<string>(4).fill('TypeError: __thrsleep: tp needs tv_sec and tv_nsec, or is null'),
    k.EWOULDBLOCK,
  ])
})

describe.each(CASES)('OpenBSD $release: a forked process has the mappings of its parent', ({ make }) => {
  /** Ends a child with a code, and gives the code to its parent through a word. */
  function* statusOfChild(k: OpenbsdKernel, mapping: Mapping, child: () => Steps): Steps<number | null> {
    yield* k.fork(child)
    const status = mapping.word(64)
    yield* k.wait4(-1, status, 0)
    return status.value === null ? null : status.value >> 8
  }

  test('the kernel stores through its pointers in the child too', () => {
    const k = make()
    const notes = notesOf(k, function* (note) {
      const mapping = yield* k.mmap(4096)
      yield* k.fork(function* () {
        note(yield* statusOfChild(k, mapping, () => exits(k, 5)))
      })
      yield* k.wait4(-1, null, 0)
    })
    expect(notes).toEqual([5])
  })

  test('each unmaps for itself', () => {
    const k = make()
    const notes = notesOf(k, function* (note) {
      const mapping = yield* k.mmap(4096)
      yield* k.fork(function* () {
        note(['child', yield* k.munmap(mapping), yield* k.munmap(mapping), k.errno])
        note(['child', yield* k.sigaction(k.SIGUSR1, null, mapping.word()), k.errno])
      })
      yield* k.wait4(-1, null, 0)
      note(['parent', yield* k.sigaction(k.SIGUSR1, null, mapping.word())])
      note(['parent', yield* k.munmap(mapping), yield* k.sigaction(k.SIGUSR1, null, mapping.word()), k.errno])
      try {
        note(mapping.word().value)
      } catch (error) {
        note(error instanceof TypeError)
      }
    })
    expect(notes).toEqual([
      ['child', 0, -1, k.EINVAL],
      ['child', -1, k.EFAULT],
      ['parent', 0],
      ['parent', 0, -1, k.EFAULT],
      true,
    ])
  })

  test('what the child maps is not where the parent has something, and is not the parent’s', () => {
    const k = make()
    const notes = notesOf(k, function* (note) {
      const mapping = yield* k.mmap(4096)
      const childs = ref<Mapping>()
      yield* k.fork(function* () {
        childs.value = yield* k.mmap(4096)
        note(childs.value.address >= mapping.end)
      })
      yield* k.wait4(-1, null, 0)
      note([yield* k.munmap(childs.value!), k.errno])
      note([yield* k.sigaction(k.SIGUSR1, null, childs.value!.word()), k.errno])
    })
    expect(notes).toEqual([true, [-1, k.EINVAL], [-1, k.EFAULT]])
  })

  test('one that is gone leaves what others have to them alone', () => {
    const k = make()
    const notes = notesOf(k, function* (note) {
      const mapping = yield* k.mmap(4096)
      yield* k.fork(() => exits(k, 0))
      yield* k.wait4(-1, null, 0)
      yield* k.munmap(mapping)
      note(mapping.isMapped)
    })
    expect(notes).toEqual([false])
  })
})

test('a thread of a forked process has its stack in memory that its parent mapped', () => {
  const k = ob51.createKernel(OPTIONS)
  k.sysctl('kern.rthreads', 1)
  const notes = notesOf(k, function* (note) {
    const stack = yield* k.mmap(65_536)
    const params = { tf_tcb: null, tf_tid: null, tf_flags: 0 }
    yield* k.fork(function* () {
      yield* k.__tfork_thread(
        params,
        stack.end,
        function* () {
          note(['the thread runs', k.sp === stack.end])
          yield* k.getthrid()
        },
        null,
      )
      yield* k.nanosleep(10_000_000)
    })
    const status = ref<number>()
    yield* k.wait4(-1, status, 0)
    note(status.value)
  })
  expect(notes).toEqual([['the thread runs', true], 0])
})
