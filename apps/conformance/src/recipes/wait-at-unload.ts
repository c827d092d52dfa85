import type { Recipe } from './recipe.js'

export const waitAtUnload: Recipe = {
  id: 'wait-at-unload',
  title: 'Stop a thread and wait for its end',
  asks: 'How does detach stop the thread of its driver, so that the softc can be freed and the module unloaded?',
  stories: ['join/unload', 'join/returns', 'join/by-itself', 'join/naive', 'join/under-lock', 'exit/wakes'],
  ways: {
    netbsd: {
      file: 'netbsd.ts',
      says: 'The thread is created with KTHREAD_MUSTJOIN, and detach joins it when it has told it to stop. kthread_join() returns when the thread is in kthread_exit() for good.',
      catch:
        'A thread is joined once, by one joiner, and one that was created without KTHREAD_MUSTJOIN not at all; one that has it and is never joined stays for ever. What the thread says of itself, by a flag and a broadcast, comes too early to unload the module.',
    },
    openbsd: {
      file: 'openbsd.ts',
      says: 'The thread clears a flag, wakes detach and calls kthread_exit(); detach sleeps until the flag is clear. It cannot go on before the thread gives up the big lock, deep in kthread_exit().',
      catch:
        'Nothing may sleep between the wakeup and kthread_exit(), or detach goes on in the middle of it. kthread_exit() itself wakes nobody, and the flag has to be set by whoever creates the thread, not by the thread.',
    },
    freebsd: {
      file: 'freebsd.ts',
      says: 'Detach makes its request and goes to sleep on the thread under one hold of the mutex under which the thread looks for requests. kthread_exit() wakes it, first thing, out of the module.',
      catch:
        'kthread_exit() takes no lock of the driver: a thread that ends without having been told can do so before anybody sleeps on it, and a flag that it sets comes before its last steps in the module. kthread_suspend() wakes the same address.',
    },
  },
}
