import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import * as nb10 from '../src/releases/10.1.js'
import * as nb6 from '../src/releases/6.js'

test.each([
  ['6', nb6],
  ['10.1', nb10],
] as const)('no kernel of NetBSD %s outlives its user, the first one neither', async (_release, nb) => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const booted = (): WeakRef<object> => {
    const k = nb.createKernel({ ncpu: 2 })
    k.boot()
    return new WeakRef(k.lwp0)
  }
  const kernels = [booted(), booted(), booted()]
  // A WeakRef holds its object until the current job is over.
  await new Promise((resolve) => setImmediate(resolve))
  collect()
  expect(kernels.map((kernel) => kernel.deref() === undefined)).toEqual([true, true, true])
})
