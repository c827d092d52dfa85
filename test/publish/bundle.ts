import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

/** Bundles a module for a browser, as somebody who ships it would, and says how many bytes arrive there. */
export async function gzippedForBrowser(file: string): Promise<number> {
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    minify: true,
    format: 'esm',
    // A module of Node's does not resolve then.
    platform: 'browser',
    write: false,
    logLevel: 'silent',
  })
  return gzipSync(outputFiles[0]!.contents).length
}

/** An entry of a package, and what it may weigh. */
export interface Budget {
  readonly path: string
  readonly bytesMax: number
}

/** What `check:size` holds a package to. */
export function budgetsOf(folder: string): Budget[] {
  const entries = JSON.parse(readFileSync(join(folder, '.size-limit.json'), 'utf8')) as {
    readonly path: string
    readonly limit: string
  }[]
  return entries.map(({ path, limit }) => {
    const kilobytes = /^(\d+) kB$/.exec(limit)?.[1]
    if (kilobytes === undefined) throw new Error(`${folder}: '${limit}' is no size in kB`)
    return { path, bytesMax: Number(kilobytes) * 1000 }
  })
}
