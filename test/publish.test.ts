/**
 * A release as it will be, into a registry of our own, and what users then get: one package, all of them, the command, the rule
 * for ESLint, and the next version. The registry knows no other one, so nothing here needs a network.
 */
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { budgetsOf, gzippedForBrowser } from './publish/bundle.js'
import { COMPILERS, Project } from './publish/project.js'
import { blocksOf, firstExample } from './publish/readme.js'
import { startRegistry, type Registry } from './publish/registry.js'
import { Shell } from './publish/shell.js'
import { installedFor, publishInstalled } from './publish/third-party.js'
import { root, Workspace } from './publish/workspace.js'

/** Builds, packs and installs: what takes half a minute alone takes several on a machine that is busy. */
const PATIENCE_MS = 900_000

const PATCH = "---\n'@kt/core': patch\n---\n\nNothing changes.\n"
const LIBRARIES = ['core', 'netbsd', 'openbsd', 'freebsd', 'explore']

const place = mkdtempSync(join(tmpdir(), 'kt-publish-'))
let registry: Registry
let workspace: Workspace
let user: Shell
let versionBefore: string | undefined

beforeAll(async () => {
  registry = await startRegistry(place)
  workspace = new Workspace(join(place, 'workspace'), join(place, 'home'), registry.url)
  user = new Shell(join(place, 'user'), registry.url)
  await workspace.prepare()
  versionBefore = workspace.versionOf('@kt/core')
  await publishInstalled(thirdParty(), registry.url)
  await workspace.version(PATCH)
  await workspace.run('pnpm', 'run', 'release')
}, PATIENCE_MS)

afterAll(async () => {
  registry.close()
  await rm(place, { recursive: true })
}, PATIENCE_MS)

describe('a release', { timeout: PATIENCE_MS }, () => {
  test('gives what is released together one version, which is new', () => {
    const together = workspace.packages().filter(({ dir }) => dir.startsWith('packages/'))
    const versions = new Set(together.map(({ manifest }) => manifest.version))
    expect(versions.size).toBe(1)
    expect(versions).not.toContain(versionBefore)
  })

  test('publishes every public package', async () => {
    for (const { manifest } of workspace.packages()) {
      expect([manifest.name, await registry.latest(manifest.name)]).toEqual([manifest.name, manifest.version])
    }
  })
})

describe('@kt/netbsd, alone', { timeout: PATIENCE_MS }, () => {
  const example = firstExample(join(root, 'packages/netbsd/README.md'))
  let project: Project

  beforeAll(async () => {
    project = new Project(join(place, 'netbsd'), user)
    project.write('example.ts', example.program)
    await project.install('@kt/netbsd')
  }, PATIENCE_MS)

  test('brings core, and nothing else', () => {
    expect(Object.keys(project.installed())).toEqual(['@kt/core', '@kt/netbsd'])
    expect(project.origins()).toEqual([new URL(registry.url).origin])
  })

  test.each(COMPILERS)("its README's example compiles with %s and runs", async (compiler) => {
    await project.compile(compiler)
    expect(await project.node('example')).toBe(example.prints)
  })

  test('is upgraded by npm when the next version is out', async () => {
    const before = project.installed()
    await workspace.version(PATCH)
    // The same sources make the same files: only what is published is new.
    await workspace.run('pnpm', 'publish', '--recursive', '--no-git-checks')
    await project.run('npm', 'update')

    const after = project.installed()
    expect(after).not.toEqual(before)
    expect(after).toEqual({
      '@kt/core': workspace.versionOf('@kt/core'),
      '@kt/netbsd': workspace.versionOf('@kt/netbsd'),
    })
    await project.compile('typescript-7.0')
    expect(await project.node('example')).toBe(example.prints)
  })
})

