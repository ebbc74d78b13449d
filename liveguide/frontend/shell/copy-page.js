// Loaded when a reader first asks for it: a page's Markdown, on the clipboard.
import { copy } from '../lib/copy.js'

/**
 * Copy what stands at an address; where it can't be had, go there.
 *
 * @param {HTMLButtonElement} button
 * @param {string} address
 */
export async function copyPage(button, address) {
  let text = ''
  try {
    const response = await fetch(address)
    if (!response.ok) throw new Error(response.statusText)
    text = await response.text()
  } catch {
    location.href = address
    return
  }
  await copy(button, text)
}
