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
  addEventListener('DOMContentLoaded', () => {
    new PerformanceObserver(async () => {
      await import(`./${script}`)
      dataset.ready = ''
    }).observe({ type: 'paint', buffered: true })
  })
}
