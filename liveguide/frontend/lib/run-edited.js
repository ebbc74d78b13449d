// Run what a reader has edited: in a frame with an origin of its own.
//
// That code may be anybody's, because links carry it. The frame has no cookies,
// no storage, no way into the page and none to other hosts; what it says is
// data, and becomes text. Taking the frame away ends whatever it does.

import { say } from './words.js'

/** @typedef {import('./program.js').ProgramEvent} ProgramEvent */

const RUNNER = new URL('../runner.html', import.meta.url)
const ASKED_EVERY = 1000

/**
 * What a frame may cost the page in so many ms, in ms; one that wants more would freeze the
 * page, and is ended. Counted is what reading it takes, and a guess of what showing it takes.
 */
const BUDGET = 2000
const BUDGET_FOR = 4000
const PER_MESSAGE = 1
const PER_CHARACTER = 1e-4
/**
 * A frame that waits until it is asked for more (runner.js) stays below that: once half is spent,
 * it is asked so many times later as reading has taken.
 */
const REST = 4

/** What an honest frame stays below: lib/describe-value.js cuts, and a page numbers, so. */
const DEEPEST = 8
const LONGEST = 10_100
const MOST_VALUES = 10_000
const MOST_SOCKETS = 1000
const MOST_BYTES = 16 * 1024 * 1024
const MOST_URL = 8192
const MOST_REASON = 123

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
  frame.title = say('Where edited code runs')
  frame.setAttribute('sandbox', 'allow-scripts')
  frame.src = RUNNER.href
  const { port1: port, port2 } = new MessageChannel()
  /** @type {Set<number>} */
  const open = new Set()
  let answered = true
  let spent = 0
  let spentSince = performance.now()
  port.onmessage = (message) => {
    const began = performance.now()
    if (began - spentSince > BUDGET_FOR) {
      spent = 0
      spentSince = began
    }
    const before = spent
    spent += PER_MESSAGE
    answered = true
    const { data } = message // unpacked only now, which takes its time
    const isList = Array.isArray(data)
    // What is no list, or an empty one, costs too: as much as one event that shows nothing.
    for (const event of isList && data.length > 0 ? data : [undefined]) {
      if (spent + performance.now() - began > BUDGET) {
        end()
        tell({ type: 'error', parts: [{ text: say('Ended: it said more than the page can show') }], line: 0 })
        return
      }
      const characters = charactersOf(event, place)
      if (characters < 0) continue
      spent += PER_CHARACTER * characters
      if (event.type === 'connecting') open.add(event.socket)
      if (event.type === 'close') open.delete(event.socket)
      tell(event)
    }
    spent += performance.now() - began
    if (!isList) return
    if (spent < BUDGET / 2) askForMore()
    else setTimeout(askForMore, REST * (spent - before))
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

  function askForMore() {
    port.postMessage('more')
  }

  function end() {
    clearInterval(asking)
    port.close()
    frame.remove()
    // The frame is gone before it can say so. As with the page's own sockets, it comes later.
    const at = performance.timeOrigin + performance.now()
    queueMicrotask(() => {
      for (const socket of open) {
        tell({ type: 'close', socket, at, code: 1005, reason: '', own: true })
      }
      open.clear()
    })
  }

  return end
}

const TYPES = new Set(
  'log error clear done skipped connecting open in out close'.split(' '),
)
const LEVELS = new Set('log info warn error debug'.split(' '))

/**
 * Return how many characters an event would show, or -1 for what has not the form of one.
 *
 * @param {any} event what the frame said
 * @param {import('./program.js').Place} place
 * @returns {number}
 */
function charactersOf(event, { first }) {
  if (typeof event !== 'object' || event === null || !TYPES.has(event.type)) return -1
  const { type, parts, level, line, count, socket, at } = event
  if (type === 'log' || type === 'error') {
    if (type === 'log' ? !LEVELS.has(level) : !Number.isFinite(line)) return -1
    const left = { values: MOST_VALUES }
    if (!Array.isArray(parts) || !parts.every((part) => isDescribed(part, left, 0))) return -1
    return parts.reduce((sum, { text }) => sum + text.length, 0)
  }
  if (type === 'skipped') return Number.isFinite(count) ? 0 : -1
  if (type === 'clear' || type === 'done') return 0
  const { data = '', url = 'ws://a/', reason = '', code = 0 } = event
  const numbers = Number.isInteger(socket) && Number.isFinite(at) && Number.isInteger(code)
  if (!numbers || socket < first || socket >= first + MOST_SOCKETS) return -1
  if (typeof url !== 'string' || url.length > MOST_URL || !/^wss?:/.test(url)) return -1
  if (!URL.canParse(url) || new URL(url).href !== url) return -1 // it can be copied, as code
  if (typeof reason !== 'string' || reason.length > MOST_REASON) return -1
  const size = typeof data === 'string' ? data.length : (sizeOf(data) ?? Infinity)
  return size <= MOST_BYTES ? 0 : -1
}

/** @param {unknown} data */
function sizeOf(data) {
  if (data instanceof Blob) return data.size
  if (data instanceof ArrayBuffer) return data.byteLength
  return undefined
}

/**
 * Whether a value is described as lib/describe-value.js does it.
 *
 * @param {any} value
 * @param {{values: number}} left of the values that one line may hold: a value that holds
 *   itself, or the same one twice on each level, would never end
 * @param {number} depth
 * @returns {boolean}
 */
function isDescribed(value, left, depth) {
  if (typeof value?.text !== 'string' || value.text.length > LONGEST) return false
  if (--left.values < 0 || depth > DEEPEST) return false
  if (value.entries === undefined) return true
  return (
    Array.isArray(value.entries) &&
    value.entries.every(
      (/** @type {any} */ entry) =>
        Array.isArray(entry) &&
        typeof entry[0] === 'string' &&
        entry[0].length <= LONGEST &&
        isDescribed(entry[1], left, depth + 1),
    )
  )
}
