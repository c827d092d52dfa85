/** Programs on a kernel, each for either release. */
import { ref, type Kernel, type Lwp, type NetbsdOptions, type Outcome, type Steps } from '@kt/netbsd/10.1'
import type { Stopwatch } from './measure.js'

/** What the programs need of a kernel, and both releases have. */
export interface BenchKernel extends Pick<
  Kernel,
  | 'kthread_create'
  | 'kthread_exit'
  | 'kthread_join'
  | 'tsleep'
  | 'wakeup'
  | 'yield'
  | 'mutex'
  | 'mutex_enter'
  | 'mutex_exit'
  | 'condvar'
  | 'cv_wait'
  | 'cv_signal'
  | 'PRI_NONE'
  | 'KTHREAD_MPSAFE'
  | 'KTHREAD_MUSTJOIN'
> {
  boot(main: () => Steps): Outcome<unknown>
}

export type CreateKernel = (options?: NetbsdOptions) => BenchKernel

type Body = (index: number) => Steps

/** Boots the kernel and runs one thread for each of `count` indices, until all have ended. */
function runThreads(k: BenchKernel, count: number, body: Body): void {
  finish(
    k.boot(function* main() {
      const flags: number = k.KTHREAD_MPSAFE | k.KTHREAD_MUSTJOIN
      const threads = []
      for (let index = 0; index < count; index++) {
        const newlp = ref<Lwp>()
        yield* k.kthread_create(k.PRI_NONE, flags, null, body, index, newlp, 'w%d', index)
        threads.push(newlp.value!)
      }
      for (const thread of threads) yield* k.kthread_join(thread)
    }),
  )
}

export function finish(outcome: Outcome<unknown>): void {
  if (outcome.kind !== 'done') throw new Error(`the run ended with ${outcome.kind}`)
}

/** Two threads wake each other and sleep in turn: a switch is one wakeup and one sleep. */
export function pingPong(k: BenchKernel, switches: number, timoTicks: number): void {
  const channels = [{}, {}] as const
  let turn = 0
  runThreads(k, 2, function* player(me) {
    const own = channels[me as 0 | 1]
    const other = channels[me === 0 ? 1 : 0]
    for (let n = 0; n < switches; n += 2) {
      while (turn !== me) yield* k.tsleep(own, 0, 'turn', timoTicks)
      turn = 1 - me
      yield* k.wakeup(other)
    }
    yield* k.kthread_exit(0)
  })
}

/** The same through a mutex and two condition variables, four calls a turn. */
export function condvarTurns(k: BenchKernel, turns: number): void {
  const mutex = k.mutex('turns')
  const conditions = [k.condvar('ping'), k.condvar('pong')] as const
  let turn = 0
  runThreads(k, 2, function* player(me) {
    const own = conditions[me as 0 | 1]
    const other = conditions[me === 0 ? 1 : 0]
    for (let n = 0; n < turns; n += 2) {
      yield* k.mutex_enter(mutex)
      while (turn !== me) yield* k.cv_wait(own, mutex)
      turn = 1 - me
      yield* k.cv_signal(other)
      yield* k.mutex_exit(mutex)
    }
    yield* k.kthread_exit(0)
  })
}

/** One thread locks and unlocks what nobody else wants. */
export function lockAndUnlock(k: BenchKernel, pairs: number): void {
  const mutex = k.mutex('alone')
  runThreads(k, 1, function* owner() {
    for (let n = 0; n < pairs; n++) {
      yield* k.mutex_enter(mutex)
      yield* k.mutex_exit(mutex)
    }
    yield* k.kthread_exit(0)
  })
}

/** All threads yield in turn. The watch runs from the moment they are released together until the first is done. */
export function ring(k: BenchKernel, threads: number, yields: number, watch: Stopwatch): void {
  const start = {}
  const each = Math.ceil(yields / threads)
  finish(
    k.boot(function* main() {
      function* member(): Steps<void> {
        yield* k.tsleep(start, 0, 'start', 0)
        for (let n = 0; n < each; n++) yield* k.yield()
        watch.stop()
        yield* k.kthread_exit(0)
      }
      for (let n = 0; n < threads; n++) {
        yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, member, n, null, 'w%d', n)
      }
      yield* k.yield()
      yield* k.wakeup(start)
      watch.start()
      // Main goes behind them, and comes back with nothing left to do but end.
      yield* k.yield()
    }),
  )
}

/** One thread after the other is created, runs, ends and, if so wished, is joined. */
export function lives(k: BenchKernel, count: number, joined: boolean): void {
  function* body(): Steps<void> {
    yield* k.kthread_exit(0)
  }
  finish(
    k.boot(function* main() {
      const newlp = ref<Lwp>()
      const flags: number = joined ? k.KTHREAD_MPSAFE | k.KTHREAD_MUSTJOIN : k.KTHREAD_MPSAFE
      for (let n = 0; n < count; n++) {
        yield* k.kthread_create(k.PRI_NONE, flags, null, body, n, newlp, 'w%d', n)
        if (joined) yield* k.kthread_join(newlp.value!)
        else yield* k.yield()
      }
    }),
  )
}
