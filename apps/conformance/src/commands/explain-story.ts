import { loadContracts } from '../contracts.js'
import { exitCodeOfRows, type ExitCode } from '../exit-code.js'
import { rowsTimed } from '../progress.js'
import { rowLines } from '../report/rows.js'
import { sideLines, sidesWidth } from '../report/sides.js'
import type { Terminal } from '../terminal.js'
import type { ReleaseName } from '../topics/releases.js'
import type { Story } from '../topics/story.js'

/** `kt explain <story>`: the same as `kt compare` of it, with the words of the clauses it cites. */
export async function explainStory(terminal: Terminal, story: Story): Promise<ExitCode> {
  const { found: rows } = await rowsTimed(terminal, [story])
  for (const row of rows) terminal.print(rowLines(terminal, row, true).join('\n'))
  const cited = await citedBy(story)
  if (cited.size > 0) terminal.print('')
  const width = sidesWidth(terminal, [...cited.keys()])
  for (const [id, says] of cited) terminal.print(sideLines(terminal, id, says, width).join('\n'))
  return exitCodeOfRows(rows)
}

/** What the ids of its cells say, once for those that releases share. */
async function citedBy(story: Story): Promise<ReadonlyMap<string, string>> {
  const cited = new Map<string, string>()
  for (const { os, release, clauses, divergences, notes } of await loadContracts()) {
    for (const id of story.cells[`${os}/${release}` as ReleaseName].clauses) {
      const says =
        clauses.find((clause) => clause.id === id)?.says ??
        divergences.find((row) => row.id === id)?.kernel ??
        notes.find((note) => note.id === id)?.says
      if (says !== undefined) cited.set(id, says)
    }
  }
  return cited
}
