// <live-snippet src="…/1-ab12.js" data-line="57"> figure.code </live-snippet>
//
// A runnable snippet, around the highlighted code that the page already has.
//
//   src        the script that runs it, written by the build
//   data-line  the line of its fence in the page's source
//
// `run()` starts it: main.js does so once for each, in page order. Below the
// code stand the state of its connection, two buttons and what it logged.
// Dispatches `snippet-run` when a run begins. Needs no styles to be read.

import { runSnippet } from '../lib/run-snippet.js'
import { virtualConsole } from '../lib/virtual-console.js'
import { observedSocket } from '../lib/observed-socket.js'

const MOST_LINES = 1000

export class LiveSnippet extends HTMLElement {
  /** @type {WebSocket[]} */
  #sockets = []
  #run = 0
  /** @type {HTMLElement[]} logged since the last frame */
  #waiting = []
  #output = element('div', { className: 'live-output', role: 'log', tabIndex: 0 })
  #state = element('span', { className: 'live-state', textContent: 'not run yet' })

  connectedCallback() {
    if (this.contains(this.#output)) return
    this.#output.setAttribute('aria-label', 'What the snippet logged')
    this.#state.setAttribute('role', 'status')
    const run = element('button', { type: 'button', textContent: 'Run again' })
    run.addEventListener('click', () => this.run())
    const copy = element('button', { type: 'button', textContent: 'Copy' })
    copy.addEventListener('click', () => this.#copy(copy))
    const bar = element('div', { className: 'live-bar' })
    bar.append(this.#state, run, copy)
    this.append(bar, this.#output)
  }

  disconnectedCallback() {
    this.#closeSockets()
  }

  /** Run the snippet anew: close what an earlier run opened, and begin with an empty output. */
  async run() {
    const run = ++this.#run
    this.#closeSockets()
    this.#clear()
    this.#show('running', 'ran')
    this.dispatchEvent(new CustomEvent('snippet-run', { bubbles: true }))
    const write = (/** @type {string} */ level, /** @type {string} */ text) => {
      if (run === this.#run) this.#write(level, text)
    }
    await runSnippet(
      this.getAttribute('src') ?? '',
      virtualConsole(write, () => this.#clear()),
      observedSocket((socket) => this.#observe(socket, run)),
      (error, line) => write('error', `${error}${line ? ` (line ${line})` : ''}`),
    )
  }

  /**
   * @param {WebSocket} socket
   * @param {number} run
   */
  #observe(socket, run) {
    if (run !== this.#run) return socket.close() // an old timer that reconnects
    this.#sockets.push(socket)
    this.#show('connecting', 'connecting')
    socket.addEventListener('open', () => {
      if (run === this.#run) this.#show('open', 'open')
    })
    socket.addEventListener('close', (event) => {
      if (run !== this.#run) return
      const reason = event.reason ? `, ${event.reason}` : ''
      this.#show('closed', `closed (${event.code}${reason})`)
    })
  }

  #closeSockets() {
    for (const socket of this.#sockets.splice(0)) socket.close()
  }

  #clear() {
    this.#waiting = []
    this.#output.replaceChildren()
  }

  /**
   * @param {string} level
   * @param {string} text
   */
  #write(level, text) {
    // Once a frame: a layout for each line would freeze the page of a snippet that logs in a loop.
    if (this.#waiting.length === 0) requestAnimationFrame(() => this.#flush())
    this.#waiting.push(element('div', { className: `live-line ${level}`, textContent: text }))
    if (this.#waiting.length > 2 * MOST_LINES) this.#waiting.splice(0, MOST_LINES)
  }

  #flush() {
    const output = this.#output
    const atEnd = output.scrollHeight - output.scrollTop - output.clientHeight < 8
    output.append(...this.#waiting.splice(0).slice(-MOST_LINES))
    while (output.childElementCount > MOST_LINES) output.firstChild?.remove()
    if (atEnd) output.scrollTop = output.scrollHeight
  }

  /**
   * @param {string} state
   * @param {string} text
   */
  #show(state, text) {
    this.dataset.state = state
    this.#state.textContent = text
  }

  /** @param {HTMLButtonElement} button */
  async #copy(button) {
    const code = /** @type {HTMLElement} */ (this.querySelector('pre code'))
    try {
      await navigator.clipboard.writeText(code.textContent ?? '')
      button.textContent = 'Copied'
    } catch {
      // Browsers lend the clipboard to https: and localhost only.
      getSelection()?.selectAllChildren(code)
      button.textContent = 'Selected'
    }
    setTimeout(() => (button.textContent = 'Copy'), 2000)
  }
}

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} name
 * @param {Partial<HTMLElementTagNameMap[T]>} properties
 * @returns {HTMLElementTagNameMap[T]}
 */
function element(name, properties) {
  return Object.assign(document.createElement(name), properties)
}

if (!customElements.get('live-snippet')) customElements.define('live-snippet', LiveSnippet)
