import { Ajv2020 } from 'ajv/dist/2020.js'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { conformance, type Report } from '../src/index.js'
import { textOf } from '../src/report/json.js'
import { writeWhole } from '../src/write-whole.js'
import { toyReport } from './reported.js'

const schema = JSON.parse(readFileSync(join(import.meta.dirname, '../schema/report.schema.json'), 'utf8')) as Record<
  string,
  unknown
>

const TIMEOUT_MS = 120_000
/** Some stories: all of them take a minute. */
const TOLD = ['name/process', 'name/formatted']
const RELEASES = ['netbsd/6', 'netbsd/10.1', 'openbsd/4.2', 'openbsd/5.1', 'freebsd/8.0']

describe('the report', () => {
  let report: Report
  beforeAll(async () => {
    report = await conformance(undefined, TOLD)
  }, TIMEOUT_MS)

  test('is as its schema says', () => {
    const validate = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true }).compile(schema)
    validate(report)
    expect(validate.errors).toBeNull()
  })

  test('the schema refuses what it does not know, and what is missing', () => {
    const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema)
    const [clause] = report.clauses
    const [release] = report.releases
    const short = { ...report, totals: undefined }
    expect(validate({ ...report, today: 'Monday' })).toBe(false)
    expect(validate({ ...report, clauses: [{ ...clause, state: 'skip' }] })).toBe(false)
    expect(validate({ ...report, releases: [{ ...release, pages: [] }] })).toBe(false)
    expect(validate({ ...report, schema: 'kt-report/3' })).toBe(false)
    expect(validate(short)).toBe(false)
    const [story] = report.stories
    const [cell] = story!.cells
    const withCell = (changes: object): object => ({ ...story, cells: [{ ...cell, ...changes }] })
    expect(validate({ ...report, stories: [withCell({})] })).toBe(true)
    expect(validate({ ...report, stories: [withCell({ state: 'pass' })] })).toBe(false)
    expect(validate({ ...report, stories: [withCell({ page: { ...cell!.page, isFine: true } })] })).toBe(false)
  })

  test.each([
    ['netbsd/6', [['NB6-KT', 66]]],
    ['netbsd/10.1', [['NB10-KT', 62]]],
    ['openbsd/4.2', [['OB-KT', 34]]],
    [
      'openbsd/5.1',
      [
        ['OB-KT', 34],
        ['OB-TF', 47],
      ],
    ],
    [
      'freebsd/8.0',
      [
        ['FB8-KP', 43],
        ['FB8-KT', 81],
      ],
    ],
  ] as const)('has every clause of %s once for each reading, none missing, none invented', (release, lists) => {
    const ids = lists.flatMap(([prefix, count]) =>
      Array.from({ length: count }, (_, at) => `${prefix}-${String(at + 1).padStart(2, '0')}`),
    )
    for (const reading of ['page', 'kernel']) {
      const found = report.clauses.filter((clause) => clause.release === release && clause.reading === reading)
      expect(found.map(({ id }) => id).sort()).toEqual(ids)
    }
  })

  test('has the releases in order, and nothing of any other', () => {
    expect(report.releases.map(({ release }) => release)).toEqual(RELEASES)
    expect([...new Set(report.clauses.map(({ release }) => release))]).toEqual(RELEASES)
    expect([...new Set(report.divergences.map(({ release }) => release))]).toEqual(RELEASES)
  })

  test('has the pages of a release with their dates, and every clause is of one of them', () => {
    expect(report.releases.map(({ pages }) => pages)).toEqual([
      [{ page: 'kthread(9)', date: 'August 7, 2011' }],
      [{ page: 'kthread(9)', date: 'April 21, 2015' }],
      [{ page: 'kthread(9)', date: 'May 31, 2007' }],
      [
        { page: 'kthread(9)', date: 'May 31, 2007' },
        { page: '__tfork_thread(3)', date: 'December 24, 2011' },
      ],
      [
        { page: 'kthread(9)', date: 'November 2009' },
        { page: 'kproc(9)', date: 'October 19, 2007' },
      ],
    ])
    for (const { release, pages } of report.releases) {
      const clauses = report.clauses.filter((clause) => clause.release === release)
      expect([...new Set(clauses.map(({ page }) => page))]).toEqual(pages.map(({ page }) => page))
    }
  })

  test('every divergence breaks clauses of its own release', () => {
    const strays = report.divergences.flatMap(({ id, release, breaks }) =>
      breaks
        .filter((broken) => !report.clauses.some((clause) => clause.id === broken && clause.release === release))
        .map((broken) => `${id} breaks ${broken}, which is not of ${release}`),
    )
    expect(strays).toEqual([])
  })

  test('has every story with a cell for each release, whose counts are those of the cells', () => {
    expect(report.stories.map(({ id }) => id)).toEqual(TOLD)
    for (const { id, cells } of report.stories) {
      expect(cells.map((cell) => cell.id)).toEqual(RELEASES.map((release) => `${id}@${release}`))
    }
    for (const { release, cells } of report.releases) {
      const own = report.stories.flatMap((story) => story.cells.filter((cell) => cell.release === release))
      for (const [state, count] of Object.entries(cells)) {
        expect(own.filter((cell) => cell.state === state)).toHaveLength(count)
      }
    }
  })

  test('its totals are those of its entries', () => {
    const { executed, described, divergences } = report.totals
    expect(executed.clauses + described.clauses).toBe(66 + 62 + 34 + 81 + 124)
    expect(executed.page.pass + executed.page.fail).toBe(executed.clauses)
    expect(executed.kernel.pass + executed.kernel.contradicts + executed.kernel.fail).toBe(executed.clauses)
    expect(divergences.rows).toBe(report.divergences.length)
    const passes = report.clauses.filter(({ reading, state }) => reading === 'page' && state === 'pass')
    expect(executed.page.pass + described.page.pass).toBe(passes.length)
  })

  test(
    'a second run gives the same bytes',
    async () => {
      expect(textOf(await conformance(undefined, TOLD))).toBe(textOf(report))
    },
    TIMEOUT_MS,
  )
})

