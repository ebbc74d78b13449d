// Sections of the navigation stay as the reader left them.
import { recall, remember } from '../lib/remembered.js'

export function startFolds() {
  for (const fold of document.querySelectorAll('details[data-fold]')) {
    const details = /** @type {HTMLDetailsElement} */ (fold)
    const key = `fold ${details.dataset.fold}`
    const left = recall(key)
    // The way to the open page is never folded away.
    if (left && !details.querySelector('[aria-current]')) details.open = left === 'open'
    details.addEventListener('toggle', () => remember(key, details.open ? 'open' : 'closed'))
  }
}
