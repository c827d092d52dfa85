import { seededOracle, type Steps } from '@kt/core'
import { equal, holds, valueOf, type Trial } from '@kt/core/contract'
import type { Kernel } from '../../../releases/8.0.js'
import { loops, pause, spawn, wmesgs } from './spawn.js'

// DESCRIPTION, the three of suspension and kproc_shutdown.

type Check = (trial: Trial<Kernel>) => void

/** FB8-KP-25: a process that looks in its loop stops and goes on; one that never looks does neither. */
export const threeWorkTogether: Check = (trial) => {
  const k = trial.createKernel({ daemons: 'none' })
  let rounds = 0
  let others = 0
  valueOf(
    k.boot(function* () {
      const takesPart = yield* spawn(k, () => loops(k, () => rounds++))
      const never = yield* spawn(k, () => works(k, () => others++))
      yield* pause(k, 20)
      holds(rounds > 0 && others > 0, 'they did not run')
      equal(yield* k.kproc_suspend(takesPart, 100), 0, 'kproc_suspend of the one that looks')
      equal(yield* k.kproc_suspend(never, 100), k.EWOULDBLOCK, 'kproc_suspend of the one that does not')
      const before = [rounds, others]
      yield* pause(k, 50)
      equal(rounds, before[0], 'rounds of the suspended process')
      holds(others > before[1]!, 'the process that never looks has stopped')
      equal(yield* k.kproc_resume(takesPart), 0, 'kproc_resume')
      yield* pause(k, 50)
      holds(rounds > before[0]!, 'it did not go on')
    }),
  )
  trial.saw(`${rounds} rounds with a stop between them, ${others} without`)
}

function* works(k: Kernel, round: () => void): Steps<never> {
  for (;;) {
    round()
    yield* k.pause('work', 5)
  }
}

/** FB8-KP-26: asked, it sleeps with `kpsusp` and without an end until the resume; not asked, it comes back at once. */
export const sleepsUntilResumed: Check = (trial) => {
  const k = trial.createKernel({ daemons: 'none' })
  const passed: number[] = []
  valueOf(
    k.boot(function* () {
      const p = yield* spawn(k, () => loops(k, () => passed.push(k.ticks)))
      yield* pause(k, 12)
      const gaps = passed.slice(1).map((at, n) => at - passed[n]!)
      holds(gaps.length > 0 && gaps.every((gap) => gap <= 6), `it waited without being asked: ${gaps.join(', ')}`)
      equal(yield* k.kproc_suspend(p, 100), 0, 'kproc_suspend')
      const before = passed.length
      yield* pause(k, 1)
      equal(wmesgs(p), ['kpsusp'], 'what it sleeps on')
      yield* pause(k, 10 * k.hz)
      equal([wmesgs(p), passed.length], [['kpsusp'], before], 'what it sleeps on and rounds, ten seconds later')
      yield* k.kproc_resume(p)
      yield* pause(k, 1)
      equal(passed.length, before + 1, 'rounds after the resume')
    }),
  )
  trial.saw('kpsusp for ten seconds, and on with the resume')
}

/** FB8-KP-27: 0 means that it is parked, in any order of two CPUs; without its word the wait ends with the time. */
export const waitIsBounded: Check = (trial) => {
  for (let seed = 1; seed <= 20; seed++) {
    const k = trial.createKernel({ daemons: 'none', ncpu: 2, oracle: seededOracle(seed) })
    let rounds = 0
    valueOf(
      k.boot(function* () {
        const p = yield* spawn(k, () => loops(k, () => rounds++))
        for (let n = 0; n < 3; n++) {
          equal(yield* k.kproc_suspend(p, 1000), 0, `kproc_suspend, seed ${seed}`)
          const before = rounds
          yield* pause(k, 20)
          equal([rounds - before, wmesgs(p)], [0, ['kpsusp']], `rounds while suspended, seed ${seed}`)
          equal(yield* k.kproc_resume(p), 0, 'kproc_resume')
          yield* pause(k, 20)
          holds(rounds > before, `it did not go on, seed ${seed}`)
        }
      }),
    )
  }
  const k = trial.createKernel({ daemons: 'none' })
  const seen = valueOf(
    k.boot(function* () {
      const p = yield* spawn(k, () => works(k, () => {}))
      const suspender = yield* spawn(k, function* () {
        yield* k.kproc_suspend(p, 0)
      })
      const since = k.ticks
      const error = yield* k.kproc_suspend(p, 100)
      const took = k.ticks - since
      yield* pause(k, 10 * k.hz)
      return { error, took, other: wmesgs(suspender) }
    }),
  )
  equal(seen.error, k.EWOULDBLOCK, 'kproc_suspend of a process that never looks')
  holds(seen.took >= 100 && seen.took <= 101, `it took ${seen.took} ticks`)
  equal(seen.other, ['suspkp'], 'one that gave no time, ten seconds later')
  trial.saw(`20 orders of two CPUs: parked at 0; without a word ${seen.error} after ${seen.took} ticks`)
}

/** FB8-KP-28: registered as it is, it has the process parked before the shutdown goes on; the time is bounded. */
export const shutdownHandler: Check = (trial) => {
  const k = trial.createKernel({ daemons: 'none' })
  const rounds = { parked: 0, deaf: 0 }
  let atSync = -1
  const outcome = k.boot(function* () {
    const parked = yield* spawn(k, () => loops(k, () => rounds.parked++), 'parked')
    const deaf = yield* spawn(k, () => works(k, () => rounds.deaf++), 'deaf')
    yield* k.EVENTHANDLER_REGISTER('shutdown_pre_sync', k.kproc_shutdown, deaf, k.SHUTDOWN_PRI_LAST)
    yield* k.EVENTHANDLER_REGISTER('shutdown_pre_sync', k.kproc_shutdown, parked, k.SHUTDOWN_PRI_FIRST)
    yield* k.EVENTHANDLER_REGISTER('shutdown_pre_sync', noted, null, k.SHUTDOWN_PRI_DEFAULT)
    yield* pause(k, 20)
    yield* k.reboot(k.RB_AUTOBOOT)
  })
  function* noted(): Steps<void> {
    atSync = rounds.parked
    yield* k.DELAY(0)
  }
  equal(outcome.kind, 'shutdown', 'end of the run')
  const words = (name: string, end: string) => `Waiting (max 60 seconds) for system process \`${name}' to stop...${end}`
  equal(k.console.slice(0, 2), [words('parked', 'done'), words('deaf', 'timed out')], 'the console')
  equal(rounds.parked, atSync, 'rounds of the parked process when all is over, and when it was parked')
  holds(atSync > 0 && rounds.deaf > 1000, 'the processes did not run')
  trial.saw(k.console.slice(0, 2).join('; '))
}
