import type { Recipe } from './recipe.js'

export const createEarly: Recipe = {
  id: 'create-early',
  title: 'Create a thread while the system boots',
  asks: 'How does a driver create its thread at attach, when the system boots and is still cold, and what may it assume about order?',
  stories: ['boot/attach', 'boot/deferred', 'boot/order', 'boot/nested', 'boot/late', 'priority/early'],
  ways: {
    netbsd: {
      file: 'netbsd.ts',
      says: 'Attach creates the thread, which runs when the system is no longer cold; what needs interrupts is put off by config_interrupts(). config_pending_incr() keeps the mount of the root file system waiting for both.',
      catch:
        'Attach must not wait for the thread: nothing sleeps in a cold system. Threads of the system call what was put off, several at once: of two drivers, and of the thread and the function, either may be first, and a lock is needed between them.',
    },
    openbsd: {
      file: 'openbsd.ts',
      says: 'Attach calls kthread_create_deferred(), and process 0 calls the function back when init exists, in the order of the calls; that function creates the thread. config_pending_incr() keeps the mount of the root file system waiting.',
      catch:
        'kthread_create() in attach takes the process number of init. The deferred function has nobody to return an error to, and one that sleeps holds up those that were deferred after it; when the system is up, deferring calls at once, with whatever locks the caller has.',
    },
    freebsd: {
      file: 'freebsd.ts',
      says: 'A SYSINIT with a kproc_desc has kproc_start() make a process, or with a kthread_desc kthread_start() a thread of process 0, at a place of the boot of its own: SYSINITs run by subsystem, then by order, then as they were registered.',
      catch:
        'The function gets no argument, and an error is a panic. The boot does not wait for the thread, which runs at some time after the devices are configured: before the next SYSINIT, or after the last. Before SI_SUB_INTRINSIC there is nothing to make it from, which is a panic too.',
    },
  },
}
