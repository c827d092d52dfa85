import { nearest, UsageError } from '../usage.js'

// What options of the commands on schedules take.

/** A whole number, as an option has it. */
export function count(option: string, text: string, least: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value
  throw new UsageError(`${option} takes a whole number from ${least} up, and not '${text}'`)
}

const UNITS_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const

/** A time such as `10s`, in milliseconds. */
export function durationMs(option: string, text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? []
  if (number === undefined) throw new UsageError(`${option} takes a time such as 500ms, 10s or 2m, and not '${text}'`)
  return Number(number) * UNITS_MS[unit as keyof typeof UNITS_MS]
}

/** One of a few words. */
export function oneOf<T extends string>(option: string, text: string, words: readonly T[]): T {
  const found = words.find((word) => word === text)
  if (found !== undefined) return found
  throw new UsageError(
    `${option} takes one of ${words.join(', ')}, and not '${text}'; nearest is ${nearest(text, words)}`,
  )
}

/** A word as a shell takes it. */
export function quoted(word: string): string {
  return /^[\w./:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
