// NetBSD: attach may create the thread at once. It runs when the system is no longer cold, and not before.
import * as netbsd from '@kt/netbsd/10.1'

function netbsdDevice(k: netbsd.Kernel) {
  const [isReady, isUp] = [k.cell(false, { name: 'sc_ready' }), k.cell(false, { name: 'sc_up' })]
  return { lock: k.mutex('sc_lock'), cv: k.condvar('sc_cv'), isReady, isUp, thread: k.ref<netbsd.Lwp>() }
}

/** The softc of each machine, where the driver finds it again. */
const netbsdDevices = new WeakMap<netbsd.Kernel, ReturnType<typeof netbsdDevice>>()

function* netbsdEarlyAttach(k: netbsd.Kernel, sc: ReturnType<typeof netbsdDevice>, dev: netbsd.Device) {
  // Nothing may wait here. Without a hold on the end of configuration the system mounts its root before the thread is up.
  yield* k.config_pending_incr(dev)
  const thread = () => netbsdEarlyThread(k, sc, dev)
  const error = yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, thread, sc, sc.thread, 'driver')
  if (error !== 0) return yield* k.config_pending_decr(dev)
  yield* k.config_interrupts(dev, () => netbsdConfigure(k, sc))
}

/** What needs interrupts: a thread of the system calls it, which nobody puts before or after ours. */
function* netbsdConfigure(k: netbsd.Kernel, sc: ReturnType<typeof netbsdDevice>) {
  yield* k.mutex_enter(sc.lock)
  yield* sc.isReady.write(true)
  yield* k.cv_broadcast(sc.cv)
  yield* k.mutex_exit(sc.lock)
}

function* netbsdEarlyThread(k: netbsd.Kernel, sc: ReturnType<typeof netbsdDevice>, dev: netbsd.Device) {
  if (k.cold) yield* k.panic('the machine is cold')
  yield* k.mutex_enter(sc.lock)
  while (!(yield* sc.isReady.read())) yield* k.cv_wait(sc.cv, sc.lock)
  yield* sc.isUp.write(true)
  yield* k.mutex_exit(sc.lock)
  yield* k.config_pending_decr(dev)
  return yield* k.kthread_exit(0)
}

export const onNetbsd = {
  make(): netbsd.Kernel {
    const k = netbsd.createKernel({ ncpu: 2 })
    const sc = netbsdDevice(k)
    netbsdDevices.set(k, sc)
    k.attach((dev) => netbsdEarlyAttach(k, sc, dev), 'driver0')
    return k
  },
  *main(k: netbsd.Kernel): netbsd.Steps<void> {
    if (!(yield* netbsdDevices.get(k)!.isUp.read())) yield* k.panic('the system is up, and the thread is not')
  },
  options: { fromBoot: true, strategy: 'random', schedules: 300, model: 'smp', freeTimers: false },
}