describe('a report of everything that can be', () => {
  test('is as the schema says too', () => {
    const validate = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true }).compile(schema)
    validate(JSON.parse(textOf(toyReport)))
    expect(validate.errors).toBeNull()
  })
})

describe('writing', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kt-report-'))
  const here = (name: string): string => join(folder, name)
  afterAll(() => rmSync(folder, { recursive: true }))

  test('a file is written whole, and again over itself, with nothing left beside it', () => {
    writeWhole(here('new.json'), 'first')
    writeWhole(here('new.json'), 'second')
    expect(readFileSync(here('new.json'), 'utf8')).toBe('second')
    expect(readdirSync(folder)).toEqual(['new.json'])
  })

  test('a link stays a link, and a mode stays a mode', () => {
    writeFileSync(here('target.json'), 'old', { mode: 0o600 })
    symlinkSync('target.json', here('link.json'))
    writeWhole(here('link.json'), 'new')
    expect(lstatSync(here('link.json')).isSymbolicLink()).toBe(true)
    expect(readFileSync(here('target.json'), 'utf8')).toBe('new')
    expect(statSync(here('target.json')).mode & 0o777).toBe(0o600)
    // Whatever the umask takes from new files.
    chmodSync(here('target.json'), 0o666)
    writeWhole(here('link.json'), 'newer')
    expect(statSync(here('target.json')).mode & 0o777).toBe(0o666)
  })

  test('a file that is protected stays as it is', () => {
    writeFileSync(here('protected.json'), 'precious')
    chmodSync(here('protected.json'), 0o444)
    expect(() => writeWhole(here('protected.json'), 'new')).toThrow(
      /^cannot write '.*protected\.json' \(EACCES\); expected/,
    )
    expect(readFileSync(here('protected.json'), 'utf8')).toBe('precious')
  })

  test('a folder that is a file, is missing or is meant as the file is told in one line', () => {
    mkdirSync(here('folder'))
    expect(() => writeWhole(here('folder'), 'x')).toThrow(/\(EISDIR\)/)
    expect(() => writeWhole(here('missing/x.json'), 'x')).toThrow(/\(ENOENT\)/)
    expect(() => writeWhole(join(import.meta.filename, 'x.json'), 'x')).toThrow(/\(ENOTDIR\)/)
    expect(existsSync(here('missing'))).toBe(false)
  })

  test('a device is written to and not replaced', () => {
    writeWhole('/dev/null', 'gone')
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true)
  })
})
