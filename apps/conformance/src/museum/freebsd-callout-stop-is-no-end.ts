import { Callout, createKernel, type Kernel } from '@kt/freebsd/8.0'
import type { Steps } from '@kt/core'
import { exhibit, type Exhibit } from './exhibit.js'

function* program(k: Kernel, drains: boolean): Steps<void> {
  const callout = new Callout()
  const softc = k.cell(true, { name: 'softc', atomic: true })
  function* tick(): Steps<void> {
    if (!(yield* softc.read())) yield* k.panic('tick: the softc is gone')
  }
  yield* k.callout_init(callout, k.CALLOUT_MPSAFE)
  yield* k.callout_reset(callout, 1, tick, null)
  if (drains) yield* k.callout_drain(callout)
  else yield* k.callout_stop(callout)
  yield* softc.write(false)
}

export const calloutStopIsNoEnd: Exhibit = exhibit({
  id: 'freebsd/callout-stop-is-no-end',
  title: 'A callout is stopped while its function runs',
  release: 'FreeBSD 8.0',
  tells:
    'callout_stop() takes back a call that has not begun. One that has begun on another CPU goes on, and finds the memory of a device that is gone. callout_drain() waits for it to end.',
  shows: 'panic',
  make: () => createKernel({ ncpu: 2, daemons: 'none' }),
  mistake: (k) => program(k, false),
  mend: (k) => program(k, true),
  token: 'kt1:freebsd/callout-stop-is-no-end:EA_AaA5xfeO5',
})
