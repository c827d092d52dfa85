// NetBSD: nothing stops a thread from outside. It stops where it looks, and it looks where it holds no lock of the device.
import * as netbsd from '@kt/netbsd/10.1'

/** `lock` is for the words between threads; `hw` is held while somebody is at the device, the thread or an ioctl. */
function netbsdQueue(k: netbsd.Kernel) {
  const [lock, cv, hw] = [k.mutex('sc_lock'), k.condvar('sc_cv'), k.mutex('sc_hw')]
  const [jobs, isOn] = [k.cell(0, { name: 'sc_jobs' }), k.cell(true, { name: 'device', atomic: true })]
  return { lock, cv, hw, jobs, isOn, isStopping: k.cell(false, { name: 'sc_stopping' }) }
}

function* netbsdWorker(k: netbsd.Kernel, sc: ReturnType<typeof netbsdQueue>): netbsd.Steps<never> {
  yield* k.mutex_enter(sc.lock)
  // Two reasons to wake up and one look at both, under the mutex: whichever comes, and whenever, it is seen.
  while (!(yield* sc.isStopping.read())) {
    if ((yield* sc.jobs.read()) === 0) yield* k.cv_wait(sc.cv, sc.lock)
    else {
      yield* sc.jobs.update((jobs) => jobs - 1)
      yield* k.mutex_exit(sc.lock)
      // A wait for a mutex does not hear of the request: only its holder ends it. Then comes this job, and then the look.
      yield* k.mutex_enter(sc.hw)
      if (!(yield* sc.isOn.read())) yield* k.panic('the device is off')
      yield* k.mutex_exit(sc.hw)
      yield* k.mutex_enter(sc.lock)
    }
  }
  yield* k.mutex_exit(sc.lock)
  return yield* k.kthread_exit(0)
}

/** With none of these locks held: the thread may need either of them before it can look. */
function* netbsdStop(k: netbsd.Kernel, sc: ReturnType<typeof netbsdQueue>, thread: netbsd.Lwp): netbsd.Steps<void> {
  yield* k.mutex_enter(sc.lock)
  yield* sc.isStopping.write(true)
  yield* k.cv_broadcast(sc.cv)
  yield* k.mutex_exit(sc.lock)
  yield* k.kthread_join(thread)
}

export const onNetbsd: { make(): netbsd.Kernel; main(k: netbsd.Kernel): netbsd.Steps<number> } = {
  make: () => netbsd.createKernel({ ncpu: 2 }),
  *main(k) {
    const [sc, thread, flags] = [netbsdQueue(k), k.ref<netbsd.Lwp>(), k.KTHREAD_MPSAFE | k.KTHREAD_MUSTJOIN]
    yield* sc.jobs.write(1)
    yield* k.kthread_create(k.PRI_NONE, flags, null, () => netbsdWorker(k, sc), sc, thread, 'worker')
    // An ioctl is at the device meanwhile.
    yield* k.mutex_enter(sc.hw)
    yield* k.mutex_exit(sc.hw)
    yield* k.kpause('later', false, 1, null)
    yield* netbsdStop(k, sc, thread.value!)
    yield* sc.isOn.write(false)
    return yield* sc.jobs.read()
  },
}
