import { ExitCode } from '../exit-code.js'
import { labelled } from '../report/text.js'
import { wrap, type Terminal } from '../terminal.js'
import { stories } from '../topics/stories/index.js'
import { TOPICS, type Topic } from '../topics/topics.js'

/** `kt explain <topic>`: what is asked of every release, and in a sentence how they differ. Runs nothing. */
export function explainTopic(terminal: Terminal, topic: Topic): ExitCode {
  const { bold } = terminal.colours
  const asked = stories.filter((story) => story.topic === topic)
  const told = asked.map(({ id, asks, differ, bites }) =>
    [
      `${bold(id)}  ${wrap(asks, terminal.columns - id.length - 2).join(`\n${' '.repeat(id.length + 2)}`)}`,
      ...labelled(terminal, 'differ', differ),
      ...(bites === null ? [] : labelled(terminal, 'bites', bites)),
    ].join('\n'),
  )
  terminal.print([bold(TOPICS[topic]), ...told, `run them: kt compare ${topic}`].join('\n\n'))
  return ExitCode.allHold
}
