// FreeBSD 8.0: there is no call that lets a kernel thread use the floating-point unit. A user process may: it is asked.
import * as freebsd from '@kt/freebsd/8.0'

/** What passes between the thread and the process: the samples go out, the mean comes back in hundredths. */
function freebsdMeter(k: freebsd.Kernel) {
  const samples = k.cell<readonly number[]>([], { name: 'sc_samples' })
  return { mtx: k.mtx('sc_mtx'), samples, hundredths: k.cell(-1, { name: 'sc_mean' }) }
}

/** The daemon's side: an ioctl in which it waits for samples, its own arithmetic, and an ioctl with the result. */
function* freebsdHelper(k: freebsd.Kernel, sc: ReturnType<typeof freebsdMeter>) {
  yield* k.mtx_lock(sc.mtx)
  while ((yield* sc.samples.read()).length === 0) yield* k.msleep(sc.samples, sc.mtx, k.PWAIT, 'samples', 0)
  const samples = yield* sc.samples.read()
  yield* k.mtx_unlock(sc.mtx)
  // Here it is in user mode. Floating point stays on this side: what crosses is a whole number.
  const mean = samples.reduce((sum, sample) => sum + sample, 0) / samples.length
  yield* k.mtx_lock(sc.mtx)
  yield* sc.hundredths.write(Math.round(mean * 100))
  yield* k.wakeup(sc.hundredths)
  yield* k.mtx_unlock(sc.mtx)
}

/** The thread's side. The process may be killed, or never have been started: a wait for it has an end. */
function* freebsdMean(k: freebsd.Kernel, sc: ReturnType<typeof freebsdMeter>, samples: readonly number[]) {
  let error = 0
  yield* k.mtx_lock(sc.mtx)
  yield* sc.samples.write(samples)
  yield* k.wakeup(sc.samples)
  while (error === 0 && (yield* sc.hundredths.read()) < 0)
    error = yield* k.msleep(sc.hundredths, sc.mtx, k.PWAIT, 'mean', 10 * k.hz)
  const hundredths = yield* sc.hundredths.read()
  yield* k.mtx_unlock(sc.mtx)
  return hundredths < 0
    ? `error ${error}`
    : `${Math.trunc(hundredths / 100)}.${String(hundredths % 100).padStart(2, '0')}`
}

export const onFreebsd: { make(): freebsd.Kernel; main(k: freebsd.Kernel): freebsd.Steps<string> } = {
  make: () => freebsd.createKernel({ ncpu: 2, daemons: 'none' }),
  *main(k) {
    const sc = freebsdMeter(k)
    k.process({ name: 'meterd' }, () => freebsdHelper(k, sc))
    return yield* freebsdMean(k, sc, [3, 4])
  },
}
