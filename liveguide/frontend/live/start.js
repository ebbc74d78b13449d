// Run a page's snippets if a live server stands behind it.
import { LiveSnippet } from '../elements/live-snippet.js'

/**
 * Our server has said it with the page, where the browser tells (in secure contexts). Else ask the
 * host; a plain static one answers with the file of the same name, which says false.
 */
async function isLive() {
  const [page] = performance.getEntriesByType('navigation')
  const told = /** @type {PerformanceNavigationTiming} */ (page)?.serverTiming ?? []
  if (told.some(({ name }) => name === 'live')) return true
  try {
    const response = await fetch(new URL('../../status.json', import.meta.url), { cache: 'no-store' })
    return response.ok && (await response.json()).live === true
  } catch {
    return false
  }
}

/**
 * Put code that came by a link where it belongs; it waits for the reader.
 *
 * @param {LiveSnippet[]} snippets
 */
async function takeShared(snippets) {
  if (!location.hash.startsWith('#run=')) return
  const { readShared } = await import('../lib/share-link.js')
  const shared = await readShared(location.hash)
  if (shared) await snippets[shared.number - 1]?.receive(shared.code)
}

// The demos' sources come as tabs, loaded when a reader first opens a demo; one may be open already.
function openExamples() {
  if (document.querySelector('live-example [open]')) import('../elements/live-example.js')
}

/** Run the snippets of the page, one after the other, if a live server stands behind it. */
export async function startLive() {
  document.addEventListener('toggle', openExamples, { capture: true })
  openExamples()

  const snippets = /** @type {LiveSnippet[]} */ ([...document.querySelectorAll('live-snippet')])
  const live = await isLive()
  document.documentElement.dataset.live = live ? 'yes' : 'no'
  if (document.querySelector('live-features')) import('../elements/live-features.js')
  if (snippets.length === 0) return
  if (!live) {
    const { sayNotLive } = await import('./not-live.js')
    sayNotLive()
    return
  }
  await takeShared(snippets)
  addEventListener('hashchange', () => takeShared(snippets))
  for (const snippet of snippets) {
    if (!snippet.edited) await snippet.run()
  }
}
