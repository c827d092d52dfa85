import type { Trial } from '@kt/core/contract'
import type { K } from './words.js'

/** Those that kthread(9) names. */
const NAMED = ['bufdaemon', 'pagedaemon', 'syncer', 'vmdaemon']

/** FB8-D-01: what the four daemons are, and how the system suspends them on its way down. */
export function whatDaemonsAre(trial: Trial<K>): string {
  const booted = (daemons: 'stock' | 'page') => {
    const k = trial.createKernel({ daemons })
    const kinds = new Map<string, string[]>()
    k.boot(function* () {
      // Beyond the first second, so that all have run and registered.
      yield* k.pause('daemons', 2 * k.hz)
      for (const name of NAMED) {
        const { ki_pid, ki_comm } = k.kinfo_proc().find(({ ki_ocomm }) => ki_ocomm === name)!
        const kind = ki_comm === name ? 'a process of its own' : `a thread of process ${ki_pid}, ${ki_comm}`
        kinds.set(kind, [...(kinds.get(kind) ?? []), name])
      }
      yield* k.reboot(k.RB_HALT)
    })
    const waits = k.console.filter((line) => line.includes('bufdaemon'))
    const told = [...kinds].map(([kind, names]) => `${names.join(', ')} ${kind}`)
    return `${told.join('; ')}; ${waits.join()}`
  }
  return `as shipped: ${booted('stock')}; as kthread(9) tells it: ${booted('page')}`
}
