// <live-snippet src="…/1-ab12.js" data-line="57"> figure.code </live-snippet>
//
// A runnable snippet, around the highlighted code that the page already has.
//
//   src          the script that runs it, written by the build
//   data-line    the line of its fence in the page's source
//   data-expect  JSON: what it must log (lib/expectation.js)
//   data-chain   the name it shares with the .chained blocks before it, whose code its script holds
//   data-parts   for each of those and itself, the line of the fence and its number of lines
//
// main.js calls `run()` once for each, in page order. Sets for styles and tests:
//
//   data-state        idle, running, connecting, open, closed, refused, failed or stopped
//   data-errors       how many errors nobody caught
//   data-expectation  waiting, reached or missed
//   data-edited       while its code is the reader's
//   data-shared       while it has code that came by a link and was not run yet
//
// Needs no styles to be read.
import { closeMeaning } from '../lib/close-codes.js'
import { button, element } from '../lib/element.js'
import { Expectation } from '../lib/expectation.js'
import { runSnippet } from '../lib/run-snippet.js'
import { traceReady, traceRun } from '../lib/trace.js'
import { say } from '../lib/words.js'
import { LiveConsole } from './live-console.js'
import { LiveServer } from './live-server.js'
import { LiveWire } from './live-wire.js'

/** @typedef {import('../lib/program.js').ProgramEvent} ProgramEvent */
/** @typedef {import('../lib/observed-socket.js').SocketEvent} SocketEvent */
/** @typedef {import('../lib/trace.js').TraceRecord} TraceRecord */

const EXPECTED_WITHIN = 10_000

