// <live-example> details.example-frame > .example-windows > iframe </live-example>
//
// A demo in the page, beside tabs with the sources that its card links to.
// Loaded when a reader first opens a demo. Frames take the height of their content.
import { element } from '../lib/element.js'
import { loadStyles } from '../lib/stylesheet.js'
import { say } from '../lib/words.js'

/** Says that a text may be read as HTML: what is read is a page of this site, and runs nothing. */
const trusted = /** @type {any} */ (globalThis).trustedTypes?.createPolicy('sources', {
  createHTML: (/** @type {string} */ text) => text,
})

const LEAST = 320
const MOST = 640

export class LiveExample extends HTMLElement {
  #tabs = element('div', { className: 'tabs', role: 'tablist' })

  connectedCallback() {
    const details = this.querySelector('details')
    const windows = /** @type {HTMLElement | null} */ (this.querySelector('.example-windows'))
    if (!details || !windows || this.contains(this.#tabs)) return
    for (const frame of windows.querySelectorAll('iframe')) {
      frame.addEventListener('load', () => fit(frame))
      if (frame.contentDocument?.readyState === 'complete') fit(frame)
    }
    const links = this.closest('.example')?.querySelectorAll('a.example-source') ?? []
    const sources = /** @type {HTMLAnchorElement[]} */ ([...links]).filter(isOwn)
    if (sources.length === 0) return
    this.#tabs.ariaLabel = say('The demo and its sources')
    this.#add(say('Demo'), windows)
    for (const link of sources) {
      const panel = element('div', { className: 'example-code' })
      this.#add(link.pathname.replace(/\.source\/$/, '').replace(/.*\//, ''), panel, link.href)
      details.append(panel)
    }
    details.querySelector('summary')?.after(this.#tabs)
    this.#tabs.addEventListener('keydown', (event) => this.#key(event))
    this.#select(0)
  }

  /**
   * @param {string} name
   * @param {HTMLElement} panel
   * @param {string} [href] of the source view that the panel shows
   */
  #add(name, panel, href) {
    const tab = element('button', { type: 'button', role: 'tab', textContent: name })
    const number = this.#tabs.childElementCount
    panel.id ||= `example-${(this.parentElement?.dataset.line ?? '') + number}-panel`
    panel.role = 'tabpanel'
    panel.ariaLabel = name
    tab.setAttribute('aria-controls', panel.id)
    tab.addEventListener('click', () => {
      this.#select(number)
      if (href && panel.childElementCount === 0) show(href, panel)
    })
    this.#tabs.append(tab)
  }

  /** @param {number} selected */
  #select(selected) {
    for (const [number, tab] of [...this.#tabs.querySelectorAll('button')].entries()) {
      tab.ariaSelected = String(number === selected)
      tab.tabIndex = number === selected ? 0 : -1
      const panel = document.getElementById(tab.getAttribute('aria-controls') ?? '')
      if (panel) panel.hidden = number !== selected
    }
  }

  /** @param {KeyboardEvent} event */
  #key({ key }) {
    const tabs = [...this.#tabs.querySelectorAll('button')]
    const now = tabs.findIndex((tab) => tab.tabIndex === 0)
    const step = { ArrowRight: 1, ArrowLeft: -1 }[key]
    if (!step) return
    const tab = tabs[(now + step + tabs.length) % tabs.length]
    tab.focus()
    tab.click()
  }
}

/** @param {HTMLAnchorElement} link */
function isOwn(link) {
  return link.origin === location.origin && link.pathname.endsWith('.source/')
}

/**
 * Show the code of a source view: the file that runs, as the build read it.
 *
 * @param {string} href
 * @param {HTMLElement} panel
 */
async function show(href, panel) {
  try {
    const response = await fetch(href)
    const text = await response.text()
    const html = trusted?.createHTML(text) ?? text
    const code = new DOMParser().parseFromString(html, 'text/html').querySelector('.highlight')
    if (!response.ok || !code) throw new Error(`status ${response.status}`)
    for (const line of code.querySelectorAll('[id]')) line.removeAttribute('id')
    panel.append(document.adoptNode(code))
  } catch (error) {
    panel.append(say('The source can’t be loaded ({error}). ', { error: String(error) }))
    panel.append(element('a', { href, textContent: say('Open it') }))
  }
}

/**
 * Give a frame the height of its content, now and whenever that changes.
 *
 * @param {HTMLIFrameElement} frame
 */
function fit(frame) {
  const inside = frame.contentDocument
  if (!inside?.body) return
  let waiting = false

  function measure() {
    waiting = false
    if (!inside || frame.offsetWidth === 0) return
    const before = frame.style.height
    frame.style.height = '0' // else a page as tall as its window would never shrink
    const height = Math.min(MOST, Math.max(LEAST, inside.documentElement.scrollHeight))
    frame.style.height = before
    if (`${height}px` !== before) frame.style.height = `${height}px`
  }

  function soon() {
    if (!waiting) requestAnimationFrame(measure)
    waiting = true
  }

  const changes = { subtree: true, childList: true, characterData: true, attributes: true }
  new MutationObserver(soon).observe(inside.body, changes)
  new ResizeObserver(soon).observe(frame.parentElement ?? frame)
  soon()
}

await Promise.all([loadStyles('demo.css'), loadStyles('lines.css')])
customElements.define('live-example', LiveExample)
