import type { SingleBar } from 'cli-progress'
import { createRequire } from 'node:module'
import type { Output } from './terminal.js'

/** Shows how far long work is, on a line that passes. */
export interface Progress {
  /**
   * @param total - Null where nobody knows.
   * @param note - What is worked on, or what was found.
   */
  show(done: number, total: number | null, note: string): void
  /** Takes the line away. */
  end(): void
}

/** For who does not look. */
export const noProgress: Progress = { show: () => undefined, end: () => undefined }

const KNOWN = '{bar} {value}/{total}{pace}, {note}'
const UNKNOWN = '{value}{pace}, {note}'
/** Loaded with the first bar: most commands are done before one could be read. Work does not wait, so an import would. */
const library = (): typeof import('cli-progress') =>
  createRequire(import.meta.url)('cli-progress') as typeof import('cli-progress')

/** An estimate above it says nothing but that there are many. */
const TOTAL_MAX = 1e6

/** A bar on a terminal. It begins with the first thing it is shown; whether it has an end shows then. */
export function progressBar(err: Output): Progress {
  let bar: SingleBar | null = null
  let begun = { ms: 0, done: 0 }
  return {
    show(done, total, note) {
      const known = total !== null && total >= done && total <= TOTAL_MAX
      const ms = performance.now()
      if (bar === null) {
        begun = { ms, done }
        const { Presets, SingleBar: Bar } = library()
        bar = new Bar(
          {
            stream: err as NodeJS.WriteStream,
            format: known ? KNOWN : UNKNOWN,
            barsize: 20,
            fps: 10,
            // The cursor stays: Ctrl-C ends most work where it is, and nobody would bring it back.
            hideCursor: false,
            clearOnComplete: true,
            // Work does not wait for timers, and so they would never fire.
            synchronousUpdate: true,
          },
          Presets.shades_classic,
        )
        bar.start(known ? total : 0, done, { note, pace: '' })
        return
      }
      if (known) bar.setTotal(total)
      bar.update(done, { note, pace: pace(done - begun.done, (ms - begun.ms) / 1000, known ? total - done : null) })
    },
    end() {
      bar?.stop()
      bar = null
    },
  }
}

/** How fast it goes, and how long it takes yet. Nothing where nothing was done since the bar began. */
function pace(done: number, seconds: number, left: number | null): string {
  const rate = done / seconds
  if (!Number.isFinite(rate) || rate === 0) return ''
  const { Format } = library()
  const speed = `, ${rate.toFixed(rate < 10 ? 1 : 0)}/s`
  return left === null
    ? speed
    : `${speed}, ${Format.TimeFormat(Math.ceil(left / rate), { autopaddingChar: '' }, 1)} left`
}
