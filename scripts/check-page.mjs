// Makes the page of the whole report and looks at it as its readers do, in a Chromium: rules of accessibility, keys,
// addresses, paper. CHROMIUM_PATH names the browser, or `chromium` on the PATH is taken. Needs a build: npm run build.
/* global document, getComputedStyle -- What is evaluated in the page has a browser's names. */
import axe from 'axe-core'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'

const BYTES_MAX = 1.5e6
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const executablePath = browserPath()
if (executablePath === null) {
  console.error('check:page needs a Chromium: put `chromium` on the PATH, or its path into CHROMIUM_PATH')
  process.exit(2)
}
const folder = mkdtempSync(join(tmpdir(), 'kt-page-'))
const complaints = []
let browser
try {
  const file = process.argv[2] ?? makePage(join(folder, 'report.html'))
  check(statSync(file).size <= BYTES_MAX, `the page has ${statSync(file).size} bytes; at most ${BYTES_MAX} are allowed`)
  browser = await chromium.launch({ executablePath, args: FLAGS })
  const address = pathToFileURL(file).href
  const checks = [checkRules, checkDarkRules, checkKeys, checkAddresses, checkNarrow, checkWithoutScript, checkPaper]
  for (const one of checks) {
    try {
      await one(address)
    } catch (error) {
      // What is not there makes a check wait in vain; the others may go on.
      complaints.push(`${one.name}: ${error.message.split('\n')[0]}`)
    }
  }
} finally {
  await browser?.close()
  rmSync(folder, { recursive: true })
}
for (const complaint of complaints) console.error(`check:page: ${complaint}`)
if (complaints.length === 0) console.log('check:page: the page is fit to be read')
process.exitCode = complaints.length === 0 ? 0 : 1

function browserPath() {
  const asked = process.env.CHROMIUM_PATH
  if (asked !== undefined) return existsSync(asked) ? asked : null
  const found = (process.env.PATH ?? '').split(delimiter).map((place) => join(place, 'chromium'))
  return found.find((path) => existsSync(path)) ?? null
}

function makePage(file) {
  const command = fileURLToPath(new URL('../apps/conformance/dist/cli.js', import.meta.url))
  if (!existsSync(command)) throw new Error('there is no build; run npm run build')
  try {
    execFileSync(process.execPath, [command, 'report', '--html', file], { stdio: 'inherit' })
  } catch {
    // A contract that failed is not what is checked here, and its page is to be read as well.
    if (!existsSync(file)) throw new Error('kt report wrote no page')
  }
  return file
}

function check(holds, complaint) {
  if (!holds) complaints.push(complaint)
}

/** Opens the page, and complains of whatever it asks the network for or says on the console. */
async function open(address, options = {}) {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 }, ...options })
  page.setDefaultTimeout(10_000)
  page.on('request', (request) => {
    if (!request.url().startsWith('file:')) complaints.push(`the page asked for ${request.url()}`)
  })
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`on the console: ${message.text()}`)
  })
  page.on('pageerror', (error) => complaints.push(`the script failed: ${error.message}`))
  await page.goto(address)
  return page
}

/** No rule of axe is broken, with the evidence closed and open. */
async function checkRules(address, colorScheme = 'light') {
  const page = await open(address, { colorScheme, bypassCSP: true })
  for (const state of ['closed', 'open']) {
    if (state === 'open') await page.locator('a.cell').first().click()
    await page.addScriptTag({ content: axe.source })
    // Every part is looked at, but of many rows that are made alike only some: all of them take minutes.
    await page.evaluate(() => {
      const keep = (selector, most) => {
        for (const group of document.querySelectorAll(selector))
          [...group.children].slice(most).forEach((child) => child.remove())
      }
      keep('table.clauses tbody', 12)
      keep('table.divergences tbody', 12)
      keep('table.calls tbody', 6)
      keep('.evidence-topic', 3)
    })
    const { violations } = await page.evaluate(() => globalThis.axe.run())
    for (const { id, help, nodes } of violations)
      complaints.push(`${colorScheme}, evidence ${state}: ${id}: ${help}: ${nodes[0].html.slice(0, 120)}`)
  }
  await page.close()
}

async function checkDarkRules(address) {
  await checkRules(address, 'dark')
}

