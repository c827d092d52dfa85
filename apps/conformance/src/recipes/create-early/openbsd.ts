// OpenBSD: attach must not create a thread, which would be process 1 in place of init. It asks to be called again later.
import * as openbsd from '@kt/openbsd/5.1'

function openbsdDevice(k: openbsd.Kernel) {
  return { isUp: k.cell(false, { name: 'sc_up', atomic: true }) }
}

/** The softc of each machine, where the driver finds it again. */
const openbsdDevices = new WeakMap<openbsd.Kernel, ReturnType<typeof openbsdDevice>>()

function* openbsdEarlyAttach(k: openbsd.Kernel, sc: ReturnType<typeof openbsdDevice>) {
  // The deferred functions are called when init is there, in the order in which they were deferred.
  yield* k.kthread_create_deferred(() => openbsdCreate(k, sc), sc)
  // Without a hold on the mount of the root file system, that does not wait for the thread.
  yield* k.config_pending_incr()
}

/** Process 0 calls it. What sleeps in here keeps every driver waiting that deferred later. */
function* openbsdCreate(k: openbsd.Kernel, sc: ReturnType<typeof openbsdDevice>) {
  const error = yield* k.kthread_create(() => openbsdEarlyThread(k, sc), sc, null, 'driver')
  // Attach has long returned: there is nobody to give an error to.
  if (error === 0) return
  yield* k.printf('driver0: no thread: error %d\n', error)
  yield* k.config_pending_decr()
}

function* openbsdEarlyThread(k: openbsd.Kernel, sc: ReturnType<typeof openbsdDevice>) {
  if (k.cold) yield* k.panic('the machine is cold')
  yield* k.tsleep('reset', k.PWAIT, 'reset', 1)
  yield* sc.isUp.write(true)
  yield* k.config_pending_decr()
  return yield* k.kthread_exit(0)
}

export const onOpenbsd = {
  make(): openbsd.Kernel {
    const k = openbsd.createKernel({ ncpu: 2 })
    const sc = openbsdDevice(k)
    openbsdDevices.set(k, sc)
    k.attach(() => openbsdEarlyAttach(k, sc), 'driver0')
    return k
  },
  *main(k: openbsd.Kernel): openbsd.Steps<void> {
    if (!(yield* openbsdDevices.get(k)!.isUp.read())) yield* k.panic('the system is up, and the thread is not')
  },
  options: { fromBoot: true, strategy: 'random', schedules: 300, model: 'smp', freeTimers: false },
}
