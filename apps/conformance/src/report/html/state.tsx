import type { JSX } from 'preact'
import type { CellState } from '../../topics/row.js'

/** How something stands, as the page shows it. */
export type Standing = CellState | 'violates'

interface Shown {
  readonly word: string
  /** What the word means, for the legend. */
  readonly means: string
}

/** A word for each, before which the style puts a glyph: colour alone says nothing. */
export const STANDINGS: Readonly<Record<Standing, Shown>> = {
  conforms: {
    word: 'conforms',
    means: 'the page speaks of it, the kernel keeps it, and all releases answer alike',
  },
  differs: {
    word: 'differs by design',
    means: 'the page speaks of it, the kernel keeps it, and others answer otherwise',
  },
  contradicts: {
    word: 'page contradicts kernel',
    means: 'the page says one thing, and that release did another',
  },
  nearest: {
    word: 'no such call, nearest told',
    means: 'the release has no such call; its nearest idiom was run',
  },
  lacks: { word: 'no such call', means: 'the release has no such call, and no idiom for it' },
  silent: { word: 'silent', means: 'the page does not speak of it; what the kernel did was run' },
  violates: {
    word: 'violates',
    means: 'a promise of the page does not hold, and no contradiction is known',
  },
  unexplored: { word: 'unexplored', means: 'the story was not told to this release, for the reason given' },
  broken: { word: 'fault of ours', means: 'the run broke down, so nothing can be said' },
}

/** The mark of a standing. */
export function Mark({ of }: { readonly of: Standing }): JSX.Element {
  return <b class={of}>{STANDINGS[of].word}</b>
}

/** What every mark means. */
export function Legend(): JSX.Element {
  return (
    <details class="legend" open>
      <summary>What the marks mean</summary>
      <dl>
        {Object.entries(STANDINGS).map(([standing, { means }]) => (
          <div>
            <dt>
              <Mark of={standing as Standing} />
            </dt>
            <dd>{means}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}
