// The editor of a snippet: a textarea, over the same text in colours.
//
// The platform's own: undo, spell out, touch keyboards and screen readers work
// as everywhere. Tab indents; Escape gives Tab back to the keyboard's user.
import { element } from '../lib/element.js'
import { tokens } from '../lib/highlight-javascript.js'
import { loadStyles } from '../lib/stylesheet.js'
import { say } from '../lib/words.js'

await loadStyles('editor.css')

const INDENT = '  '
/** What a link that shares the code may hold (lib/share-link.js). */
const LONGEST = 64 * 1024

export class LiveEditor {
  #area = element('textarea', {
    className: 'editor-text',
    spellcheck: false,
    wrap: 'off',
    maxLength: LONGEST,
  })
  #code = element('code')
  #box
  #replaced
  #leaves = false

  /**
   * Put an editor in the place of *replaced*.
   *
   * @param {string} code
   * @param {HTMLElement} replaced
   * @param {{changed: () => void, run: () => void}} calls
   */
  constructor(code, replaced, { changed, run }) {
    this.#replaced = replaced
    this.#area.value = code
    this.#area.autocapitalize = 'off'
    this.#area.setAttribute('aria-label', say('Code. Escape, then Tab, leaves the editor.'))
    const colours = element('pre', { ariaHidden: 'true' }, this.#code)
    this.#box = element('div', { className: 'highlight editor' }, colours, this.#area)
    const hint = say('Ctrl+Enter runs it. Tab indents; Escape, then Tab, leaves the editor.')
    this.hint = element('p', { className: 'editor-hint', textContent: hint })
    this.#area.addEventListener('input', () => {
      this.#colour()
      changed()
    })
    this.#area.addEventListener('keydown', (event) => this.#key(event, run))
    this.#area.addEventListener('blur', () => (this.#leaves = false))
    this.#colour()
    replaced.hidden = true
    replaced.after(this.#box, this.hint)
  }

  get value() {
    return this.#area.value
  }

  set value(code) {
    this.#area.value = code
    this.#colour()
  }

  focus() {
    this.#area.focus({ preventScroll: true })
  }

  /** Show again what it replaced. */
  remove() {
    this.#box.remove()
    this.hint.remove()
    this.#replaced.hidden = false
  }

  #colour() {
    const coloured = tokens(this.#area.value).map(({ text, kind }) =>
      kind ? element('span', { className: kind, textContent: text }) : text,
    )
    this.#code.replaceChildren(...coloured, '\n')
  }

  /**
   * @param {KeyboardEvent} event
   * @param {() => void} run
   */
  #key(event, run) {
    const { key, shiftKey, isComposing } = event
    if (isComposing) return
    if (key === 'Escape') this.#leaves = true
    else if (key === 'Tab' && !this.#leaves) {
      event.preventDefault()
      if (shiftKey || this.#selected().includes('\n')) this.#indentLines(shiftKey)
      else this.#insert(INDENT)
    } else if (key === 'Enter') {
      event.preventDefault()
      if (event.ctrlKey || event.metaKey) run()
      else this.#insert(`\n${/^[ \t]*/.exec(this.#lines()[0])}`)
    } else if (key !== 'Shift') this.#leaves = false
  }

  #selected() {
    return this.#area.value.slice(this.#area.selectionStart, this.#area.selectionEnd)
  }

  /** The whole lines that the selection touches, and where they begin and end. */
  #lines() {
    const { value, selectionStart, selectionEnd } = this.#area
    const start = value.lastIndexOf('\n', selectionStart - 1) + 1
    const next = value.indexOf('\n', Math.max(selectionStart, selectionEnd - 1))
    const end = next < 0 ? value.length : next
    return /** @type {const} */ ([value.slice(start, end), start, end])
  }

  /** @param {boolean} less */
  #indentLines(less) {
    const [text, start, end] = this.#lines()
    const changed = less ? text.replace(/^( {1,2}|\t)/gm, '') : text.replace(/^(?=.)/gm, INDENT)
    if (changed === text) return
    this.#area.setSelectionRange(start, end)
    this.#insert(changed)
    this.#area.setSelectionRange(start, start + changed.length)
  }

  /**
   * Type a text in the place of the selection, so that undo takes it back.
   *
   * @param {string} text
   */
  #insert(text) {
    // Deprecated, and still the only way that keeps the undo history in every browser.
    if (!document.execCommand('insertText', false, text)) {
      this.#area.setRangeText(text, this.#area.selectionStart, this.#area.selectionEnd, 'end')
      this.#area.dispatchEvent(new Event('input'))
    }
  }
}
