// Sections of the navigation stay as the reader left them.
import { recall, remember } from '../lib/remembered.js'

export function startFolds() {
  openWhere('(min-width: 60rem)', '.nav-tree', true)
  openWhere('(min-width: 80rem)', '.contents details')
  for (const fold of document.querySelectorAll('details[data-fold]')) {
    const details = /** @type {HTMLDetailsElement} */ (fold)
    const key = `fold ${details.dataset.fold}`
    const left = recall(key)
    // The way to the open page is never folded away.
    if (left && !details.querySelector('[aria-current]')) details.open = left === 'open'
    details.addEventListener('toggle', () => remember(key, details.open ? 'open' : 'closed'))
  }
}

/**
 * The styles show it there, open or not; what reads pages aloud or checks them goes by the attribute.
 *
 * @param {string} query
 * @param {string} selector
 * @param {boolean} [covers] elsewhere it lies over the page, and closes on Escape or when the focus leaves it
 */
function openWhere(query, selector, covers) {
  const details = /** @type {HTMLDetailsElement | null} */ (document.querySelector(selector))
  if (!details) return
  const wide = matchMedia(query)
  const fit = () => (details.open = wide.matches)
  wide.addEventListener('change', fit)
  if (wide.matches) fit()
  if (!covers) return
  document.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape' || wide.matches || !details.open) return
    fit()
    details.querySelector('summary')?.focus()
  })
  document.addEventListener('focusin', ({ target }) => {
    if (!details.contains(/** @type {Node} */ (target))) fit()
  })
}
