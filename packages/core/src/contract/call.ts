/** Something that is said of a call, in our words. */
export interface Said {
  readonly text: string
  /** Clauses, rows and notes of the release that say so. None where only the page of a service does. */
  readonly clauses: readonly string[]
}

/** The same in a form that can be compared. */
export interface Facet extends Said {
  /**
   * What the text comes to, in a few words that are the same wherever the meaning is: two releases agree exactly when
   * these are equal, however the texts are worded.
   */
  readonly behaves: string
}

/** A parameter, and what it is. */
export interface Parameter extends Facet {
  /** As the page has it. */
  readonly name: string
  /** What null or zero means there; null where neither is special. */
  readonly whenNull: string | null
}

export type CallKind = 'function' | 'macro' | 'flag'

/** What a page says of one call or flag. What does not apply to a flag is null there. */
export interface CallFacts {
  readonly name: string
  /** Where it is documented: `kthread(9)`. A header where no page is. */
  readonly page: string
  readonly kind: CallKind
  /** The declaration in C; null for a flag. */
  readonly prototype: string | null
  /** In order. What a format is followed by is not counted. */
  readonly parameters: readonly Parameter[]
  /** Number of a flag, as this release has it. */
  readonly value: number | null
  /** What it does. */
  readonly means: Facet
  /** Who may call it. */
  readonly callers: Facet | null
  /** When it returns. */
  readonly returnsWhen: Facet | null
  /** Its values, and errors among them. */
  readonly returns: Facet | null
  /** What whoever uses it owes. */
  readonly duty: Facet | null
  /** Which mistakes stop the kernel. */
  readonly panics: Facet | null
  /** Names of the flags it takes. */
  readonly flags: readonly string[]
  /** What surprises somebody who has read only the rest. */
  readonly catches: readonly Said[]
  /** What the call is named on the kernel here, where that cannot be its own name. */
  readonly modelledAs: string
}

/** The matters of a call in which two releases may differ, in the order in which they are told. */
export const FACETS = ['means', 'returnsWhen', 'returns', 'callers', 'duty', 'panics'] as const

export type FacetName = (typeof FACETS)[number]

/**
 * @param behaves - What it comes to, in words that compare.
 * @param text - The same in a sentence; left out where there is no more to say.
 * @param clauses - Ids that say so.
 */
export function says(behaves: string, text: string = behaves, ...clauses: readonly string[]): Facet {
  return { text, behaves, clauses }
}

/** A remark with the ids that say so. */
export function remark(text: string, ...clauses: readonly string[]): Said {
  return { text, clauses }
}

/**
 * @param name - As the page has it.
 * @param behaves - What it is, in words that compare.
 * @param whenNull - What null or zero means; null where neither is special.
 */
export function takes(
  name: string,
  behaves: string,
  text: string,
  whenNull: string | null = null,
  ...clauses: readonly string[]
): Parameter {
  return { name, behaves, text, whenNull, clauses }
}

/** A call as it is written down: what is left out is not there. */
export interface WrittenCall {
  readonly kind?: 'function' | 'macro'
  readonly prototype: string
  readonly takes?: readonly Parameter[]
  readonly means: Facet
  readonly callers: Facet
  readonly returnsWhen: Facet
  readonly returns: Facet
  readonly duty?: Facet
  readonly panics?: Facet
  readonly flags?: readonly string[]
  readonly catches?: readonly Said[]
  readonly modelledAs?: string
}

/** A function or macro of a page. */
export function call(page: string, name: string, written: WrittenCall): CallFacts {
  return {
    name,
    page,
    kind: written.kind ?? 'function',
    prototype: written.prototype,
    parameters: written.takes ?? [],
    value: null,
    means: written.means,
    callers: written.callers,
    returnsWhen: written.returnsWhen,
    returns: written.returns,
    duty: written.duty ?? null,
    panics: written.panics ?? null,
    flags: written.flags ?? [],
    catches: written.catches ?? [],
    modelledAs: written.modelledAs ?? name,
  }
}

/** A flag as it is written down. */
export interface WrittenFlag {
  readonly value: number
  readonly means: Facet
  readonly duty?: Facet
  readonly panics?: Facet
  readonly catches?: readonly Said[]
}

/** A flag or another constant that a call takes or returns. */
export function flag(page: string, name: string, written: WrittenFlag): CallFacts {
  return {
    name,
    page,
    kind: 'flag',
    prototype: null,
    parameters: [],
    value: written.value,
    means: written.means,
    callers: null,
    returnsWhen: null,
    returns: null,
    duty: written.duty ?? null,
    panics: written.panics ?? null,
    flags: [],
    catches: written.catches ?? [],
    modelledAs: name,
  }
}

/**
 * The calls with the ids that a release has. A table is written once for two releases where they agree, and cites the
 * clauses of both.
 *
 * @param foreign - What ids of the other releases begin with.
 */
export function citing(calls: readonly CallFacts[], foreign: readonly string[]): readonly CallFacts[] {
  const own = <S extends Said | null>(said: S): S =>
    said === null
      ? said
      : { ...said, clauses: said.clauses.filter((id) => !foreign.some((begin) => id.startsWith(begin))) }
  return calls.map((facts) => ({
    ...facts,
    parameters: facts.parameters.map(own),
    means: own(facts.means),
    callers: own(facts.callers),
    returnsWhen: own(facts.returnsWhen),
    returns: own(facts.returns),
    duty: own(facts.duty),
    panics: own(facts.panics),
    catches: facts.catches.map(own),
  }))
}
