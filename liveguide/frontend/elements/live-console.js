// <live-console>: what a snippet logged, below it.
import { element } from '../lib/element.js'
import { LinesPane } from './live-pane.js'

/** @typedef {import('../lib/describe-value.js').Described} Described */

export class LiveConsole extends LinesPane {
  constructor() {
    super('Console', 'What the snippet logged', 'log')
  }

  /**
   * @param {string} level
   * @param {Described[]} parts
   */
  write(level, parts) {
    this.add(() =>
      element(
        'div',
        { className: `live-line ${level}` },
        ...parts.flatMap((part, index) => (index > 0 ? [' ', shown(part)] : [shown(part)])),
      ),
    )
  }
}

/**
 * @param {Described} described
 * @returns {Node}
 */
function shown({ text, entries }) {
  if (!entries) return document.createTextNode(text)
  const details = element('details', { className: 'value' }, element('summary', { textContent: text }))
  details.addEventListener(
    'toggle',
    () => {
      for (const [key, value] of entries) {
        const name = element('span', { className: 'key', textContent: `${key}: ` })
        details.append(element('div', { className: 'entry' }, name, shown(value)))
      }
    },
    { once: true },
  )
  return details
}

customElements.define('live-console', LiveConsole)
