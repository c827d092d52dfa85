/** What needs a process of its own: memory. */
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Runs a program beside this one, and answers with the one message it sends. */
async function child<T>(url: URL, options: readonly string[]): Promise<T> {
  return new Promise((resolve, reject) => {
    const running = fork(fileURLToPath(url), [], { execArgv: [...options] })
    running.once('message', (message) => resolve(message as T))
    running.once('error', reject)
    running.once('exit', (code) => reject(new Error(`${url.pathname} ended with ${String(code)} and said nothing`)))
  })
}

/** Bytes of heap for each of many sleeping threads. */
export function sleepers(): Promise<{ readonly bytes: number }> {
  return child(new URL('./sleepers.child.js', import.meta.url), ['--expose-gc'])
}

export interface Million {
  /** CPU time of the whole process, its collector's threads included. */
  readonly seconds: number
  readonly peakMegabytes: number
}

/** A million threads in one kernel. */
export function million(): Promise<Million> {
  return child(new URL('./million.child.js', import.meta.url), [])
}
