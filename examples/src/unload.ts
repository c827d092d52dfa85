/**
 * Is it safe to unload? A driver's worker is stopped with a flag and a signal, and joined before the lock and the
 * condition variable go away that it uses.
 */
import { createKernel, kcondvar_t, kmutex_t, ref, type Lwp } from '@kt/netbsd/10.1'

const k = createKernel({ ncpu: 2 })
const { mutex_enter, mutex_exit, cv_timedwait, cv_signal } = k

const lock = new kmutex_t('softc')
const cv = new kcondvar_t()
const thread = ref<Lwp>()
let isDying = false
let rounds = 0

function* worker() {
  yield* mutex_enter(lock)
  while (!isDying) {
    rounds++
    yield* cv_timedwait(cv, lock, k.hz) // look around every second
  }
  yield* mutex_exit(lock)
  yield* k.kthread_exit(0)
}

function* load() {
  yield* k.mutex_init(lock, k.MUTEX_DEFAULT, k.IPL_NONE)
  yield* k.cv_init(cv, 'drvidle')
  const flags = k.KTHREAD_MPSAFE | k.KTHREAD_MUSTJOIN
  return yield* k.kthread_create(k.PRI_NONE, flags, null, worker, null, thread, 'drv')
}

function* unload() {
  yield* mutex_enter(lock)
  isDying = true
  yield* cv_signal(cv)
  yield* mutex_exit(lock)
  yield* k.kthread_join(thread.value!)
  // The thread is gone: nothing of the driver is in use any more.
  yield* k.cv_destroy(cv)
  yield* k.mutex_destroy(lock)
}

const outcome = k.boot(function* main() {
  yield* load()
  yield* k.kpause('use it', false, 3.5 * k.hz, null)
  yield* unload()
})

console.log(`${outcome.kind} after ${k.now / 1e9} s, ${rounds} rounds, thread state ${thread.value!.l_stat}`)
