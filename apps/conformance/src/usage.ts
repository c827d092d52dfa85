/** The command was used wrongly. The message is one line that says what was expected. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The word that takes the fewest edits to become, the first of them when several do. */
export function nearest(word: string, among: readonly string[]): string {
  let best = { word: 'none, there are none', edits: Infinity }
  for (const candidate of among) {
    const edits = editsBetween(word.toLowerCase(), candidate.toLowerCase())
    if (edits < best.edits) best = { word: candidate, edits }
  }
  return best.word
}

/** Levenshtein's distance, one row at a time. */
function editsBetween(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      row.push(Math.min(replaced, above[j]! + 1, row[j - 1]! + 1))
    }
    above = row
  }
  return above[b.length]!
}
