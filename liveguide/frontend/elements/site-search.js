// The search of the whole site: a dialog with a field, and below it what was found.
//
// A combobox with a list: the focus stays in the field, the arrows move through
// the list. Nothing of it is on the page, or loaded, before a reader reaches for it.

import { button, element } from '../lib/element.js'
import { SearchIndex } from '../lib/search-index.js'
import { loadStyles } from '../lib/stylesheet.js'
import { say } from '../lib/words.js'

const WORDS = {
  search: say('Search'),
  results: say('Results'),
  hint: say('Titles, headings, text and code'),
  loading: say('Loading…'),
  failed: say('The search can’t be loaded. Look whether you are connected, then try again.'),
  some: say('Nothing has all of these words. Some of them:'),
  meant: say('Did you mean'),
  keys: [['↑ ↓', say('choose')], ['Enter', say('opens')], ['Esc', say('closes')]],
  pages: (/** @type {number} */ pages) => say('Titles, headings, text and code of {pages} pages', { pages }),
  none: (/** @type {string} */ query) => say('Nothing found for “{query}”.', { query }),
  count: (/** @type {number} */ total) => (total === 1 ? say('1 result') : say('{total} results', { total })),
  first: (/** @type {number} */ shown, /** @type {number} */ total) => say('The best {shown} of {total} results', { shown, total }),
}

/** A reader who types is not interrupted: the count is read out this long after the last key. */
const QUIET_MS = 700

// Above our own folder, whose name changes with what is in it.
const TEXTS = new URL('../../', import.meta.url)
const SITE = new URL('../', TEXTS)

/** @typedef {import('../lib/search-index.js').Found} Found */
/** @typedef {import('../lib/search-index.js').Row} Row */

