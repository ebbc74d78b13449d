// What a page loads: run its snippets if a live server stands behind it.
import { LiveSnippet } from './elements/live-snippet.js'

/** Ask the host; a plain static one answers with the file of the same name, which says false. */
async function isLive() {
  try {
    const response = await fetch(new URL('status.json', import.meta.url), { cache: 'no-store' })
    return response.ok && (await response.json()).live === true
  } catch {
    return false
  }
}

const snippets = /** @type {LiveSnippet[]} */ ([...document.querySelectorAll('live-snippet')])

if (snippets.length > 0) {
  if (await isLive()) {
    for (const snippet of snippets) await snippet.run()
  } else {
    document.documentElement.dataset.live = 'no'
    const line = document.createElement('p')
    line.className = 'not-live'
    line.textContent =
      'No live server answers behind this page, so its snippets stay still. ' +
      'Serve it with site_server.py to run them.'
    document.querySelector('main')?.prepend(line)
  }
}
