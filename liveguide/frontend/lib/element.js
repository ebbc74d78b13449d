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
