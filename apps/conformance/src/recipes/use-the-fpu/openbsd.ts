// OpenBSD: there is no call that lets a kernel thread use the floating-point unit. Fixed-point numbers are integers.
import * as openbsd from '@kt/openbsd/5.1'

/** Sixteen bits after the point leave fifteen before it, in the 32 bits of an int. */
const FIXED_POINT_BITS = 16

function openbsdMeter(k: openbsd.Kernel) {
  return {
    mean: k.cell(0, { name: 'sc_mean', atomic: true }),
    hasMean: k.cell(false, { name: 'sc_has_mean', atomic: true }),
  }
}

function* openbsdMean(k: openbsd.Kernel, sc: ReturnType<typeof openbsdMeter>, samples: readonly number[]) {
  let mean = 0
  for (const [at, sample] of samples.entries()) {
    // The mean moves by a part of the difference; whole numbers throughout, rounded towards zero as C does.
    mean += Math.trunc(((sample << FIXED_POINT_BITS) - mean) / (at + 1))
    yield* k.tsleep('sample', k.PWAIT, 'sample', 1)
  }
  yield* sc.mean.write(mean)
  yield* sc.hasMean.write(true)
  yield* k.wakeup(sc)
  return yield* k.kthread_exit(0)
}

export const onOpenbsd: { make(): openbsd.Kernel; main(k: openbsd.Kernel): openbsd.Steps<string> } = {
  make: () => openbsd.createKernel({ ncpu: 2 }),
  *main(k) {
    const sc = openbsdMeter(k)
    const error = yield* k.kthread_create(() => openbsdMean(k, sc, [3, 4]), sc, null, 'mean')
    if (error !== 0) return `error ${error}`
    while (!(yield* sc.hasMean.read())) yield* k.tsleep(sc, k.PWAIT, 'mean', 0)
    const mean = yield* sc.mean.read()
    // To print it without the unit: the whole part, and the rest of it in hundredths.
    const [whole, rest] = [mean >> FIXED_POINT_BITS, mean & ((1 << FIXED_POINT_BITS) - 1)]
    return `${whole}.${String((rest * 100) >> FIXED_POINT_BITS).padStart(2, '0')}`
  },
}