export class LiveSnippet extends HTMLElement {
  #console = new LiveConsole()
  #wire = new LiveWire()
  #server = new LiveServer()
  #bar = element('div', { className: 'live-bar' })
  #state = element('span', { className: 'live-state', role: 'status' })
  #expected = element('p', { className: 'live-expected' })
  #buttons = {
    run: button('Run', () => this.run()),
    stop: button('Stop', () => this.stop()),
    edit: button('Edit', () => this.edit()),
    reset: button('Reset', () => this.reset()),
    copy: button('Copy', async (made) => (await import('../lib/copy.js')).copy(made, this.code)),
    copyForConsole: button('Copy for the console', (made) => this.#copyForConsole(made)),
    share: button('Share', (made) => this.#share(made)),
  }
  /** @type {import('./live-editor.js').LiveEditor | undefined} */
  #editor
  #run = 0
  #stop = () => {}
  #text = ''
  /** @type {Map<number, string>} the state of each socket of the run */
  #sockets = new Map()
  /** @type {Map<number, string>} the address of each socket of the last run */
  #addresses = new Map()
  /** @type {Expectation | undefined} */
  #expectation

  connectedCallback() {
    if (this.contains(this.#state)) return
    const { run, stop, edit, reset, copy, copyForConsole, share } = this.#buttons
    const tools = element('div', { className: 'live-tools' })
    copyForConsole.title = say('To paste into any page’s console')
    tools.append(run, stop, edit, reset, copy, copyForConsole, share)
    this.#bar.append(this.#state, tools)
    this.append(
      this.#bar,
      element('div', { className: 'live-panes' }, this.#console, this.#server, this.#wire),
    )
    if (this.dataset.expect) this.append(this.#expected)
    this.#rest()
    this.#showEdited()
  }

  disconnectedCallback() {
    this.#stop()
  }

  /** @returns {string} the code as it stands, with that of the chain before it */
  get code() {
    return this.#editor ? this.#editor.value : this.original
  }

  /** @returns {string} the code as the page has it */
  get original() {
    const { chain } = this.dataset
    /** @type {Element[]} */
    const blocks = chain
      ? [...document.querySelectorAll(`.chained[data-chain=${CSS.escape(chain)}]`), this]
      : [this]
    const text = (/** @type {Element} */ block) => block.querySelector('pre code')?.textContent ?? ''
    return blocks.map((block) => text(block).replace(/\n$/, '')).join('\n')
  }

  /** Whether the code is not the page's own. */
  get edited() {
    return this.#editor !== undefined && this.#editor.value !== this.original
  }

  /** Run the snippet anew: end the run before it, and begin with empty panes. */
  async run() {
    const run = ++this.#run
    const { edited, code } = this // now: code that comes while this waits has not been asked for
    this.#stop()
    this.#clear()
    delete this.dataset.shared
    this.#show('running', say('running'))
    const givenUp = () => run !== this.#run || this.dataset.state === 'stopped'
    await traceReady()
    if (givenUp()) return
    const place = {
      href: location.href,
      ...traceRun((record) => {
        if (run === this.#run) this.#traced(record)
      }),
    }
    /** @param {ProgramEvent} event */
    const tell = (event) => {
      if (run === this.#run) this.#heard(event)
    }
    if (edited) {
      const { runEdited } = await import('../lib/run-edited.js')
      if (!givenUp()) this.#stop = runEdited(code, place, tell)
    } else {
      this.#expect()
      const { started, stop } = runSnippet(this.getAttribute('src') ?? '', place, tell)
      this.#stop = stop
      await started
    }
  }

  /** Close what the run opened, and hear no more of it. */
  stop() {
    this.#stop()
    this.#show('stopped', say('stopped'))
  }

  /**
   * Make the code editable, in place. The editor loads when a reader first asks for it.
   *
   * @param {string} [code] instead of the code as it stands
   */
  async edit(code) {
    if (!this.#editor) {
      const { LiveEditor } = await import('./live-editor.js')
      const own = /** @type {HTMLElement} */ (this.querySelector('.highlight'))
      this.#editor ??= new LiveEditor(this.original, own, {
        changed: () => this.#showEdited(),
        run: () => this.run(),
      })
    }
    if (code !== undefined) this.#editor.value = code
    this.#showEdited()
    this.#editor.focus()
  }

  /**
   * Take code that came by a link. It waits for its reader to run it.
   *
   * @param {string} code
   */
  async receive(code) {
    await this.edit(code)
    this.#rest()
    this.dataset.shared = ''
    this.#bar.dataset.note = say('This code came with the link. Read it, then run it.')
    this.scrollIntoView()
  }

  /** Give the page's own code back. */
  reset() {
    this.#editor?.remove()
    this.#editor = undefined
    this.#rest()
    this.#showEdited()
    this.#buttons.run.focus()
  }

  /** End what runs, and be as before the first run. */
  #rest() {
    this.#stop()
    this.#run++
    this.#clear()
    delete this.dataset.shared
    this.#show('idle', say('not run yet'))
    this.#expected.textContent = say('Expected output: not run yet')
  }

  #showEdited() {
    this.toggleAttribute('data-edited', this.edited)
    this.#buttons.edit.hidden = this.#editor !== undefined
    this.#buttons.reset.hidden = this.#editor === undefined
    this.#buttons.share.hidden = !this.edited
    if (this.edited) this.#expected.textContent = say('Expected output: stated for the code of the page')
  }

  /** @param {ProgramEvent} event */
  #heard(event) {
    const text = event.type === 'busy' ? say('busy; Stop ends it') : this.#text
    if (this.#state.textContent !== text) this.#state.textContent = text
    if (event.type === 'log') this.#log(event.level, event.parts)
    else if (event.type === 'error') this.#failed(event)
    else if (event.type === 'clear') this.#console.clear()
    else if (event.type === 'skipped') {
      this.#console.write('warn', [{ text: `${event.count} more, too fast to be shown` }])
    } else if (event.type === 'done') {
      if (this.dataset.state === 'running') this.#show('closed', say('ran'))
    } else if (event.type !== 'busy') this.#socket(event)
  }

  /**
   * @param {string} level
   * @param {import('../lib/describe-value.js').Described[]} parts
   */
  #log(level, parts) {
    this.#console.write(level, parts)
    if (this.#expectation?.reached === false) {
      this.#expectation.add(parts.map(({ text }) => text).join(' '))
      if (this.#expectation.reached) this.#showExpectation('reached')
    }
  }

  /** @param {ProgramEvent & {type: 'error'}} event */
  #failed({ parts, line }) {
    const missing = this.#expectation?.missing.length
    this.#log('error', [...parts, ...(line ? [{ text: this.#lineText(line) }] : [])])
    // An error that is stated is none.
    const stated = missing !== this.#expectation?.missing.length
    this.dataset.errors = String(Number(this.dataset.errors) + (stated ? 0 : 1))
    if (this.#sockets.size === 0) this.#show('failed', say('failed'))
  }

  /**
   * Name a line of the program, in a chain by the part it stands in.
   *
   * @param {number} line
   */
  #lineText(line) {
    const parts = this.edited ? [] : (this.dataset.parts ?? '').split(' ')
    for (const [index, part] of parts.slice(0, -1).entries()) {
      const length = Number(part.split(':')[1])
      if (line <= length) return `(line ${line} of part ${index + 1})`
      line -= length
    }
    return `(line ${line})`
  }

  /** @param {SocketEvent} event */
  #socket(event) {
    this.#wire.log.add(event)
    this.#wire.changed()
    const { socket, type, code = 0, reason, url } = event
    if (type === 'connecting') {
      this.#addresses.set(socket, url ?? '')
      this.#connection(socket, 'connecting', say('connecting'))
    } else if (type === 'open') this.#connection(socket, 'open', say('open'))
    else if (type === 'close') {
      const before = this.#sockets.get(socket)
      if (before === 'refused') return // the server told why, before the browser knew
      const why = reason ? `, ${reason}` : ''
      if (before === 'connecting' && !event.own) {
        this.#connection(socket, 'failed', say('could not connect'))
        import('../lib/why-refused.js').then(({ whyRefused }) =>
          whyRefused(this.#addresses, socket, (why) => this.#connection(socket, 'refused', why)))
      } else this.#connection(socket, 'closed', say('closed ({why})', { why: `${code}${why}` }), closeMeaning(code))
    }
  }

  /** @param {TraceRecord} record */
  #traced(record) {
    if (record.type === 'line' || record.type === 'cut') this.#server.write(record)
    else {
      this.#wire.log.addTrace(record, performance.timeOrigin + performance.now())
      this.#wire.changed()
    }
    if (record.type === 'refused') {
      this.#connection(record.socket, 'refused', say('refused ({why})', { why: `${record.status}: ${record.reason}` }))
    }
  }

  /**
   * Show the state of a connection: of the last that changed, unless another one is open.
   *
   * @param {number} socket
   * @param {string} state
   * @param {string} text
   * @param {string} [meaning]
   */
  #connection(socket, state, text, meaning = '') {
    this.#sockets.set(socket, state)
    const states = [...this.#sockets.values()]
    const open = states.filter((one) => one === 'open').length
    if (this.dataset.state === 'stopped') return
    if (open > 0 && states.length > 1) this.#show('open', say('{open} of {all} open', { open, all: states.length }))
    else this.#show(state, text, meaning)
  }

  #clear() {
    this.#console.clear()
    this.#wire.clear()
    this.#server.clear()
    this.#sockets.clear()
    this.#addresses.clear()
    this.#expectation = undefined
    delete this.dataset.expectation
    this.dataset.errors = '0'
  }

  /** Begin to wait for what the author said that must come. */
  #expect() {
    if (!this.dataset.expect) return
    const run = this.#run
    try {
      this.#expectation = new Expectation(JSON.parse(this.dataset.expect))
    } catch (error) {
      this.#showExpectation('missed', String(error))
      return
    }
    this.#showExpectation('waiting')
    setTimeout(() => {
      if (run === this.#run && this.#expectation?.reached === false) this.#showExpectation('missed')
    }, EXPECTED_WITHIN)
  }

  /**
   * @param {'waiting' | 'reached' | 'missed'} how
   * @param {string} [why]
   */
  #showExpectation(how, why) {
    const lines = this.#expectation?.missing.map(({ line }) => line)
    const missing = lines?.join(', ') ?? ''
    this.dataset.expectation = how
    this.#expected.textContent = {
      waiting: say('Waiting for the expected output: {missing}', { missing }),
      reached: say('Expected output: reached, just now'),
      missed: say('Expected output: not reached; {why}', { why: why ?? say('missing: {missing}', { missing }) }),
    }[how]
  }

  /**
   * @param {string} state
   * @param {string} text
   * @param {string} [meaning]
   */
  #show(state, text, meaning = '') {
    this.dataset.state = state
    this.#state.textContent = this.#text = text
    this.#state.title = meaning
    this.#buttons.stop.disabled = state === 'idle' || state === 'stopped' // timers may go on
  }

  /** @param {HTMLButtonElement} made */
  async #copyForConsole(made) {
    const { copy } = await import('../lib/copy.js')
    const { consoleForm } = await import('../lib/console-form.js')
    copy(made, consoleForm(this.code, location.href, this.#addresses.values()))
  }

  /** @param {HTMLButtonElement} made */
  async #share(made) {
    const { copy } = await import('../lib/copy.js')
    const { shareLink } = await import('../lib/share-link.js')
    const number = [...document.querySelectorAll('live-snippet')].indexOf(this) + 1
    copy(made, await shareLink(location.href, number, this.code))
  }
}

customElements.define('live-snippet', LiveSnippet)
