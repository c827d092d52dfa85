/** How much sooner two workers are done with a search than one: the command itself, with what it takes to start them. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface WorkersFigures {
  /** Wall-clock milliseconds of one search by so many workers, the least of rounds in turn. */
  readonly oneMs: number
  readonly twoMs: number
}

const COMMAND = new URL('../../apps/conformance/dist/cli.js', import.meta.url)
const ROUNDS = 2

/** Eight threads that pass one lock: 40 320 schedules. */
const PROGRAM = `
import { createKernel } from '@kt/netbsd/10.1'
export const make = () => createKernel({ ncpu: 2 })
export function* main(k) {
  const lock = k.mutex('m')
  function* worker() {
    yield* k.mutex_enter(lock)
    yield* k.mutex_exit(lock)
    yield* k.kthread_exit(0)
  }
  for (let n = 0; n < 8; n++) yield* k.kthread_create(k.PRI_NONE, k.KTHREAD_MPSAFE, null, worker, null, null, 'w%d', n)
}
`

/** Null where the command has not been built. */
export function workers(): WorkersFigures | null {
  if (!existsSync(COMMAND)) return null
  const folder = mkdtempSync(join(tmpdir(), 'kt-bench-'))
  try {
    const program = join(folder, 'lock.mjs')
    writeFileSync(program, PROGRAM)
    const figures = { oneMs: Infinity, twoMs: Infinity }
    for (let round = 0; round < ROUNDS; round++) {
      figures.oneMs = Math.min(figures.oneMs, search(program, 1))
      figures.twoMs = Math.min(figures.twoMs, search(program, 2))
    }
    return figures
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function search(program: string, jobs: number): number {
  const beginMs = performance.now()
  const { status, stderr } = spawnSync(
    process.execPath,
    [COMMAND.pathname, 'explore', program, '--jobs', String(jobs), '-q'],
    { encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(`kt explore ended with ${status}: ${stderr}`)
  return performance.now() - beginMs
}
