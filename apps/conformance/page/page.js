// What the page of the report does where its reader lets scripts run: filters that live in the address, a finder of
// calls, and evidence in a panel. Without it everything is shown, and a cell leads to its evidence further down.
'use strict'

const panel = /** @type {HTMLDialogElement} */ (document.getElementById('panel'))
const filters = /** @type {HTMLFormElement} */ (document.getElementById('filters'))
const finder = /** @type {HTMLFormElement | null} */ (document.getElementById('finder'))

/**
 * All elements that a selector finds.
 * @param {string} selector
 * @param {ParentNode} within
 * @returns {HTMLElement[]}
 */
function all(selector, within = document) {
  return [...within.querySelectorAll(selector)].filter((found) => found instanceof HTMLElement)
}

/**
 * @param {string} name
 * @param {Record<string, string>} attributes
 * @param {(string | Node)[]} children
 * @returns {HTMLElement}
 */
function make(name, attributes, ...children) {
  const element = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
  element.append(...children)
  return element
}

// The address

/** Fields of the filters and the finder, as the address has them. */
const FIELDS = ['text', 'topic', 'release', 'state', 'only', 'call']

/**
 * @param {string} name
 * @returns {HTMLInputElement | HTMLSelectElement | null}
 */
function field(name) {
  const form = name === 'call' ? finder : filters
  const found = form?.elements.namedItem(name)
  return found instanceof HTMLInputElement || found instanceof HTMLSelectElement ? found : null
}

/** @param {string} name */
function valueOf(name) {
  return field(name)?.value ?? ''
}

function readAddress() {
  const asked = new URLSearchParams(location.search)
  for (const name of FIELDS) {
    const input = field(name)
    if (input !== null) input.value = asked.get(name) ?? ''
    // A value that the list does not have would leave it empty, and hide everything.
    if (input instanceof HTMLSelectElement && input.selectedIndex < 0) input.value = ''
  }
}

function writeAddress() {
  const asked = new URLSearchParams()
  for (const name of FIELDS) if (valueOf(name) !== '') asked.set(name, valueOf(name))
  const query = asked.toString()
  history.replaceState(null, '', `${location.pathname}${query === '' ? '' : `?${query}`}${location.hash}`)
}

// Filters

/** @type {Map<HTMLElement, string>} */
const texts = new Map()

/**
 * Whether every word of a text is in a row.
 * @param {HTMLElement} row
 * @param {string} text
 */
function hasText(row, text) {
  const known = texts.get(row) ?? (row.textContent ?? '').toLowerCase()
  texts.set(row, known)
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => known.includes(word))
}

/**
 * @param {string | undefined} list
 * @param {string} word
 */
function hasWord(list, word) {
  return word === '' || (list ?? '').split(' ').includes(word)
}

/**
 * Whether the release in question has a cell in the state that is asked for, or any release where none is.
 * @param {HTMLElement} row
 * @param {string} release
 * @param {string} state
 */
function hasState(row, release, state) {
  if (release === '' || state === '') return hasWord(row.dataset['states'], state)
  return all('td', row).some(
    (cell) => cell.dataset['release'] === release && cell.querySelector('b')?.className === state,
  )
}

/**
 * What is asked of a row, whatever it is about.
 * @param {HTMLElement} row
 */
function isAsked(row) {
  const only = valueOf('only')
  return (only === '' || row.dataset[only] !== undefined) && hasText(row, valueOf('text'))
}

function filter() {
  const release = valueOf('release')
  for (const part of all('[data-release]')) part.hidden = release !== '' && part.dataset['release'] !== release
  const stories = filterStories(valueOf('topic'), release, valueOf('state'))
  const clauses = filterClauses(valueOf('topic'), release, valueOf('state'))
  for (const row of all('tr.divergence'))
    row.hidden ||= valueOf('topic') !== '' || !hasWord(row.dataset['states'], valueOf('state')) || !isAsked(row)
  for (const id of ['divergences', 'clauses']) {
    const section = document.getElementById(id)?.closest('section')
    if (section != null)
      section.hidden = all('tbody tr', section).every((row) => row.closest('[hidden]:not(section)') !== null)
  }
  tellCounts(stories, clauses)
}