/** All can be done with keys alone. */
async function checkKeys(address) {
  const page = await open(address)
  const focused = () =>
    page.evaluate(() => {
      const { activeElement: element } = document
      return element === null
        ? ''
        : `${element.tagName.toLowerCase()}.${element.className} ${element.getAttribute('name') ?? ''}`
    })
  await page.keyboard.press('Tab')
  check((await focused()).startsWith('a.skip'), 'the first Tab does not lead to the way past the head')

  const seen = new Set()
  for (let tabs = 0; tabs < 60 && !(await focused()).startsWith('a.cell'); tabs++) {
    seen.add(await focused())
    await page.keyboard.press('Tab')
  }
  for (const name of ['text', 'topic', 'release', 'state', 'only'])
    check(
      [...seen].some((at) => at.endsWith(` ${name}`)),
      `Tab does not reach the filter '${name}'`,
    )
  check((await focused()).startsWith('a.cell'), 'Tab does not reach a cell')

  const cell = await page.evaluate(() => document.activeElement.getAttribute('href'))
  await page.keyboard.press('Enter')
  check(await page.locator('#panel').isVisible(), 'Enter on a cell does not open its evidence')
  check(new URL(page.url()).hash === cell, 'an open panel is not in the address')
  check((await page.locator('#panel .command').count()) > 0, 'the panel has no command that replays')
  for (let tabs = 0; tabs < 40; tabs++) {
    await page.keyboard.press('Tab')
    const isInside = await page.evaluate(
      () => document.activeElement === document.body || document.activeElement.closest('#panel') !== null,
    )
    check(isInside, `Tab ${tabs + 1} leaves the open panel`)
    if (!isInside) break
  }
  await page.keyboard.press('Escape')
  check(!(await page.locator('#panel').isVisible()), 'Escape does not close the panel')
  check(new URL(page.url()).hash === '', 'a closed panel stays in the address')
  const back = await page.evaluate(() => document.activeElement.getAttribute('href'))
  check(back === cell, 'the focus does not come back to the cell')

  const all = await page.locator('tr.story:visible').count()
  await page.locator('input[name=text]').focus()
  await page.keyboard.type('join/returns')
  const left = await page.locator('tr.story:visible').count()
  check(left > 0 && left < all, `typing left ${left} of ${all} questions`)
  check(new URL(page.url()).searchParams.get('text') === 'join/returns', 'what was typed is not in the address')
  await page.locator('input[name=call]').focus()
  await page.keyboard.type('kthread_join')
  check((await page.locator('tr.call:visible').count()) > 0, 'the finder does not find kthread_join')
  check(new URL(page.url()).searchParams.get('call') === 'kthread_join', 'what is looked for is not in the address')
  await page.close()
}

/** An address shows what it showed whoever copied it. */
async function checkAddresses(address) {
  const cell = 'join/returns@netbsd/10.1'
  const page = await open(`${address}?topic=join&release=netbsd/10.1#${cell}`)
  check(await page.locator('#panel').isVisible(), `#${cell} does not open the evidence`)
  check((await page.locator('#panel-title').innerText()).includes(cell), `#${cell} opens something else`)
  await page.locator('#panel nav a').first().click()
  check(!(await page.locator('#panel-title').innerText()).includes(cell), 'the panel does not go to another release')
  await page.goBack()
  check((await page.locator('#panel-title').innerText()).includes(cell), 'Back does not lead back')
  await page.keyboard.press('Escape')
  const topics = await page.locator('table.matrix tbody:visible').count()
  check(topics === 1, `?topic=join shows ${topics} topics`)
  const columns = await page.locator('table.matrix thead th:visible').count()
  check(columns === 3, `?release=netbsd/10.1 shows ${columns} columns`)
  await page.close()

  const bites = await open(`${address}?only=bites`)
  const harmless = await bites.locator('tr.story:visible:not([data-bites])').count()
  check(harmless === 0, `?only=bites shows ${harmless} rows that do not bite`)
  await bites.close()

  const strange = await open(`${address}?topic=bogus&state=bogus#no%20such%20place`)
  check((await strange.locator('tr.story:visible').count()) > 0, 'an address with unknown words shows nothing')
  await strange.close()

  const torn = await open(`${address}?topic=join#100%`)
  check(
    (await torn.locator('table.matrix tbody:visible').count()) === 1,
    'an address that is no address stops the script',
  )
  await torn.close()
}

/** Nothing has to be scrolled sideways on a telephone, and no cell loses the name of its release. */
async function checkNarrow(address) {
  const page = await open(address, { viewport: { width: 390, height: 800 } })
  const wide = await page.evaluate(() => document.documentElement.scrollWidth)
  check(wide <= 390, `a window of 390 pixels shows a page of ${wide}`)
  const label = await page.evaluate(() => getComputedStyle(document.querySelector('a.cell'), '::before').content)
  check(/[a-z]/i.test(label) && label !== 'none', 'a narrow cell does not say which release it is of')
  await page.close()
}

async function checkWithoutScript(address) {
  const page = await open(address, { javaScriptEnabled: false })
  check(await page.locator('tr.story').first().isVisible(), 'without scripts no question is shown')
  check(!(await page.locator('#filters').isVisible()), 'without scripts there are filters that do nothing')
  const details = page.locator('details.evidence-story').first()
  await details.locator('summary').click()
  check(await details.locator('.command').first().isVisible(), 'without scripts the evidence cannot be opened')
  await page.close()
}

async function checkPaper(address) {
  const page = await open(address)
  const pdf = await page.pdf({ preferCSSPageSize: true })
  check(pdf.subarray(0, 5).toString() === '%PDF-', 'the page does not print')
  const sheets = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0
  check(sheets > 1 && sheets < 150, `the page prints on ${sheets} sheets`)
  console.log(`check:page: prints on ${sheets} sheets`)
  await page.close()
}
