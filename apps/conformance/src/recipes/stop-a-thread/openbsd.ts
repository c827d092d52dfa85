// OpenBSD: the request is a flag and a wakeup, with no mutex around them: under the big lock nobody comes in between.
import * as openbsd from '@kt/openbsd/5.1'

/** `hw` is held while somebody is at the device, over sleeps too: the big lock does not last that long. */
function openbsdQueue(k: openbsd.Kernel) {
  const [isStopping, hasStopped] = [k.cell(false, { name: 'sc_stopping' }), k.cell(false, { name: 'sc_stopped' })]
  const [jobs, isOn] = [k.cell(0, { name: 'sc_jobs' }), k.cell(true, { name: 'device' })]
  return { hw: k.RWLOCK_INITIALIZER('sc_hw'), jobs, isOn, isStopping, hasStopped }
}

function* openbsdWorker(k: openbsd.Kernel, sc: ReturnType<typeof openbsdQueue>): openbsd.Steps<never> {
  // After every sleep, in whatever call, it looks again: that is when the others had the kernel.
  while (!(yield* sc.isStopping.read())) {
    if ((yield* sc.jobs.read()) === 0) yield* k.tsleep(sc, k.PWAIT, 'worker', 0)
    else {
      yield* sc.jobs.update((jobs) => jobs - 1)
      // The request does not reach who waits for a lock: its holder does. Then comes this job, and then the look.
      yield* k.rw_enter_write(sc.hw)
      // Work that never sleeps keeps out even who would make the request: long work has to yield().
      yield* k.tsleep('transfer', k.PWAIT, 'transfer', 1)
      if (!(yield* sc.isOn.read())) yield* k.panic('the device is off')
      yield* k.rw_exit_write(sc.hw)
    }
  }
  yield* sc.hasStopped.write(true)
  yield* k.wakeup(sc.hasStopped)
  return yield* k.kthread_exit(0)
}

/** Without sc_hw: the thread may need it before it can look. */
function* openbsdStop(k: openbsd.Kernel, sc: ReturnType<typeof openbsdQueue>): openbsd.Steps<void> {
  yield* sc.isStopping.write(true)
  yield* k.wakeup(sc)
  while (!(yield* sc.hasStopped.read())) yield* k.tsleep(sc.hasStopped, k.PWAIT, 'stop', 0)
}

export const onOpenbsd: { make(): openbsd.Kernel; main(k: openbsd.Kernel): openbsd.Steps<number> } = {
  make: () => openbsd.createKernel({ ncpu: 2 }),
  *main(k) {
    const sc = openbsdQueue(k)
    yield* sc.jobs.write(1)
    if ((yield* k.kthread_create(() => openbsdWorker(k, sc), sc, null, 'worker')) !== 0) return 1
    // An ioctl is at the device meanwhile.
    yield* k.rw_enter_write(sc.hw)
    yield* k.tsleep('ioctl', k.PWAIT, 'ioctl', 1)
    yield* k.rw_exit_write(sc.hw)
    yield* k.tsleep('later', k.PWAIT, 'later', 2)
    yield* openbsdStop(k, sc)
    yield* sc.isOn.write(false)
    return yield* sc.jobs.read()
  },
}
