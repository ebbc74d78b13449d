// <live-errors>: what is wrong with the guide, over the page, until it is mended or put away.
import { button, element } from '../lib/element.js'

/** @typedef {import('./reload.js').Problem} Problem */

export class LiveErrors extends HTMLElement {
  #list = element('div')
  #title = element('h2')
  #box = element('section', { hidden: true })
  #shown = '[]'

  constructor() {
    super()
    const href = new URL('errors.css', import.meta.url).href
    const head = element('div', { className: 'head' }, this.#title)
    head.append(button('Close', () => this.#close()))
    this.#box.append(head, this.#list)
    this.#box.setAttribute('role', 'alert')
    const styles = element('link', { rel: 'stylesheet', href })
    this.attachShadow({ mode: 'open' }).append(styles, this.#box)
    document.addEventListener('keydown', ({ key }) => {
      if (key === 'Escape') this.#close()
    })
  }

  /**
   * Show these problems and no others; none, and the box is gone.
   *
   * @param {Problem[]} problems
   */
  show(problems) {
    const text = JSON.stringify(problems)
    if (text === this.#shown) return // what was put away stays away until something changes
    this.#shown = text
    this.#title.textContent = problems.length === 1 ? '1 error' : `${problems.length} errors`
    this.#list.replaceChildren(...problems.map(article))
    this.#box.hidden = problems.length === 0
  }

  #close() {
    this.#box.hidden = true
  }
}

/** @param {Problem} problem */
function article({ path, line, column, message, lines }) {
  const place = [path, line, column].filter((part) => part !== null).join(':')
  const title = element('h3', { textContent: place })
  const article = element('article', {}, title, element('p', { textContent: message }))
  if (lines.length > 0) {
    const shown = lines.map(([number, text]) =>
      element(number === line ? 'mark' : 'span', {
        textContent: `${String(number).padStart(5)}  ${text}\n`,
      }),
    )
    article.append(element('pre', { tabIndex: 0, ariaLabel: `Lines of ${path}` }, ...shown))
  }
  return article
}

customElements.define('live-errors', LiveErrors)
