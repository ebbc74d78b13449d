// Loaded when a reader first copies a block.
import { copy } from '../lib/copy.js'

/**
 * Copy code as it can be run.
 *
 * @param {HTMLButtonElement} made
 * @param {Element} code
 */
export function copyRunnable(made, code) {
  copy(made, runnable(code))
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
