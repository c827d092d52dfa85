import { ref, type Steps } from '@kt/core'
import { equal } from '@kt/core/contract'
import type { CpuInfo } from '../../cpu.js'
import type { NetbsdKernel } from '../../kernel.js'
import type { Lwp } from '../../lwp.js'

/** What a check asks for when it creates a thread; what it leaves out is of no account to it. */
interface Wanted {
  readonly pri?: number
  readonly flags?: number
  readonly ci?: CpuInfo | null
  readonly name?: string
}

/** Creates a thread that has to come into being, by default MP-safe and of the default priority, and gives its LWP. */
export function* spawn(k: NetbsdKernel, func: () => Steps, wanted: Wanted = {}): Steps<Lwp> {
  const { pri = k.PRI_NONE, flags = k.KTHREAD_MPSAFE, ci = null, name = 'worker' } = wanted
  const newlp = ref<Lwp>()
  equal(yield* k.kthread_create(pri, flags, ci, func, null, newlp, name), 0, `kthread_create of ${name}`)
  return newlp.value!
}

/** The LWPs of process 0 that have not ended. A dead one stays in the list until the next creation collects it. */
export function living(k: NetbsdKernel): readonly Lwp[] {
  return k.proc0.lwps.filter((l) => l.l_stat !== k.LSZOMB)
}

/** The CPUs that a thread was switched to, in order, by the trace. */
export function dispatches(k: NetbsdKernel, l: Lwp): readonly number[] {
  const switches = Array.from(k.trace!.events()).filter(({ kind, thread }) => kind === 'switch' && thread === l.l_lid)
  return switches.map(({ cpu }) => cpu)
}

/** A body that has nothing to do. */
export function* exits(k: NetbsdKernel): Steps<never> {
  return yield* k.kthread_exit(0)
}
