// <draft-mark>: above the title of a page that only its author sees.
import { element } from '../lib/element.js'

class DraftMark extends HTMLElement {
  constructor() {
    super()
    const href = new URL('draft.css', import.meta.url).href
    const styles = element('link', { rel: 'stylesheet', href })
    const text = element('p', { textContent: 'Draft: the site is built without this page.' })
    this.attachShadow({ mode: 'open' }).append(styles, text)
  }
}

customElements.define('draft-mark', DraftMark)
document.querySelector('h1')?.before(new DraftMark())
