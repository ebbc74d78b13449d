// The button that opens the search. What searches is loaded when a reader reaches for it.

/** Wait for a reader to reach for the search, by pointer, focus, `/`, Ctrl-K or Command-K. */
export function waitForSearch() {
  const trigger = /** @type {HTMLElement | null} */ (document.querySelector('.search-trigger'))
  if (!trigger) return
  const load = () => import('../elements/site-search.js')
  const open = async () => (await load()).openSearch()
  trigger.onpointerenter = trigger.onfocus = load
  trigger.onclick = open
  addEventListener('keydown', (event) => {
    const { key, target } = event
    const command = event.ctrlKey || event.metaKey
    if (event.defaultPrevented || event.altKey || !(command ? key === 'k' : key === '/')) return
    // A field that has just been hidden may still have the focus, as when a dialog is closed.
    const field = target instanceof Element && target.closest('input, textarea, select, [contenteditable]')
    if (field && field.checkVisibility()) return
    event.preventDefault()
    open()
  })
}
