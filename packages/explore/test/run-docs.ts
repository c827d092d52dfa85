import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a program printed. */
export interface Printed {
  readonly code: number | null
  readonly out: string
}

/**
 * Runs programs as a reader would: as files of their own, the last of them, in a folder from which the packages are found.
 *
 * @param words - For Node, before the file.
 */
export function runFiles(files: Readonly<Record<string, string>>, words: readonly string[] = []): Printed {
  const place = mkdtempSync(join(import.meta.dirname, '.run-'))
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(place, name), text)
    const last = join(place, Object.keys(files).at(-1)!)
    const args = ['--import', 'tsx', '-C', '@kt/source', ...words, last]
    // Node's own tests do not run within another test unless they are told that they are on their own.
    const env = { ...process.env, NODE_TEST_CONTEXT: undefined }
    const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', env })
    return { code: status, out: stdout }
  } finally {
    rmSync(place, { recursive: true })
  }
}
