/**
 * The example of FreeBSD 8.0's kthread(9), line by line: a daemon that boot starts as a thread, that works, and that steps
 * aside when the system goes down. Beside it one that never looks whether it should: shutdown waits a minute for it.
 */
import { createKernel, ref, type kthread_desc, type Td } from '@kt/freebsd/8.0'

const k = createKernel({ daemons: 'none' })
let flushes = 0

const bufdaemonthread = ref<Td>()
const buf_kp: kthread_desc = { arg0: 'bufdaemon', func: buf_daemon, global_threadpp: bufdaemonthread }
k.SYSINIT('bufdaemon', k.SI_SUB_KTHREAD_BUF, k.SI_ORDER_FIRST, k.kthread_start, buf_kp)

function* buf_daemon() {
  // It has to be suspended before the disks are synced.
  yield* k.EVENTHANDLER_REGISTER('shutdown_pre_sync', k.kthread_shutdown, bufdaemonthread.value!, k.SHUTDOWN_PRI_LAST)
  for (;;) {
    yield* k.kthread_suspend_check(bufdaemonthread.value!)
    flushes++
    yield* k.pause('psleep', k.hz / 10)
  }
}

const laggardthread = ref<Td>()
const laggard_kp: kthread_desc = { arg0: 'laggard', func: laggard, global_threadpp: laggardthread }
k.SYSINIT('laggard', k.SI_SUB_KTHREAD_UPDATE, k.SI_ORDER_FIRST, k.kthread_start, laggard_kp)

function* laggard() {
  yield* k.EVENTHANDLER_REGISTER('shutdown_pre_sync', k.kthread_shutdown, laggardthread.value!, k.SHUTDOWN_PRI_LAST)
  for (;;) yield* k.pause('lag', k.hz)
}

const outcome = k.boot(function* main() {
  yield* k.pause('work', k.hz)
  const { td_tid, td_proc } = bufdaemonthread.value!
  console.log(`after a second: ${flushes} rounds by thread ${td_tid} of process ${td_proc.p_pid} (${td_proc.p_comm})`)
  yield* k.reboot(k.RB_AUTOBOOT)
})
console.log(k.console.join('\n'))
console.log(`${outcome.kind}: bufdaemon sleeps in ${bufdaemonthread.value!.td_wmesg}, after ${flushes} rounds`)
