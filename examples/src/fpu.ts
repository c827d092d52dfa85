/** Windows on the floating-point unit nest, and the last one to close leaves nothing in the registers. */
import { createKernel } from '@kt/netbsd/10.1'

const k = createKernel()

const outcome = k.boot(function* main() {
  const outer = yield* k.kthread_fpu_enter()
  yield* k.fpuStore(0, 42)
  const inner = yield* k.kthread_fpu_enter()
  console.log(`enter returned ${outer}, then 0x${inner.toString(16)}`)
  yield* k.kthread_fpu_exit(inner)
  console.log(`after the inner exit register 0 holds ${yield* k.fpuLoad(0)}`)
  yield* k.kthread_fpu_exit(outer)
  console.log(`after the outer exit the unit holds ${k.cpus()[0]!.fpu![0]}`)
  yield* k.fpuLoad(0)
})

if (outcome.kind === 'panic') console.log(`${k.console.at(-1)} [${outcome.clause}]`)
