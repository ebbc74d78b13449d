// A page on a plain static host: its snippets stay still.
import { element } from '../lib/element.js'
import { say } from '../lib/words.js'

/** Tell the reader why nothing runs. */
export function sayNotLive() {
  const words = say(
    'No live server answers behind this page, so its snippets stay still. Serve it with site_server.py to run them.',
  )
  document.querySelector('main')?.prepend(element('p', { className: 'not-live', textContent: words }))
}
