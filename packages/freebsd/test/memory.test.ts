import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { createKernel } from '../src/releases/8.0.js'

test.each(['ule', '4bsd'] as const)('no kernel outlives its user, the first one neither (%s)', async (scheduler) => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const booted = (): WeakRef<object> => {
    const k = createKernel({ ncpu: 2, scheduler })
    k.boot()
    return new WeakRef(k.proc0)
  }
  const kernels = [booted(), booted(), booted()]
  // A WeakRef holds its object until the current job is over.
  await new Promise((resolve) => setImmediate(resolve))
  collect()
  expect(kernels.map((kernel) => kernel.deref() === undefined)).toEqual([true, true, true])
})
