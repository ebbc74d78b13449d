// Load a stylesheet of ours that a page has no need of at first sight.
import { element } from './element.js'

/**
 * Resolves when the rules hold, or can't be had.
 *
 * @param {string} name of the file in `styles/`
 */
export async function loadStyles(name) {
  const href = new URL(`../styles/${name}`, import.meta.url).href
  const link = element('link', { rel: 'stylesheet', href })
  await new Promise((resolve) => {
    link.onload = link.onerror = resolve
    document.head.append(link)
  })
}
