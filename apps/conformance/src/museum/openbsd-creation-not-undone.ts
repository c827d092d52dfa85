import { createKernel, type Kernel } from '@kt/openbsd/5.1'
import type { Steps } from '@kt/core'
import { exhibit, type Exhibit } from './exhibit.js'

function* program(k: Kernel, undoes: boolean): Steps<void> {
  const softc = k.cell(true, { name: 'softc' })
  const isDying = k.cell(false, { name: 'is_dying' })
  const threads = k.cell(0, { name: 'threads' })
  function* io(): Steps<void> {
    if (!(yield* softc.read())) yield* k.panic('io: the softc is gone')
    while (!(yield* isDying.read())) yield* k.tsleep(isDying, k.PWAIT, 'io', 0)
    yield* threads.write((yield* threads.read()) - 1)
    yield* k.wakeup(threads)
    yield* k.kthread_exit(0)
  }
  /** Waits until those that were created have gone. */
  function* undo(): Steps<void> {
    yield* isDying.write(true)
    yield* k.wakeup(isDying)
    while ((yield* threads.read()) > 0) yield* k.tsleep(threads, k.PWAIT, 'undo', 0)
  }
  for (let i = 0; i < 2; i++) {
    // Each is given a moment; there is memory for one.
    if (i > 0) yield* k.tsleep(program, k.PWAIT, 'attach', 1)
    if (i > 0) k.inject({ at: 'uarea' })
    const error = yield* k.kthread_create(io, null, null, 'io%d', i)
    if (error !== 0) {
      if (undoes) yield* undo()
      yield* softc.write(false)
      return
    }
    yield* threads.write(i + 1)
  }
}

export const creationNotUndone: Exhibit = exhibit({
  id: 'openbsd/creation-not-undone',
  title: 'The second of two threads cannot be created',
  release: 'OpenBSD 5.1',
  tells:
    'A driver creates its threads in a loop. The second creation fails for want of memory, an error that the page does not even name (OB-D-02), and attach gives up and frees its softc. The first thread is there, has begun or has yet to begin, and knows nothing of it: an error is undone in the order in which things were done.',
  shows: 'panic',
  make: () => createKernel({ ncpu: 2 }),
  mistake: (k) => program(k, false),
  mend: (k) => program(k, true),
  token: 'kt1:openbsd/creation-not-undone:EAgAwX9dAX',
})
