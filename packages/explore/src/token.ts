import type { Model } from './picked-run.js'

/** What a token says. */
export interface TokenContents {
  /** The scenario it belongs to, where that has a name everybody knows. */
  readonly scenario: string | null
  readonly model: Model
  /** Whether timers may overtake CPUs; in the model `any` they always may. */
  readonly freeTimers: boolean
  /** Whether whoever sleeps at the end was left behind; else a sleeper is a daemon. */
  readonly leavesSleepers: boolean
  /** Choices that are not the usual one, in order. */
  readonly deviations: readonly Deviation[]
  /** What all the calls of the run together come to. */
  readonly fingerprint: number
}

/** A choice that is not the usual one. */
export interface Deviation {
  /** How many choices lie before it. */
  readonly at: number
  readonly index: number
  /** What had been called until then, in 6 bits: tells when a program has changed. */
  readonly check: number
}

/** A text that is no token, or a torn one. */
export class TokenError extends Error {
  override readonly name = 'TokenError'
}

const VERSION = 'kt1'
const MODELS: readonly Model[] = ['any', 'smp', 'up']
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const FINGERPRINT_DIGITS = 4
/** What is added to the number of the model. */
const FREE_TIMERS = 4
const LEAVES_SLEEPERS = 8
/** A gap and an index in one digit: gaps below this, indices 1 to 3. */
const SHORT_GAP = 20
const LONG = 60
const SCENARIO = /^[a-z0-9][a-z0-9./-]*$/

/** Whether a scenario of that name can be named in a token. */
export function isScenarioName(name: string): boolean {
  return SCENARIO.test(name)
}

/**
 * A token: `kt1`, the scenario's name if it has one, and the choices, in letters and digits that are safe in a URL.
 *
 *     digits:  model | for each deviation: gap and index, check | fingerprint | sum of all
 */
export function formatToken(contents: TokenContents): string {
  const { scenario, model, freeTimers, leavesSleepers, deviations, fingerprint } = contents
  let digits = DIGITS[MODELS.indexOf(model) + (freeTimers ? FREE_TIMERS : 0) + (leavesSleepers ? LEAVES_SLEEPERS : 0)]!
  let next = 0
  for (const { at, index, check } of deviations) {
    const gap = at - next
    if (gap < SHORT_GAP && index <= 3) digits += DIGITS[gap + SHORT_GAP * (index - 1)]!
    else digits += DIGITS[LONG]! + number(gap) + number(index)
    digits += DIGITS[check % 64]!
    next = at + 1
  }
  let rest = fingerprint
  for (let i = 0; i < FINGERPRINT_DIGITS; i++) {
    digits += DIGITS[rest % 64]!
    rest = Math.floor(rest / 64)
  }
  const name = scenario === null ? '' : `:${scenario}`
  return `${VERSION}${name}:${digits}${DIGITS[sum(name + digits)]!}`
}

/**
 * Reads a token.
 *
 * @throws TokenError that says what is wrong with it.
 */
export function parseToken(token: string): TokenContents {
  if (typeof (token as unknown) !== 'string') throw new TokenError('this is no token: one is a text')
  const parts = token.split(':')
  if (parts[0] !== VERSION) {
    const isOther = /^kt\d+$/.test(parts[0]!)
    throw new TokenError(
      isOther
        ? `this token is of version ${parts[0]!}, and ${VERSION} is understood`
        : 'this is no token: one begins with kt1:',
    )
  }
  if (parts.length > 3 || parts.length < 2) throw new TokenError('this token is torn: it has too many or too few parts')
  const scenario = parts.length === 3 ? parts[1]! : null
  if (scenario !== null && !SCENARIO.test(scenario)) throw new TokenError(`'${scenario}' is no name of a scenario`)
  const digits = parts.at(-1)!
  const name = scenario === null ? '' : `:${scenario}`
  const body = digits.slice(0, -1)
  if (digits.length < 2 + FINGERPRINT_DIGITS || DIGITS[sum(name + body)] !== digits.at(-1))
    throw new TokenError('this token is torn: its parts do not add up')
  return { scenario, ...read(body) }
}

function read(digits: string): Omit<TokenContents, 'scenario'> {
  const values = Array.from(digits, (digit) => DIGITS.indexOf(digit))
  if (values.includes(-1)) throw new TokenError('this token has a character that none has')
  const end = values.length - FINGERPRINT_DIGITS
  const model = MODELS[values[0]! % 4]
  if (model === undefined || values[0]! > 14) throw new TokenError('this token is of a model that is not known')
  let position = 1
  const take = (): number => {
    if (position >= end) throw new TokenError('this token is torn: it ends in the middle of a choice')
    return values[position++]!
  }
  const takeNumber = (): number => {
    let result = 0
    for (let scale = 1; ; scale *= 32) {
      const digit = take()
      result += (digit % 32) * scale
      if (digit < 32) return result
    }
  }
  const deviations: Deviation[] = []
  let next = 0
  while (position < end) {
    const first = take()
    if (first > LONG) throw new TokenError('this token has a choice of a kind that is not known')
    const gap = first < LONG ? first % SHORT_GAP : takeNumber()
    const index = first < LONG ? Math.floor(first / SHORT_GAP) + 1 : takeNumber()
    deviations.push({ at: next + gap, index, check: take() })
    next += gap + 1
  }
  let fingerprint = 0
  for (let i = FINGERPRINT_DIGITS - 1; i >= 0; i--) fingerprint = fingerprint * 64 + values[end + i]!
  const freeTimers = (values[0]! & FREE_TIMERS) !== 0
  return { model, freeTimers, leavesSleepers: (values[0]! & LEAVES_SLEEPERS) !== 0, deviations, fingerprint }
}

/** The same run, of which whoever sleeps at the end was left behind. */
export function leavingSleepers(token: string): string {
  return formatToken({ ...parseToken(token), leavesSleepers: true })
}

/** Five bits a digit, the lowest first; the sixth says that more follow. */
function number(value: number): string {
  let digits = ''
  let rest = value
  while (rest >= 32) {
    digits += DIGITS[(rest % 32) + 32]!
    rest = Math.floor(rest / 32)
  }
  return digits + DIGITS[rest]!
}

function sum(text: string): number {
  let result = 7
  for (const character of text) result = (result * 31 + character.codePointAt(0)!) % 64_007
  return result % 64
}

/** How many values a fingerprint can have. */
export const FINGERPRINTS: number = 64 ** FINGERPRINT_DIGITS
