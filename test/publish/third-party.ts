import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { publish } from 'libnpmpublish'
import { create } from 'tar'

interface Manifest {
  readonly name: string
  readonly version: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

/** A package of somebody else's, as the install has unpacked it. */
export interface Installed {
  readonly folder: string
  readonly manifest: Manifest
}

/**
 * Finds packages as the install has left them, and all that they need in turn.
 *
 * @param names - Of packages that can be imported from `folder`.
 */
export function installedFor(names: readonly string[], folder: string): Installed[] {
  const found = new Map<string, Installed>()
  const visit = (name: string, from: string, optional: boolean): void => {
    const at = folderOf(name, from)
    if (at === undefined && optional) return
    if (at === undefined) throw new Error(`${name} is not installed where ${from} looks for it`)
    if (found.has(at)) return
    const manifest = JSON.parse(readFileSync(join(at, 'package.json'), 'utf8')) as Manifest
    found.set(at, { folder: at, manifest })
    // A dependency for another system is not there, and neither is a peer that nobody asked for.
    const { dependencies, optionalDependencies = {}, peerDependencies } = manifest
    const needs = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })
    for (const need of needs) visit(need, at, dependencies?.[need] === undefined || need in optionalDependencies)
  }
  for (const name of names) visit(name, folder, false)
  return [...found.values()]
}

/** Node's own way: the nearest `node_modules` that has it. */
function folderOf(name: string, from: string): string | undefined {
  const folder = join(from, 'node_modules', name)
  if (existsSync(join(folder, 'package.json'))) return realpathSync(folder)
  return dirname(from) === from ? undefined : folderOf(name, dirname(from))
}

/** Publishes packages as the install has unpacked them. */
export async function publishInstalled(these: readonly Installed[], registry: string): Promise<void> {
  for (const { folder, manifest } of these) {
    const files = readdirSync(folder).filter((name) => name !== 'node_modules')
    // Nobody keeps these tarballs, so they are packed for speed.
    const tarball = create(
      { cwd: folder, prefix: 'package', portable: true, gzip: { level: 1 }, filter: single },
      files,
    )
    await publish(manifest, await buffer(tarball), {
      registry,
      forceAuth: { token: 'anybody' },
    })
  }
}

/** pnpm links equal files to each other, and npm leaves out what is a link in a tarball: each has to be packed as a file. */
function single(_path: string, stat: object): boolean {
  Object.assign(stat, { nlink: 1 })
  return true
}
