import { SimulatorFault } from '@kt/core'
import { describe, expect, test } from 'vitest'
import type { OpenbsdKernel } from '../src/kernel.js'
import * as ob42 from '../src/releases/4.2.js'
import * as ob51 from '../src/releases/5.1.js'

/** Scenarios that use the calls wrongly: each is told what it did, by name, and the machine stays sound. */

const OPTIONS = { stepsMax: 10_000 }
const CASES = [
  { release: '4.2', make: (ncpu = 1): OpenbsdKernel => ob42.createKernel({ ...OPTIONS, ncpu }) },
  { release: '5.1', make: (ncpu = 1): OpenbsdKernel => ob51.createKernel({ ...OPTIONS, ncpu }) },
]

type Body<K> = (k: K) => ob51.Steps

/** Runs a kernel body that misuses calls, and gives the error that ended the run. */
function faultOf(k: OpenbsdKernel, body: Body<OpenbsdKernel>): string {
  const outcome = k.boot(() => body(k))
  return outcome.kind === 'fault' ? String(outcome.error) : outcome.kind
}

/** The same for a body in user mode; `main` waits long enough for it. */
function faultOfUser<K extends OpenbsdKernel>(k: K, body: Body<K>): string {
  return faultOf(k, function* () {
    k.process({ name: 'sh' }, () => body(k))
    yield* k.tsleep('the process', k.PWAIT, 'process', 100)
  })
}

/** Does nothing with a call that was named. */
function forgets(call: unknown): void {
  expect(call).toBeDefined()
}

/** Begins a call, and does not go on with it. */
function breaksOff(call: Iterable<unknown>): void {
  const [first] = call
  expect(first).toBeUndefined()
}

describe.each(CASES)('OpenBSD $release: a call without yield* is named', ({ make }) => {
  const FORGOTTEN = /^TypeError: (\w+)\(\) was called without yield\* by (\w+) \(\d+\); /

  test('a plain call, at the next one', () => {
    const error = faultOf(make(), function* (k) {
      forgets(k.tsleep('a', k.PWAIT, 'a', 1))
      yield* k.wakeup('a')
    })
    expect(FORGOTTEN.exec(error)?.slice(1)).toEqual(['tsleep', 'main'])
    expect(error).toContain('before wakeup()')
  })

  test.each(['kthread_create', 'kthread_exit', 'kthread_create_deferred'] as const)(
    '%s, when its thread ends',
    (name) => {
      const error = faultOf(make(), function* (k) {
        if (name === 'kthread_create') forgets(k.kthread_create(() => ends(k), 'arg', null, 'x'))
        else if (name === 'kthread_exit') forgets(k.kthread_exit(0))
        else forgets(k.kthread_create_deferred(() => ends(k), 'arg'))
      })
      expect(FORGOTTEN.exec(error)?.slice(1)).toEqual([name, 'main'])
      expect(error).toContain('its thread then ended')
    },
  )

  test('one of a kernel thread, by its name', () => {
    const error = faultOf(make(), function* (k) {
      yield* k.kthread_create(
        function* () {
          forgets(k.settle())
          yield* k.kthread_exit(0)
        },
        'arg',
        null,
        'worker',
      )
      yield* k.tsleep('a', k.PWAIT, 'a', 1)
    })
    expect(FORGOTTEN.exec(error)?.slice(1)).toEqual(['settle', 'worker'])
  })

  test('a system call', () => {
    const error = faultOfUser(make(), function* (k) {
      forgets(k.getpid())
      yield* k.user(1)
    })
    expect(FORGOTTEN.exec(error)?.slice(1)).toEqual(['getpid', 'sh'])
  })

  test('one made when a device attaches, and one of init', () => {
    const attaching = make()
    attaching.attach(function* (dev) {
      forgets(attaching.kthread_create_deferred(() => ends(attaching), dev))
      yield* attaching.config_pending_incr()
    })
    expect(FORGOTTEN.exec(faultOf(attaching, ends))?.slice(1)).toEqual(['kthread_create_deferred', 'swapper'])
    const starting = make()
    starting.init(function* () {
      forgets(starting.getpid())
      yield* starting.getpid()
    })
    const error = faultOf(starting, function* (k) {
      yield* k.tsleep('a', k.PWAIT, 'a', 5)
    })
    expect(FORGOTTEN.exec(error)?.slice(1)).toEqual(['getpid', 'init'])
  })

  test('one that was kept and is made again', () => {
    const error = faultOf(make(), function* (k) {
      const call = k.wakeup('a')
      yield* call
      yield* call
    })
    expect(error).toBe('TypeError: a kernel call is made once: call it again instead of keeping it')
  })
})

