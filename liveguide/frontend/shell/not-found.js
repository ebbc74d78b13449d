// On the page for an address that is not there: the pages whose addresses are nearest to it.
import { element } from '../lib/element.js'
import { nearest } from '../lib/nearest.js'
import { say } from '../lib/words.js'

const HERE = new URL('../', import.meta.url)
const SITE = new URL('../', HERE)

/** @param {Element} place */
export async function suggest(place) {
  if (!location.href.startsWith(SITE.href)) return
  const response = await fetch(new URL('addresses.json', HERE))
  if (!response.ok) return
  /** @type {[string, string][]} */
  const addresses = await response.json()
  const asked = location.pathname.slice(SITE.pathname.length)
  const found = nearest(asked, addresses.map(([path, title]) => ({ path, title })))
  if (found.length === 0) return
  const items = found.map(({ path, title }) =>
    element('li', {}, element('a', { href: new URL(path, SITE).href, textContent: title })),
  )
  place.append(
    element('p', { textContent: say('Perhaps you are looking for:') }),
    element('ul', {}, ...items),
  )
}
