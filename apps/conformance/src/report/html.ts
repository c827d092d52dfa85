/** The report as one HTML file that opens from disk. */
import { createHash } from 'node:crypto'
import { h } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { releaseOf, type AnyContract } from '../contracts.js'
import { pageScript, pageStyle } from '../files.js'
import { falseFriends } from '../friends.js'
import { purposes } from '../nearest-calls.js'
import { isRelease } from '../topics/releases.js'
import { writeWhole } from '../write-whole.js'
import { Document } from './html/document.js'
import { viewOf, type FoundPurpose } from './html/view.js'
import { reportOf, type Found, type Report } from './json.js'
import type { Changes } from './since.js'

/** What a page may weigh. */
const BYTES_MAX = 1.5e6

/** Of a long run so many steps are told; fewer, where the page would weigh too much. */
const STEPS_MAX = [60, 40, 25, 16, 10, 4] as const

export interface HtmlOptions {
  /** What has changed since an earlier report. */
  readonly changes?: Changes | null
  /** Printed at the foot, where somebody wants one: a page has no date of its own. */
  readonly date?: string | null
}

/** Writes the page of what was found. */
export function writeHtml(file: string, found: Found): void {
  writeWhole(file, htmlOf(reportOf(found), found.contracts))
}

/** The page. Equal reports give equal bytes. */
export function htmlOf(report: Report, contracts: readonly AnyContract[], options: HtmlOptions = {}): string {
  const { changes = null, date = null } = options
  const notes = contracts.flatMap((contract) =>
    contract.notes.map(({ id, says }) => ({ release: releaseOf(contract), id, says })),
  )
  const found = purposesOf(report, contracts)
  const style = pageStyle()
  const script = pageScript()
  const policy = [
    "default-src 'none'",
    `style-src '${hashOf(style)}'`,
    `script-src '${hashOf(script)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
  const pages = STEPS_MAX.map((stepsMax) => () => {
    const view = viewOf(report, { notes, purposes: found, changes, date, stepsMax })
    return `<!doctype html>\n${renderToString(h(Document, { view, style, script, policy }))}\n`
  })
  return firstThatFits(pages)
}

function firstThatFits([first, ...others]: readonly (() => string)[]): string {
  const page = first!()
  return others.length === 0 || Buffer.byteLength(page) <= BYTES_MAX ? page : firstThatFits(others)
}

/** What calls are for, as far as the releases of a report have calls for it. */
function purposesOf({ releases }: Report, contracts: readonly AnyContract[]): readonly FoundPurpose[] {
  const friends = new Map(falseFriends(contracts).map((friend) => [friend.name, friend]))
  const asked = releases.map(({ release }) => release).filter(isRelease)
  return purposes
    .map(({ purpose, answers }): FoundPurpose => {
      const told = asked.map((release) => ({ release, ...answers[release] }))
      const names = [...new Set(told.flatMap(({ calls }) => calls))]
      return {
        purpose,
        answers: told,
        friends: names.flatMap((name) => {
          const friend = friends.get(name)
          return friend === undefined ? [] : [{ name, bite: friend.bite }]
        }),
      }
    })
    .filter(({ answers }) => answers.some(({ calls }) => calls.length > 0))
}

/** By which a browser knows the one style or script that the page may use. */
function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
