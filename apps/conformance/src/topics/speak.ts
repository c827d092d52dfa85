import { createKernel as freebsd8 } from '@kt/freebsd/8.0'
import { createKernel as netbsd6 } from '@kt/netbsd/6'
import { createKernel as netbsd10 } from '@kt/netbsd/10.1'
import { createKernel as openbsd4 } from '@kt/openbsd/4.2'
import { createKernel as openbsd5 } from '@kt/openbsd/5.1'
import type { Words } from './driver.js'
import { freebsdWords } from './freebsd/index.js'
import { netbsdWords } from './netbsd/index.js'
import { openbsdWords } from './openbsd/index.js'
import type { Kernels, ReleaseName } from './releases.js'

/** How to make a kernel of a release, and how that release says the words of a story. */
export interface Speaker<K> {
  createKernel(options: Readonly<Record<string, unknown>>): K
  words(k: K): Words
}

/** Every release speaks: one that is left out does not compile. */
export const speakers: { readonly [R in ReleaseName]: Speaker<Kernels[R]> } = {
  'netbsd/6': { createKernel: netbsd6, words: netbsdWords },
  'netbsd/10.1': { createKernel: netbsd10, words: netbsdWords },
  'openbsd/4.2': { createKernel: openbsd4, words: openbsdWords },
  'openbsd/5.1': { createKernel: openbsd5, words: openbsdWords },
  // Its stock daemons have a part in no story but those of shutdown, and make a boot four times as long.
  'freebsd/8.0': { createKernel: (options) => freebsd8({ daemons: 'none', ...options }), words: freebsdWords },
}
