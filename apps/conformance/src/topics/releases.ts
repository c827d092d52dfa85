import type * as freebsd8 from '@kt/freebsd/8.0'
import type * as netbsd6 from '@kt/netbsd/6'
import type * as netbsd10 from '@kt/netbsd/10.1'
import type * as openbsd4 from '@kt/openbsd/4.2'
import type * as openbsd5 from '@kt/openbsd/5.1'

/** The kernel of each release: a story is told to all of them. */
export interface Kernels {
  readonly 'netbsd/6': netbsd6.Kernel
  readonly 'netbsd/10.1': netbsd10.Kernel
  readonly 'openbsd/4.2': openbsd4.Kernel
  readonly 'openbsd/5.1': openbsd5.Kernel
  readonly 'freebsd/8.0': freebsd8.Kernel
}

export type ReleaseName = keyof Kernels

/** Something for each release: one that is left out does not compile. */
export type PerRelease<T> = { readonly [R in ReleaseName]: T }

/** The kernels of one system, for words that its releases share. */
export type NetbsdKernel = Kernels['netbsd/6'] | Kernels['netbsd/10.1']
export type OpenbsdKernel = Kernels['openbsd/4.2'] | Kernels['openbsd/5.1']
export type FreebsdKernel = Kernels['freebsd/8.0']

/** In the order in which they are reported. */
export const RELEASES: readonly ReleaseName[] = ['netbsd/6', 'netbsd/10.1', 'openbsd/4.2', 'openbsd/5.1', 'freebsd/8.0']

/** Name as people write it. */
export const LABELS: PerRelease<string> = {
  'netbsd/6': 'NetBSD 6',
  'netbsd/10.1': 'NetBSD 10.1',
  'openbsd/4.2': 'OpenBSD 4.2',
  'openbsd/5.1': 'OpenBSD 5.1',
  'freebsd/8.0': 'FreeBSD 8.0',
}

/** Whether a word names a release of the comparison. */
export function isRelease(word: string): word is ReleaseName {
  return Object.hasOwn(LABELS, word)
}
