/** The same shapes for fast-check's scheduler: async functions whose every step waits to be let go. It has no locks, so they have none. */
import fc from 'fast-check'

/** So many threads of so many calls, which main starts one after the other. */
export interface Shape {
  readonly threads: number
  readonly calls: number
}

/** Runs a program so many times under random schedules. */
export async function scheduled({ threads, calls }: Shape, runs: number): Promise<void> {
  const property = fc.asyncProperty(fc.scheduler(), async (scheduler) => {
    const step = () => scheduler.schedule(Promise.resolve())
    const thread = async (): Promise<void> => {
      // The start and the exit are steps too.
      for (let made = 0; made < calls + 2; made++) await step()
    }
    const main = async (): Promise<void> => {
      const started: Promise<void>[] = []
      await step()
      for (let at = 0; at < threads; at++) {
        await step()
        started.push(thread())
      }
      await Promise.all(started)
    }
    await scheduler.waitFor(main())
  })
  await fc.assert(property, { numRuns: runs, seed: 1 })
}

/** Steps of one run: of each thread its calls, start, exit and creation, and one of main. */
export function stepsOf({ threads, calls }: Shape): number {
  return threads * (calls + 3) + 1
}
