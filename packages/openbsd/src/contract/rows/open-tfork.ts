import { ref, type Steps } from '@kt/core'
import type { Trial } from '@kt/core/contract'
import type { __tfork } from '../../tfork.js'
import { bitOf } from '../../sigacts.js'
import { tellUser } from './open-words.js'
import type { K51 } from './words.js'

const MS = 1_000_000

/** What every thread is made with here. */
function params(tf_tid: __tfork['tf_tid'] = null): __tfork {
  return { tf_tcb: null, tf_tid, tf_flags: 0 }
}

/** A stack of its own for a thread. */
function* stack(k: K51): Steps<number> {
  return (yield* k.mmap(65_536)).end
}

/** Forks a child for a body that may not survive, and tells its wait status and how many forks it made. */
function* fate(k: K51, body: () => Steps): Steps<string> {
  const status = ref<number>()
  const before = k.uvmexp.forks + 1
  const pid = yield* k.fork(function* () {
    yield* body()
    yield* k.user(500 * MS)
    return 7
  })
  yield* k.wait4(pid, status, 0)
  const made = k.uvmexp.forks - before
  const end = status.value === k.SIGSEGV ? 'SIGSEGV ends the process' : `status ${status.value}`
  return `${made === 0 ? 'no thread' : 'a thread'}, ${end}`
}

/** OB-Q-17 */
export function badStack(trial: Trial<K51>): string {
  return (['amd64', 'i386'] as const)
    .map((arch) => {
      const seen = tellUser(trial, { arch }, {}, function* (k, say) {
        const fates = new Map<string, string[]>()
        for (const kind of ['NULL', 'misaligned', 'without room'] as const) {
          const told = yield* fate(k, function* () {
            const m = yield* k.mmap(4096)
            const at = { NULL: 0, misaligned: m.end - 4, 'without room': m.address }[kind]
            yield* k.__tfork_thread(params(), at, ends, 'arg')
          })
          fates.set(told, [...(fates.get(told) ?? []), kind])
        }
        say([...fates].map(([told, kinds]) => `${kinds.join(', ')}: ${told}`).join('; '))
      })
      return `${arch}: ${seen}`
    })
    .join('; ')
}

function* ends(): Steps<void> {
  // Returns, which ends the thread.
}

/** OB-Q-18 */
export function nullStartfunc(trial: Trial<K51>): string {
  return tellUser(trial, {}, {}, function* (k, say) {
    const told = yield* fate(k, function* () {
      yield* k.__tfork_thread(params(), yield* stack(k), null, 'arg')
    })
    say(told)
  })
}

/** OB-Q-19 */
export function signalState(trial: Trial<K51>): string {
  return tellUser(trial, {}, {}, function* (k, say) {
    let handled = 'nobody'
    function* handler() {
      handled = (yield* k.getthrid()) === self ? 'the creator' : 'the new thread'
    }
    yield* k.sigaction(k.SIGUSR1, { handler, flags: 0, mask: 0 }, null)
    const blocked = bitOf(k.SIGUSR1) | bitOf(k.SIGHUP)
    yield* k.sigprocmask(k.SIG_BLOCK, blocked)
    const self = yield* k.getthrid()
    yield* k.kill(self, k.SIGUSR1)
    const words: string[] = []
    function* startfunc() {
      const mask = yield* k.sigprocmask(k.SIG_BLOCK, 0)
      const tid = yield* k.getthrid()
      const pending = k.pfind(tid - k.THREAD_PID_OFFSET)!.p_siglist
      words.push(
        mask === blocked ? 'mask inherited' : `mask ${mask}`,
        pending === 0 ? 'nothing pending' : `${pending} pending`,
      )
      yield* k.sigprocmask(k.SIG_SETMASK, 0)
      words.push(`unblocked there the creator's signal is taken by ${handled}`)
    }
    yield* k.__tfork_thread(params(), yield* stack(k), startfunc, 'arg')
    yield* k.user(200 * MS)
    yield* k.sigprocmask(k.SIG_SETMASK, 0)
    say(`${words.join(', ')}, unblocked here by ${handled}`)
  })
}