function* ends(k: OpenbsdKernel): ob51.Steps<void> {
  yield* k.kthread_exit(0)
}

describe.each(CASES)('OpenBSD $release: a call that is left half done ends the run', ({ make }) => {
  const HALF_DONE = /^TypeError: tsleep\(\) of main \(\d+\) was left half done/

  test('a for-of that breaks off', () => {
    const error = faultOf(make(), function* (k) {
      breaksOff(k.tsleep('a', k.PWAIT, 'a', 1))
      yield* k.tsleep('b', k.PWAIT, 'b', 1)
    })
    expect(error).toMatch(HALF_DONE)
  })

  test('one that breaks off, and a body that then ends', () => {
    const error = faultOf(make(), function* (k) {
      breaksOff(k.tsleep('a', k.PWAIT, 'a', 1))
    })
    expect(error).toMatch(HALF_DONE)
  })

  test('a spread', () => {
    const error = faultOf(make(), function* (k) {
      yield* k.tsleep('a', k.PWAIT, String([...k.work(5)].length), 1)
    })
    expect(error).toMatch(/^TypeError: work\(\) of main \(\d+\) was left half done/)
  })

  test('a spread system call', () => {
    const error = faultOfUser(make(), function* (k) {
      yield* k.user([...k.nanosleep(5)].length)
    })
    expect(error).toMatch(/^TypeError: \w+\(\) of sh \(\d+\) was left half done/)
  })

  test('another kernel’s thread', () => {
    const error = faultOf(make(), function* (k) {
      const inner = make().boot(function* () {
        yield* k.tsleep('outer', k.PWAIT, 'outer', 3)
      })
      expect(inner.kind).toBe('fault')
      yield* k.tsleep('own', k.PWAIT, 'own', 3)
    })
    expect(error).toMatch(HALF_DONE)
  })

  test('also when the scenario catches what was thrown', () => {
    const error = faultOf(make(), function* (k) {
      try {
        breaksOff(k.tsleep('a', k.PWAIT, 'a', 1))
        yield* k.yield()
      } catch {
        // Goes on as if nothing had happened.
      }
      for (;;) yield* k.yield()
    })
    expect(error).toMatch(HALF_DONE)
  })
})

describe.each(CASES)('OpenBSD $release: a call from outside any thread', ({ make }) => {
  const OUTSIDE = / was called outside any thread of this kernel: call it in a body given to boot\(\) or run\(\)$/

  test.each<[string, (k: OpenbsdKernel) => unknown]>([
    ['tsleep', (k) => k.tsleep('a', k.PWAIT, 'a', 1)],
    ['kthread_create', (k) => k.kthread_create(() => ends(k), 'arg', null, 'x')],
    ['kthread_exit', (k) => k.kthread_exit(0)],
    ['kthread_create_deferred', (k) => k.kthread_create_deferred(() => ends(k), 'arg')],
    ['settle', (k) => k.settle()],
    ['getpid', (k) => k.getpid()],
    ['fork', (k) => k.fork(() => ends(k))],
  ])('%s', (name, call) => {
    for (const isBooted of [false, true]) {
      const k = make()
      if (isBooted) k.boot()
      expect(() => call(k)).toThrow(TypeError)
      expect(() => call(k)).toThrow(OUTSIDE)
      expect(() => call(k)).toThrow(`${name}()`)
    }
  })

  test.each(['curproc', 'errno', 'sp'] as const)('reading %s', (name) => {
    expect(() => make()[name]).toThrow('curproc was read outside any thread of this kernel')
  })

  test('boot and run are not for its threads', () => {
    const errors: unknown[] = []
    const k = make()
    k.boot(function* () {
      for (const again of [() => k.boot(), () => k.run(() => ends(k))]) {
        try {
          again()
        } catch (error) {
          errors.push(String(error))
        }
      }
    })
    expect(errors).toEqual([
      'TypeError: this machine has booted: use run()',
      'TypeError: this kernel is running already: boot() and run() are not for its threads',
    ])
  })
})

