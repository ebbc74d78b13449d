// Copies where a link leads, and says so for a moment in its place.
import { say } from '../lib/words.js'

/** @param {HTMLAnchorElement} link */
export async function copyAddress(link) {
  if (link.dataset.copied !== undefined) return
  try {
    await navigator.clipboard.writeText(link.href)
  } catch {
    return // browsers lend the clipboard to https: and localhost only
  }
  const sign = link.textContent
  link.dataset.copied = ''
  link.textContent = say('Copied')
  setTimeout(() => {
    delete link.dataset.copied
    link.textContent = sign
  }, 2000)
}
