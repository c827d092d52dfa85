// FreeBSD 8.0: a flag of the driver's own and a wakeup. kthread_suspend() is for a while, and its word can be missed.
import * as freebsd from '@kt/freebsd/8.0'

/** `mtx` is for the words between threads; `hw` is held while somebody is at the device, over sleeps too. */
function freebsdQueue(k: freebsd.Kernel) {
  const [isStopping, hasStopped] = [k.cell(false, { name: 'sc_stopping' }), k.cell(false, { name: 'sc_stopped' })]
  const [jobs, isOn] = [k.cell(0, { name: 'sc_jobs' }), k.cell(true, { name: 'device', atomic: true })]
  return { mtx: k.mtx('sc_mtx'), hw: k.sx('sc_hw'), jobs, isOn, isStopping, hasStopped }
}

function* freebsdWorker(k: freebsd.Kernel, sc: ReturnType<typeof freebsdQueue>): freebsd.Steps<never> {
  yield* k.mtx_lock(sc.mtx)
  // Two reasons to wake up and one look at both, under the mutex: whichever comes, and whenever, it is seen.
  while (!(yield* sc.isStopping.read())) {
    if ((yield* sc.jobs.read()) === 0) yield* k.msleep(sc, sc.mtx, k.PWAIT, 'worker', 0)
    else {
      yield* sc.jobs.update((jobs) => jobs - 1)
      yield* k.mtx_unlock(sc.mtx)
      // The request does not reach who waits for a lock: its holder does. Then comes this job, and then the look.
      yield* k.sx_xlock(sc.hw)
      if (!(yield* sc.isOn.read())) yield* k.panic('the device is off')
      yield* k.sx_xunlock(sc.hw)
      yield* k.mtx_lock(sc.mtx)
    }
  }
  yield* sc.hasStopped.write(true)
  yield* k.wakeup(sc.hasStopped)
  yield* k.mtx_unlock(sc.mtx)
  return yield* k.kthread_exit()
}

/** With neither lock held: the thread may need both before it can look. */
function* freebsdStop(k: freebsd.Kernel, sc: ReturnType<typeof freebsdQueue>): freebsd.Steps<void> {
  yield* k.mtx_lock(sc.mtx)
  yield* sc.isStopping.write(true)
  yield* k.wakeup(sc)
  // The word is that the device is left alone. That the thread has left the module is more: see wait-at-unload.
  while (!(yield* sc.hasStopped.read())) yield* k.msleep(sc.hasStopped, sc.mtx, k.PWAIT, 'stop', 0)
  yield* k.mtx_unlock(sc.mtx)
}

export const onFreebsd: { make(): freebsd.Kernel; main(k: freebsd.Kernel): freebsd.Steps<number> } = {
  make: () => freebsd.createKernel({ ncpu: 2, daemons: 'none' }),
  *main(k) {
    const sc = freebsdQueue(k)
    yield* sc.jobs.write(1)
    if ((yield* k.kthread_add(() => freebsdWorker(k, sc), sc, null, null, 0, 0, 'worker')) !== 0) return 1
    // An ioctl is at the device meanwhile.
    yield* k.sx_xlock(sc.hw)
    yield* k.pause('ioctl', 1)
    yield* k.sx_xunlock(sc.hw)
    yield* k.pause('later', 1)
    yield* freebsdStop(k, sc)
    yield* sc.isOn.write(false)
    return yield* sc.jobs.read()
  },
}
