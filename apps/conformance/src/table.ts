import Table from 'cli-table3'
import { stripVTControlCharacters } from 'node:util'
import type { Terminal } from './terminal.js'

type Cell = string | { readonly content: string; readonly colSpan: number }

export interface TableShape {
  readonly head: readonly (readonly Cell[])[]
  readonly body: readonly (readonly Cell[])[]
  /** Rows below a second rule. */
  readonly foot?: readonly (readonly Cell[])[]
  readonly aligns: readonly ('left' | 'right')[]
}

const BORDERS = ['top', 'bottom', 'left', 'right', 'mid', 'left-mid', 'mid-mid', 'right-mid'] as const
const CORNERS = ['top-mid', 'top-left', 'top-right', 'bottom-mid', 'bottom-left', 'bottom-right'] as const

/** Lays rows out in columns two spaces apart, with a rule below the head and above the foot, and no other lines. */
export function table({ colours }: Terminal, { head, body, foot = [], aligns }: TableShape): string {
  const made = new Table({
    chars: { ...Object.fromEntries([...BORDERS, ...CORNERS].map((name) => [name, ''])), middle: '  ' },
    // The library would colour by itself; only our own colours know whether the user wants any.
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: [...aligns],
  })
  made.push(
    ...[...head, ...body, ...foot].map((row) => row.map((cell) => (typeof cell === 'string' ? cell : spanning(cell)))),
  )
  const lines = made.toString().split('\n')
  const rule = colours.dim(
    '─'.repeat(Math.max(...lines.map((line) => stripVTControlCharacters(line).trimEnd().length))),
  )
  const footAt = lines.length - foot.length
  return [
    ...lines.slice(0, head.length),
    rule,
    ...lines.slice(head.length, footAt),
    ...(foot.length > 0 ? [rule, ...lines.slice(footAt)] : []),
  ]
    .map((line) => line.trimEnd())
    .join('\n')
}

function spanning(cell: Exclude<Cell, string>): Table.CellOptions {
  return { ...cell, hAlign: 'right' }
}
