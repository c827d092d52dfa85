import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { execute } from '../src/program.js'

// What tests of the commands on schedules share.

export interface Said {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs the command in this process. */
export async function kt(...words: string[]): Promise<Said> {
  const said = { out: '', err: '' }
  const code = await execute(words, {
    out: { columns: 120, write: (text) => (said.out += text) },
    err: { write: (text) => (said.err += text) },
    env: {},
  })
  return { code, ...said }
}

const COMMAND = ['--import', 'tsx', '-C', '@kt/source', 'src/cli.ts']
const cwd = join(import.meta.dirname, '..')

/** Starts it as a user would, from its source. */
export function ktProcess(...words: string[]): ChildProcess {
  return spawn(process.execPath, [...COMMAND, ...words], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
}

export function ktToEnd(...words: string[]): Said {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...COMMAND, ...words], { cwd, encoding: 'utf8' })
  return { code: status, out: stdout, err: stderr }
}

/** What a search printed without the time, which is never the same. */
export function timeless(out: string): string {
  return out.replace(/\d+\.\d\d s$/m, 'T s')
}

/** A folder for the files of a test. */
export function folder(): (name: string, text: string) => string {
  const path = mkdtempSync(join(tmpdir(), 'kt-schedules-'))
  afterAll(() => {
    rmSync(path, { recursive: true })
  })
  return (name, text) => {
    const file = join(path, name)
    if (text !== '') writeFileSync(file, text)
    return file
  }
}

/** The student's lost wakeup: the flag is looked at before the sleep, and nothing holds the two together. */
export const LOST_WAKEUP = `import { createKernel, type Kernel } from '@kt/netbsd/10.1'

export const make = () => createKernel({ ncpu: 2 })

export function* main(k: Kernel) {
  const ready = k.cell(false, { name: 'ready', atomic: true })
  function* waiter() {
    if (!(yield* ready.read())) yield* k.tsleep('ready', 0, 'ready', 0)
    yield* k.kthread_exit(0)
  }
  yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, waiter, null, null, 'waiter')
  yield* ready.write(true)
  yield* k.wakeup('ready')
}
`

/** Threads that count together: many schedules, and nothing wrong with any. */
export function counters(threads: number, updates: number): string {
  return `import { createKernel, type Kernel } from '@kt/netbsd/10.1'

export const make = () => createKernel({ ncpu: 2 })

export function* main(k: Kernel) {
  const count = k.cell(1, { name: 'count', atomic: true })
  function* counter(factor: number) {
    for (let i = 0; i < ${updates}; i++) yield* count.update((n) => (n * factor + i) % 7)
    yield* k.kthread_exit(0)
  }
  for (let n = 0; n < ${threads}; n++)
    yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, counter, n + 2, null, 'counter')
  return yield* count.read()
}
`
}
