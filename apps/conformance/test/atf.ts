/**
 * Reads what atf-report reads, by the rules of the format: a header and an empty line; information, the number of
 * programs, each program with as many cases as it says, each case with its output; nothing is left over.
 */
export interface AtfProgram {
  readonly name: string
  readonly cases: readonly AtfCase[]
}

interface AtfCase {
  readonly name: string
  readonly state: 'passed' | 'failed' | 'skipped' | 'expected_failure'
  readonly reason: string | null
}

const TIME = String.raw`\d+\.\d{1,6}`

export function readAtf(text: string): readonly AtfProgram[] {
  const lines = text.split('\n')
  let at = 0
  /** Takes the next line, which has to be of a kind. */
  const take = (pattern: RegExp): readonly string[] => {
    const found = pattern.exec(lines[at] ?? '')
    if (found === null) throw new Error(`line ${at + 1}: '${lines[at] ?? 'the end'}' is not ${String(pattern)}`)
    at++
    return found.slice(1)
  }
  const takeAll = (pattern: RegExp): void => {
    while (pattern.test(lines[at] ?? '')) at++
  }

  take(/^Content-Type: application\/X-atf-tps; version="3"$/)
  take(/^$/)
  takeAll(/^info: [\w.]+, .+$/)
  const [count] = take(/^tps-count: (\d+)$/)
  const programs = Array.from({ length: Number(count) }, (): AtfProgram => {
    const [name, number] = take(new RegExp(`^tp-start: ${TIME}, ([^\\s,]+), (\\d+)$`))
    const cases = Array.from({ length: Number(number) }, (): AtfCase => {
      const [id] = take(new RegExp(`^tc-start: ${TIME}, ([^\\s,]+)$`))
      takeAll(/^tc-s[oe]:/)
      const pattern = `^tc-end: ${TIME}, ([^\\s,]+), (passed|(?:failed|skipped|expected_failure), \\S.*)$`
      const [ended, verdict] = take(new RegExp(pattern))
      if (ended !== id) throw new Error(`case ${id!} ends as ${ended!}`)
      const [state, ...reason] = verdict!.split(', ')
      return { name: id!, state: state as AtfCase['state'], reason: reason.length === 0 ? null : reason.join(', ') }
    })
    const [ended] = take(new RegExp(`^tp-end: ${TIME}, ([^\\s,]+)$`))
    if (ended !== name) throw new Error(`program ${name!} ends as ${ended!}`)
    return { name: name!, cases }
  })
  takeAll(/^info: [\w.]+, .+$/)
  take(/^$/)
  if (at !== lines.length) throw new Error(`line ${at + 1} is left over: '${lines[at]!}'`)
  return programs
}
