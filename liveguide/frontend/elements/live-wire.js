// <live-wire>: the handshake, each message, pings and the close, as they went over the wire.
import { button, element } from '../lib/element.js'
import { matches, WireLog } from '../lib/wire-log.js'
import { say } from '../lib/words.js'
import { LivePane } from './live-pane.js'

/** @typedef {import('../lib/wire-log.js').WireRecord} WireRecord */

const PAGE = 200
/** In ms: a list that changes as a whole is drawn no more often. */
const FLOOD = 200
const ARROWS = { in: '↓', out: '↑', '': '·' }
const SPOKEN = { in: say('received'), out: say('sent'), '': '' }

export class LiveWire extends LivePane {
  log = new WireLog()

  #filter = element('input', { type: 'search', placeholder: say('Filter') })
  #pause = button('Pause', () => this.#toggle())
  #earlier = button('Show earlier messages', () => this.#showEarlier())
  #paused = false
  /** @type {WeakMap<WireRecord, HTMLDetailsElement>} the rows that were unfolded */
  #unfolded = new WeakMap()
  #drawing = false
  #flooded = false
  #most = PAGE
  /** How many records, counting those let go, the list has taken account of; -1: it is to be made anew. */
  #seen = -1

  constructor() {
    super('Wire', 'What went over the connection', 'group')
    this.#filter.setAttribute('aria-label', say('Show only messages with these words'))
    this.#filter.addEventListener('input', () => this.#redraw())
    this.#pause.setAttribute('aria-pressed', 'false')
    const tools = element(
      'span',
      { className: 'pane-tools' },
      this.#filter,
      this.#pause,
      button('Clear', () => this.#emptied()),
      button('Copy JSON', async (made) => {
        const { copy } = await import('../lib/copy.js')
        const { exported } = await import('../lib/wire-detail.js')
        copy(made, await exported(this.log.records))
      }),
    )
    this.bar.append(tools)
  }

  /** Note a change of the log; the list follows at the next frame. */
  changed() {
    if (this.#drawing) return
    this.#drawing = true
    if (this.#flooded) setTimeout(() => this.drawSoon(), FLOOD)
    else this.drawSoon()
  }

  draw() {
    this.#drawing = false
    const { counts, records } = this.log
    this.say(`↑ ${counts.out}  ↓ ${counts.in}`, records.length === 0)
    if (!this.#paused || this.#seen < 0) this.#drawRows()
  }

  /** Begin anew, for other sockets. */
  clear() {
    this.log = new WireLog()
    this.#emptied()
  }

  #emptied() {
    this.log.clear()
    this.#most = PAGE
    this.#redraw()
  }

  #toggle() {
    this.#paused = !this.#paused
    this.#pause.setAttribute('aria-pressed', String(this.#paused))
    this.changed()
  }

  #showEarlier() {
    this.#most += PAGE
    this.#redraw()
  }

  #redraw() {
    this.#seen = -1
    this.changed()
  }

  /** Show what came since the last time: as many rows as a reader can use, not all there are. */
  #drawRows() {
    const { body, log } = this
    if (log.changed) this.#seen = -1
    log.changed = false
    const words = this.#filter.value.trim()
    const fresh = []
    let index = log.records.length - 1
    for (; index >= 0; index--) {
      if (index + log.dropped < this.#seen || fresh.length === this.#most) break
      if (!words || matches(log.records[index], words)) fresh.push(log.records[index])
    }
    this.#flooded = fresh.length === this.#most
    const anew = this.#seen < 0 || this.#flooded
    let earlier = anew ? index >= 0 : this.#earlier.isConnected
    if (anew) body.replaceChildren()
    this.#earlier.remove()
    this.#seen = log.dropped + log.records.length
    // What a reader has unfolded stays so.
    body.append(...fresh.reverse().map((record) => {
      const unfolded = this.#unfolded.get(record)
      return unfolded?.open ? unfolded : row(record, this.#unfolded)
    }))
    while (body.childElementCount > this.#most) {
      body.firstChild?.remove()
      earlier = true
    }
    if (earlier) body.prepend(this.#earlier)
  }
}

/**
 * @param {WireRecord} record
 * @param {WeakMap<WireRecord, HTMLDetailsElement>} unfolded takes the row when it is unfolded
 * @returns {HTMLElement}
 */
function row(record, unfolded) {
  const { direction, kind, socket, ms, size, text, roundTrip, data } = record
  const cell = (/** @type {string} */ name, /** @type {string} */ content) =>
    element('span', { className: name, textContent: content })
  const arrow = cell('arrow', ARROWS[direction])
  arrow.setAttribute('aria-label', SPOKEN[direction])
  const summary = element(
    'summary',
    {},
    cell('ms', `${(ms / 1000).toFixed(3)} s`),
    arrow,
    cell('kind', socket > 1 ? `#${socket} ${kind}` : kind),
    cell('text', text),
    cell('size', data === undefined ? '' : bytes(size)),
    cell('trip', roundTrip === undefined ? '' : `${roundTrip.toFixed(1)} ms`),
  )
  const details = element('details', { className: `wire-row ${direction} ${kind}` }, summary)
  details.addEventListener(
    'toggle',
    async () => {
      unfolded.set(record, details)
      const { detailOf } = await import('../lib/wire-detail.js')
      details.append(element('pre', { textContent: await detailOf(record) }))
    },
    { once: true },
  )
  return details
}

/** @param {number} size */
function bytes(size) {
  return size < 1024 ? `${size} B` : `${(size / 1024).toFixed(1)} KiB`
}

customElements.define('live-wire', LiveWire)
