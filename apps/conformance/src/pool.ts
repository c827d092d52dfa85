import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { pathToFileURL } from 'node:url'
import { Tinypool } from 'tinypool'

/** Workers, by what they do: where their source is. The build puts them side by side. */
const WORKERS = { part: './scenario/part.worker.ts', row: './topics/row.worker.ts' } as const

const isSource = import.meta.url.endsWith('.ts')

/** Workers run what the command is built as. From source they are processes, with what compiles it on the way. */
export function poolOf(name: keyof typeof WORKERS, threads: number): Tinypool {
  const filename = new URL(isSource ? WORKERS[name] : `./${name}.worker.js`, import.meta.url).href
  const common = { filename, minThreads: threads, maxThreads: threads }
  if (!isSource) return new Tinypool(common)
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  const execArgv = ['--import', tsx, '--conditions=@kt/source']
  return new Tinypool({ ...common, runtime: 'child_process', execArgv })
}

/** Workers that are worth it where nobody says how many. From source each would have to be compiled first. */
export function usualJobs(): number {
  return isSource ? 1 : Math.min(availableParallelism(), 8)
}
