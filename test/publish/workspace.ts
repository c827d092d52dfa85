import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Shell } from './shell.js'

/** The repository that is tested. */
export const root: string = join(import.meta.dirname, '../..')

/** What this test reads in a manifest. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly private?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly publishConfig: { readonly exports: Readonly<Record<string, unknown>> }
}

/** A package that users get. */
export interface PublicPackage {
  /** Path from the root, as `packages/core`. */
  readonly dir: string
  readonly manifest: Manifest
}

/** A copy of the working tree, committed or not, in which a release is made. */
export class Workspace {
  readonly #shell: Shell
  readonly #offline: Shell

  /**
   * @param folder - Where the copy goes.
   * @param registry - Where it publishes.
   */
  constructor(
    readonly folder: string,
    home: string,
    registry: string,
  ) {
    const settings = {
      // What the install of the working tree has fetched is all there is.
      npm_config_store_dir: storeOf(root),
      npm_config_verify_deps_before_run: 'false',
      // As long as no source changes, what was built for an earlier run is taken again.
      TURBO_CACHE_DIR: join(root, '.turbo/cache'),
    }
    this.#shell = new Shell(home, registry, settings)
    this.#offline = new Shell(home, registry, { ...settings, npm_config_offline: 'true' })
  }

  /** Copies and installs. */
  async prepare(): Promise<void> {
    const files = await this.run('git', '-C', root, 'ls-files', '-z', '--cached', '--others', '--exclude-standard')
    for (const file of files.split('\0').filter((name) => name !== '' && existsSync(join(root, name)))) {
      mkdirSync(join(this.folder, dirname(file)), { recursive: true })
      copyFileSync(join(root, file), join(this.folder, file))
    }
    await this.run('git', 'init', '--quiet', '--initial-branch', 'main')
    await this.#commit('as it is')
    await this.#offline.run(this.folder, 'pnpm', 'install', '--frozen-lockfile', '--ignore-scripts')
  }

  /** Makes versions of the changesets that wait and of one more, by the command that the release workflow uses. */
  async version(changeset: string): Promise<void> {
    writeFileSync(join(this.folder, '.changeset/of-the-publish-test.md'), changeset)
    // pnpm looks whether the lockfile still fits. It does, and there is nothing to ask a registry for.
    await this.#offline.run(this.folder, 'pnpm', 'run', 'version-packages')
    await this.#commit('release')
  }

  packages(): PublicPackage[] {
    return ['packages', 'apps']
      .flatMap((parent) => readdirSync(join(this.folder, parent)).map((name) => `${parent}/${name}`))
      .filter((dir) => existsSync(join(this.folder, dir, 'package.json')))
      .map((dir) => ({
        dir,
        manifest: JSON.parse(readFileSync(join(this.folder, dir, 'package.json'), 'utf8')) as Manifest,
      }))
      .filter(({ manifest }) => manifest.private !== true)
  }

  versionOf(name: string): string | undefined {
    return this.packages().find(({ manifest }) => manifest.name === name)?.manifest.version
  }

  run(command: string, ...words: readonly string[]): Promise<string> {
    mkdirSync(this.folder, { recursive: true })
    return this.#shell.run(this.folder, command, ...words)
  }

  async #commit(subject: string): Promise<void> {
    await this.run('git', 'add', '--all')
    await this.run('git', 'commit', '--quiet', '--message', subject)
  }
}

/** Where pnpm has put what the working tree is installed from. */
function storeOf(folder: string): string {
  const file = join(folder, 'node_modules/.modules.yaml')
  const store = /"?storeDir"?: "?([^",\n]+)/.exec(readFileSync(file, 'utf8'))?.[1]
  if (store === undefined) throw new Error(`${file} names no storeDir: is the workspace installed by pnpm?`)
  return store
}