/** Catches the error of a call in the kernel, and shows that the machine goes on. */
function* caught(k: OpenbsdKernel, call: () => unknown): ob51.Steps<string> {
  let said = 'accepted'
  try {
    yield* call() as ob51.KernelCall<unknown>
  } catch (error) {
    said = error instanceof SimulatorFault ? `SimulatorFault ${String(error)}` : String(error)
  }
  const before = k.ticks
  yield* k.tsleep('still fine', k.PWAIT, 'fine', 3)
  return k.ticks === before + 3 ? said : 'the machine does not go on'
}

/** The same in user mode: the process is still in user mode, without the big lock, and goes on. */
function caughtInUserMode<K extends OpenbsdKernel>(k: K, call: (k: K) => unknown): string {
  let said = 'nothing'
  const outcome = k.boot(function* () {
    if (k.release === '5.1') k.sysctl('kern.rthreads', 1)
    k.process({ name: 'sh' }, function* () {
      let error: unknown = 'accepted'
      try {
        yield* call(k) as ob51.KernelCall<unknown>
      } catch (problem) {
        error = problem
      }
      const before = k.now
      yield* k.user(1_000_000)
      const pid = yield* k.getpid()
      const isSound = k.now === before + 1_000_000 && pid === k.curproc.p_pid && k.locks().length === 0
      said = isSound ? String(error) : 'the process does not go on'
    })
    yield* k.tsleep('the process', k.PWAIT, 'process', 100)
  })
  return outcome.kind === 'done' ? said : outcome.kind
}

