import { describe, expect, it } from 'vitest'
import { ref, type FreebsdOptions, type Proc, type Steps, type Td } from '../src/releases/8.0.js'
import { attempt, exits, NO_STACK, waits } from './kproc-words.js'
import { addProcess, quiet, READINGS, valueOf } from './staging.js'

const COMPLAINT = 'maxproc limit exceeded by uid 0, please see tuning(7) and login.conf(5).'

describe.each(READINGS)('limits of kproc_create, reading %s', (reading) => {
  const machine = (options: FreebsdOptions = {}) => quiet({ reading, ...options })

  it('at kern.maxproc it fails with EAGAIN half a second later, and root has no reserve', () => {
    const k = machine({ maxproc: 6 })
    const seen = valueOf(
      k.boot(function* () {
        const made = [yield* attempt(k), yield* attempt(k), yield* attempt(k)]
        return [...made, k.allproc.length]
      }),
    )
    const [, , refused] = seen as readonly (readonly number[])[]
    expect(seen.slice(0, 2)).toEqual([[0, 0, 1], [0, 0, 1]]) // prettier-ignore
    expect([refused![0], refused![2], seen[3]]).toEqual([k.EAGAIN, 0, 6])
    expect(refused![1]! >= 500 && refused![1]! <= 501).toBe(true)
    expect(k.console).toEqual([COMPLAINT])
  })

  it('says so once a second, whoever asks', () => {
    const k = machine({ maxproc: 6 })
    const complaints: number[] = []
    valueOf(
      k.boot(function* () {
        for (let n = 0; n < 2; n++) yield* addProcess(k, 'p', () => waits(k))
        for (let n = 0; n < 3; n++) yield* k.kthread_add(asks, null, null, null, 0, 0, 'asks %d', n)
        yield* k.pause('all', 10)
        complaints.push(k.console.length)
        for (let n = 0; n < 3; n++) {
          yield* attempt(k)
          complaints.push(k.console.length)
        }
      }),
    )
    function* asks(): Steps<void> {
      yield* attempt(k)
      yield* k.kthread_exit()
    }
    // Three at once: one line. Then at 10, 511 and 1012 ticks, of which the last is a second after the first.
    expect(complaints).toEqual([1, 1, 1, 2])
    expect(new Set(k.console)).toEqual(new Set([COMPLAINT]))
  })

  it('without a stack it fails with ENOMEM, as late; RFCFDG is refused at once and before either', () => {
    const k = machine({ maxproc: 4 })
    const seen = valueOf(
      k.boot(function* () {
        k.inject({ at: 'kstack', when: 1 })
        // Nor is the number of processes looked at.
        const noStack = yield* attempt(k)
        expect(k.console).toEqual([NO_STACK])
        k.inject({ at: 'kstack', when: 1 })
        return { noStack, refused: yield* attempt(k, k.RFCFDG) }
      }),
    )
    const [error, ticks, made] = seen.noStack
    expect([error, made, ticks >= 500 && ticks <= 501]).toEqual([k.ENOMEM, 0, true])
    expect(seen.refused).toEqual([k.EINVAL, 0, 0])
    expect(k.console).toEqual([NO_STACK])
  })

  it('while cold nobody is delayed', () => {
    const k = machine({ maxproc: 4, kstackKvaPages: 1000 })
    const seen: unknown[] = []
    k.SYSINIT('cold', k.SI_SUB_VFS - 0x10_0000, k.SI_ORDER_FIRST, cold, null)
    k.SYSINIT('early', k.SI_SUB_CONFIGURE, k.SI_ORDER_FIRST, cold, null)
    function* cold(): Steps<void> {
      if (!k.cold) return
      k.inject({ at: 'kstack' })
      seen.push((yield* attempt(k)).slice(0, 2), (yield* attempt(k)).slice(0, 2))
    }
    valueOf(k.boot())
    expect(seen).toEqual([[k.ENOMEM, 0], [k.EAGAIN, 0]]) // prettier-ignore
  })

  it('kproc_kthread_add meets them where it makes a process, and only there', () => {
    const k = machine({ maxproc: 5 })
    const seen = valueOf(
      k.boot(function* () {
        const p = yield* addProcess(k, 'p', () => waits(k))
        const procptr = ref<Proc>()
        const tdptr = ref<Td>()
        const add = (to: typeof procptr, flags: number) =>
          k.kproc_kthread_add(() => waits(k), null, to, tdptr, flags, 0, 'more', 'td')
        const errors = [yield* add(procptr, 0), yield* add(procptr, k.RFCFDG)]
        expect([procptr.value, tdptr.value]).toEqual([null, null])
        errors.push(yield* add(ref(p), 0), yield* add(ref(p), k.RFCFDG | k.RFHIGHPID | k.RFNOWAIT))
        return [...errors, p.p_numthreads]
      }),
    )
    expect(seen).toEqual([k.EAGAIN, k.EINVAL, 0, 0, 3])
  })

  it('a zombie counts until init has waited for it', () => {
    const k = machine({ maxproc: 5 })
    const seen = valueOf(
      k.boot(function* () {
        const p = yield* addProcess(k, 'p', () => exits(k))
        yield* k.tsleep(p, 0, 'exit', 100)
        expect(p.p_state).toBe(k.PRS_ZOMBIE)
        const [error] = yield* attempt(k)
        return [error, (yield* attempt(k))[0]]
      }),
    )
    expect(seen).toEqual([k.EAGAIN, 0])
  })
})
