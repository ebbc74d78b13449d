// <live-server>: what the author's functions printed and logged for a snippet's connections.
import { element } from '../lib/element.js'
import { SITE } from '../lib/trace.js'
import { LinesPane } from './live-pane.js'

/** @typedef {import('../lib/trace.js').TraceRecord} TraceRecord */

export class LiveServer extends LinesPane {
  constructor() {
    super('Server', 'What the server printed for this connection', 'group')
  }

  /** @param {TraceRecord} record */
  write({ type, text = '', level, count, function: name, place, href }) {
    if (type === 'cut') {
      text = `not shown, because too many came at once: ${count}`
      level = 'warning'
    }
    this.add(() => {
      const line = element('div', { className: `live-line ${level}` }, text)
      const from = [name, place].filter(Boolean).join(' · ')
      if (href) {
        const link = element('a', { href: new URL(href, SITE).href, textContent: from })
        link.target = '_blank'
        line.append(' ', link)
      } else if (from) {
        line.append(' ', element('small', { textContent: from }))
      }
      return line
    })
  }
}

customElements.define('live-server', LiveServer)