export class SiteSearch extends HTMLElement {
  #field = element('input', {
    type: 'text',
    className: 'search-field',
    placeholder: WORDS.search,
    inputMode: 'search',
    enterKeyHint: 'go',
    autocomplete: 'off',
    autocapitalize: 'off',
    spellcheck: false,
    maxLength: 200,
  })
  #note = element('p', { className: 'search-note', textContent: WORDS.hint })
  #list = element('div', { className: 'search-list', id: 'search-list', hidden: true })
  #body = element('div', { className: 'search-body' }, this.#note, this.#list)
  #count = element('span', { className: 'search-count' })
  #status = element('p', { className: 'search-status' })
  #dialog = element('dialog', { className: 'search' })
  /** @type {HTMLAnchorElement[]} */
  #options = []
  #active = -1
  #quiet = 0
  /** @type {SearchIndex | undefined} */
  #index
  #failed = false
  #done = false

  connectedCallback() {
    const attributes = {
      role: 'combobox',
      'aria-label': WORDS.search,
      'aria-autocomplete': 'list',
      'aria-controls': this.#list.id,
      'aria-expanded': 'false',
    }
    for (const [name, value] of Object.entries(attributes)) this.#field.setAttribute(name, value)
    this.#list.setAttribute('role', 'listbox')
    this.#list.setAttribute('aria-label', WORDS.results)
    this.#status.setAttribute('role', 'status')
    this.#dialog.setAttribute('aria-label', WORDS.search)
    const close = button('Close', () => this.#dialog.close())
    close.className = 'search-close'
    const keys = WORDS.keys.map(([key, does]) =>
      element('span', {}, element('kbd', { textContent: key }), ` ${does}`),
    )
    this.#dialog.append(
      element('div', { className: 'search-bar' }, this.#field, close),
      this.#body,
      element('p', { className: 'search-foot' }, ...keys, this.#count),
      this.#status,
    )
    this.append(this.#dialog)
    this.#field.addEventListener('input', () => this.#show())
    this.#field.addEventListener('keydown', (event) => this.#key(event))
    this.#dialog.addEventListener('click', (event) => {
      // Outside of it is the dialog's backdrop, and that is the dialog.
      if (event.target === this.#dialog) this.#dialog.close()
    })
    this.#list.addEventListener('click', ({ ctrlKey, metaKey, shiftKey }) => {
      if (!ctrlKey && !metaKey && !shiftKey) this.#dialog.close()
    })
    this.#list.addEventListener('pointermove', ({ target }) => {
      const option = target instanceof Element ? target.closest('a') : null
      if (option) this.#choose(this.#options.indexOf(option))
    })
  }

  /**
   * Show it.
   *
   * @param {string} [query] what to ask; without it, what was asked last
   */
  open(query) {
    if (!this.#dialog.open) this.#dialog.showModal()
    if (query) {
      this.#field.value = query
      this.#show()
    }
    this.#field.select()
    if (this.#failed) this.load()
  }

  /** Load the index, and answer what was asked meanwhile. */
  async load() {
    this.#failed = false
    try {
      const [{ default: MiniSearch }, { files, language, pages }] = await Promise.all([
        import('../vendor/minisearch-7.2.0.js'),
        loaded('search.json'),
      ])
      const index = new SearchIndex(MiniSearch, document.documentElement.lang || language)
      // Half of a small site would answer with the wrong best result.
      await index.add(pages, language)
      this.#index = index
      for (let file = 1; file < files; file++) {
        this.#show()
        await index.add(await loaded(`search-${file}.json`), language)
      }
      this.#done = true
    } catch {
      this.#failed = true
    }
    this.#show()
  }

  /** Show what the index has for what stands in the field. */
  #show() {
    const query = this.#field.value.trim()
    const found = query ? this.#index?.search(query) : undefined
    this.#note.replaceChildren(...this.#noteFor(query, found))
    this.#note.hidden = this.#note.childNodes.length === 0
    this.#options = []
    this.#list.replaceChildren(...(found ? this.#groups(found) : []))
    this.#list.hidden = this.#options.length === 0
    this.#field.setAttribute('aria-expanded', String(this.#options.length > 0))
    this.#body.scrollTop = 0
    this.#choose(this.#options.length > 0 ? 0 : -1)
    this.#count.textContent = counted(this.#options.length, found?.total ?? 0)
    clearTimeout(this.#quiet)
    this.#quiet = setTimeout(() => {
      this.#status.textContent = `${this.#note.textContent} ${this.#count.textContent}`.trim()
    }, QUIET_MS)
  }

  /**
   * @param {string} query
   * @param {Found} [found]
   * @returns {(Node | string)[]}
   */
  #noteFor(query, found) {
    if (this.#failed) return [WORDS.failed]
    if (!query) return [this.#done && this.#index ? WORDS.pages(this.#index.pages) : WORDS.hint]
    if (!this.#index || !found) return [WORDS.loading]
    if (found.some) return [WORDS.some]
    if (found.total > 0) return []
    if (!this.#done) return [WORDS.loading]
    const nearest = this.#index.nearest(query)
    if (!nearest) return [WORDS.none(query)]
    const ask = button(nearest, () => {
      this.#field.value = nearest
      this.#field.focus()
      this.#show()
    })
    return [WORDS.none(query), ` ${WORDS.meant} `, ask, '?']
  }

  /** @param {Found} found */
  #groups(found) {
    return found.pages.map(({ page, rows }, number) => {
      const name = element('p', { className: 'search-page', id: `search-page-${number}` })
      name.append(page.title)
      const group = element('div', { className: 'search-group' }, name)
      Object.assign(group, { lang: page.language, dir: 'auto' })
      group.setAttribute('role', 'group')
      group.setAttribute('aria-labelledby', name.id)
      group.append(...rows.map((row) => this.#option(row)))
      return group
    })
  }

  /** @param {Row} row */
  #option(row) {
    const { pieces, code } = row.excerpt
    const option = element(
      'a',
      { className: 'search-option', href: new URL(row.address, SITE).href, tabIndex: -1 },
      element('span', { className: 'search-heading' }, ...row.heading.map(asNode)),
      element(code ? 'code' : 'span', { className: 'search-excerpt' }, ...pieces.map(asNode)),
    )
    option.id = `search-option-${this.#options.length}`
    option.setAttribute('role', 'option')
    option.setAttribute('aria-selected', 'false')
    this.#options.push(option)
    return option
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.isComposing) return
    const { key, ctrlKey, metaKey, shiftKey } = event
    const count = this.#options.length
    if (key === 'Enter') {
      const modified = { bubbles: true, cancelable: true, ctrlKey, metaKey, shiftKey }
      this.#options[this.#active]?.dispatchEvent(new MouseEvent('click', modified))
    } else if (key === 'ArrowDown' && count > 0) {
      this.#choose((this.#active + 1) % count)
      this.#reveal()
    } else if (key === 'ArrowUp' && count > 0) {
      this.#choose((this.#active + count - 1) % count)
      this.#reveal()
    } else {
      return
    }
    event.preventDefault()
  }

  /** @param {number} number of the option that Enter opens */
  #choose(number) {
    this.#options[this.#active]?.setAttribute('aria-selected', 'false')
    this.#active = number
    const option = this.#options[number]
    option?.setAttribute('aria-selected', 'true')
    if (option) this.#field.setAttribute('aria-activedescendant', option.id)
    else this.#field.removeAttribute('aria-activedescendant')
  }

  #reveal() {
    if (this.#active === 0) this.#body.scrollTop = 0
    this.#options[this.#active]?.scrollIntoView({ block: 'nearest' })
  }
}

/**
 * @param {number} shown
 * @param {number} total
 */
function counted(shown, total) {
  if (total === 0) return ''
  return total > shown ? WORDS.first(shown, total) : WORDS.count(total)
}

/** @param {import('../lib/search-excerpt.js').Piece} piece */
function asNode({ text, marked }) {
  return marked ? element('mark', { textContent: text }) : document.createTextNode(text)
}

/** @param {string} name */
async function loaded(name) {
  const response = await fetch(new URL(name, TEXTS))
  if (!response.ok) throw new Error(name)
  return response.json()
}

customElements.define('site-search', SiteSearch)
const search = new SiteSearch()
const ready = loadStyles('search.css') // without them the dialog is not to be seen
document.body.append(search)
search.load()

/**
 * Show the search.
 *
 * @param {string} [query] what to ask
 */
export async function openSearch(query) {
  await ready
  search.open(query)
}
