/** What must hold for the repository as a whole. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')

interface Manifest {
  readonly name: string
  readonly private?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
  readonly exports: Exports
  readonly publishConfig: { readonly exports: Exports }
}

type Exports = Readonly<Record<string, string | Readonly<Record<string, string>>>>

interface Workspace {
  /** Path from the root, as `packages/core`. */
  readonly dir: string
  readonly manifest: Manifest
  readonly sources: readonly Source[]
}

interface Source {
  /** Path from the root. */
  readonly path: string
  readonly text: string
}

const workspaces = ['packages', 'apps'].flatMap(workspacesIn)
const libraries = workspaces.filter(({ dir }) => dir.startsWith('packages/'))

describe('the lockfile', () => {
  test('names no download address', () => {
    expect(read('pnpm-lock.yaml')).not.toContain('tarball:')
  })
})

describe('every package', () => {
  test.each(named(workspaces))('%s has a README', (_, { dir }) => {
    expect(existsSync(join(root, dir, 'README.md'))).toBe(true)
  })

  test.each(named(workspaces))('%s publishes what it exports, but for the source', (_, { manifest }) => {
    const published = Object.entries(manifest.exports).map(([name, target]) => {
      if (typeof target === 'string') return [name, target]
      return [name, Object.fromEntries(Object.entries(target).filter(([condition]) => condition !== '@kt/source'))]
    })
    expect(manifest.publishConfig.exports).toEqual(Object.fromEntries(published))
  })

  test.each(named(libraries))("%s reads no clock and no randomness but the kernel's", (_, { sources }) => {
    const leak =
      /\b(Math\.random|Date\.now|new Date|performance\.now|process\.hrtime|setTimeout|setInterval|setImmediate)\b/
    // The explorer's bounds on time have one home.
    const timeless = sources.filter(({ path }) => path !== 'packages/explore/src/wall-clock.ts')
    expect(timeless.flatMap((source) => linesWith(withoutComments(source), leak))).toEqual([])
  })
})

describe('core', () => {
  test('names no system', () => {
    const core = libraries.find(({ dir }) => dir === 'packages/core')
    expect(core?.sources.flatMap((source) => linesWith(source, /netbsd|openbsd|freebsd/i))).toEqual([])
  })
})

/** Arrows point one way: app -> personality -> core, and explore -> core. */
describe('the arrows', () => {
  test.each(named(libraries))('%s uses nothing of ours but what it may', (_, { dir, manifest, sources }) => {
    const free = dir === 'packages/core' || dir === 'packages/eslint-plugin'
    const may = free ? [] : ['@kt/core']

    const declared = Object.keys(manifest.dependencies ?? {}).filter((name) => name.startsWith('@kt/'))
    expect(declared.filter((name) => !may.includes(name))).toEqual([])

    const imported = sources.flatMap((source) =>
      importsOf(source)
        .filter(
          (name) =>
            name.startsWith('@kt/') && !may.some((allowed) => name === allowed || name.startsWith(`${allowed}/`)),
        )
        .map((name) => `${source.path} imports ${name}`),
    )
    expect(imported).toEqual([])
  })

  test.each(named(workspaces))('%s reaches into no neighbour by a path', (_, { dir, sources }) => {
    const outside = sources.flatMap((source) =>
      importsOf(source)
        .filter((name) => name.startsWith('.') && !join(source.path, '..', name).startsWith(`${dir}/src/`))
        .map((name) => `${source.path} imports ${name}`),
    )
    expect(outside).toEqual([])
  })
})

function named(these: readonly Workspace[]): [string, Workspace][] {
  return these.map((workspace) => [workspace.dir, workspace])
}

function workspacesIn(folder: string): Workspace[] {
  return readdirSync(join(root, folder))
    .map((name) => `${folder}/${name}`)
    .filter((dir) => existsSync(join(root, dir, 'package.json')))
    .map((dir) => ({
      dir,
      manifest: JSON.parse(read(`${dir}/package.json`)) as Manifest,
      sources: sourcesIn(`${dir}/src`),
    }))
}

function sourcesIn(dir: string): Source[] {
  if (!existsSync(join(root, dir))) return []
  return readdirSync(join(root, dir), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .map((path) => ({ path, text: read(path) }))
}

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

function importsOf({ text }: Source): string[] {
  return [...text.matchAll(/\b(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)].map((match) => match[1]!)
}

function linesWith({ path, text }: Source, pattern: RegExp): string[] {
  return text.split('\n').flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : []))
}

/** Blanks comments, and keeps the line numbers. */
function withoutComments({ path, text }: Source): Source {
  return { path, text: text.replace(/\/\*[^]*?\*\/|\/\/.*/g, (comment) => comment.replace(/[^\n]/g, ' ')) }
}
