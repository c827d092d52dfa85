import { createKernel, ref, type Lwp } from '@kt/netbsd/10.1'

const k = createKernel({ ncpu: 2 })
const { kthread_create, kthread_join, kthread_exit, kpause, PRI_NONE, KTHREAD_MPSAFE, KTHREAD_MUSTJOIN } = k

function* worker(name: string) {
  yield* kpause('working', false, 10, null) // ten ticks: 100 ms
  console.log(`${name} is done at ${k.now / 1e6} ms`)
  yield* kthread_exit(3)
}

const outcome = k.boot(function* main() {
  const newlp = ref<Lwp>()
  const flags = KTHREAD_MPSAFE | KTHREAD_MUSTJOIN
  const error = yield* kthread_create(PRI_NONE, flags, null, worker, 'first', newlp, 'worker/%d', 0)
  if (error !== 0) return error
  return yield* kthread_join(newlp.value!)
})

console.log(outcome.kind, outcome.kind === 'done' ? outcome.value : '')
console.log(k.console.join('\n'))
