import type { Recipe } from './recipe.js'

export const suspendAtShutdown: Recipe = {
  id: 'suspend-at-shutdown',
  title: 'Suspend a thread at shutdown',
  asks: 'How is a thread out of the way at shutdown or reboot, before the disks are synced?',
  stories: [
    'shutdown/threads',
    'shutdown/late',
    'shutdown/limit',
    'shutdown/order',
    'shutdown/ended',
    'shutdown/panic',
  ],
  ways: {
    netbsd: {
      file: 'netbsd.ts',
      says: 'The kthread page has nothing for it: the driver has a flag, a word of the thread that it is parked, and a wait for that with a time-out. Nothing calls this by itself; it belongs in a shutdown path of the driver that runs before the sync.',
      catch:
        'A kernel thread that nobody stops works on while the disks are synced. The shutdown hooks of pmf(9) and shutdownhook_establish(), which kt does not model, run after the sync, and that is too late; during a panic the other threads do not run, so that there is nobody to wait for.',
    },
    openbsd: {
      file: 'openbsd.ts',
      says: 'The kthread page has nothing for it: the driver has a flag, a word of the thread that it is parked, and a wait for that with a time-out. Nothing calls this by itself; it belongs in a shutdown path of the driver that runs before the sync.',
      catch:
        'A kernel thread that nobody stops works on while the disks are synced. A hook of shutdownhook_establish(), which kt does not model, runs after the sync, and that is too late. A transfer sleeps and gives the big lock up meanwhile: that the flag is set does not mean that the thread has seen it, only its word does.',
    },
    freebsd: {
      file: 'freebsd.ts',
      says: 'The thread is registered with EVENTHANDLER_REGISTER() for shutdown_pre_sync, with kthread_shutdown() as its handler, or kproc_shutdown() for a process; it calls kthread_suspend_check() in its loop, where it holds no lock.',
      catch:
        'Only a sleep on the thread itself hears of the request. One that does not look costs the shutdown a minute, and then the disks are synced regardless; in a panic nobody is asked. A thread that ends takes its handler with it by EVENTHANDLER_DEREGISTER().',
    },
  },
}
