import { readFileSync } from 'node:fs'

/** The version of this package. The manifest lies one folder up, from the source as from what is built of it. */
export function version(): string {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
  return manifest.version
}
