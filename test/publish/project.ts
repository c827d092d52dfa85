import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Ended, Shell } from './shell.js'

/** The compilers that users may have: the oldest that we promise to fit, the one that we use, and the newest. */
export const COMPILERS: readonly string[] = ['typescript-5.9', 'typescript', 'typescript-7.0']

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version?: string; readonly resolved?: string }>>
}

/** A folder of a user's, empty at first. */
export class Project {
  readonly #shell: Shell

  constructor(
    readonly folder: string,
    shell: Shell,
  ) {
    this.#shell = shell
    mkdirSync(folder)
    this.write('package.json', JSON.stringify({ name: 'user', private: true, type: 'module' }))
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.folder, file), text)
  }

  read(file: string): string {
    return readFileSync(join(this.folder, file), 'utf8')
  }

  async install(...packages: readonly string[]): Promise<void> {
    await this.run('npm', 'install', ...packages)
  }

  /** Name and version of everything that is installed. */
  installed(): Record<string, string> {
    return Object.fromEntries(
      this.#locked().map(([place, { version = '' }]) => [place.replace(/^.*node_modules\//, ''), version]),
    )
  }

  /** Where the installed packages have been fetched from. */
  origins(): string[] {
    return [...new Set(this.#locked().map(([, { resolved }]) => new URL(resolved ?? 'http://nowhere').origin))]
  }

  /** Compiles the project's TypeScript, the declarations of what it imports included, into `out`. */
  compile(compiler: string, options: Readonly<Record<string, string>> = {}): Promise<string> {
    const compilerOptions = {
      target: 'es2023',
      module: 'nodenext',
      types: [],
      strict: true,
      skipLibCheck: false,
      rootDir: '.',
      outDir: 'out',
      ...options,
    }
    this.write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['*.ts'] }))
    const tsc = join(import.meta.dirname, 'node_modules', compiler, 'bin/tsc')
    return this.run(process.execPath, tsc, '--pretty', 'false')
  }

  /** Runs a file that was compiled. */
  node(name: string): Promise<string> {
    return this.run(process.execPath, join('out', `${name}.js`))
  }

  run(command: string, ...words: readonly string[]): Promise<string> {
    return this.#shell.run(this.folder, command, ...words)
  }

  try(command: string, ...words: readonly string[]): Promise<Ended> {
    return this.#shell.try(this.folder, command, ...words)
  }

  #locked(): [string, Lock['packages'][string]][] {
    const lock = JSON.parse(readFileSync(join(this.folder, 'package-lock.json'), 'utf8')) as Lock
    return Object.entries(lock.packages).filter(([place]) => place !== '')
  }
}
