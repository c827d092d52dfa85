import { SimulatorFault } from '../errors.js'
import type { Contract, PageFacts } from './clause.js'

/**
 * What a contract knows of one of its pages besides the clauses.
 *
 * @param name - As the contract has it: `kthread(9)`.
 * @throws SimulatorFault if the release has no such page.
 */
export function factsOf<K>({ os, release, pages }: Contract<K>, name: string): PageFacts {
  const facts = pages.find(({ page }) => page === name)
  if (facts !== undefined) return facts
  const names = pages.map(({ page }) => page).join(', ')
  throw new SimulatorFault(`${os}/${release} has no page '${name}'; it has ${names}`)
}
