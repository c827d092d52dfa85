import type { Trial } from '@kt/core/contract'
import { resultOf, yesNo, type K51 } from './words.js'
import { footprint, returns, stays, tellUser, thread } from './tfork-words.js'

/** OB-D-22 */
export function badParams(trial: Trial<K51>): string {
  return tellUser(trial, {}, function* (k) {
    const stack = yield* k.mmap(0x4000)
    const gone = yield* k.mmap(0x1000)
    yield* k.munmap(gone)
    const before = footprint(k)
    const ofNull = resultOf(k, yield* k.__tfork_thread(null, stack.end, returns, 'startarg'))
    const ofUnmapped = resultOf(k, yield* k.__tfork_thread(gone.word(), stack.end, returns, 'startarg'))
    const isClean = footprint(k) === before
    return `NULL: ${ofNull}, unmapped: ${ofUnmapped}, ${isClean ? 'nothing created' : 'something left behind'}`
  })
}

/** OB-D-23: a handler keeps the creator alive. */
export function badTid(trial: Trial<K51>): string {
  return tellUser(trial, {}, function* (k) {
    let caught = 0
    let ran = 0
    function* handler() {
      caught++
      // Calls of a handler leave the interrupted call's value alone.
      yield* k.getpid()
    }
    yield* k.sigaction(k.SIGSEGV, { handler, flags: 0, mask: 0 }, null)
    const gone = yield* k.mmap(0x1000)
    yield* k.munmap(gone)
    const before = footprint(k)
    function* startfunc() {
      ran++
      yield* k.user(0)
    }
    const value = yield* thread(k, startfunc, { tf_tid: gone.word() })
    const result = value > k.THREAD_PID_OFFSET ? 'the number' : resultOf(k, value)
    yield* k.nanosleep(20e6)
    const created = footprint(k) === before ? 'nothing created' : `a thread that ran ${yesNo(ran === 1)}`
    return `tf_tid unmapped: returns ${result}, ${created}, SIGSEGV to the creator ${yesNo(caught === 1)}`
  })
}

/** OB-D-26 */
export function nullTcb(trial: Trial<K51>): string {
  return tellUser(trial, {}, function* (k) {
    const tcbs: unknown[] = []
    function* startfunc() {
      tcbs.push(yield* k.__get_tcb())
    }
    const block = { kind: 'TCB' }
    yield* thread(k, startfunc, { tf_tcb: null })
    yield* k.nanosleep(20e6)
    yield* thread(k, startfunc, { tf_tcb: block })
    yield* k.nanosleep(20e6)
    const [ofNull, ofBlock] = tcbs
    const leak = typeof ofNull === 'string' || typeof ofNull === 'number' ? 'an address' : 'something else'
    return `NULL becomes ${ofNull === null ? 'NULL' : leak}; an address stays ${yesNo(ofBlock === block)}`
  })
}

/** OB-D-27 */
export function numberOfThread(trial: Trial<K51>): string {
  return tellUser(trial, { ktrace: true }, function* (k) {
    const number = yield* thread(k, stays(k))
    const bare = number - k.THREAD_PID_OFFSET
    yield* k.nanosleep(20e6)
    const isBare = k.pfind(bare)?.p_p === k.curproc.p_p
    const entry = k.ps().find(({ tid }) => tid === number)
    const inDump =
      k.ktraceRecords.some(({ pid }) => pid === bare) && k.kdump().includes(`\n${String(bare).padStart(6)} `)
    const tries = [
      `kill(thread) ${resultOf(k, yield* k.kill(number, 0))}`,
      `kill(bare) ${resultOf(k, yield* k.kill(bare, 0))}`,
      `wait4 ${resultOf(k, yield* k.wait4(number, null, 0))}`,
    ]
    const views = `ps has it as process ${entry?.pid === (yield* k.getpid()) ? 'of all' : String(entry?.pid)}`
    const kdump = `kdump the bare one ${yesNo(inDump)}`
    return `number less ${k.THREAD_PID_OFFSET} is its own ${yesNo(isBare)}; ${views}, ${kdump}; ${tries.join(', ')}`
  })
}

