import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { devNull } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** What a command printed, and how it ended. */
export interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

/**
 * Runs commands in an environment of its own: nothing of the machine's npm, pnpm or git configuration gets in, and what the
 * commands cache or configure stays in the folder.
 */
export class Shell {
  readonly #env: NodeJS.ProcessEnv

  /**
   * @param home - A folder that is deleted in the end.
   * @param registry - The one that npm and pnpm know.
   */
  constructor(home: string, registry: string, more: Readonly<Record<string, string>> = {}) {
    mkdirSync(home, { recursive: true })
    const npmrc = join(home, '.npmrc')
    // npm publishes nothing without a token. This registry takes any.
    const token = `//${new URL(registry).host}/:_authToken=anybody`
    writeFileSync(npmrc, ['audit=false', 'fund=false', 'update-notifier=false', token, ''].join('\n'))
    this.#env = {
      HOME: home,
      USERPROFILE: home,
      // The pnpm that the workspace pins, and the npm that belongs to this Node.
      PATH: [join(import.meta.dirname, 'node_modules/.bin'), dirname(process.execPath), process.env['PATH'] ?? ''].join(
        delimiter,
      ),
      NO_COLOR: '1',
      npm_config_userconfig: npmrc,
      npm_config_globalconfig: join(home, 'no-npmrc'),
      npm_config_registry: registry,
      npm_config_cache: join(home, 'npm-cache'),
      GIT_CONFIG_GLOBAL: devNull,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_AUTHOR_NAME: 'kt',
      GIT_AUTHOR_EMAIL: 'kt@localhost',
      GIT_COMMITTER_NAME: 'kt',
      GIT_COMMITTER_EMAIL: 'kt@localhost',
      ...more,
    }
  }

  /** Runs a command that must succeed. */
  async run(folder: string, command: string, ...words: readonly string[]): Promise<string> {
    const { code, out, err } = await this.try(folder, command, ...words)
    if (code !== 0) throw new Error(`${[command, ...words].join(' ')} exits with ${code} in ${folder}\n${out}${err}`)
    return out
  }

  /** Runs a command that may fail. One that cannot be started, or that is killed, is an error all the same. */
  async try(folder: string, command: string, ...words: readonly string[]): Promise<Ended> {
    try {
      const { stdout, stderr } = await execute(command, words, { cwd: folder, env: this.#env, maxBuffer: 2 ** 26 })
      return { code: 0, out: stdout, err: stderr }
    } catch (error) {
      const { code, stdout, stderr } = error as { code?: unknown; stdout: string; stderr: string }
      if (typeof code !== 'number') throw error
      return { code, out: stdout, err: stderr }
    }
  }
}
