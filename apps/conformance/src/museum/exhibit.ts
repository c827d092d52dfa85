import type { Steps } from '@kt/core'
import type { Explorable, ExploreOptions, Verdict } from '@kt/explore'

/** A known mistake with kernel threads, made small, and the program in which it is mended. */
interface ExhibitOf<K extends Explorable> {
  /** `openbsd/early-detach`: the system, and a name in lower case with dashes. */
  readonly id: string
  readonly title: string
  /** Release whose kernel it is shown on. */
  readonly release: string
  /** What goes wrong, in two or three sentences, with the clause or the row that knows of it. */
  readonly tells: string
  /** What some schedule of the mistake comes to. */
  readonly shows: Verdict['kind']
  /** A cold kernel, the same for both programs. */
  make(this: void): K
  mistake(this: void, k: K): Steps
  /** The same with the mend: no schedule fails. */
  mend(this: void, k: K): Steps
  /** How both are explored. */
  readonly options: ExploreOptions
  /** Replays the shortest schedule of the mistake. */
  readonly token: string
}

/** An exhibit of any system. */
export type Exhibit = ExhibitOf<Explorable>

/** What an exhibit says of itself; tokens bear its id. */
type Label<K extends Explorable> = Omit<ExhibitOf<K>, 'options'> & {
  readonly options?: Omit<ExploreOptions, 'scenario'>
}

/** An exhibit, with the kernel type that `make` returns. */
export function exhibit<K extends Explorable>(label: Label<K>): Exhibit {
  return { ...label, options: { ...label.options, scenario: label.id } }
}
