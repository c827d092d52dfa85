import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { contracts } from '../src/contract/index.js'
import * as nb10 from '../src/releases/10.1.js'
import * as nb6 from '../src/releases/6.js'

const page = readFileSync(new URL('../../../docs/netbsd.md', import.meta.url), 'utf8')
const kernels = { '6': nb6.createKernel(), '10.1': nb10.createKernel() } as const

test('every call that docs/netbsd.md names exists in a release, and every call that a release has is named', () => {
  const named = new Set(Array.from(page.matchAll(/`(?:k\.)?([A-Za-z_]\w*)(?:\(|`)/g), (match) => match[1]!))
  const calls = new Set<string>()
  for (const kernel of Object.values(kernels)) {
    for (const name in kernel)
      if (/^(kthread|cv|mutex|rw|softint|workqueue|callout|config)_/.test(name)) calls.add(name)
  }
  const absent = [...named].filter((name) => /_/.test(name) && /^[a-z]/.test(name)).filter((name) => !calls.has(name))
  expect(absent).toEqual(['kpreempt_disable', 'kpreempt_enable'])
  const withDots = ['cv_', 'callout_', 'config_']
  const missing = [...calls].filter((name) => !named.has(name) && !withDots.some((prefix) => name.startsWith(prefix)))
  expect(missing).toEqual([])
})

test('what it says is only in one release is', () => {
  expect(['kthread_destroy' in kernels['6'], 'kthread_destroy' in kernels['10.1']]).toEqual([true, false])
  for (const name of ['kthread_fpu_enter', 'cv_timedwaitbt', 'softint_schedule_cpu', 'workqueue_wait', 'WQ_FPU']) {
    expect([name, name in kernels['6'], name in kernels['10.1']]).toEqual([name, false, true])
  }
})

test('every row it refers to exists', () => {
  const rows = new Set(contracts.flatMap(({ divergences }) => divergences.map(({ id }) => id)))
  const ids = Array.from(page.matchAll(/NB-D-\d\d/g), ([id]) => id)
  expect(ids.length).toBeGreaterThan(10)
  expect(ids.filter((id) => !rows.has(id))).toEqual([])
})