describe('the libraries', { timeout: PATIENCE_MS }, () => {
  let project: Project
  const readmes = ['', ...LIBRARIES.map((name) => `packages/${name}`)]
  const subpaths = (): string[] =>
    workspace
      .packages()
      .filter(({ dir }) => LIBRARIES.includes(dir.replace('packages/', '')))
      .flatMap(({ manifest }) => Object.keys(manifest.publishConfig.exports).map((path) => join(manifest.name, path)))
      .filter((name) => !name.endsWith('.json'))

  beforeAll(async () => {
    project = new Project(join(place, 'libraries'), user)
    await project.install(...LIBRARIES.map((name) => `@kt/${name}`))
    const names = subpaths()
    project.write('subpaths.ts', [...names.map((name) => `import '${name}'`), ''].join('\n'))
    for (const dir of readmes) project.write(`${nameOf(dir)}.ts`, firstExample(join(root, dir, 'README.md')).program)
    await project.compile('typescript')
  }, PATIENCE_MS)

  test('bring nothing that is not ours', () => {
    expect(Object.keys(project.installed())).toEqual(LIBRARIES.map((name) => `@kt/${name}`).sort())
  })

  test.each(readmes.map((dir) => [join(dir, 'README.md'), dir]))('%s: its example runs', async (page, dir) => {
    const { prints } = firstExample(join(root, page))
    const printed = await project.node(nameOf(dir))
    if (prints !== undefined) expect(printed).toBe(prints)
  })

  // They are compiled by TypeScript 6 and as `nodenext` above.
  test.each([
    ['typescript-5.9', { module: 'node16', moduleResolution: 'node16' }],
    ['typescript-7.0', { module: 'preserve', moduleResolution: 'bundler' }],
  ])('compile with %s and %o', async (compiler, options) => {
    await project.compile(compiler, options)
  })

  test('can be imported and required, by every name', async () => {
    await project.node('subpaths')
    project.write(
      'required.cjs',
      subpaths()
        .map((name) => `require('${name}')\n`)
        .join(''),
    )
    await project.run(process.execPath, 'required.cjs')
  })

  test.each(LIBRARIES)('%s fits a browser and its budget, with core', async (name) => {
    for (const { path, bytesMax } of budgetsOf(join(root, 'packages', name))) {
      const bytes = await gzippedForBrowser(join(project.folder, 'node_modules/@kt', name, path))
      expect(bytes, path).toBeLessThanOrEqual(bytesMax)
    }
  })
})

describe('the command', { timeout: PATIENCE_MS }, () => {
  let project: Project

  beforeAll(async () => {
    project = new Project(join(place, 'command'), user)
    await project.install('@kt/conformance')
  }, PATIENCE_MS)

  test('brings everything that it needs, from this registry', () => {
    expect(project.origins()).toEqual([new URL(registry.url).origin])
  })

  test('says its version', async () => {
    expect(await project.run('npx', 'kt', '--version')).toBe(`${workspace.versionOf('@kt/conformance')}\n`)
  })

  test('runs a clause', async () => {
    expect(await project.run('npx', 'kt', 'run', 'NB10-KT-17')).toMatch(/NB10-KT-17[^]*pass/)
  })

  test('answers a porter with a module that runs', async () => {
    const question = 'my FreeBSD driver waits for its thread at unload; how do I do that on NetBSD and OpenBSD?'
    project.write('driver.ts', await project.run('npx', 'kt', 'explain', question, '--release', 'netbsd', 'openbsd'))
    expect(await project.run('npx', 'kt', 'run', './driver.ts')).toMatch(
      /onNetbsd\nall is well[^]*onOpenbsd\nall is well/,
    )
    expect(await project.run('npx', 'kt', 'explore', './driver.ts#onOpenbsd')).toContain('0 failures')
  })

  test('tells stories on several cores, and writes the page', async () => {
    const told = await project.run('npx', 'kt', 'compare', 'join', 'exit')
    expect(told).toMatch(/told: \d+ stories told to 5 releases/)
    await project.run('npx', 'kt', 'report', '--release', 'netbsd/10.1', '--html', 'report.html')
    expect(project.read('report.html')).toMatch(/^<!doctype html>/i)
  })

  test("its README's example compiles and runs", async () => {
    project.write('example.ts', firstExample(join(root, 'apps/conformance/README.md')).program)
    await project.compile('typescript-7.0')
    await project.node('example')
  })
})

describe('the rule for ESLint', { timeout: PATIENCE_MS }, () => {
  test('finds what its README shows, set up as its README says', async () => {
    const blocks = blocksOf(join(root, 'packages/eslint-plugin/README.md'))
    const mistake = blocks.find(({ language }) => language === 'ts')!.text
    const config = blocks.find(({ language }) => language === 'js')!.text

    const project = new Project(join(place, 'eslint'), user)
    await project.install('@kt/eslint-plugin', 'eslint', 'typescript', 'typescript-eslint')
    project.write('eslint.config.js', config)
    project.write('tsconfig.json', JSON.stringify({ compilerOptions: { target: 'es2023', types: [] } }))
    project.write('worker.ts', `declare function sleep(seconds: number): Generator<number, void>\n\n${mistake}`)

    const { code, out } = await project.try('npx', 'eslint', '.')
    expect(out).toContain('kt/no-floating-iterator')
    expect(out).toContain('1 problem')
    expect(code).toBe(1)
  })
})

/** Whatever our packages need, and what a README tells a user to have beside them. */
function thirdParty(): ReturnType<typeof installedFor> {
  const all = workspace.packages().flatMap(({ dir, manifest }) => {
    const needs = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
    const beside = manifest.name === '@kt/eslint-plugin' ? ['typescript-eslint'] : []
    const theirs = [...needs, ...beside].filter((name) => !name.startsWith('@kt/'))
    return installedFor(theirs, join(workspace.folder, dir))
  })
  return [...new Map(all.map((one) => [one.folder, one])).values()]
}

/** Of the file that a page's example is written to. */
function nameOf(dir: string): string {
  return dir === '' ? 'root' : dir.replace('packages/', '')
}
