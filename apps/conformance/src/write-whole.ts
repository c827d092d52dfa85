import { accessSync, chmodSync, constants, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { UsageError } from './usage.js'

/** Writes a file whole or not at all: beside it first, then over it. */
export function writeWhole(file: string, text: string): void {
  try {
    const stat = statSync(file, { throwIfNoEntry: false })
    if (stat === undefined) {
      replace(file, text)
      return
    }
    // A pipe or a device is written to: a file put in its place would destroy it.
    if (!stat.isFile()) {
      writeFileSync(file, text)
      return
    }
    // To put a new file over a protected one needs no right to write it, so that is asked here.
    accessSync(file, constants.W_OK)
    if ((stat.mode & 0o222) === 0) throw Object.assign(new Error('read-only'), { code: 'EACCES' })
    // A link stays a link.
    replace(realpathSync(file), text, stat.mode)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new UsageError(`cannot write '${file}' (${code ?? message}); expected a path that can be written`, {
      cause: error,
    })
  }
}

/** @param mode - Of the file that is replaced; a new one has what the umask leaves of the usual. */
function replace(path: string, text: string, mode?: number): void {
  const beside = join(dirname(path), `.${basename(path)}.part`)
  // One that a killed process left behind.
  rmSync(beside, { force: true })
  try {
    // Nobody reads it before it has the rights of the other, and its bytes have to be there before its name is.
    writeFileSync(beside, text, { flag: 'wx', mode: mode ?? 0o666, flush: true })
    if (mode !== undefined) chmodSync(beside, mode)
    renameSync(beside, path)
  } catch (error) {
    rmSync(beside, { force: true })
    throw error
  }
}

/** Tells of a path that is certain to fail now, and not after minutes of work. The rest is found when it is written. */
export function requirePlace(file: string): void {
  const code = errorOf(file)
  if (code !== null) throw new UsageError(`cannot write '${file}' (${code}); expected a path that can be written`)
}

function errorOf(file: string): string | null {
  try {
    if (file === '') return 'ENOENT'
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true) return 'EISDIR'
    return statSync(dirname(file)).isDirectory() ? null : 'ENOTDIR'
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error)
  }
}