/**
 * @param {string} topic
 * @param {string} release
 * @param {string} state
 */
function filterStories(topic, release, state) {
  const rows = all('tr.story')
  for (const row of rows) {
    const of = row.closest('tbody')?.dataset['topic']
    row.hidden = !(hasWord(of, topic) && hasState(row, release, state) && isAsked(row))
  }
  for (const body of all('table.matrix tbody')) body.hidden = all('tr.story:not([hidden])', body).length === 0
  for (const told of all('details.evidence-story'))
    told.hidden = document.getElementById(told.dataset['story'] ?? '')?.hidden === true
  for (const part of all('.evidence-topic')) part.hidden = all('details:not([hidden])', part).length === 0
  return rows
}

/**
 * @param {string} topic
 * @param {string} release
 * @param {string} state
 */
function filterClauses(topic, release, state) {
  const pages = all('.page').filter((page) => release === '' || page.dataset['release'] === release)
  const rows = pages.flatMap((page) => all('tr.clause', page))
  for (const row of rows)
    row.hidden = !(hasWord(row.dataset['topics'], topic) && hasWord(row.dataset['states'], state) && isAsked(row))
  for (const page of pages) page.hidden = all('tr.clause:not([hidden])', page).length === 0
  return rows
}

/**
 * @param {HTMLElement[]} stories
 * @param {HTMLElement[]} clauses
 */
function tellCounts(stories, clauses) {
  /** @param {HTMLElement[]} rows */
  const shown = (rows) => rows.filter((row) => !row.hidden).length
  const output = filters.querySelector('output')
  if (output !== null)
    output.textContent = `${shown(stories)}/${stories.length} questions, ${shown(clauses)}/${clauses.length} clauses`
  for (const none of all('p.none')) none.hidden = shown(stories) + shown(clauses) > 0
}

// The finder of calls

function find() {
  const output = finder?.querySelector('output')
  if (output == null) return
  const asked = valueOf('call').trim().toLowerCase()
  const rows = all('tr.call')
  /** @param {HTMLElement} row */
  const calls = (row) => (row.dataset['calls'] ?? '').split(' ')
  const isExact = rows.some((row) => calls(row).includes(asked))
  for (const row of rows) row.hidden = !calls(row).some((name) => (isExact ? name === asked : name.includes(asked)))
  const shown = rows.filter((row) => !row.hidden).length
  output.textContent =
    asked === '' ? '' : shown === 0 ? 'no such call on any release' : `${shown}/${rows.length} purposes`
  const list = document.querySelector('details.calls')
  if (list instanceof HTMLDetailsElement && asked !== '') list.open = true
}

// Evidence in a panel

/**
 * What an address within the page leads to.
 * @param {string} hash
 */
function placeOf(hash) {
  try {
    return document.getElementById(decodeURIComponent(hash.slice(1)))
  } catch {
    // Anybody can type a sign that stands for nothing, as in `#100%`.
    return null
  }
}

/** @returns {HTMLElement | null} */
function askedEvidence() {
  const found = placeOf(location.hash)
  return found !== null && found.classList.contains('evidence') ? found : null
}

/** Shows what the address asks for. */
function showAsked() {
  const asked = askedEvidence()
  if (asked === null) {
    if (panel.open) panel.close()
    return
  }
  const question = asked.parentElement?.querySelector('summary')?.firstChild?.textContent ?? ''
  panel.replaceChildren(barOf(asked), make('p', { class: 'question' }, question), ...contentOf(asked))
  panel.setAttribute('aria-labelledby', 'panel-title')
  if (!panel.open) panel.showModal()
  panel.scrollTop = 0
  panel.querySelector('h2')?.focus()
}

/**
 * The same question on the other releases, and the way out.
 * @param {HTMLElement} asked
 */
