import type { AnyContract } from './contracts.js'

/** Names of all calls and flags, each once. */
export function callNames(contracts: readonly AnyContract[]): readonly string[] {
  return [...new Set(contracts.flatMap(({ calls }) => calls.map(({ name }) => name)))]
}

/**
 * The call that a word names: in any case, with or without `()`, and without the underscores it begins with where that
 * is enough. Null if there is none.
 */
export function callNamed(contracts: readonly AnyContract[], word: string): string | null {
  const asked = word.toLowerCase().replace(/\(\d*\)$/, '')
  const names = callNames(contracts)
  const exact = names.find((name) => name === word) ?? names.find((name) => name.toLowerCase() === asked)
  return exact ?? names.find((name) => name.toLowerCase().replace(/^_+/, '') === asked) ?? null
}
