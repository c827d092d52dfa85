import { machineOf, recordCalls, type Steps } from '@kt/core'
import { createKernel, type Kernel } from '@kt/netbsd/10.1'
import { expect, test } from 'vitest'
import { runOnce, type Main, type Story } from '../src/index.js'
import { make } from './workers.js'

function recorded(): Kernel {
  const k = make()
  recordCalls(k)
  return k
}

function linesOf({ ended }: Story, ...kinds: string[]): string[] {
  const { trace } = machineOf(ended.kernel)!
  return [...trace!.events(trace!.before.events)]
    .filter(({ kind }) => kinds.includes(kind))
    .map(({ kind, name, detail }) => `${name} ${kind} ${detail}`)
}

const main: Main<Kernel> = function* (k) {
  function* worker(): Steps<void> {
    yield* k.kpause('nap', false, 1, null)
    yield* k.kthread_exit(0)
  }
  const lwp = k.ref<never>()
  const { PRI_NONE, KTHREAD_MPSAFE, KTHREAD_MUSTJOIN } = k
  yield* k.kthread_create(PRI_NONE, KTHREAD_MPSAFE | KTHREAD_MUSTJOIN, null, worker, null, lwp, 'w%d', 1)
  return yield* k.kthread_join(lwp.value!)
}

const CALLS = [
  'main call kthread_create(-1, 18, NULL, worker, NULL, ref, "w%d", 1)',
  'main return kthread_create 0',
  'main call kthread_join(w1)',
  'w1 call kpause("nap", false, 1, NULL)',
  'w1 return kpause 35',
  'w1 call kthread_exit(0)',
  'main join w1',
  'main return kthread_join 0',
]

test.each(['any', 'smp', 'up'] as const)(
  'in the model %s calls are recorded when they begin and come back',
  (model) => {
    expect(linesOf(runOnce(recorded, main, { model }).story, 'call', 'return', 'join')).toEqual(CALLS)
  },
)

test('so they are without an explorer, and nothing else of the run is another for it', () => {
  const k = createKernel({ ncpu: 2, trace: true })
  recordCalls(k)
  k.boot((function* () {
    return yield* main(k)
  })) // prettier-ignore
  const plain = createKernel({ ncpu: 2, trace: true })
  plain.boot((function* () {
    return yield* main(plain)
  })) // prettier-ignore
  const events = (kernel: Kernel): string[] =>
    [...kernel.trace!.events()]
      .filter(({ kind }) => kind !== 'call' && kind !== 'return' && kind !== 'join')
      .map((event) => JSON.stringify(event))
  expect(events(k)).toEqual(events(plain))
  expect(k.trace!.toString()).toContain('kthread_join(w1)')
})

test('steps, token and fingerprint are those of a run that nobody records', () => {
  for (const model of ['any', 'smp', 'up'] as const) {
    const [told, plain] = [runOnce(recorded, main, { model }).story, runOnce(make, main, { model }).story]
    expect(told.token).toBe(plain.token)
    expect(told.steps).toEqual(plain.steps)
  }
})

test('a function that was used before is recorded from then on; what is no kernel is left alone', () => {
  const k = createKernel()
  k.boot(function* () {
    yield* k.printf('one\n')
  })
  expect(recordCalls(k)).toBe(true)
  k.run(function* () {
    yield* k.printf('two\n')
  })
  const calls = [...k.trace!.events()].filter(({ kind }) => kind === 'call').map(({ detail }) => detail)
  expect(calls).toEqual([String.raw`printf("two\n")`])
  expect(recordCalls({ console: [] })).toBe(false)
})

test('a call without yield* is complained of as ever', () => {
  const { verdict } = runOnce(recorded, function* (k: Kernel): Steps {
    const forgotten: unknown = k.printf('lost\n')
    yield* k.printf('next\n')
    return forgotten
  })
  expect(verdict.kind).toBe('assertion')
  expect(JSON.stringify(verdict)).toContain('printf() was called without yield*')
})

test('what threads do to a variable that they share is told as well', () => {
  const { story } = runOnce(recorded, function* (k: Kernel): Steps {
    const ready = k.cell(false, { name: 'ready', atomic: true })
    yield* ready.write(true)
    yield* ready.update((before) => !before)
    return yield* ready.read()
  })
  expect(linesOf(story, 'call', 'return')).toEqual([
    'main call ready.write(true)',
    'main return ready.write',
    'main call ready.update(function)',
    'main return ready.update false',
    'main call ready.read()',
    'main return ready.read false',
  ])
})