function barOf(asked) {
  const siblings = all('.evidence', asked.parentElement ?? document)
  const links = siblings.map((sibling) => {
    const name = sibling.querySelector('h4')?.textContent ?? sibling.id
    const current = sibling === asked ? { 'aria-current': 'true' } : {}
    return make('li', {}, make('a', { href: `#${encodeURI(sibling.id)}`, ...current }, name))
  })
  const close = make('button', { type: 'button' }, 'Close')
  close.addEventListener('click', () => panel.close())
  const nav = make('nav', { 'aria-label': 'The same question on' }, make('ul', {}, ...links))
  return make('div', { class: 'bar' }, nav, close)
}

/** Evidence stands under its topic and question in the page; in the panel its own heading is the first. */
const LEVELS = /** @type {Record<string, string>} */ ({ H4: 'h2', H5: 'h3', H6: 'h4' })

/**
 * @param {HTMLElement} asked
 * @returns {Node[]}
 */
function contentOf(asked) {
  const copy = /** @type {HTMLElement} */ (asked.cloneNode(true))
  for (const heading of all('h4, h5, h6', copy)) {
    const level = LEVELS[heading.tagName] ?? 'h4'
    const title = level === 'h2' ? { id: 'panel-title', tabindex: '-1' } : {}
    const place = level === 'h2' ? [make('code', {}, asked.id)] : []
    heading.replaceWith(make(level, /** @type {Record<string, string>} */ (title), ...heading.childNodes, ...place))
  }
  for (const same of all('a.same', copy)) {
    const steps = placeOf(same.getAttribute('href') ?? '')
    const told = steps?.querySelector('.steps')?.cloneNode(true)
    if (told !== undefined) same.after(told)
  }
  for (const command of all('code.command', copy)) command.after(copyButton(command.textContent ?? ''))
  for (const output of all('pre', copy)) output.tabIndex = 0
  return [...copy.childNodes]
}

/** @param {string} text */
function copyButton(text) {
  const button = make('button', { type: 'button', class: 'copy' }, 'Copy')
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(text)
      button.textContent = 'Copied'
    } catch {
      // Not every browser lets a page from disk write there; the command can still be selected.
      button.textContent = 'Select and copy'
      const command = button.previousElementSibling
      if (command !== null) getSelection()?.selectAllChildren(command)
    }
  })
  return button
}

/** @param {MouseEvent} event */
function onClick(event) {
  const { target } = event
  if (target === panel) panel.close()
  if (!(target instanceof Element) || event.ctrlKey || event.metaKey || event.shiftKey) return
  const link = target.closest('a')
  const hash = link?.getAttribute('href') ?? ''
  if (!hash.startsWith('#')) return
  const place = placeOf(hash)
  if (place === null) return
  if (place.classList.contains('evidence')) {
    event.preventDefault()
    history.pushState(null, '', hash)
    showAsked()
    return
  }
  // What filters hide cannot be gone to.
  if (place.closest('[hidden]') !== null) {
    filters.reset()
    apply()
  }
}

/** The panel is closed by its button, by Escape, or beside it. The reader goes on at the cell it was opened from. */
function onClose() {
  const asked = askedEvidence()
  if (asked === null) return
  history.pushState(null, '', `${location.pathname}${location.search}`)
  const cell = all('a.cell').find((link) => link.getAttribute('href') === `#${encodeURI(asked.id)}`)
  cell?.focus()
}

function apply() {
  filter()
  find()
  writeAddress()
}

readAddress()
for (const form of [filters, finder]) {
  if (form === null) continue
  form.hidden = false
  form.addEventListener('input', apply)
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    apply()
  })
  // The fields are empty only after the event.
  form.addEventListener('reset', () => setTimeout(apply))
}
for (const table of all('details.legend, details.calls')) if (table instanceof HTMLDetailsElement) table.open = false
document.addEventListener('click', onClick)
panel.addEventListener('close', onClose)
addEventListener('hashchange', showAsked)
addEventListener('popstate', () => {
  readAddress()
  filter()
  find()
  showAsked()
})
filter()
find()
showAsked()
