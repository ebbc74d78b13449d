import { say } from './words.js'

/**
 * Make an element.
 *
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} name
 * @param {Partial<HTMLElementTagNameMap[T]>} [properties]
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties)
  made.append(...children)
  return made
}

/**
 * Make a button.
 *
 * @param {string} label in English
 * @param {(button: HTMLButtonElement) => void} clicked
 */
export function button(label, clicked) {
  const made = element('button', { type: 'button', textContent: say(label) })
  made.addEventListener('click', () => clicked(made))
  return made
}

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
    const area = element('textarea', { value: text, className: 'clipboard' })
    made.after(area)
    area.select()
    made.textContent = document.execCommand('copy') ? say('Copied') : say('Not allowed')
    area.remove()
    made.focus()
  }
  setTimeout(() => (made.textContent = label), 2000)
}
