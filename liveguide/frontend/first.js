// Loaded in the head and run before anything is painted: the reader's theme, or the system's.
// The page's own script comes when there is something to read: the first paint waits for no more.
{
  const { script } = /** @type {HTMLScriptElement} */ (document.currentScript).dataset
  const { dataset } = document.documentElement
  dataset.theme = 'system'
  try {
    dataset.theme = localStorage.theme ?? 'system'
  } catch {
    // Where nothing may be kept, nothing was chosen.
  }
  // A button that is pressed before that script has come is pressed again when it has.
  /** @type {HTMLElement | null | undefined} */
  let pressed
  const press = (/** @type {Event} */ { target }) => {
    pressed = /** @type {Element} */ (target).closest('.site-header button')
  }
  addEventListener('click', press)
  addEventListener('DOMContentLoaded', () => {
    new PerformanceObserver(async () => {
      await import(`./${script}`)
      removeEventListener('click', press)
      pressed?.click()
      pressed = null // there may be two paints
      dataset.ready = ''
    }).observe({ type: 'paint', buffered: true })
  })
}
