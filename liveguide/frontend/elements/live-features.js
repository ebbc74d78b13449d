// <live-features> table.features </live-features>
//
// A table of features, each with links to what shows it. A button tries them all: it opens each
// page in a frame, one after the other, and writes into each row what became of its snippets.
//
//   tr[data-feature]       a row; its links lead to what shows it
//   a[data-kind]           snippet, example or program; the fragment is the id of its element
//   a[data-demo]           of an example, the address of its demo
//
// Sets for styles and tests:
//
//   .feature-result[data-result]   trying, ok, failed, or tests where only the tests can try it
import { button, element } from '../lib/element.js'
import { say } from '../lib/words.js'

/** @typedef {{result: 'ok' | 'failed' | 'tests', why?: string}} Tried */

const LIMIT = 20_000
const SETTLE = 1_000
const UNFINISHED = ['idle', 'running', 'connecting']
const DEAD = ['refused', 'failed', 'stopped']

export class LiveFeatures extends HTMLElement {
  #told = element('span', { role: 'status' })
  #try = button('Try every row now', () => this.#tryAll())

  connectedCallback() {
    if (this.contains(this.#told)) return
    const bar = element('p', { className: 'feature-bar' }, this.#told)
    if (document.documentElement.dataset.live === 'no') {
      this.#told.textContent = say(
        'No live server answers behind this page, so no row can be tried.',
      )
    } else bar.prepend(this.#try)
    this.prepend(bar)
  }

  /** @returns {HTMLElement[]} */
  get #rows() {
    return [...this.querySelectorAll('tr[data-feature]')].map((row) => /** @type {HTMLElement} */ (row))
  }

  async #tryAll() {
    if (this.#try.ariaDisabled === 'true') return
    this.#try.ariaDisabled = 'true' // not disabled: that would take the focus away
    for (const row of this.#rows) show(row, 'trying', 'waiting')
    /** @type {Map<HTMLAnchorElement, Tried>} */
    const tried = new Map()
    for (const [page, links] of this.#pages()) {
      this.#told.textContent = `Trying ${decodeURI(new URL(page).pathname)}`
      await tryPage(this, page, links, (link, found) => {
        tried.set(link, found)
        this.#showRows(tried)
      })
    }
    const results = this.#rows.map((row) => result(row)?.dataset.result)
    const failed = results.filter((one) => one === 'failed').length
    const ok = results.filter((one) => one === 'ok').length
    const left = results.length - ok - failed
    const tests = left > 0 ? `, ${left} run by the tests` : ''
    this.#told.textContent = `${ok} of ${results.length} rows ok, ${failed} failed${tests}`
    this.#try.ariaDisabled = 'false'
  }

  /** @returns {Map<string, HTMLAnchorElement[]>} the links by the page that they lead to */
  #pages() {
    /** @type {Map<string, HTMLAnchorElement[]>} */
    const pages = new Map()
    for (const row of this.#rows) {
      for (const link of linksOf(row)) {
        const page = link.href.replace(/#.*/, '')
        pages.set(page, [...(pages.get(page) ?? []), link])
      }
    }
    return pages
  }

  /**
   * Show each row whose links are all tried.
   *
   * @param {Map<HTMLAnchorElement, Tried>} tried
   */
  #showRows(tried) {
    for (const row of this.#rows) {
      const all = linksOf(row).map((link) => tried.get(link))
      if (all.includes(undefined) || result(row)?.dataset.result !== 'trying') continue
      const failed = all.find((one) => one?.result === 'failed')
      if (failed) show(row, 'failed', `failed: ${failed.why}`)
      else if (all.some((one) => one?.result === 'ok')) show(row, 'ok', 'ok')
      else show(row, 'tests', 'run by the tests')
    }
  }
}

/**
 * Open a page, and try what these links lead to.
 *
 * @param {HTMLElement} place where the frame goes, for as long as it takes
 * @param {string} page
 * @param {HTMLAnchorElement[]} links
 * @param {(link: HTMLAnchorElement, found: Tried) => void} tell
 */
async function tryPage(place, page, links, tell) {
  const frame = element('iframe', { className: 'feature-frame', title: 'The page that is tried' })
  const snippets = links.filter((link) => link.dataset.kind === 'snippet')
  if (snippets.length > 0) {
    const loaded = new Promise((resolve) => {
      frame.onload = resolve
      setTimeout(resolve, LIMIT)
    })
    frame.src = page
    place.firstElementChild?.after(frame)
    await loaded
  }
  /** @type {Map<string, Promise<Tried>>} a snippet that shows several features is waited for once */
  const waiting = new Map()
  await Promise.all(
    links.map(async (link) => {
      if (link.dataset.kind === 'program') tell(link, { result: 'tests' })
      else if (link.dataset.demo) tell(link, await tryDemo(link.dataset.demo))
      else {
        const found = waiting.get(link.hash) ?? trySnippet(frame, link.hash.slice(1))
        waiting.set(link.hash, found)
        tell(link, await found)
      }
    }),
  )
  frame.remove()
}

/**
 * @param {string} address
 * @returns {Promise<Tried>}
 */
async function tryDemo(address) {
  try {
    const { status } = await fetch(address, { cache: 'no-store', signal: AbortSignal.timeout(LIMIT) })
    if (status === 200) return { result: 'ok' }
    return { result: 'failed', why: `its demo answers with status ${status}` }
  } catch {
    return { result: 'failed', why: 'its demo does not answer' }
  }
}

/**
 * @param {HTMLIFrameElement} frame
 * @param {string} id
 * @returns {Promise<Tried>}
 */
async function trySnippet(frame, id) {
  const opened = frame.contentDocument // null for the browser's own page about an error
  const snippet = opened?.getElementById(id)
  if (!opened || !snippet) return { result: 'failed', why: 'the page does not have it' }
  await ended(snippet, opened.documentElement)
  const { state = 'idle', expect, expectation, errors } = snippet.dataset
  const why = () => {
    if (opened.documentElement.dataset.live !== 'yes') return 'no live server answered'
    if (expect && expectation !== 'reached') return 'its expected output did not come'
    if (Number(errors) > 0) return 'an error was not caught'
    if (!expect && DEAD.includes(state)) return 'it had no connection'
    return UNFINISHED.includes(state) && !expect ? 'it did not end in time' : ''
  }
  const reason = why()
  return reason ? { result: 'failed', why: reason } : { result: 'ok' }
}

/**
 * Wait until a snippet has come to an end that can be judged, or for too long.
 *
 * @param {HTMLElement} snippet
 * @param {HTMLElement} root of its document
 * @returns {Promise<void>}
 */
function ended(snippet, root) {
  return new Promise((resolve) => {
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let settled
    const end = () => {
      observer.disconnect()
      resolve()
    }
    const look = () => {
      clearTimeout(settled)
      const { state = 'idle', expect, expectation, errors } = snippet.dataset
      if (root.dataset.live === 'no') end()
      else if (expect) {
        if (expectation === 'reached' || expectation === 'missed') end()
      } else if (!UNFINISHED.includes(state)) {
        const dead = DEAD.includes(state) || Number(errors) > 0
        settled = setTimeout(end, dead ? 0 : SETTLE)
      }
    }
    const observer = new MutationObserver(look)
    observer.observe(snippet, { attributes: true })
    observer.observe(root, { attributes: true })
    setTimeout(end, LIMIT)
    look()
  })
}

/**
 * @param {HTMLElement} row
 * @returns {HTMLAnchorElement[]}
 */
function linksOf(row) {
  return [...row.querySelectorAll('a[data-kind]')].map((link) => /** @type {HTMLAnchorElement} */ (link))
}

/**
 * @param {HTMLElement} row
 * @returns {HTMLElement | null}
 */
function result(row) {
  return row.querySelector('.feature-result')
}

/**
 * @param {HTMLElement} row
 * @param {string} how
 * @param {string} text
 */
function show(row, how, text) {
  const cell = result(row)
  if (!cell) return
  cell.dataset.result = how
  const told = cell.querySelector('[role=status]')
  if (told) told.textContent = text
}

customElements.define('live-features', LiveFeatures)
