import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import * as ob42 from '../src/releases/4.2.js'
import * as ob51 from '../src/releases/5.1.js'

test.each([
  ['4.2', ob42],
  ['5.1', ob51],
] as const)('no kernel of OpenBSD %s outlives its user, the first one neither', async (_release, ob) => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const booted = (): WeakRef<object> => {
    const k = ob.createKernel({ ncpu: 2 })
    k.boot()
    return new WeakRef(k.proc0)
  }
  const kernels = [booted(), booted(), booted()]
  // A WeakRef holds its object until the current job is over.
  await new Promise((resolve) => setImmediate(resolve))
  collect()
  expect(kernels.map((kernel) => kernel.deref() === undefined)).toEqual([true, true, true])
})
