// Run what a reader has edited: in a frame with an origin of its own.
//
// That code may be anybody's, because links carry it. The frame has no cookies,
// no storage, no way into the page and none to other hosts; what it says is
// data, and becomes text. Taking the frame away ends whatever it does.

/** @typedef {import('./program.js').ProgramEvent} ProgramEvent */

const RUNNER = new URL('../runner.html', import.meta.url)
const ASKED_EVERY = 1000

/**
 * Run code in a frame.
 *
 * @param {string} code
 * @param {import('./program.js').Place} place
 * @param {import('./program.js').Tell} tell
 * @returns {() => void} what stops it, even an endless loop
 */
export function runEdited(code, place, tell) {
  const frame = document.createElement('iframe')
  frame.hidden = true
  frame.title = 'Where edited code runs'
  frame.setAttribute('sandbox', 'allow-scripts')
  frame.src = RUNNER.href
  const { port1: port, port2 } = new MessageChannel()
  /** @type {Set<number>} */
  const open = new Set()
  let answered = true
  port.onmessage = ({ data }) => {
    answered = true
    if (!Array.isArray(data)) return
    for (const event of data.filter(isEvent)) {
      if (event.type === 'connecting') open.add(event.socket)
      if (event.type === 'close') open.delete(event.socket)
      tell(event)
    }
  }
  frame.onload = () => {
    frame.onload = null
    frame.contentWindow?.postMessage({ code, place }, '*', [port2])
  }
  const asking = setInterval(() => {
    if (!answered) tell({ type: 'busy' })
    answered = false
    port.postMessage('there?')
  }, ASKED_EVERY)
  document.body.append(frame)
  return () => {
    clearInterval(asking)
    port.close()
    frame.remove()
    // The frame is gone before it can say so.
    const at = performance.timeOrigin + performance.now()
    for (const socket of open) {
      tell({ type: 'close', socket, at, code: 1005, reason: '', own: true })
    }
    open.clear()
  }
}

const TYPES = new Set(
  'log error clear done skipped connecting open in out close'.split(' '),
)

/**
 * Whether the frame said something that has the form of an event.
 *
 * @param {any} event
 * @returns {event is ProgramEvent}
 */
function isEvent(event) {
  if (typeof event !== 'object' || event === null || !TYPES.has(event.type)) return false
  if (event.type === 'log' || event.type === 'error') {
    return Array.isArray(event.parts) && event.parts.every(isDescribed)
  }
  if ('socket' in event) {
    const { socket, at, data = '', url = '', reason = '', code = 0 } = event
    const content = typeof data === 'string' || data instanceof Blob || data instanceof ArrayBuffer
    return (
      content && [socket, at, code].every(Number.isFinite) && typeof url + typeof reason === 'stringstring'
    )
  }
  return true
}

/**
 * @param {any} value
 * @returns {boolean}
 */
function isDescribed(value) {
  if (typeof value?.text !== 'string') return false
  if (value.entries === undefined) return true
  return (
    Array.isArray(value.entries) &&
    value.entries.every(
      (/** @type {any} */ entry) =>
        Array.isArray(entry) && typeof entry[0] === 'string' && isDescribed(entry[1]),
    )
  )
}
