import { seededOracle, type Steps } from '@kt/core'
import { equal, holds, valueOf, type Trial } from '@kt/core/contract'
import type { Proc } from '../../../proc.js'
import type { Kernel } from '../../../releases/8.0.js'
import { exits, pause, spawn, waits } from './spawn.js'

// DESCRIPTION, kproc_exit.

type Check = (trial: Trial<Kernel>) => void

/** FB8-KP-22: the process is a zombie and then gone, without a word; a return ends it too, with words. */
export const endsProcess: Check = (trial) => {
  const k = trial.createKernel({ daemons: 'none' })
  valueOf(
    k.boot(function* () {
      const before = k.allproc.length
      const p = yield* spawn(k, () => exits(k), 'ends')
      equal([k.allproc.length, p.p_state], [before + 1, k.PRS_NORMAL], 'processes, and its state, before')
      // Woken when it begins to end, and queued before init is.
      yield* k.tsleep(p, 0, 'exit', 100)
      equal([p.p_state, k.pfind(p.p_pid), p.isReaped], [k.PRS_ZOMBIE, null, false], 'state, pfind, waited for')
      holds(p.p_pptr === k.initproc, 'it is not a child of init')
      yield* pause(k, 1)
      equal([k.allproc.length, p.isReaped], [before, true], 'processes, and waited for, after')
    }),
  )
  equal(k.console, [], 'the console after kproc_exit')
  valueOf(
    k.run(function* () {
      const before = k.allproc.length
      yield* spawn(k, () => pause(k, 1), 'returns')
      yield* pause(k, 10)
      equal(k.allproc.length, before, 'processes when its function has returned')
    }),
  )
  equal(k.console.length, 1, 'lines on the console after a return')
  trial.saw(`kproc_exit: a zombie, waited for by init; a return: ${k.console[0]!}`)
}

/** FB8-KP-23: the code is the exit status, in the eight bits above the low ones. */
export const ecodeIsStatus: Check = (trial) => {
  const k = trial.createKernel({ daemons: 'none', ncpu: 2 })
  const codes = [0, 1, 7, 255]
  const statuses = valueOf(
    k.boot(function* () {
      const made: Proc[] = []
      for (const code of codes) made.push(yield* spawn(k, () => exits(k, code)))
      yield* pause(k, 10)
      return made.map(({ p_xstat }) => p_xstat)
    }),
  )
  equal(statuses, codes.map((code) => code << 8), `statuses for ${codes.join(', ')}`) // prettier-ignore
  trial.saw(statuses.map((status) => `0x${status.toString(16)}`).join(', '))
}

/** FB8-KP-24: who sleeps on the process is woken, in any order of two CPUs; who sleeps on another is not. */
export const wakesSleepers: Check = (trial) => {
  for (let seed = 1; seed <= 10; seed++) {
    const k = trial.createKernel({ daemons: 'none', ncpu: 2, oracle: seededOracle(seed) })
    const woken: string[] = []
    valueOf(
      k.boot(function* () {
        const p = yield* spawn(k, () => waits(k, 'go'), 'ends')
        const other = yield* spawn(k, () => waits(k, 'never'), 'stays')
        yield* spawn(k, () => sleepsOn(k, p, 'one', woken))
        yield* spawn(k, () => sleepsOn(k, p, 'two', woken))
        yield* spawn(k, () => sleepsOn(k, other, 'wrong', woken))
        yield* pause(k, 10)
        equal(woken, [], 'woken before the end')
        yield* k.wakeup('go')
        yield* pause(k, 10)
      }),
    )
    equal([...woken].sort(), ['one = 0', 'two = 0'], `woken by the end, seed ${seed}`)
  }
  trial.saw('two sleepers on the process were woken, one on another was not')
}

function* sleepsOn(k: Kernel, p: Proc, name: string, woken: string[]): Steps<never> {
  const error = yield* k.tsleep(p, k.PWAIT, 'exit', 10_000)
  woken.push(`${name} = ${error}`)
  return yield* k.kproc_exit(0)
}
