// The index of a site, made in the browser from the sections that the build wrote.
import { excerpt, marked } from './search-excerpt.js'
import { termsIn, termsOf } from './search-words.js'

const MOST_ROWS = 30
const MOST_ROWS_OF_A_PAGE = 6
const MOST_LOOKED_AT = 300
const FEW = 3
const SLICE_MS = 10
/** In words of so many letters, none may be wrong. */
const MOST_EXACT = 3
const LETTER = /^[a-z_$]$/
const DIGIT = /^\d$/

/** How much a word counts where it stands; `page` is the title of a section's page. */
const BOOST = { title: 9, heading: 6, page: 0.5, lead: 1.5, text: 1, code: 1 }

/** @typedef {import('./search-excerpt.js').Piece} Piece */
/** @typedef {import('./search-excerpt.js').Excerpt} Excerpt */

/**
 * One page as the build wrote it: address, title, description, language, sections.
 *
 * @typedef {[string, string, string, string, string[][]]} WrittenPage
 */

/** @typedef {{ url: string, title: string, language: string, foreign: boolean }} Page */

/** @typedef {{ page: Page, id: string, heading: string, text: string, code: string }} Section */

/**
 * @typedef {object} Row one section that was found
 * @property {string} address relative to the site
 * @property {Piece[]} heading its heading, or the page's title if it stands above all headings
 * @property {boolean} isPage whether it stands above all headings
 * @property {Excerpt} excerpt
 */

/**
 * @typedef {object} Found
 * @property {{ page: Page, rows: Row[] }[]} pages best first, the reader's language before others
 * @property {number} total how many sections match
 * @property {boolean} some whether no section has all of the words, and these have some
 */

/** @typedef {{ id: number, score: number, terms: string[] }} Hit */

/**
 * What we use of MiniSearch.
 *
 * @typedef {object} Engine
 * @property {(document: object) => void} add
 * @property {(query: string, options: object) => Hit[]} search
 */

export class SearchIndex {
  #engine
  #language
  /** @type {Section[]} */
  #sections = []
  #pages = 0

  /**
   * @param {new (options: object) => Engine} MiniSearch
   * @param {string} language the reader's; its pages come first
   */
  constructor(MiniSearch, language) {
    this.#language = language
    this.#engine = new MiniSearch({
      fields: Object.keys(BOOST),
      tokenize: termsIn,
      processTerm: (/** @type {string} */ term) => term,
    })
  }

  /** How many pages it has. */
  get pages() {
    return this.#pages
  }

  /**
   * Take pages in, with pauses in which the browser can answer the reader.
   *
   * @param {WrittenPage[]} pages
   * @param {string} language the language of a page that names none
   */
  async add(pages, language) {
    let until = performance.now() + SLICE_MS
    for (const [url, title, lead, own, sections] of pages) {
      const spoken = own || language
      const foreign = spoken.split('-')[0] !== this.#language.split('-')[0]
      const page = { url, title, language: spoken, foreign }
      this.#pages++
      for (const [id = '', heading = '', text = '', code = ''] of sections.length > 0 ? sections : [[]]) {
        this.#engine.add({
          id: this.#sections.length,
          ...(id ? { heading, page: title } : { title, lead }),
          text,
          code,
        })
        this.#sections.push({ page, id, heading, text: id || text ? text : lead, code })
        if (performance.now() > until) {
          await new Promise((resolve) => setTimeout(resolve))
          until = performance.now() + SLICE_MS
        }
      }
    }
  }

  /**
   * Find the sections that a reader asks for.
   *
   * @param {string} query
   * @returns {Found}
   */
  search(query) {
    const { hits, asked, some } = this.#hits(query)
    /** @type {Map<Page, Hit[]>} */
    const byPage = new Map()
    for (const hit of this.#nearFirst(hits).slice(0, MOST_LOOKED_AT)) {
      const { page } = this.#sections[hit.id]
      const ofPage = byPage.get(page)
      if (ofPage) ofPage.push(hit)
      else byPage.set(page, [hit])
    }
    const pages = []
    let rows = 0
    for (const [page, ofPage] of byPage) {
      if (rows >= MOST_ROWS) break
      const shown = ofPage.slice(0, Math.min(MOST_ROWS_OF_A_PAGE, MOST_ROWS - rows))
      rows += shown.length
      pages.push({ page, rows: shown.map((hit) => this.#row(hit, asked)) })
    }
    return { pages, total: hits.length, some }
  }

  /**
   * Return the word that the site has nearest to one that it does not have.
   *
   * @param {string} query
   */
  nearest(query) {
    const [hit] = this.#engine.search(query, {
      tokenize: (/** @type {string} */ text) => termsOf(text),
      fuzzy: 0.45,
      boost: BOOST,
    })
    return hit?.terms[0] ?? ''
  }

  /** @param {Hit[]} hits */
  #nearFirst(hits) {
    const far = hits.filter((hit) => this.#sections[hit.id].page.foreign)
    if (far.length === 0) return hits
    return [...hits.filter((hit) => !this.#sections[hit.id].page.foreign), ...far]
  }

  /**
   * A letter that a word may begin with says little: it waits for the next, or finds headings.
   * Then first what is spelled so; then what is nearly; then parts of names; then some of the words.
   *
   * @param {string} query
   */
  #hits(query) {
    let asked = termsOf(query)
    if (asked.length > 1 && LETTER.test(asked[asked.length - 1])) asked.pop()
    let hits = this.#search(asked, 'AND', 0)
    const long = asked.some((term) => term.length > MOST_EXACT)
    if (long && hits.length < FEW) hits = this.#search(asked, 'AND', 1)
    if (long && hits.length === 0) hits = this.#search(asked, 'AND', 2)
    if (hits.length === 0) {
      const parts = termsOf(query, true)
      if (parts.length > asked.length) hits = this.#search((asked = parts), 'AND', 1)
    }
    const some = hits.length === 0 && asked.length > 1
    if (some) hits = this.#search(asked, 'OR', 1)
    return { hits, asked, some: some && hits.length > 0 }
  }

  /**
   * @param {string[]} terms
   * @param {'AND' | 'OR'} combineWith
   * @param {number} slips how many letters of a word may be wrong; a short one has fewer
   */
  #search(terms, combineWith, slips) {
    const last = terms.length - 1
    return this.#engine.search(terms.join(' '), {
      tokenize: (/** @type {string} */ text) => text.split(' ').filter(Boolean),
      combineWith,
      boost: BOOST,
      fields: last === 0 && LETTER.test(terms[0]) ? ['title', 'heading'] : undefined,
      prefix: (/** @type {string} */ term, /** @type {number} */ place) =>
        term.length > 2 || (place === last && !DIGIT.test(term)),
      fuzzy: (/** @type {string} */ { length }) =>
        length > MOST_EXACT + 1 ? slips : length > MOST_EXACT && slips > 0,
      weights: { fuzzy: 0.15, prefix: 0.5 },
    })
  }

  /**
   * @param {Hit} hit
   * @param {string[]} asked
   * @returns {Row}
   */
  #row(hit, asked) {
    const { page, id, heading, text, code } = this.#sections[hit.id]
    const matched = new Set(hit.terms)
    return {
      address: page.url + (id ? `#${encodeURIComponent(id)}` : ''),
      heading: marked(id ? heading : page.title, asked, matched),
      isPage: !id,
      excerpt: excerpt(text, code, asked, matched),
    }
  }
}
