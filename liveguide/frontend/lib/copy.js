// Loaded when a reader first copies something.
import { element } from './element.js'
import { say } from './words.js'

/**
 * Put a text on the clipboard, and say so on the button for a moment.
 *
 * @param {HTMLButtonElement} made
 * @param {string} text
 */
export async function copy(made, text) {
  const label = made.dataset.label ?? made.textContent ?? ''
  made.dataset.label = label
  try {
    await navigator.clipboard.writeText(text)
    made.textContent = say('Copied')
  } catch {
    // Browsers lend the clipboard to https: and localhost only.
    const area = element('textarea', { value: text })
    Object.assign(area.style, { position: 'fixed', top: '0', opacity: '0' })
    made.after(area)
    area.select()
    made.textContent = document.execCommand('copy') ? say('Copied') : say('Not allowed')
    area.remove()
    made.focus()
  }
  setTimeout(() => (made.textContent = label), 2000)
}
