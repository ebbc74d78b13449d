// One of the panes below a snippet: a heading that folds it, and a body.
//
// Folded until it has something to say; what the reader folded stays folded.
// Attribute `folded` while it is, `empty` while nothing was said.

import { element } from '../lib/element.js'
import { say } from '../lib/words.js'

/** @type {Set<LivePane>} those that have something new */
const waiting = new Set()

/** Draw them together: to measure one after another was drawn costs a layout of the page. */
function drawAll() {
  const panes = [...waiting]
  waiting.clear()
  const atEnd = panes.filter(({ body }) => !body.firstChild || body.scrollHeight - body.scrollTop - body.clientHeight < 8)
  for (const pane of panes) pane.draw()
  for (const { body } of atEnd) body.scrollTop = body.scrollHeight
}

export class LivePane extends HTMLElement {
  body = element('div', { className: 'pane-body', tabIndex: 0 })
  bar = element('div', { className: 'pane-bar' })
  #heading = element('button', { type: 'button', className: 'pane-heading' })
  #summary = element('span', { className: 'pane-summary' })
  #folded = false

  /**
   * @param {string} name
   * @param {string} label what the body holds, for screen readers
   * @param {'log' | 'group'} role whether screen readers read out what comes
   */
  constructor(name, label, role) {
    super()
    this.#heading.append(element('span', { textContent: say(name) }), this.#summary)
    this.#heading.addEventListener('click', () => {
      this.#folded = !this.hasAttribute('folded')
      this.#fold(this.#folded)
    })
    this.body.setAttribute('role', role)
    this.body.setAttribute('aria-label', say(label))
    this.bar.append(this.#heading)
  }

  connectedCallback() {
    if (this.contains(this.body)) return
    this.append(this.bar, this.body)
    this.say('', true)
  }

  /**
   * Show in the heading what there is, and unfold.
   *
   * @param {string | number} summary
   * @param {boolean} [empty]
   */
  say(summary, empty = false) {
    this.#summary.textContent = String(summary)
    this.toggleAttribute('empty', empty)
    this.#fold(empty || this.#folded)
  }

  /** Draw what is new at the next frame; who saw the end of it, sees it again. */
  drawSoon() {
    if (waiting.size === 0) requestAnimationFrame(drawAll)
    waiting.add(this)
  }

  draw() {}

  /** @param {boolean} folded */
  #fold(folded) {
    this.toggleAttribute('folded', folded)
    this.#heading.setAttribute('aria-expanded', String(!folded))
  }
}

const MOST_LINES = 1000

/** A pane of lines, of which it keeps the last thousand. */
export class LinesPane extends LivePane {
  /** @type {(() => HTMLElement)[]} made into elements at the next frame */
  #waiting = []
  #count = 0

  /** @param {() => HTMLElement} make */
  add(make) {
    this.drawSoon()
    this.#waiting.push(make)
    this.#count++
    if (this.#waiting.length > 2 * MOST_LINES) this.#waiting.splice(0, MOST_LINES)
  }

  clear() {
    this.#waiting = []
    this.#count = 0
    this.body.replaceChildren()
    this.say('', true)
  }

  draw() {
    if (this.#count === 0) return
    const body = this.body
    this.say(this.#count > MOST_LINES ? `${this.#count}, the last ${MOST_LINES} kept` : this.#count)
    body.append(...this.#waiting.splice(0).slice(-MOST_LINES).map((make) => make()))
    while (body.childElementCount > MOST_LINES) body.firstChild?.remove()
  }
}
