import { HtmlValidate } from 'html-validate'
import { toUSVString } from 'node:util'
import { describe, expect, test } from 'vitest'
import { loadContracts } from '../src/contracts.js'
import { pageScript, pageStyle } from '../src/files.js'
import { htmlOf } from '../src/report/html.js'
import type { Report } from '../src/report/json.js'
import { changesSince } from '../src/report/since.js'
import { RELEASES } from '../src/topics/releases.js'
import { answer, cell, clause, story, toyReport } from './reported.js'

const contracts = await loadContracts()
const changes = changesSince({ ...toyReport, clauses: [clause('NB10-KT-09')] }, toyReport)
const page = htmlOf(toyReport, contracts, { changes, date: 'today <b>' })

describe('the page', () => {
  test('is valid HTML that a screen reader can follow', async () => {
    const validator = new HtmlValidate({
      extends: ['html-validate:recommended', 'html-validate:a11y', 'html-validate:document'],
      rules: {
        // Ids are those of the report, with slashes in them: HTML allows everything but spaces.
        'valid-id': ['error', { relaxed: true }],
        // Made for machines to send and people to look at, not for people to write.
        'no-inline-style': 'error',
        'long-title': 'off',
        // Only `<` and `&` mean something in text.
        'no-raw-characters': 'off',
        'no-trailing-whitespace': 'off',
        'require-sri': 'off',
        'attr-quotes': 'off',
        'void-style': 'off',
        'doctype-style': 'off',
        'attribute-boolean-style': 'off',
        'attribute-empty-style': 'off',
      },
    })
    const report = await validator.validateString(page)
    const told = report.results.flatMap(({ messages }) =>
      messages.map(({ ruleId, message, line, column }) => `${line}:${column} ${ruleId}: ${message}`),
    )
    expect(told).toEqual([])
  })

  test('asks the network for nothing, and may not', () => {
    expect(page).not.toMatch(/\b(https?|wss?|ftp):/i)
    expect(page).not.toMatch(/<(link|img|iframe|object|embed|base|source|video|audio)\b/i)
    expect(page).not.toMatch(/\b(src|srcset|action|style|on[a-z]+)=/)
    expect(pageStyle()).not.toMatch(/url\(|@import/)
    expect(pageScript()).not.toMatch(
      /\b(fetch|XMLHttpRequest|import|eval|WebSocket|innerHTML|insertAdjacentHTML)\b\s*\(/,
    )
    expect(page).toMatch(/content="default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+';/)
  })

  test('lets nothing that a run said become a part of it', () => {
    expect(page).not.toContain('<script>alert')
    expect(page).not.toContain('<b>"')
    expect(page.match(/<script>/g)).toHaveLength(1)
    // eslint-disable-next-line no-control-regex -- Only newlines and tabs are told as they are.
    expect(page).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/)
    expect(toUSVString(page)).toBe(page)
  })

  test('has one place for every address in it', () => {
    const ids = [...page.matchAll(/ id="([^"]*)"/g)].map((found) => found[1]!)
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([])
    const hrefs = [...page.matchAll(/href="#([^"]*)"/g)].map((found) => decodeURI(found[1]!))
    expect(hrefs.length).toBeGreaterThan(20)
    const lost = hrefs.filter((href) => !ids.includes(href))
    // What was removed since the earlier report has no place any more, so nothing leads there.
    expect(lost).toEqual([])
  })

  test('says every state in words', () => {
    for (const word of [
      'conforms',
      'differs by design',
      'page contradicts kernel',
      'no such call, nearest told',
      'no such call',
      'silent',
      'violates',
      'fault of ours',
    ])
      expect(page).toMatch(new RegExp(`<td[^>]*>(<a[^>]*>)?<b class="\\w+">${word}</b>`))
  })

  test('counts the clauses that were not run under both readings', () => {
    expect(page).toContain('<dt>untested clauses</dt><dd>2/4</dd>')
  })

  test('shows everything without its script', () => {
    const before = page.slice(0, page.indexOf('<script>'))
    const hidden = [...before.matchAll(/<(\w+)([^>]*) hidden/g)].map((found) => `${found[1]!}${found[2]!}`)
    expect(hidden.map((start) => start.split(' ')[0])).toEqual(['form', 'p', 'form'])
  })

  test('is the same for equal reports, with no date unless one is asked for', () => {
    const plain = htmlOf(toyReport, contracts)
    expect(htmlOf(structuredClone(toyReport), contracts)).toBe(plain)
    expect(plain).not.toContain('today')
    expect(page).toContain('today &lt;b>')
  })

  test('never weighs more than it may: long runs are told in part', () => {
    const big = htmlOf(bigReport(), contracts)
    expect(Buffer.byteLength(big)).toBeLessThanOrEqual(1.5e6)
    expect(big).toMatch(/\d+ more steps; the token replays them all/)
  }, 20_000)
})

/** As many stories, clauses and steps as the real report has, and some more. */
function bigReport(): Report {
  const steps = Array.from({ length: 120 }, (_, at) => ({ who: `worker/${at % 7}`, what: 'mutex_enter goes on softc' }))
  const run = answer('a thread goes on, then another; or the other way around').evidence!
  const ps = Array.from({ length: 12 }, (_, at) => `    0    ${at}   17  96   0 -        sleep     0 thread/${at}`)
  const told = answer('a thread goes on, then another; or the other way around', {
    evidence: { ...run, steps, stepCount: steps.length, ps: ['  PID', ...ps].join('\n') },
  })
  return {
    ...toyReport,
    clauses: Array.from({ length: 760 }, (_, at) =>
      clause(`NB10-KT-${100 + (at >> 1)}`, { reading: at % 2 === 0 ? 'page' : 'kernel' }),
    ),
    stories: Array.from({ length: 100 }, (_, at) =>
      story(`story-${at}`, cell(`join/story-${at}`, 'differs'), {
        cells: RELEASES.map((release) => ({
          ...cell(`join/story-${at}`, 'differs', { page: told, kernel: told }),
          id: `join/story-${at}@${release}`,
          release,
        })),
      }),
    ),
  }
}
