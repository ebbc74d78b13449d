// On the page for an address that is not there: the pages whose addresses are nearest to it, and the
// search for its words.
import { button, element } from '../lib/element.js'
import { nearest } from '../lib/nearest.js'
import { say } from '../lib/words.js'

// Above our own folder, whose name changes with what is in it.
const LISTS = new URL('../../', import.meta.url)
const SITE = new URL('../', LISTS)
const LONGEST = 100

/** @param {Element} place */
export async function suggest(place) {
  if (!location.href.startsWith(SITE.href)) return
  const asked = location.pathname.slice(SITE.pathname.length)
  offerSearch(place, wordsOf(asked))
  const response = await fetch(new URL('addresses.json', LISTS))
  if (!response.ok) return
  /** @type {[string, string][]} */
  const addresses = await response.json()
  const found = nearest(asked, addresses.map(([path, title]) => ({ path, title })))
  if (found.length === 0) return
  const items = found.map(({ path, title }) =>
    element('li', {}, element('a', { href: new URL(path, SITE).href, textContent: title })),
  )
  place.prepend(
    element('p', { textContent: say('Perhaps you are looking for:') }),
    element('ul', {}, ...items),
  )
}

/**
 * @param {Element} place
 * @param {string} words
 */
function offerSearch(place, words) {
  if (!words) return
  const ask = button('', async () => {
    const { openSearch } = await import('../elements/site-search.js')
    openSearch(words)
  })
  ask.textContent = say('Search for “{words}”', { words })
  place.append(element('p', {}, ask))
}

/**
 * Return the words of an address, for the search.
 *
 * @param {string} path
 */
function wordsOf(path) {
  let text = path
  try {
    text = decodeURIComponent(path)
  } catch {
    // It stays as it is.
  }
  const words = text.replace(/\.\w+$/, '').match(/[\p{L}\p{N}\p{M}_]+/gu) ?? []
  return words.join(' ').slice(0, LONGEST)
}
