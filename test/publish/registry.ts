import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { runServer } from 'verdaccio'

/** A registry that this process runs, on a port that was free. */
export interface Registry {
  /** With a slash at the end. */
  readonly url: string
  /** The version that users get of a package, if there is one. */
  latest(name: string): Promise<string | undefined>
  close(): void
}

interface Packument {
  readonly 'dist-tags'?: { readonly latest: string }
}

/** Starts a registry that has what is published into it and knows no other one to ask: what it lacks is not found. */
export async function startRegistry(folder: string): Promise<Registry> {
  const everybody = { access: '$all', publish: '$all' }
  const config = {
    // Next to this file, which is never there, verdaccio keeps its own.
    configPath: join(folder, 'verdaccio.yaml'),
    storage: join(folder, 'storage'),
    uplinks: {},
    packages: { '@*/*': everybody, '**': everybody },
    max_body_size: '200mb',
    web: { enable: false },
    log: { type: 'file', path: join(folder, 'verdaccio.log'), level: 'warn' },
  }
  writeFileSync(join(folder, 'verdaccio.log'), '')
  const server = (await runServer(config)) as Server
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}/`
  return {
    url,
    async latest(name) {
      const answer = await fetch(url + name)
      return ((await answer.json()) as Packument)['dist-tags']?.latest
    },
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
