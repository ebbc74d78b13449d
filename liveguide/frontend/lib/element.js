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
 * Make a button. Where what it does can't be loaded, it says so for a moment.
 *
 * @param {string} label in English
 * @param {(button: HTMLButtonElement) => unknown} clicked
 */
export function button(label, clicked) {
  const textContent = say(label)
  const made = element('button', { type: 'button', textContent })
  made.onclick = async () => {
    try {
      await clicked(made)
    } catch (error) {
      made.textContent = say('No answer')
      made.dataset.label = textContent // what copy.js gives back
      setTimeout(() => (made.textContent = textContent), 2000)
      throw error
    }
  }
  return made
}
