import type { CellResult, CellState } from '../topics/row.js'
import type { Colours } from '../terminal.js'

/** A glyph and a word for each state of a cell: colour alone says nothing. */
export const CELL_WORDS: Readonly<Record<CellState, readonly [glyph: string, word: string]>> = {
  conforms: ['✓', 'conforms'],
  differs: ['≠', 'differs'],
  contradicts: ['!', 'contradicts'],
  nearest: ['~', 'nearest'],
  lacks: ['∅', 'no such call'],
  silent: ['·', 'silent'],
  unexplored: ['…', 'unexplored'],
  broken: ['?', 'broken'],
}

/** What the glyphs stand for. */
export const CELL_LEGEND: readonly string[] = [
  '✓ the page speaks of it, and all answer alike',
  '≠ others answer otherwise',
  '! page and kernel part',
  '~ no such call, the nearest way was told',
  '∅ no such call, and no way',
  '· the page is silent',
  '… not told',
  '? a fault of ours',
]

/** The state of a cell, in its colour. */
export function cellWord({ colours }: { readonly colours: Colours }, { state }: CellResult): string {
  const [glyph, word] = CELL_WORDS[state]
  return paintOf(colours, state)(`${glyph} ${word}`)
}

function paintOf({ green, yellow, cyan, dim, red, magenta }: Colours, state: CellState): (text: string) => string {
  switch (state) {
    case 'conforms':
      return green
    case 'differs':
      return cyan
    case 'contradicts':
      return yellow
    case 'nearest':
      return magenta
    case 'lacks':
    case 'silent':
    case 'unexplored':
      return dim
    case 'broken':
      return red
  }
}