/** OB-D-28: the lines that a creation leaves, with the numbers out. */
export function inKdump(trial: Trial<K51>): string {
  return tellUser(trial, { ktrace: true }, function* (k) {
    const number = yield* thread(k, returns)
    yield* k.nanosleep(20e6)
    const bare = number - k.THREAD_PID_OFFSET
    const lines = k.kdump().split('\n')
    const says = (line: string) =>
      line
        .slice(16)
        .replace(/\(0x[0-9a-f]+\)/, '()')
        .replace(/ \d+\/0x[0-9a-f]+/, ' TID')
    const ofThread = lines.filter((line) => Number(line.slice(0, 6)) === bare).map(says)
    const ofCreator = lines.filter((line) => Number(line.slice(0, 6)) !== bare).map(says)
    const calls = ofCreator.filter((text) => text.includes('tfork')).join(', ')
    return `creator: ${calls}; thread: ${ofThread.join(', ')}`
  })
}

/** OB-D-29: a signal that comes before the thread's first instruction. */
export function earlySignal(trial: Trial<K51>): string {
  return tellUser(trial, {}, function* (k) {
    const stack = yield* k.mmap(0x4000)
    const parentSp = k.sp
    const nameOf = (sp: number) => (sp === stack.end ? 'the new stack' : sp === parentSp ? "its creator's" : 'another')
    const log: string[] = []
    function* handler() {
      log.push(`the handler runs on ${nameOf(k.sp)}`)
      yield* k.user(0)
    }
    function* startfunc() {
      log.push(`then startfunc on ${nameOf(k.sp)}`)
      yield* k.user(0)
    }
    yield* k.sigaction(k.SIGUSR1, { handler, flags: 0, mask: 0 }, null)
    const number = yield* k.__tfork_thread(
      { tf_tcb: null, tf_tid: null, tf_flags: 0 },
      stack.end,
      startfunc,
      'startarg',
    )
    yield* k.kill(number, k.SIGUSR1)
    yield* k.nanosleep(20e6)
    return log.join(', ')
  })
}

/** OB-D-30: a thread among others, the last one, and kern.rthreads off when it returns. */
export function startfuncReturns(trial: Trial<K51>): string {
  const oneOfTwo = (arch: string, rthreads: number) =>
    tellUser(
      trial,
      {},
      function* (k) {
        const number = yield* thread(k, returns)
        k.sysctl('kern.rthreads', rthreads)
        yield* k.nanosleep(20e6)
        return k.pfind(number - k.THREAD_PID_OFFSET) === null ? 'it is gone, its process goes on' : 'it is still there'
      },
      { arch },
    )
  const last = tellUser(trial, {}, function* (k) {
    const pid = yield* k.fork(function* () {
      yield* thread(k, returns)
      yield* k.__threxit(null)
    })
    const status = k.ref<number>(-1)
    yield* k.wait4(pid, status, 0)
    return `the process exits with status ${status.value}`
  })
  const usual = `amd64: ${oneOfTwo('amd64', 1)}; i386: ${oneOfTwo('i386', 1)}; the last one: ${last}`
  return `${usual}; kern.rthreads off: ${oneOfTwo('amd64', 0)}`
}

/** OB-D-31: the function is called, the system call has no function of its name. */
export function whereTheFunctionIs(trial: Trial<K51>): string {
  const { header, functions } = trial.page('__tfork_thread(3)')
  return tellUser(trial, {}, function* (k) {
    const callable = functions.filter((name) => name in k)
    const number = yield* thread(k, returns)
    return `${header} for ${functions.join(' and ')}; callable: ${callable.join(', ')}, a thread ${yesNo(number > 0)}`
  })
}

/** OB-D-34: the whole range, as far as ten threads show it. */
export function typeOfResult(trial: Trial<K51>): string {
  return tellUser(trial, {}, function* (k) {
    const numbers = new Set<number>()
    for (let n = 0; n < 10; n++) numbers.add(yield* thread(k, stays(k)))
    const isInRange = [...numbers].every(
      (number) => number > k.THREAD_PID_OFFSET && number <= k.THREAD_PID_OFFSET + k.PID_MAX,
    )
    const isInt = [...numbers].every((number) => (number | 0) === number)
    return `${numbers.size} numbers, all of an int ${yesNo(isInt)}, from 1000001 to 1032766 ${yesNo(isInRange)}`
  })
}
