// FreeBSD 8.0: a SYSINIT says when kproc_start() makes the process. Boot goes on beside it, and waits for nobody.
import * as freebsd from '@kt/freebsd/8.0'

function freebsdDevice(k: freebsd.Kernel) {
  const [isReady, isUp] = [k.cell(false, { name: 'sc_ready' }), k.cell(false, { name: 'sc_up' })]
  return { mtx: k.mtx('sc_mtx'), isReady, isUp, proc: k.ref<freebsd.Proc>() }
}

/** The softc of each machine: the daemon is called without an argument, and has to find it. */
const freebsdDevices = new WeakMap<freebsd.Kernel, ReturnType<typeof freebsdDevice>>()

function* freebsdEarlyAttach(sc: ReturnType<typeof freebsdDevice>) {
  // Devices are attached on thread0 while the system is cold: what would sleep here comes back at once.
  yield* sc.isReady.write(true)
}

function* freebsdEarlyDaemon(k: freebsd.Kernel) {
  const sc = freebsdDevices.get(k)!
  if (k.cold) yield* k.panic('the machine is cold')
  yield* k.mtx_lock(sc.mtx)
  // What an earlier SYSINIT did is done. Of later ones nothing is known: thread0 goes on with them meanwhile.
  if (!(yield* sc.isReady.read())) yield* k.panic('the device is not attached')
  yield* sc.isUp.write(true)
  yield* k.wakeup(sc.isUp)
  yield* k.mtx_unlock(sc.mtx)
  return yield* k.kproc_exit(0)
}

export const onFreebsd = {
  make(): freebsd.Kernel {
    const k = freebsd.createKernel({ ncpu: 2, daemons: 'none' })
    const sc = freebsdDevice(k)
    freebsdDevices.set(k, sc)
    const desc = { arg0: 'driver', func: () => freebsdEarlyDaemon(k), global_procpp: sc.proc }
    // By subsystem, then by order, then as they were registered. Before SI_SUB_INTRINSIC there is nothing to fork from.
    k.SYSINIT('driver', k.SI_SUB_CONFIGURE, k.SI_ORDER_THIRD, freebsdEarlyAttach, sc)
    k.SYSINIT('driver_daemon', k.SI_SUB_KTHREAD_IDLE, k.SI_ORDER_ANY, k.kproc_start, desc)
    return k
  },
  /** Whoever needs the daemon waits for its word: that boot is over says nothing of it. */
  *main(k: freebsd.Kernel): freebsd.Steps<void> {
    const sc = freebsdDevices.get(k)!
    yield* k.mtx_lock(sc.mtx)
    while (!(yield* sc.isUp.read())) yield* k.msleep(sc.isUp, sc.mtx, k.PWAIT, 'driver', 0)
    yield* k.mtx_unlock(sc.mtx)
  },
  options: { fromBoot: true, model: 'smp', freeTimers: false, preemptions: 1 },
}
