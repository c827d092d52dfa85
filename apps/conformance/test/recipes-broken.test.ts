/** What each recipe promises: a program that leaves the step out is found out; and the kernels as they were keep it too. */
import { explore, runOnce, sentence, tell } from '@kt/explore'
import { describe, expect, test, vi } from 'vitest'
import { recipes } from '../src/recipes/index.js'
import { SYSTEMS, type System } from '../src/recipes/system.js'
import { changed } from './recipe-files.js'

vi.setConfig({ testTimeout: 60_000 })

interface Mistake {
  readonly recipe: string
  readonly system: System
  readonly what: string
  readonly from: string
  readonly to: string
  /** How a schedule ends that shows it. */
  readonly ends: RegExp
}

const mistakes: readonly Mistake[] = [
  {
    recipe: 'wait-at-unload',
    system: 'netbsd',
    what: 'the thread is not joined',
    from: 'yield* k.kthread_join(sc.thread.value!)',
    to: '',
    ends: /the softc is gone/,
  },
  {
    recipe: 'wait-at-unload',
    system: 'openbsd',
    what: 'the thread counts itself',
    from: '  yield* sc.hasThread.write(true)\n',
    to: '',
    ends: /the softc is gone/,
  },
  {
    recipe: 'wait-at-unload',
    system: 'freebsd',
    what: 'one wakeup is taken for the exit, and asked for with the lock free',
    from: 'while (!(yield* sc.isGone.read())) yield*',
    to: 'yield* k.mtx_unlock(sc.mtx); yield* k.mtx_lock(sc.mtx); yield*',
    ends: /lost wakeup|deadlock/,
  },
  {
    recipe: 'stop-a-thread',
    system: 'netbsd',
    what: 'the sleeper is not woken',
    from: '  yield* k.cv_broadcast(sc.cv)\n',
    to: '',
    ends: /deadlock/,
  },
  {
    recipe: 'stop-a-thread',
    system: 'openbsd',
    what: 'the sleeper is not woken',
    from: '  yield* k.wakeup(sc)\n',
    to: '',
    ends: /deadlock/,
  },
  {
    recipe: 'stop-a-thread',
    system: 'freebsd',
    what: 'the word of the thread is not waited for',
    from: "while (!(yield* sc.hasStopped.read())) yield* k.msleep(sc.hasStopped, sc.mtx, k.PWAIT, 'stop', 0)",
    to: '',
    ends: /the device is off/,
  },
  {
    recipe: 'create-early',
    system: 'netbsd',
    what: 'the mount of the root is not held back',
    from: 'yield* k.config_pending_decr(dev)\n  return yield* k.kthread_exit(0)',
    to: 'return yield* k.kthread_exit(0)',
    ends: /deadlock/,
  },
  {
    recipe: 'create-early',
    system: 'openbsd',
    what: 'the thread is created in attach',
    from: 'k.kthread_create_deferred(() => openbsdCreate(k, sc), sc)',
    to: 'openbsdCreate(k, sc)',
    ends: /process 1/,
  },
  {
    recipe: 'create-early',
    system: 'freebsd',
    what: 'the daemon is waited for without a look at its word',
    from: 'while (!(yield* sc.isUp.read())) yield*',
    to: 'yield*',
    ends: /lost wakeup|deadlock/,
  },
  {
    recipe: 'suspend-at-shutdown',
    system: 'netbsd',
    what: 'the word of the thread is not waited for',
    from: 'while (error === 0 && !(yield* sc.isParked.read()))',
    to: 'if (k.cold)',
    ends: /written after the sync/,
  },
  {
    recipe: 'suspend-at-shutdown',
    system: 'openbsd',
    what: 'the word of the thread is not waited for',
    from: 'while (error === 0 && !(yield* sc.isParked.read()))',
    to: 'if (k.cold)',
    ends: /written after the sync/,
  },
  {
    recipe: 'suspend-at-shutdown',
    system: 'freebsd',
    what: 'the thread never looks',
    from: 'yield* k.kthread_suspend_check(k.curthread)',
    to: '',
    ends: /written after the sync/,
  },
  {
    recipe: 'use-the-fpu',
    system: 'netbsd',
    what: 'the window is not opened',
    from: 'const s = yield* k.kthread_fpu_enter()',
    to: 'const s = 0',
    ends: /fpudna from kernel/,
  },
  {
    recipe: 'use-the-fpu',
    system: 'openbsd',
    what: 'the waiter is not woken',
    from: '  yield* k.wakeup(sc)\n',
    to: '',
    ends: /deadlock/,
  },
  {
    recipe: 'use-the-fpu',
    system: 'freebsd',
    what: 'the process is not told of the samples',
    from: '  yield* k.wakeup(sc.samples)\n',
    to: '',
    ends: /main returned "error 35"/,
  },
]

test.each(mistakes)('$recipe on $system: found out when $what', async ({ recipe, system, from, to, ends }) => {
  const { make, main, options } = await changed(recipe, system, from, to)
  const { outcomes } = explore(make, main, { ...options, stopAtFailure: true })
  expect(outcomes.map(({ verdict }) => sentence(verdict)).join('\n')).toMatch(ends)
})

test('every program has its mistake', () => {
  const all = recipes.flatMap(({ id }) => SYSTEMS.map((system) => `${id} ${system}`))
  expect(mistakes.map(({ recipe, system }) => `${recipe} ${system}`).toSorted()).toEqual(all.toSorted())
})

describe('on the kernels as they were, page or no page', () => {
  test.each(recipes)('$id holds', async ({ id }) => {
    for (const system of SYSTEMS) {
      const from = 'createKernel({'
      const { make, main, options } = await changed(id, system, from, `${from} reading: 'kernel',`)
      expect(runOnce(make, main, { model: 'smp', fromBoot: options.fromBoot ?? false }).verdict.kind).toMatch(
        /^(?:ok|shutdown)$/,
      )
      const { failure } = explore(make, main, options)
      expect(failure === null ? [] : tell(failure)).toEqual([])
    }
  })
})

describe('on the older release of a system', () => {
  const older = recipes.flatMap(({ id }) => [
    // The one that says that NetBSD 6 has no such calls.
    ...(id === 'use-the-fpu' ? [] : [[id, 'netbsd', '10.1', '6'] as const]),
    [id, 'openbsd', '5.1', '4.2'] as const,
  ])
  test.each(older)('%s holds, too: %s %s, %s', async (id, system, from, to) => {
    const { make, main, options } = await changed(id, system, `'@kt/${system}/${from}'`, `'@kt/${system}/${to}'`)
    const { failure } = explore(make, main, options)
    expect(failure === null ? [] : tell(failure)).toEqual([])
  })
})
