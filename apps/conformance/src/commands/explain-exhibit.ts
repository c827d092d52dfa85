import { ExitCode } from '../exit-code.js'
import type { Exhibit } from '../museum/exhibit.js'
import { labelled } from '../report/text.js'
import { wrap, type Terminal } from '../terminal.js'

/** `kt explain <exhibit>`: the mistake in our words, and the commands that show it and its mend. Runs nothing. */
export function explainExhibit(terminal: Terminal, { id, title, release, tells, shows, token }: Exhibit): ExitCode {
  terminal.print(
    [
      ...wrap(title, terminal.columns).map((line) => terminal.colours.bold(line)),
      ...labelled(terminal, 'kernel', release),
      ...labelled(terminal, 'tells', tells),
      ...labelled(terminal, 'shows', `${shows.replace('-', ' ')}, under some of its schedules`),
      '',
      `every schedule: kt explore ${id}`,
      `the shortest that fails: kt replay ${token}`,
      `with the mistake mended: kt explore ${id} --mend`,
    ].join('\n'),
  )
  return ExitCode.allHold
}
