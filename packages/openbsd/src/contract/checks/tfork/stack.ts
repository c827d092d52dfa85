import type { Steps } from '@kt/core'
import { equal, holds, type Trial } from '@kt/core/contract'
import type { Kernel } from '../../../releases/5.1.js'
import { idle, newStack, params, spawn, tell, TICK_NS } from './story.js'

// DESCRIPTION: on which stack the new thread is.

/** OB-TF-11: from its very beginning, which a signal handler sees before startfunc does. */
export function startsOnStack(trial: Trial<Kernel>): void {
  const k = trial.createKernel()
  const { value } = tell(k, function* () {
    const callers = k.sp
    const seen: [who: string, sp: number][] = []
    function* handler() {
      seen.push(['handler', k.sp])
    }
    function* func(who: string): Steps<void> {
      seen.push([who, k.sp])
    }
    yield* k.sigaction(k.SIGUSR1, { handler, flags: 0, mask: 0 }, null)
    const one = yield* newStack(k)
    const two = yield* newStack(k)
    yield* k.__tfork_thread(params(null, 'tcb'), one, func, 'one')
    yield* k.nanosleep(TICK_NS)
    const tid = yield* k.__tfork_thread(params(null, 'tcb'), two, func, 'two')
    // It has not executed anything yet, so that the signal is what it finds first.
    equal(yield* k.kill(tid, k.SIGUSR1), 0, 'a signal to the new thread')
    yield* k.nanosleep(TICK_NS)
    const expected = [
      ['one', one],
      ['handler', two],
      ['two', two],
    ]
    equal(seen, expected, 'stack pointers at the beginning of startfunc, and of a handler before it')
    equal(k.sp, callers, 'stack pointer of the caller')
    return { one, two }
  })
  trial.saw(`stack pointers 0x${value.one.toString(16)} and 0x${value.two.toString(16)}`)
}

/** OB-TF-22: wherever the caller's stack is, that of the first thread or of another. */
export function sameStack(trial: Trial<Kernel>): void {
  const k = trial.createKernel({ ncpu: 2 })
  const { value } = tell(k, function* () {
    const seen: [callers: number, childs: number][] = []
    function* both(): Steps<void> {
      const callers = k.sp
      const childs: number[] = []
      function* child() {
        childs.push(k.sp)
        // It must not return: its caller's frame is the creator's too.
        yield* k.__threxit(null)
      }
      const tid = yield* k.rawTfork(params(null, 'tcb'), child)
      equal(k.sp, callers, 'stack pointer of the caller after the call')
      holds(tid > 0, `__tfork = ${tid}, errno ${k.errno}`)
      yield* k.nanosleep(TICK_NS)
      seen.push([callers, childs[0]!])
    }
    yield* both()
    yield* spawn(k, both)
    yield* k.nanosleep(5 * TICK_NS)
    return seen
  })
  equal(value.length, 2, 'callers')
  const [main, other] = value as [[number, number], [number, number]]
  equal(main[1], main[0], "stack pointer of the main thread's child")
  equal(other[1], other[0], "stack pointer of another thread's child")
  holds(main[0] !== other[0], 'the two callers were on one stack')
  trial.saw(`child and caller at 0x${main[0].toString(16)}, and at 0x${other[0].toString(16)}`)
}

/**
 * OB-TF-23: while both are alive they have one stack pointer in one memory, so that a return address of the one is
 * overwritten by the other. What does not go through the library has to leave without returning.
 */
export function notFromC(trial: Trial<Kernel>): void {
  const k = trial.createKernel({ ncpu: 2 })
  const { value } = tell(k, function* () {
    const onStack = k.ref<string>()
    onStack.value = "the caller's"
    const creator = k.curproc
    function* child() {
      holds(k.curproc !== creator && creator.p_stat !== k.SDEAD, 'one of the two has ended')
      equal(k.sp, creator.sp, 'stack pointers while both are alive')
      holds(k.curproc.p_vmspace === creator.p_vmspace, 'they are in two memories')
      onStack.value = "the child's"
      yield* k.__threxit(null)
    }
    yield* k.rawTfork(params(null, 'tcb'), child)
    yield* k.nanosleep(TICK_NS)
    return onStack.value
  })
  equal(value, "the child's", 'a variable of the caller, on the stack')
  // By the library's way there are two stacks, and each thread may call and return as it likes.
  const other = trial.createKernel({ ncpu: 2 })
  tell(other, function* () {
    const creator = other.curproc
    let childs = 0
    yield* spawn(other, function* () {
      childs = other.sp
      yield* idle()
    })
    yield* other.nanosleep(TICK_NS)
    holds(childs !== creator.sp, 'the library leaves both on one stack')
  })
  trial.saw('the child changed a variable on the stack of its caller')
}
