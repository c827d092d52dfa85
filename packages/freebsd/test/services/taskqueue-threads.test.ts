import { describe, expect, it } from 'vitest'
import {
  createKernel,
  type FreebsdOptions,
  type Kernel,
  type Out,
  type Steps,
  type Taskqueue,
} from '../../src/releases/8.0.js'
import { pause, valueOf } from './runs.js'

function run<T>(main: (k: Kernel) => Steps<T>, options: FreebsdOptions = {}): T {
  return valueOf(createKernel({ daemons: 'none', ...options }).boot(main))
}

function* queue(k: Kernel, name = 'own'): Steps<Out<Taskqueue>> {
  const tqp = k.ref<Taskqueue>()
  tqp.value = yield* k.taskqueue_create(name, 0, k.taskqueue_thread_enqueue, tqp)
  return tqp
}

describe('taskqueue_start_threads', () => {
  it('makes threads of process 0, numbered where there are several', () => {
    const seen = run(function* (k) {
      const tqp = yield* queue(k)
      const error = yield* k.taskqueue_start_threads(tqp, 3, k.PVFS, '%s work', 'my')
      return [error, tqp.value!.threads.map((td) => [td.td_name, td.td_proc.p_pid, td.td_priority, td.td_state])]
    })
    expect(seen).toEqual([
      0,
      [
        ['my work_0', 0, 80, 3],
        ['my work_1', 0, 80, 3],
        ['my work_2', 0, 80, 3],
      ],
    ])
  })

  it('a name of more than 18 characters is cut, and with its number to 19', () => {
    const seen = run(function* (k) {
      const names: string[] = []
      for (const count of [1, 2]) {
        const tqp = yield* queue(k)
        yield* k.taskqueue_start_threads(tqp, count, k.PWAIT, 'a%sz', '0123456789abcdefghij')
        names.push(...tqp.value!.threads.map((td) => td.td_name))
      }
      return names
    })
    expect(seen).toEqual(['a0123456789abcdefg', 'a0123456789abcdefg_', 'a0123456789abcdefg_'])
  })

  it('with one thread the name is taken as a format once more', () => {
    const seen = run(function* (k) {
      const names: string[] = []
      for (const count of [1, 2]) {
        const tqp = yield* queue(k)
        yield* k.taskqueue_start_threads(tqp, count, k.PWAIT, '%s', '100%%')
        names.push(...tqp.value!.threads.map((td) => td.td_name))
      }
      return names
    })
    expect(seen).toEqual(['100%', '100%%_0', '100%%_1'])
  })

  it.each([0, -1])('%i threads are EINVAL', (count) => {
    const seen = run(function* (k) {
      const tqp = yield* queue(k)
      return [yield* k.taskqueue_start_threads(tqp, count, k.PWAIT, 'none'), tqp.value!.threads.length, k.console]
    })
    expect(seen).toEqual([22, 0, []])
  })

  it('without memory there is a line and ENOMEM', () => {
    const k = createKernel({ daemons: 'none' })
    const outcome = k.boot(function* () {
      const tqp = yield* queue(k)
      k.inject({ at: 'taskqueue' })
      const errors = [
        yield* k.taskqueue_start_threads(tqp, 2, k.PWAIT, 'poor'),
        yield* k.taskqueue_start_threads(tqp, 2, k.PWAIT, 'rich'),
      ]
      return [errors, tqp.value!.threads.map((td) => td.td_name)]
    })
    expect(valueOf(outcome)).toEqual([
      [12, 0],
      ['rich_0', 'rich_1'],
    ])
    expect(k.console).toEqual(['taskqueue_start_threads: no memory for poor threads'])
  })

  it('a thread that cannot be had is left out, with a line', () => {
    const k = createKernel({ daemons: 'none' })
    const outcome = k.boot(function* () {
      const tqp = yield* queue(k)
      k.inject({ at: 'kstack' })
      const error = yield* k.taskqueue_start_threads(tqp, 2, k.PWAIT, 'some')
      return [error, tqp.value!.tcount, tqp.value!.threads.map((td) => td.td_name)]
    })
    expect(valueOf(outcome)).toEqual([0, 1, ['some_1']])
    expect(k.console).toEqual([
      'vm_thread_new: kstack allocation failed',
      'taskqueue_start_threads: kthread_add(some): error 12',
    ])
  })

  it('a queue can have more of them later', () => {
    const seen = run(function* (k) {
      const tqp = yield* queue(k)
      const errors: number[] = []
      for (const name of ['first', 'second']) {
        errors.push(yield* k.taskqueue_start_threads(tqp, 1, k.PWAIT, name))
        yield* pause(k, 1)
      }
      yield* k.taskqueue_free(tqp.value!)
      return [errors, tqp.value!.tcount]
    })
    expect(seen).toEqual([[0, 0], 0])
  })
})
