// NetBSD 10.1: a kernel thread may use the floating-point unit inside a window. NetBSD 6 has no such calls.
import * as netbsd from '@kt/netbsd/10.1'

/** Registers 0 and 1 of the unit hold the sum and its divisor. */
function* netbsdMean(k: netbsd.Kernel, samples: readonly number[], mean: netbsd.Out<number>): netbsd.Steps<never> {
  // The word that it returns goes to the exit that belongs to it, and so windows may nest, in a function that is called.
  const s = yield* k.kthread_fpu_enter()
  yield* k.fpuStore(0, 0)
  yield* k.fpuStore(1, samples.length)
  for (const sample of samples) yield* k.fpuStore(0, (yield* k.fpuLoad(0)) + sample)
  // Over a sleep, a preemption, or to another CPU: the registers come along.
  yield* k.kpause('sample', false, 1, null)
  mean.value = (yield* k.fpuLoad(0)) / (yield* k.fpuLoad(1))
  // On every way out: it wipes the registers, and the next instruction of the unit is a panic.
  yield* k.kthread_fpu_exit(s)
  return yield* k.kthread_exit(0)
}

export const onNetbsd = {
  make: (): netbsd.Kernel => netbsd.createKernel({ ncpu: 2 }),
  *main(k: netbsd.Kernel): netbsd.Steps<string> {
    const flags = k.KTHREAD_MPSAFE | k.KTHREAD_MUSTJOIN
    const [thread, other, mean, second] = [k.ref<netbsd.Lwp>(), k.ref<netbsd.Lwp>(), k.ref<number>(), k.ref<number>()]
    yield* k.kthread_create(k.PRI_NONE, flags, null, () => netbsdMean(k, [3, 4], mean), k, thread, 'mean')
    yield* k.kthread_create(k.PRI_NONE, flags, null, () => netbsdMean(k, [1, 2], second), k, other, 'other')
    yield* k.kthread_join(thread.value!)
    yield* k.kthread_join(other.value!)
    return `${mean.value} and ${second.value}`
  },
  options: { strategy: 'random', schedules: 300 },
}
