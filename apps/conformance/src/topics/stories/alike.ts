/** Who answers alike, as the `alike` of a story has it. */
import type { ReleaseName } from '../releases.js'

export const NETBSD: readonly ReleaseName[] = ['netbsd/6', 'netbsd/10.1']
export const OPENBSD: readonly ReleaseName[] = ['openbsd/4.2', 'openbsd/5.1']
export const FREEBSD: readonly ReleaseName[] = ['freebsd/8.0']
export const ALL: readonly ReleaseName[] = [...NETBSD, ...OPENBSD, ...FREEBSD]
