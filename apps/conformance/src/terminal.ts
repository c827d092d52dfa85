import picocolors from 'picocolors'
import { noProgress, progressBar, type Progress } from './progress-bar.js'

export type Colours = ReturnType<typeof picocolors.createColors>

/** Where a command prints, and what fits there. */
export interface Terminal {
  /** Characters in a line. */
  readonly columns: number
  /** Whether somebody looks at it, rather than a file or another program. */
  readonly isTty: boolean
  readonly colours: Colours
  /** Prints one line, or several with newlines between them. */
  print(text: string): void
  /** Waits until somebody who looks presses Enter. False when nobody does, or no more. */
  pause(): Promise<boolean>
  /** Shows how far long work is. Only somebody who looks sees it. */
  readonly progress: Progress
}

/** What a terminal is made from: the process's own output, or a stand-in. */
export interface Output {
  readonly columns?: number
  readonly isTTY?: boolean
  write(text: string): unknown
}

/** What the command has to do with the world outside. */
export interface World {
  readonly out: Output
  readonly err: Output
  readonly env: Readonly<Record<string, string | undefined>>
  /** What the user types, where there is one. */
  readonly input?: NodeJS.ReadableStream & { readonly isTTY?: boolean }
}

/** Colour is for a terminal whose user did not refuse it. picocolors would also take CI for one, so it is told. */
export function openTerminal(world: World): Terminal {
  const { out, err, env } = world
  const isTty = out.isTTY === true
  // A dumb terminal cannot take a line back, nor has it colours.
  const isDumb = env['TERM'] === 'dumb'
  const columns = Math.max(out.columns ?? 100, 40)
  return {
    columns,
    isTty,
    colours: picocolors.createColors(isTty && !env['NO_COLOR'] && !isDumb),
    pause: () => (isTty && world.input?.isTTY === true ? nextLine(world.input) : Promise.resolve(false)),
    print: (text) => void out.write(`${text}\n`),
    progress: isTty && err.isTTY === true && !isDumb ? progressBar(err) : noProgress,
  }
}

/** Waits for a line. False when the input has ended. */
function nextLine(input: NodeJS.ReadableStream): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (more: boolean): void => {
      input.off('data', onData).off('end', onEnd)
      input.pause()
      resolve(more)
    }
    const onData = (): void => {
      settle(true)
    }
    const onEnd = (): void => {
      settle(false)
    }
    input.on('data', onData).on('end', onEnd)
    input.resume()
  })
}

/** Cuts a text to a width, and shows that something was cut. */
export function shorten(text: string, width: number): string {
  const characters = Array.from(text)
  return characters.length <= width
    ? text
    : `${characters
        .slice(0, Math.max(width - 1, 0))
        .join('')
        .trimEnd()}…`
}

/** Breaks a text into lines of at most a width, at spaces where there are any. */
export function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((line) => wrapLine(printable(line), Math.max(width, 1)))
}

function wrapLine(line: string, width: number): string[] {
  const lines: string[] = []
  let rest = Array.from(line)
  while (rest.length > width) {
    const space = rest.lastIndexOf(' ', width)
    const end = space > 0 ? space : width
    lines.push(rest.slice(0, end).join('').trimEnd())
    rest = rest.slice(space > 0 ? end + 1 : end)
  }
  return [...lines, rest.join('')]
}

/** Thread names and console lines come from a program under test: what they say must not steer the terminal. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

/** Fills a text up to a width. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(width - Array.from(text).length, 0))
}