/** OB-Q-20 */
export function threadName(trial: Trial<K51>): string {
  return tellUser(trial, {}, { name: 'firefox' }, function* (k, say) {
    const tid = yield* k.__tfork_thread(params(), yield* stack(k), () => sleepsLong(k), 'arg')
    const entry = k.ps().find((each) => each.tid === tid)
    say(`ps shows (${entry?.comm ?? 'nothing'})`)
    yield* k._exit(0)
  })
}

function* sleepsLong(k: K51): Steps<void> {
  yield* k.nanosleep(10_000 * MS)
}

/** OB-Q-21 */
export function sameWord(trial: Trial<K51>): string {
  return tellUser(trial, {}, {}, function* (k, say) {
    const tf_tid = ref<number>()
    const tids: number[] = []
    const words: (number | null)[] = []
    for (let n = 0; n < 3; n++) {
      tids.push(yield* k.__tfork_thread(params(tf_tid), yield* stack(k), ends, n))
      words.push(tf_tid.value)
    }
    yield* k.user(200 * MS)
    const isEach = words.every((word, at) => word === tids[at])
    say(
      `each call ${isEach ? 'stores its thread' : 'does not store its thread'}, at the end ${tf_tid.value === tids[2] ? 'the last' : 'another'} is there`,
    )
  })
}

/** OB-Q-23 */
export function whoSeesTheNumber(trial: Trial<K51>): string {
  return [1, 2]
    .map((ncpu) => {
      const words = tellUser(trial, { ncpu }, {}, function* (k, say) {
        const tf_tid = ref<number>()
        const inside: (number | null)[] = []
        function* startfunc() {
          inside.push(tf_tid.value, yield* k.getthrid())
        }
        const tid = yield* k.__tfork_thread(params(tf_tid), yield* stack(k), startfunc, 'arg')
        const stored = tf_tid.value
        yield* k.user(200 * MS)
        const isSame = inside.length === 2 && [stored, ...inside].every((each) => each === tid) && tid > 1_000_000
        say(isSame ? 'all the same' : `${tid}, ${stored}, ${inside.join(', ')}`)
      })
      return `${ncpu} CPU: ${words}`
    })
    .join('; ')
}

/** OB-Q-24 */
export function switchedOffLater(trial: Trial<K51>): string {
  return tellUser(trial, {}, {}, function* (k, say) {
    const words: string[] = []
    function* errno(name: string, call: () => Steps<number>): Steps<void> {
      const value = yield* call()
      words.push(value === -1 ? `${name} −1 and errno ${k.errno}` : `${name} ${value}`)
    }
    function* startfunc() {
      yield* k.user(100 * MS)
      words.push('the thread runs on')
      yield* errno('getthrid', k.getthrid as () => Steps<number>)
      yield* errno('__threxit', function* () {
        return yield* k.__threxit(null)
      })
      yield* errno('__thrsleep', function* () {
        return yield* k.__thrsleep('x', 0, null, null)
      })
      yield* errno('__thrwakeup', function* () {
        return yield* k.__thrwakeup('x', 0)
      })
      // It ends as a thread does where threads are on.
      k.sysctl('kern.rthreads', 1)
    }
    const at = yield* stack(k)
    yield* k.__tfork_thread(params(), yield* stack(k), startfunc, 'arg')
    k.sysctl('kern.rthreads', 0)
    yield* errno('a new one', function* () {
      return yield* k.__tfork_thread(params(), at, ends, 'arg')
    })
    yield* k.user(300 * MS)
    say(words.join(', '))
  })
}

/** OB-Q-27: four slots of the new user are the process and three threads. */
export function setuidWithThreads(trial: Trial<K51>): string {
  return tellUser(trial, {}, { nprocSoft: 4 }, function* (k, say) {
    const results: number[] = []
    function* make() {
      const tid = yield* k.__tfork_thread(params(), yield* stack(k), () => sleepsLong(k), 'arg')
      results.push(tid === -1 ? k.errno : 0)
    }
    yield* make()
    yield* make()
    yield* k.setuid(1000)
    yield* make()
    yield* make()
    say(
      `2 threads as root: ${results.slice(0, 2).join(', ')}; as user 1000 with a limit of 4: ${results.slice(2).join(', ')}`,
    )
    yield* k._exit(0)
  })
}
