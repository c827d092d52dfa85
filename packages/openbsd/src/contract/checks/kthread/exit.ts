import type { Steps } from '@kt/core'
import { describeOutcome, equal, holds, panics, valueOf, type Trial } from '@kt/core/contract'
import type { OpenbsdKernel } from '../../../kernel.js'
import type { Proc } from '../../../proc.js'
import { leaveFree, names, nprocs, pause, spawn, waits } from './spawn.js'

// DESCRIPTION, kthread_exit; and what BUGS says of its argument.

type Check = (trial: Trial<OpenbsdKernel>) => void

/** OB-KT-20: with the call the thread is over, and its slot free when the reaper has run; a return is no end. */
export const endsByExit: Check = (trial) => {
  const k = trial.createKernel({ ncpu: 2 })
  valueOf(
    k.boot(function* () {
      yield* k.settle()
      const before = nprocs(k)
      const p = yield* spawn(k, () => waits(k, 'go'))
      yield* pause(k, 1)
      equal([nprocs(k), k.pfind(p.p_pid) === p, p.p_stat], [before + 1, true, k.SSLEEP], 'slots, table, state before')
      yield* k.wakeup('go')
      yield* pause(k, 1)
      yield* k.settle()
      equal([nprocs(k), k.pfind(p.p_pid), p.p_stat], [before, null, k.SDEAD], 'slots, table, state after')
      equal(k.ps().filter(({ pid }) => pid === p.p_pid), [], 'its entries in ps') // prettier-ignore
      // The slot is there for the next one.
      leaveFree(k, 1)
      yield* spawn(k, () => waits(k, 'go'), 'next')
    }),
  )
  const other = trial.createKernel({ ncpu: 2 })
  const returned = other.boot(function* () {
    yield* spawn(other, () => pause(other, 1), 'returns')
    yield* pause(other, 10)
  })
  if (trial.reading === 'page') panics(returned, 'OB-D-09')
  else
    holds(returned.kind === 'undefined' && returned.id === 'UB:OB-D-09', `it ended with ${describeOutcome(returned)}`)
  holds(names(other).includes('returns'), 'a thread whose func returned has left the process table')
  trial.saw(`kthread_exit gives the slot back; without it: ${describeOutcome(returned)}`)
}

/** OB-KT-21: the code becomes the wait status, 8 bits of it; one that is not 0 is told on the console, all of it. */
export const ecodeIsExitCode: Check = (trial) => {
  const k = trial.createKernel({ ncpu: 2 })
  const codes = [0, 7, 255, 259, -1]
  const threads = valueOf(
    k.boot(function* () {
      const made: Proc[] = []
      for (const code of codes) {
        made.push(yield* spawn(k, () => exitsWith(k, code), 'code'))
        yield* pause(k, 1)
      }
      yield* k.settle()
      return made
    }),
  )
  equal(
    threads.map(({ p_xstat }) => p_xstat),
    [0, 0x0700, 0xff00, 0x0300, 0xff00],
    `wait statuses for the codes ${codes.join(', ')}`,
  )
  const warnings = codes.flatMap((code, at) => (code === 0 ? [] : [warning('code', threads[at]!, code)]))
  equal(k.console, warnings, 'the console')
  trial.saw(k.console.join('; '))
}

function warning(name: string, { p_pid }: Proc, code: number): string {
  return `WARNING: thread \`${name}' (${p_pid}) exits with status ${code}`
}

/**
 * OB-KT-33: two runs that part only in the code are one and the same to all who look, but for the line on the console:
 * wait4 of init and of the process that asked for the thread, ps, the trace, counters, the message buffer.
 */
export const ecodeIsUseless: Check = (trial) => {
  const { ECHILD } = trial.createKernel()
  const [one, other] = [everythingSeen(trial, 3), everythingSeen(trial, 5)]
  equal(one['waited'], [-1, ECHILD, 'child', 9 << 8], 'what wait4 told the creator, and told init')
  equal(other, one, 'what can be seen when the code is 5 instead of 3')
  const zero = everythingSeen(trial, 0)
  equal(zero, { ...one, console: [] }, 'what can be seen when the code is 0')
  trial.saw('wait4 never reports the thread; with another code nothing differs but the line on the console')
}

/** Whatever a reader of the system can get hold of in the life and after the death of a thread that exits so. */
function everythingSeen(trial: Trial<OpenbsdKernel>, code: number): Record<string, unknown> {
  const k = trial.createKernel({ ncpu: 2 })
  const waited: (number | string)[] = []
  const listed: unknown[] = []
  k.init(() => waitsForAll(k, waited))
  const thread = valueOf(
    k.boot(function* () {
      const p = k.ref<Proc>()
      k.process({ name: 'creator', ktrace: true }, function* () {
        function* body() {
          yield* k.tsleep('go', k.PWAIT, 'waits', 0)
          yield* k.work(1000)
          yield* exitsWith(k, code)
        }
        p.value = yield* k.syscall('ioctl', () => spawn(k, body, 'thread'))
        yield* k.nanosleep(2e7)
        waited.push(yield* k.wait4(p.value.p_pid, null, 0), k.errno)
        // Init would be told of its end.
        yield* k.nanosleep(1e12)
      })
      yield* pause(k, 2)
      yield* k.wakeup('go')
      // The thread takes the big lock and ends with it; we wait for it by then, and the reaper comes after us.
      yield* k.KERNEL_UNLOCK()
      yield* k.work(10)
      yield* k.KERNEL_LOCK()
      equal(statOf(k, p.value!), ['?EK'], 'the thread in ps before it was reaped')
      for (let tick = 0; tick < 10; tick++) {
        listed.push(k.psText(), JSON.stringify(k.kern_proc(k.KERN_PROC_KTHREAD)))
        yield* pause(k, 1)
      }
      yield* k.settle()
      return p.value!
    }),
  )
  holds(thread.isFree, 'the thread was not reaped')
  const events = Array.from(k.trace!.events(), (event) => JSON.stringify(event))
  const { forkstat, uvmexp, msgbuf, remarks, now } = k
  // What the line says besides the code is no use of the code.
  const console = k.console.map((line) => line.replace(new RegExp(`status ${code}$`), 'status'))
  const views = [JSON.stringify([forkstat, uvmexp, msgbuf, remarks, now, k.waiting(), k.locks(), k.cpus()]), k.kdump()]
  return { waited, listed, events, views, console }
}

function statOf(k: OpenbsdKernel, { p_pid }: Proc): readonly string[] {
  return k.kern_proc(k.KERN_PROC_PID, p_pid).map(({ stat }) => stat)
}

function* exitsWith(k: OpenbsdKernel, code: number): Steps<never> {
  return yield* k.kthread_exit(code)
}

/** Init, with a child that lives longer than the thread: it waits for anybody, and tells whom it was given. */
function* waitsForAll(k: OpenbsdKernel, waited: (number | string)[]): Steps<void> {
  const child = yield* k.fork(function* () {
    yield* k.nanosleep(8e7)
    return 9
  })
  const status = k.ref<number>()
  const pid = yield* k.wait4(-1, status, 0)
  waited.push(pid === child ? 'child' : pid, status.value ?? 'nothing')
}