describe.each(CASES)(
  'OpenBSD $release: an argument of the wrong kind is refused before anything changes',
  ({ make }) => {
    const none = undefined as never

    test.each<[string, (k: OpenbsdKernel) => unknown, RegExp]>([
      ['no func', (k) => k.kthread_create(none, 0, null, 'x'), /^TypeError: kthread_create: func must be a generator/],
      ['a wrong newpp', (k) => k.kthread_create(() => ends(k), 0, 5 as never, 'x'), /newpp must be a ref\(\) or null/],
      ['no newpp', (k) => k.kthread_create(() => ends(k), 0, none, 'x'), /newpp must be a ref\(\) or null/],
      ['no fmt', (k) => k.kthread_create(() => ends(k), 0, null, none), /fmt must be a string, not undefined/],
      [
        'a format that does not fit',
        (k) => k.kthread_create(() => ends(k), 0, null, '%d', 'x'),
        /"%d".* wants an integer/,
      ],
      ['an unknown conversion', (k) => k.kthread_create(() => ends(k), 0, null, '%q', 1), /is not a conversion/],
      ['no ecode', (k) => k.kthread_exit(none), /ecode must be an int, not undefined/],
      ['no deferred func', (k) => k.kthread_create_deferred(null as never, 0), /func must be a generator function/],
      [
        'half a tick',
        (k) => k.tsleep('x', k.PWAIT, 'x', 1.5),
        /RangeError: tsleep: a time-out is a whole number of ticks/,
      ],
      ['a negative time-out', (k) => k.tsleep('x', k.PWAIT, 'x', -1), /RangeError: tsleep: .* not -1/],
      ['no priority', (k) => k.tsleep('x', none, 'x', 1), /RangeError: tsleep: a priority is 0 to 127/],
      ['too high a priority', (k) => k.tsleep('x', 128, 'x', 1), /RangeError: tsleep: a priority is 0 to 127/],
      ['nothing to wake', (k) => k.wakeup(none), /TypeError: wakeup: ident must not be null/],
      ['a wakeup of no number', (k) => k.wakeup_n('x', none), /wakeup_n: n must be a whole number/],
      ['setrunnable of nothing', (k) => k.setrunnable(none), /setrunnable: a process is expected/],
      ['a forgotten mutex', (k) => k.mtx_enter(none), /a mutex is expected, not undefined/],
      ['a wrong level', (k) => k.mtx_init(k.MUTEX_INITIALIZER(0), 99), /RangeError: mtx_init: there is no level 99/],
      ['no rwlock', (k) => k.rw_enter_read({} as never), /rw_enter_read: an rwlock is expected/],
      ['no timeout', (k) => k.timeout_add({} as never, 1), /timeout_add: a Timeout is expected/],
      [
        'no queue',
        (k) => k.workq_add_task({} as never, 0, () => ends(k), 0, 0),
        /a queue is expected, or null for syswq/,
      ],
      ['no task', (k) => k.workq_add_task(null, 0, none, 0, 0), /fn must be a generator function/],
      [
        'a queue without threads',
        (k) => k.workq_create('wq', 0),
        /RangeError: maxthreads must be a whole number from 1/,
      ],
      ['a queue of another kind', (k) => k.workq_destroy({} as never), /workq_destroy: a queue is expected/],
      ['a signal to nothing', (k) => k.psignal({} as never, 9), /psignal: a process is expected/],
      ['signal 0', (k) => k.psignal(k.initproc!, 0), /RangeError: psignal: there is no signal 0/],
      [
        'limits of nothing',
        (k) => k.dosetrlimit({} as never, 7, { rlim_cur: 1, rlim_max: 1 }),
        /a process record is exp/,
      ],
      ['no limits', (k) => k.dosetrlimit(k.proc0.p_p, 7, none), /dosetrlimit: limit needs rlim_cur and rlim_max/],
      ['a level that is none', (k) => k.splraise(11), /RangeError: splraise: there is no level 11/],
      ['negative work', (k) => k.work(-1), /RangeError: work: a whole number of nanoseconds, not -1/],
      ['a process without a name', (k) => k.process({} as never, () => ends(k)), /process: a name is expected/],
      ['a process without a body', (k) => k.process({ name: 'x' }, none), /process: the body must be a generator/],
      [
        'a wrong uid',
        (k) => k.process({ name: 'x', uid: -1 }, () => ends(k)),
        /RangeError: uid must be a whole number/,
      ],
      ['a wrong class', (k) => k.process({ name: 'x', login: 'root' as never }, () => ends(k)), /login must be one of/],
      ['an unknown node', (k) => k.sysctl('kern.nothing'), /RangeError: there is no sysctl node kern.nothing/],
      ['a node to read', (k) => k.sysctl('kern.nprocs', 5), /RangeError: sysctl node kern.nprocs can only be read/],
      ['an unknown fault', (k) => k.inject({ at: 'disk' }), /RangeError: there is no fault 'disk' to inject/],
      ['an unknown filter', (k) => k.kern_proc(8), /RangeError: kern.proc: there is no filter 8/],
      [
        'an interrupt of no level',
        (k) => k.interrupt(() => ends(k), { ipl: 0 }),
        /RangeError: ipl must be a whole number/,
      ],
    ])('in the kernel: %s', (_what, call, message) => {
      const k = make()
      const nprocs = () => k.sysctl('kern.nprocs')
      const outcome = k.boot(function* () {
        const before = nprocs()
        const said = yield* caught(k, () => call(k))
        return nprocs() === before ? said : 'something was left behind'
      })
      expect(outcome).toMatchObject({ kind: 'done', value: expect.stringMatching(message) as unknown })
    })

    test.each<[string, (k: OpenbsdKernel) => unknown, RegExp]>([
      ['negative time', (k) => k.user(-1), /^RangeError: user: a whole number of nanoseconds, not -1/],
      ['no child', (k) => k.fork(none), /^TypeError: fork: the child's code must be a generator function/],
      ['no action', (k) => k.sigaction(1, none, null), /^TypeError: sigaction: act needs a handler/],
      [
        'an action without a handler',
        (k) => k.sigaction(1, {} as never, null),
        /^TypeError: sigaction: act needs a handler/,
      ],
      ['no memory', (k) => k.mmap(0), /^RangeError: mmap: a whole number of bytes, 1 or more, not 0/],
      ['no mapping', (k) => k.munmap(null as never), /^TypeError: munmap: what mmap\(\) returned is expected/],
      ['no status', (k) => k._exit(none), /^TypeError: _exit: status must be a whole number, not undefined/],
      [
        'a system call without a body',
        (k) => k.syscall('ioctl', none),
        /^TypeError: syscall: the body of ioctl must be/,
      ],
      [
        'a body that is none',
        (k) => k.syscall('ioctl', () => none),
        /the function of ioctl is not a generator function/,
      ],
    ])('in user mode: %s', (_what, call, message) => {
      expect(caughtInUserMode(make(), call)).toMatch(message)
    })
  },
)

describe('OpenBSD 5.1: wrong arguments for what 4.2 does not have', () => {
  const none = undefined as never
  const params = { tf_tcb: null, tf_tid: null, tf_flags: 0 }
  function* plain() {}

  test.each<[string, (k: ob51.Kernel) => unknown, RegExp]>([
    [
      'half a struct',
      (k) => k.__tfork_thread({ tf_flags: 0 } as never, 0, plain, 0),
      /params needs tf_tcb, tf_tid and/,
    ],
    ['a mapping for a stack', (k) => k.__tfork_thread(params, {} as never, plain, 0), /stack must be an address/],
    ['no startfunc', (k) => k.__tfork_thread(params, 0, none, 0), /startfunc must be a generator function or null/],
    ['a raw call without a child', (k) => k.rawTfork(params, none), /rawTfork: child must be a generator function/],
  ])('%s', (_what, call, message) => {
    expect(caughtInUserMode(ob51.createKernel(OPTIONS), call)).toMatch(message)
    expect(caughtInUserMode(ob51.createKernel({ ...OPTIONS, ncpu: 2 }), call)).toMatch(message)
  })

  test.each([
    ['nothing', null],
    ['no mutex', {}],
  ])('msleep with %s for a mutex', (_what, mtx) => {
    const k = ob51.createKernel(OPTIONS)
    const outcome = k.boot(() => caught(k, () => k.msleep('x', mtx as never, k.PWAIT, 'x', 1)))
    expect(outcome).toMatchObject({ kind: 'done', value: expect.stringMatching(/a mutex is expected/) as unknown })
  })

  test('msleep with a mutex that is not held', () => {
    const k = ob51.createKernel(OPTIONS)
    const outcome = k.boot(function* () {
      yield* k.msleep('x', k.MUTEX_INITIALIZER(k.IPL_NONE, 'm'), k.PWAIT, 'x', 1)
    })
    expect(outcome).toMatchObject({ kind: 'undefined', id: 'UB:OB-MUTEX', message: 'msleep without mutex m' })
  })

  test('release 4.2 does not have them', () => {
    const k = ob42.createKernel()
    const newer = ['msleep', 'mtx_enter_try', 'workq_queue_task', '__tfork_thread', 'rawTfork', 'getthrid', '__threxit']
    expect(newer.filter((name) => name in k)).toEqual([])
    expect(newer.filter((name) => !(name in ob51.createKernel()))).toEqual([])
    expect(() => k.sysctl('kern.rthreads')).toThrow('there is no sysctl node kern.rthreads')
  })
})

describe.each(CASES)('OpenBSD $release: a call in the wrong mode', ({ make }) => {
  test.each<[string, (k: OpenbsdKernel) => unknown]>([
    ['tsleep', (k) => k.tsleep('x', k.PWAIT, 'x', 1)],
    ['wakeup', (k) => k.wakeup('x')],
    ['kthread_create', (k) => k.kthread_create(() => ends(k), 0, null, 'x')],
    ['kthread_exit', (k) => k.kthread_exit(0)],
    ['kthread_create_deferred', (k) => k.kthread_create_deferred(() => ends(k), 0)],
    ['mtx_enter', (k) => k.mtx_enter(k.MUTEX_INITIALIZER(k.IPL_NONE))],
    ['workq_create', (k) => k.workq_create('wq', 1)],
    ['psignal', (k) => k.psignal(k.initproc!, k.SIGHUP)],
    ['work', (k) => k.work(5)],
    ['printf', (k) => k.printf('x')],
    ['settle', (k) => k.settle()],
  ])('%s by user code', (name, call) => {
    expect(caughtInUserMode(make(), call)).toBe(
      `TypeError: ${name}() is kernel code: user code gets there by syscall()`,
    )
  })

  test.each<[string, (k: OpenbsdKernel) => unknown]>([
    ['getpid', (k) => k.getpid()],
    ['user', (k) => k.user(5)],
    ['ioctl', (k) => k.syscall('ioctl', () => ends(k))],
    ['fork', (k) => k.fork(() => ends(k))],
    ['mmap', (k) => k.mmap(4096)],
    ['kill', (k) => k.kill(-1, k.SIGTERM)],
  ])('%s by kernel code, also in a system call and in an interrupt', (name, call) => {
    const message = `TypeError: ${name}() is for user code: give process() a body, and call it there`
    const k = make()
    expect(k.boot(() => caught(k, () => call(k)))).toMatchObject({ kind: 'done', value: message })
    expect(
      caughtInUserMode(make(), (k) =>
        k.syscall('outer', function* () {
          yield* call(k) as ob51.KernelCall<unknown>
        }),
      ),
    ).toBe(message)
    const error = faultOf(make(), function* (k) {
      k.interrupt(function* () {
        yield* call(k) as ob51.KernelCall<unknown>
      })
      yield* k.tsleep('x', k.PWAIT, 'x', 2)
    })
    expect(error).toBe(message)
  })

  test('what a system call throws leaves the process in user mode, without the big lock', () => {
    const k = make(2)
    let seen = 'nothing'
    const owned = () => k.locks().map(({ name }) => name)
    const inCall: string[][] = []
    const outcome = k.boot(function* () {
      k.process({ name: 'sh' }, function* () {
        try {
          yield* k.syscall('ioctl', function* () {
            yield* k.tsleep('x', k.PWAIT, 'x', 1)
            inCall.push(owned())
            throw new Error('own')
          })
        } catch (error) {
          seen = `${String(error)}, in ${k.curproc.isInUserMode ? 'user mode' : 'the kernel'}, with ${owned().length} locks`
        }
        yield* k.user(5)
      })
      yield* k.tsleep('x', k.PWAIT, 'x', 5)
    })
    expect(inCall).toEqual([['kernel_lock']])
    expect([outcome.kind, seen]).toEqual(['done', 'Error: own, in user mode, with 0 locks'])
  })
})

describe.each(CASES)('OpenBSD $release: a body that is no generator function is named', ({ make }) => {
  const plain = (() => undefined) as never
  const message = (name: string) =>
    new RegExp(`^TypeError: the function of ${name} is not a generator function: write function\\*$`)

  test.each<[string, (k: OpenbsdKernel) => ob51.Steps]>([
    [
      String.raw`worker \(\d+\)`,
      function* (k) {
        yield* k.kthread_create(plain, 'arg', null, 'worker')
        yield* k.tsleep('x', k.PWAIT, 'x', 1)
      },
    ],
    [
      'a deferred function',
      function* (k) {
        yield* k.kthread_create_deferred(plain, 'arg')
      },
    ],
    [
      'a timeout',
      function* (k) {
        const to = new ob51.Timeout()
        yield* k.timeout_set(to, plain, 0)
        yield* k.timeout_add(to, 1)
        yield* k.tsleep('x', k.PWAIT, 'x', 5)
      },
    ],
    [
      'workq syswq',
      function* (k) {
        yield* k.workq_add_task(null, 0, plain, 0, 0)
        yield* k.tsleep('x', k.PWAIT, 'x', 5)
      },
    ],
    [
      String.raw`intr \(-1\)`,
      function* (k) {
        k.interrupt(plain)
        yield* k.tsleep('x', k.PWAIT, 'x', 5)
      },
    ],
    [
      String.raw`process sh \(\d+\)`,
      function* (k) {
        k.process({ name: 'sh' }, plain)
        yield* k.tsleep('x', k.PWAIT, 'x', 5)
      },
    ],
  ])('%s', (name, body) => {
    expect(faultOf(make(), body)).toMatch(message(name))
  })

  test('main', () => {
    expect(faultOf(make(), plain)).toMatch(message(String.raw`main \(\d+\)`))
  })

  test('what attaches, what is deferred, and what init executes', () => {
    const attaching = make()
    attaching.attach(plain, 'em0')
    expect(faultOf(attaching, ends)).toMatch(message('em0'))
    const deferring = make()
    deferring.attach(function* () {
      yield* deferring.kthread_create_deferred(plain, 'arg')
    })
    expect(faultOf(deferring, ends)).toMatch(message('a deferred function'))
    const starting = make()
    starting.init(plain)
    const error = faultOf(starting, function* (k) {
      yield* k.tsleep('x', k.PWAIT, 'x', 5)
    })
    expect(error).toMatch(message('init'))
    for (const name of ['attach', 'init'] as const)
      expect(() => make()[name](undefined as never)).toThrow(`${name}: the body must be a generator function`)
  })

  test('a child, and a handler', () => {
    const forking = faultOfUser(make(), function* (k) {
      yield* k.fork(plain)
      yield* k.wait4(-1, null, 0)
    })
    expect(forking).toMatch(message(String.raw`process sh \(\d+\)`))
    const handling = faultOfUser(make(), function* (k) {
      yield* k.sigaction(k.SIGHUP, { handler: plain, flags: 0, mask: 0 }, null)
      yield* k.kill(yield* k.getpid(), k.SIGHUP)
    })
    expect(handling).toMatch(message('the handler of signal 1'))
  })
})

describe('OpenBSD 5.1: a thread whose function is no generator function', () => {
  const plain = (() => undefined) as never
  const params = { tf_tcb: null, tf_tid: null, tf_flags: 0 }

  test.each<[string, (k: ob51.Kernel, stack: number) => ob51.KernelCall<number>]>([
    ['__tfork_thread', (k, stack) => k.__tfork_thread(params, stack, plain, 0)],
    ['the raw call', (k) => k.rawTfork(params, plain)],
  ])('%s', (_what, call) => {
    const k = ob51.createKernel(OPTIONS)
    const error = faultOfUser(k, function* () {
      k.sysctl('kern.rthreads', 1)
      yield* call(k, (yield* k.mmap(4096)).end)
      yield* k.nanosleep(100_000_000)
    })
    expect(error).toMatch(/^TypeError: the function of thread \d+ is not a generator function: write function\*$/)
  })
})

describe.each(CASES)('OpenBSD $release: options', ({ release }) => {
  const create = (options: object) => () =>
    release === '4.2' ? ob42.createKernel(options) : ob51.createKernel(options)

  test.each<[object, string]>([
    [{ ncpu: 0 }, 'ncpu must be a whole number from 1 to 32, not 0'],
    [{ reading: 'both' }, 'reading must be one of page, kernel, not both'],
    [{ arch: 'vax' }, 'arch must be one of amd64, i386, not vax'],
    [{ pidSeed: 1.5 }, 'pidSeed must be a whole number'],
    [{ uareas: 0 }, 'uareas must be a whole number from 1'],
  ])('%o', (options, message) => {
    expect(create(options)).toThrow(RangeError)
    expect(create(options)).toThrow(message)
  })
})
