import { createKernel, ref } from '@kt/openbsd/5.1'

const k = createKernel({ ncpu: 2 })
const { __tfork_thread, getthrid, mmap, user } = k
k.sysctl('kern.rthreads', 1) // 0 at boot, as the release has it

k.process({ name: 'prog', uid: 1000, ktrace: true }, function* () {
  const tid = ref<number>()
  function* startfunc(who: string) {
    console.log(`${who} sees ${tid.value} and is ${yield* getthrid()}`)
  }
  const stack = yield* mmap(65536)
  const params = { tf_tcb: stack.word(), tf_tid: tid, tf_flags: 0 }
  const value = yield* __tfork_thread(params, stack.end, startfunc, 'the thread')
  console.log(`its creator sees ${tid.value} and got ${value}`)
  yield* user(1_000_000) // a millisecond in user mode, while the thread runs on the other CPU
})

console.log(k.boot().kind)
console.log(k.kdump())
