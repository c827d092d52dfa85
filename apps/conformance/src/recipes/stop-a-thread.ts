import type { Recipe } from './recipe.js'

export const stopAThread: Recipe = {
  id: 'stop-a-thread',
  title: 'Tell a thread to stop',
  asks: 'How is a thread told to stop, which may be asleep, at work, or waiting for a lock?',
  stories: ['suspend/acknowledged', 'suspend/sleeping', 'suspend/lost', 'exit/lock-held', 'join/under-lock'],
  ways: {
    netbsd: {
      file: 'netbsd.ts',
      says: 'The request is a flag that is set, and a condition variable that is broadcast, under the mutex under which the thread looks for work. It finds a sleeper at once, and a thread at work at its next look; the join says that it has ended.',
      catch:
        'A wait for a mutex hears of no request: whoever tells the thread to stop must not hold what it may be waiting for. There is no kthread_suspend(), and no call that ends a thread from outside.',
    },
    openbsd: {
      file: 'openbsd.ts',
      says: 'The request is a flag and a wakeup, and the big lock keeps everybody out between the look of the thread and its sleep. The thread looks again after each sleep, and says by another flag that it has stopped.',
      catch:
        'A thread that works on without a sleep or a yield() keeps the big lock, and then nobody gets so far as to tell it. Waits for rwlock(9) hear of no request, and end with the holder; a mutex of mutex(9) must not be held over a sleep.',
    },
    freebsd: {
      file: 'freebsd.ts',
      says: 'The request is a flag that is set, and a wakeup, under the mutex with which the thread goes to sleep by msleep(). The thread says by another flag, under the same mutex, that it has stopped.',
      catch:
        'kthread_suspend() parks a thread and does not end it, wherever it looks and with whatever it holds there, and wakes only sleeps on the thread itself; on the kernel of the release its wait for the word can miss it and go on for ever, so it is given a time-out.',
    },
  },
}
