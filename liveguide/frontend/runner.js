// Inside the frame: run one edited snippet, and tell the page what comes of it.
//
// In `location` the snippet gets its page's address, so that the code is what
// one would paste into that page's console.
import { lineIn } from './lib/line-in.js'
import { program } from './lib/program.js'

/** @typedef {import('./lib/program.js').ProgramEvent} ProgramEvent */

const NAME = 'edited-snippet.js'
const MOST_AT_ONCE = 500
const MOST_LINES = 5000
const EVERY = 40
/** So many events are kept for a page that takes its time; with more, this frame is ended. */
const MOST_KEPT = 200_000

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
    const waiting = []
    let lines = 0
    let skipped = 0
    let sent = 0
    let unread = 0
    let later = 0

    // In batches, and as fast as the page asks for them: a loop must not drown it.
    function send() {
      if (skipped > 0) waiting.push({ type: 'skipped', count: skipped })
      skipped = 0
      if (waiting.length === 0) return
      const batch = waiting.splice(0, MOST_AT_ONCE)
      lines -= batch.filter(isLine).length
      port.postMessage(batch)
      unread++
      sent = performance.now()
    }

    function sendLater() {
      clearTimeout(later)
      later = setTimeout(() => unread === 0 && send(), EVERY / 4)
    }

    /** @param {ProgramEvent} event */
    function tell(event) {
      if (waiting.length === 0) sendLater()
      if (isLine(event)) lines++
      if (lines <= MOST_LINES) waiting.push(event)
      else {
        lines--
        skipped++
      }
      // A loop leaves timers no time and hears nothing: it sends what it has, ever more rarely.
      const due = performance.now() - sent > EVERY * 2 ** unread
      if (due || waiting.length > MOST_KEPT) send()
    }

    const { console, WebSocket, failed, done } = program(place, tell)
    const href = new URL(NAME, location.href).href

    addEventListener('error', ({ error, message, lineno }) => {
      failed(error ?? message, lineIn(error, NAME) || lineIn(error, href) || lineno)
    })
    addEventListener('unhandledrejection', ({ reason }) => {
      failed(reason, lineIn(reason, NAME) || lineIn(reason, href))
    })
    port.onmessage = ({ data }) => {
      if (data === 'there?') return port.postMessage('here')
      unread--
      if (unread === 0 && waiting.length >= MOST_AT_ONCE) send()
      else sendLater()
    }

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

/** @param {ProgramEvent} event */
function isLine({ type }) {
  return type === 'log' || type === 'error'
}
