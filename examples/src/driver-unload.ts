/**
 * How a FreeBSD 8.0 driver waits for its process before it goes away. Whoever holds the lock of the process when it decides
 * to wait cannot miss the wakeup of its exit; a kernel thread has no such lock (FB8-D-16, FB8-O-22).
 */
import { createKernel, ref, type Proc } from '@kt/freebsd/8.0'

const k = createKernel({ ncpu: 2, daemons: 'none' })
const proc = ref<Proc>()
const softc = { isDetaching: false }

function* driver() {
  yield* k.PROC_LOCK(k.curproc)
  while (!softc.isDetaching) yield* k.msleep(softc, k.curproc.p_mtx, 0, 'idle', k.hz)
  yield* k.PROC_UNLOCK(k.curproc)
  yield* k.work(5_000_000) // 5 ms to shut the device off
  yield* k.kproc_exit(0)
}

function* detach(p: Proc) {
  yield* k.PROC_LOCK(p)
  softc.isDetaching = true
  yield* k.wakeup(softc)
  // The lock is given up while it sleeps, and not before.
  yield* k.msleep(p, p.p_mtx, k.PDROP, 'detach', 0)
}

const outcome = k.boot(function* main() {
  const error = yield* k.kproc_create(driver, null, proc, 0, 0, 'drv%d', 0)
  if (error !== 0) return
  yield* k.pause('use', 100)
  yield* detach(proc.value!)
  console.log(`detach came back at ${Math.round(k.now / 1e6)} ms`)
})
console.log(`${outcome.kind}; process ${proc.value!.p_pid} has ended: ${proc.value!.isReaped}`)
