/** OpenBSD's kernels: the same work where both systems have it, and what only OpenBSD has. */
import * as openbsd42 from '@kt/openbsd/4.2'
import * as openbsd51 from '@kt/openbsd/5.1'
import type { Case } from './measure.js'
import { finish } from './scenarios.js'

type CreateKernel = (options?: openbsd51.OpenbsdOptions) => openbsd42.Kernel

/** Two kernel threads wake each other and sleep in turn: a switch is one wakeup and one sleep. */
function pingPong(k: openbsd42.Kernel, switches: number): void {
  const channels = [{}, {}] as const
  let turn = 0
  function* player(me: number): openbsd42.Steps<void> {
    for (let n = 0; n < switches; n += 2) {
      while (turn !== me) yield* k.tsleep(channels[me as 0 | 1], k.PWAIT, 'turn', 0)
      turn = 1 - me
      yield* k.wakeup(channels[turn as 0 | 1])
    }
    yield* k.kthread_exit(0)
  }
  finish(
    k.boot(function* main() {
      for (const me of [0, 1]) yield* k.kthread_create(player, me, null, 'w%d', me)
      yield* k.tsleep('done', k.PWAIT, 'done', 1)
    }),
  )
}

/** One thread after the other is created, runs, ends and is reaped. */
function lives(k: openbsd42.Kernel, count: number): void {
  function* body(): openbsd42.Steps<void> {
    yield* k.kthread_exit(0)
  }
  finish(
    k.boot(function* main() {
      for (let n = 0; n < count; n++) {
        yield* k.kthread_create(body, n, null, 'w%d', n)
        yield* k.yield()
      }
    }),
  )
}

/** A user process does one thing over and over. */
function user(k: openbsd51.Kernel, body: (k: openbsd51.Kernel) => openbsd51.Steps): void {
  k.sysctl('kern.rthreads', 1)
  finish(
    k.boot(function* main(k) {
      k.process({ name: 'bench', uid: 1000 }, () => body(k))
      yield* k.tsleep('done', k.PWAIT, 'done', 1)
    }),
  )
}

function casesOf(release: string, createKernel: CreateKernel): Case[] {
  const name = (what: string) => `openbsd ${release}: ${what}`
  return [
    { name: name('sleep/wakeup'), unit: 'switch', operations: 200_000, run: (n) => pingPong(createKernel(), n) },
    { name: name('create, exit, reaped'), unit: 'life', operations: 100_000, run: (n) => lives(createKernel(), n) },
    {
      name: name('fresh kernel, 2 CPUs'),
      unit: 'kernel',
      operations: 2000,
      run(n) {
        for (let made = 0; made < n; made++) createKernel({ ncpu: 2 })
      },
    },
    {
      name: name('fresh kernel, 2 CPUs, booted'),
      unit: 'kernel',
      operations: 500,
      run(n) {
        for (let made = 0; made < n; made++) finish(createKernel({ ncpu: 2 }).boot())
      },
    },
  ]
}

export const cases: readonly Case[] = [
  ...casesOf('5.1', openbsd51.createKernel),
  ...casesOf('4.2', openbsd42.createKernel),
  {
    name: 'openbsd 5.1: getpid',
    unit: 'call',
    operations: 100_000,
    run: (n) =>
      user(openbsd51.createKernel(), function* (k) {
        for (let made = 0; made < n; made++) yield* k.getpid()
      }),
  },
  {
    name: 'openbsd 5.1: __tfork_thread, exit, reaped',
    unit: 'life',
    operations: 50_000,
    run: (n) =>
      user(openbsd51.createKernel(), function* (k) {
        const stack = yield* k.mmap(4096)
        const params = { tf_tcb: null, tf_tid: null, tf_flags: 0 }
        function* thread(): openbsd51.Steps<void> {}
        for (let made = 0; made < n; made++) {
          yield* k.__tfork_thread(params, stack.end, thread, null)
          yield* k.sched_yield()
        }
      }),
  },
]
