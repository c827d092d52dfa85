import { kernelOf } from '../build.js'
import type { FreebsdKernel } from '../kernel.js'
import type { FreebsdOptions } from '../options.js'
import type { Release } from '../release.js'

/** FreeBSD 8.0 of November 2009, the first whose kernel threads are threads. */
export const release: Release = {
  version: '8.0',
  name: 'FreeBSD 8.0',
  calloutSlackTicks: 1,
}

/** A FreeBSD 8.0 kernel. */
export type Kernel = FreebsdKernel

/** A cold machine running FreeBSD 8.0. */
export const createKernel: (options?: FreebsdOptions) => Kernel = kernelOf(release)

export * from '../public.js'
