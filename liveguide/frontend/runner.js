// Inside the frame: run one edited snippet, and tell the page what comes of it.
//
// In `location` the snippet gets its page's address, so that the code is what
// one would paste into that page's console.
import { lineIn } from './lib/line-in.js'
import { program } from './lib/program.js'

/** @typedef {import('./lib/program.js').ProgramEvent} ProgramEvent */

const NAME = 'edited-snippet.js'
const MOST_AT_ONCE = 500
const EVERY = 40

// Policies don't govern what WebRTC connects to. No other window's class is within
// reach: frames below this one have origins of their own, and may run this site's files only.
for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection']) {
  Reflect.deleteProperty(globalThis, name)
}

addEventListener(
  'message',
  function begin({ data, origin, source, ports: [port] }) {
    // A window that has hold of the page can post to its frames as well.
    if (parent === window || source !== parent || origin !== new URL(import.meta.url).origin) return
    removeEventListener('message', begin)
    const { code, place } = data
    /** @type {ProgramEvent[]} */
    let waiting = []
    let lines = 0
    let skipped = 0
    let sent = 0

    // In batches, and only so many: a loop that logs must not drown the page.
    function send() {
      if (waiting.length === 0) return
      if (skipped > 0) waiting.push({ type: 'skipped', count: skipped })
      port.postMessage(waiting)
      waiting = []
      lines = skipped = 0
      sent = performance.now()
    }

    /** @param {ProgramEvent} event */
    function tell(event) {
      if (waiting.length === 0) setTimeout(send, EVERY / 4)
      const line = event.type === 'log' || event.type === 'error'
      if (line && ++lines > MOST_AT_ONCE) skipped++
      else waiting.push(event)
      if (performance.now() - sent > EVERY) send() // a loop leaves timers no time
    }

    const { console, WebSocket, failed, done } = program(place, tell)
    const href = new URL(NAME, location.href).href

    addEventListener('error', ({ error, message, lineno }) => {
      failed(error ?? message, lineIn(error, NAME) || lineIn(error, href) || lineno)
    })
    addEventListener('unhandledrejection', ({ reason }) => {
      failed(reason, lineIn(reason, NAME) || lineIn(reason, href))
    })
    port.onmessage = () => port.postMessage('here')

    // A block of its own, so that the snippet may declare these names itself.
    const text = `(async function (console, WebSocket, location) {{${code}\n}})\n//# sourceURL=${NAME}`
    try {
      // Not caught: the browser names the line of what does not parse to the listener above.
      const snippet = (0, eval)(text)
      snippet(console, WebSocket, new URL(place.href))?.catch((/** @type {unknown} */ error) => {
        failed(error, lineIn(error, NAME) || lineIn(error, href))
      })
    } finally {
      done()
    }
  },
)
