// A button on each block of code that is not live: a live one has its own.
import { button, copy } from '../lib/element.js'

export function offerCopy() {
  for (const figure of document.querySelectorAll('figure.code')) {
    const code = figure.querySelector('code')
    if (!code || figure.closest('live-snippet')) continue
    const made = button('Copy', () => copy(made, runnable(code)))
    made.className = 'copy'
    figure.append(made)
  }
}

/**
 * Return code without the prompts, what commands printed, and the lines that are gone.
 *
 * @param {Element} code
 */
function runnable(code) {
  const copied = /** @type {Element} */ (code.cloneNode(true))
  for (const gone of copied.querySelectorAll('.gp, .out, del.line')) {
    const after = gone.nextSibling
    if (after && gone.matches('.line')) after.textContent = (after.textContent ?? '').replace('\n', '')
    gone.remove()
  }
  return (copied.textContent ?? '').replace(/\n+$/, '')
}
