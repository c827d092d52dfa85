/** FreeBSD's kernel: the same work where all systems have it, and what only FreeBSD has. */
import { createKernel, ref, type Kernel, type Proc, type Steps, type Td } from '@kt/freebsd/8.0'
import type { Case } from './measure.js'
import { finish } from './scenarios.js'

/** Without daemons, which would wake ten times a second beside what is measured. */
const quiet = (scheduler: 'ule' | '4bsd' = 'ule'): Kernel => createKernel({ daemons: 'none', scheduler })

/** Two kernel threads wake each other and sleep in turn: a switch is one wakeup and one sleep. */
function pingPong(k: Kernel, switches: number): void {
  const channels = [{}, {}] as const
  let turn = 0
  function* player(me: number): Steps<void> {
    for (let n = 0; n < switches; n += 2) {
      while (turn !== me) yield* k.tsleep(channels[me as 0 | 1], k.PWAIT, 'turn', 0)
      turn = 1 - me
      yield* k.wakeup(channels[turn as 0 | 1])
    }
    yield* k.kthread_exit()
  }
  finish(
    k.boot(function* main() {
      for (const me of [0, 1]) yield* k.kthread_add(player, me, null, null, 0, 0, 'w%d', me)
      yield* k.pause('done', 1)
    }),
  )
}

/** One thread after the other is created, runs and ends; each has the structure of the one before. */
function threadLives(k: Kernel, count: number): void {
  function* body(): Steps<void> {
    yield* k.kthread_exit()
  }
  finish(
    k.boot(function* main() {
      for (let n = 0; n < count; n++) {
        yield* k.kthread_add(body, n, null, null, 0, 0, 'w%d', n)
        yield* k.sched_relinquish()
      }
    }),
  )
}

/** One process after the other is created, runs, ends and is collected by init. */
function processLives(k: Kernel, count: number): void {
  function* body(): Steps<void> {
    yield* k.kproc_exit(0)
  }
  finish(
    k.boot(function* main() {
      for (let n = 0; n < count; n++) {
        const newpp = ref<Proc>()
        yield* k.kproc_create(body, n, newpp, 0, 0, 'w%d', n)
        while (!newpp.value!.isReaped) yield* k.sched_relinquish()
      }
    }),
  )
}

/** A thread is asked to park itself, does, and is let go again. */
function suspensions(k: Kernel, count: number): void {
  let rounds = 0
  function* body(): Steps<void> {
    for (; rounds < count; rounds++) {
      yield* k.kthread_suspend_check(k.curthread)
      yield* k.sched_relinquish()
    }
    yield* k.kthread_exit()
  }
  finish(
    k.boot(function* main() {
      const td = ref<Td>()
      yield* k.kthread_add(body, null, null, td, 0, 0, 'w')
      for (let n = 0; n < count - 1; n++) {
        yield* k.kthread_suspend(td.value!, 10)
        yield* k.kthread_resume(td.value!)
      }
    }),
  )
}

function fresh(options: Parameters<typeof createKernel>[0], isBooted: boolean): (n: number) => void {
  return (n) => {
    for (let made = 0; made < n; made++) {
      const k = createKernel(options)
      if (isBooted) finish(k.boot())
    }
  }
}

const name = (what: string): string => `freebsd 8.0: ${what}`

export const cases: readonly Case[] = [
  { name: name('sleep/wakeup, ULE'), unit: 'switch', operations: 200_000, run: (n) => pingPong(quiet(), n) },
  { name: name('sleep/wakeup, 4BSD'), unit: 'switch', operations: 200_000, run: (n) => pingPong(quiet('4bsd'), n) },
  { name: name('kthread_add, exit'), unit: 'life', operations: 100_000, run: (n) => threadLives(quiet(), n) },
  { name: name('kproc_create, exit, reaped'), unit: 'life', operations: 50_000, run: (n) => processLives(quiet(), n) },
  { name: name('suspend, resume'), unit: 'pair', operations: 50_000, run: (n) => suspensions(quiet(), n) },
  { name: name('fresh kernel, 2 CPUs'), unit: 'kernel', operations: 2000, run: fresh({ ncpu: 2 }, false) },
  { name: name('fresh kernel, 2 CPUs, booted'), unit: 'kernel', operations: 500, run: fresh({ ncpu: 2 }, true) },
  {
    name: name('the same without daemons'),
    unit: 'kernel',
    operations: 500,
    run: fresh({ ncpu: 2, daemons: 'none' }, true),
  },
]
