import { ref } from '@kt/core'
import { equal, holds, type Proof } from '@kt/core/contract'
import type { Proc } from '../../proc.js'
import { leave, made, type K } from './words.js'

/** Promises of kthread(9). */
export const ofKthread: readonly Proof<K>[] = [
  {
    clauses: ['OB-KT-04', 'OB-KT-20'],
    says: 'kthread_exit comes back in no thread.',
    kernel: 'holds',
    *main(k) {
      yield* made(k, 'one', () => leave(k))
      yield* made(k, 'two', () => leave(k))
    },
  },
  {
    clauses: ['OB-Q-03', 'OB-KT-17', 'OB-KT-19'],
    says: 'When func begins, *newpp has the process, and the process its name.',
    kernel: 'holds',
    *main(k) {
      const newpp = ref<Proc>()
      function* func() {
        equal([newpp.value === k.curproc, k.curproc.p_comm], [true, 'early7'], 'whether *newpp is set, and the name')
        yield* leave(k)
      }
      yield* made(k, 'other', () => leave(k))
      equal(yield* k.kthread_create(func, 'arg', newpp, 'early%d', 7), 0, 'kthread_create')
    },
  },
  {
    clauses: ['OB-KT-30', 'OB-KT-29'],
    says: 'Of two that ask for the last slot one gets it, and the other EAGAIN unless a slot has come free.',
    kernel: 'holds',
    *main(k) {
      k.sysctl('kern.maxproc', Number(k.sysctl('kern.nprocs')) + 2)
      const results = k.cell<readonly number[]>([], { name: 'results', atomic: true })
      const stays = function* () {
        yield* k.tsleep('for good', k.PWAIT, 'for good', 0)
      }
      function* asks() {
        const error = yield* k.kthread_create(stays, 'arg', null, 'last')
        const all = yield* results.update((before) => [...before, error])
        // Who has ended in the boot has a slot until the reaper has seen to it.
        const [better, other] = all.toSorted((a, b) => a - b)
        equal(better, 0, 'what the luckier of both was told')
        holds([0, k.EAGAIN, undefined].includes(other), `the other was told ${other}`)
      }
      yield* made(k, 'one', function* () {
        yield* asks()
        yield* stays()
      })
      yield* asks()
    },
  },
  {
    clauses: ['OB-KT-22', 'OB-D-10'],
    says: 'A creation while devices are attached is a panic, in every order of a boot.',
    kernel: 'breaks',
    fromBoot: true,
    endsIn: ['OB-KT-22'],
    prepare(k) {
      k.attach(function* () {
        yield* k.kthread_create(() => leave(k), 'arg', null, 'early')
      })
    },
    *main() {},
  },
  {
    clauses: ['OB-KT-23', 'OB-KT-24', 'OB-KT-25'],
    says: 'A deferred function is called once in every order of a boot, when it can create its thread, and before main.',
    kernel: 'holds',
    fromBoot: true,
    schedules: 100,
    prepare(k) {
      let calls = 0
      function* callback(name: string) {
        equal(++calls, 1, 'calls of the deferred function')
        yield* made(k, name, function* func() {
          yield* k.tsleep(func, k.PWAIT, 'usb', 0)
        })
      }
      k.attach(function* () {
        yield* k.kthread_create_deferred(callback, 'usb0')
        equal(calls, 0, 'calls of the deferred function while devices are attached')
      })
    },
    *main(k) {
      equal(k.ps().filter(({ command }) => command.includes('usb0')).length, 1, 'threads that it has created')
    },
  },
  {
    clauses: ['OB-D-11', 'OB-KT-25'],
    says: 'On a system that is up a deferred function is called before the call that defers it has returned.',
    kernel: 'holds',
    *main(k) {
      const calls = k.cell(0, { name: 'calls' })
      yield* made(k, 'other', () => leave(k))
      yield* k.kthread_create_deferred(function* () {
        yield* made(k, 'late', () => leave(k))
        yield* calls.update((n) => n + 1)
      }, null)
      equal(yield* calls.read(), 1, 'calls of the deferred function when the deferral has returned')
    },
  },
  {
    clauses: ['OB-D-09', 'OB-Q-01', 'OB-KT-20'],
    says: 'A function that returns ends every run, in a panic or in what no release defines.',
    kernel: 'holds',
    endsIn: ['OB-D-09', 'UB:OB-D-09'],
    *main(k) {
      yield* made(k, 'returns', function* () {
        yield* k.yield()
      })
      yield* made(k, 'other', () => leave(k))
    },
  },
]
