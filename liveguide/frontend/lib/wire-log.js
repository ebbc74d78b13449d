// What went over the wire, as records: at most so many, and so many bytes.
import { closeMeaning } from './close-codes.js'

/**
 * @typedef {import('./observed-socket.js').SocketEvent} SocketEvent
 * @typedef {import('./trace.js').TraceRecord} TraceRecord
 * @typedef {{
 *   socket: number,
 *   ms: number,
 *   direction: 'in' | 'out' | '',
 *   kind: 'handshake' | 'refused' | 'text' | 'json' | 'binary' | 'ping' | 'pong' | 'close',
 *   size: number,
 *   text: string,
 *   roundTrip?: number,
 *   data?: string | Blob | ArrayBuffer,
 *   trace?: TraceRecord,
 * }} WireRecord
 *   `socket` counts the sockets of the run from 1, `ms` is the time since the socket
 *   opened, `size` the payload's bytes, `text` one line that says what it is. The round
 *   trip of a handshake is what the browser waited for it.
 */

/**
 * @typedef {{
 *   number: number, began: number, at: number, handshake?: WireRecord,
 *   waiting: {at: number, text: string, id: unknown}[],
 * }} Known
 *   A socket: when it began to connect, since when its time counts, and what it asked.
 */

const MOST_RECORDS = 10_000
const MOST_BYTES = 16 * 1024 * 1024
const MOST_WAITING = 50
const PREVIEW = 200

const encoder = new TextEncoder()

export class WireLog {
  /** @type {WireRecord[]} */
  records = []
  /** How many of the first were let go. */
  dropped = 0
  /** Whether what was kept before has changed. */
  changed = false
  /** Messages so far, by direction. */
  counts = { in: 0, out: 0 }

  #bytes = 0
  /** @type {Map<number, Known>} by the page's number of the socket */
  #sockets = new Map()

  /**
   * Note what a socket of the page did.
   *
   * @param {SocketEvent} event
   */
  add({ type, socket, at, data, code = 0, reason, own }) {
    const known = this.#socket(socket, at)
    if (type === 'open') {
      known.at = at
      if (known.handshake) this.#opened(known)
    }
    if (type === 'close') {
      const who = own ? ', closed from this page' : ''
      const why = reason ? `, reason ${JSON.stringify(reason)}` : ''
      this.#keep(known, at, 'close', '', `${code}${why} (${closeMeaning(code)})${who}`)
    }
    if ((type !== 'in' && type !== 'out') || data === undefined) return
    this.counts[type]++
    const json = typeof data === 'string' ? parsed(data) : undefined
    const kind = typeof data !== 'string' ? 'binary' : json ? 'json' : 'text'
    const record = this.#keep(known, at, kind, type, previewOf(data), data)
    const message = { at, text: typeof data === 'string' ? data.toLowerCase() : '', id: json?.id }
    if (type === 'out') {
      known.waiting.push(message)
      if (known.waiting.length > MOST_WAITING) known.waiting.shift()
    } else {
      const asked = known.waiting.findIndex((question) => answers(message, question))
      if (asked >= 0) record.roundTrip = at - known.waiting.splice(asked, 1)[0].at
    }
  }

  /**
   * Note what the server tells of a socket of the page.
   *
   * @param {TraceRecord} trace
   * @param {number} at
   */
  addTrace(trace, at) {
    const known = this.#socket(trace.socket, at)
    if (trace.type === 'handshake' || trace.type === 'refused') {
      const line = trace.response?.line ?? ''
      const text = `${trace.request?.line.replace(/ HTTP.*/, '')} → ${line.replace(/^\S+ /, '')}`
      const why = trace.reason ? `: ${trace.reason}` : ''
      known.handshake = this.#keep(known, known.at, trace.type, '', text + why)
      known.handshake.trace = trace
      this.#moveUp(known.handshake)
      if (known.at > known.began) this.#opened(known)
    } else if (trace.type === 'ping') {
      this.#keep(known, at, 'ping', 'in', 'from the server')
    } else if (trace.type === 'pong') {
      this.#keep(known, at, 'pong', 'out', 'from the browser').roundTrip = trace.ms
    } else if (trace.type === 'close' && trace.by === 'server') {
      const why = trace.reason ? `, reason ${JSON.stringify(trace.reason)}` : ''
      this.#keep(known, at, 'close', 'in', `the server sent ${trace.code ?? 'no code'}${why}`)
    }
  }

  /** Let go of what there is. Sockets that are open keep their numbers and their time. */
  clear() {
    this.records = []
    this.dropped = this.#bytes = 0
    this.counts = { in: 0, out: 0 }
    this.changed = true
  }

  /** @param {Known} known */
  #opened({ handshake, at, began }) {
    if (handshake?.kind !== 'handshake') return
    handshake.roundTrip = at - began
    this.changed = true
  }

  /**
   * Put a record before the others of its socket: the server's word may come after them.
   *
   * @param {WireRecord} record
   */
  #moveUp(record) {
    const first = this.records.findIndex(({ socket }) => socket === record.socket)
    this.records.splice(first, 0, /** @type {WireRecord} */ (this.records.pop()))
    this.changed = true
  }

  /**
   * @param {number} socket
   * @param {number} at
   */
  #socket(socket, at) {
    let known = this.#sockets.get(socket)
    if (!known) {
      known = { number: this.#sockets.size + 1, began: at, at, waiting: [] }
      this.#sockets.set(socket, known)
    }
    return known
  }

  /**
   * @param {{number: number, at: number}} socket
   * @param {number} at
   * @param {WireRecord['kind']} kind
   * @param {WireRecord['direction']} direction
   * @param {string} text
   * @param {WireRecord['data']} [data]
   * @returns {WireRecord}
   */
  #keep(socket, at, kind, direction, text, data) {
    const ms = Math.max(0, at - socket.at)
    /** @type {WireRecord} */
    const record = { socket: socket.number, ms, direction, kind, size: sizeOf(data), text, data }
    this.records.push(record)
    this.#bytes += record.size
    if (this.records.length > MOST_RECORDS + 1000 || this.#bytes > MOST_BYTES) this.#drop()
    return record
  }

  /** Let go of the first records, a thousand at a time: moving the rest costs. */
  #drop() {
    let count = Math.max(0, this.records.length - MOST_RECORDS)
    let bytes = this.#bytes
    for (let index = 0; index < this.records.length - 1; index++) {
      if (index >= count && bytes <= MOST_BYTES) break
      bytes -= this.records[index].size
      count = Math.max(count, index + 1)
    }
    this.records.splice(0, count)
    this.dropped += count
    this.#bytes = bytes
  }
}

/**
 * Whether a record is among those that a reader looks for: all words are in it.
 *
 * @param {WireRecord} record
 * @param {string} words
 */
export function matches({ direction, kind, text, data }, words) {
  const all = `${direction} ${kind} ${text} ${typeof data === 'string' ? data : ''}`.toLowerCase()
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word))
}

/**
 * Whether one message answers another: it repeats its text, in whatever case, or its `id`.
 *
 * @param {{text: string, id: unknown}} reply
 * @param {{text: string, id: unknown}} question
 */
function answers(reply, question) {
  if (question.id !== undefined && question.id === reply.id) return true
  return question.text !== '' && reply.text.includes(question.text)
}

/**
 * Return the object or list that a text holds as JSON.
 *
 * @param {string} text
 * @returns {{id?: unknown} | undefined}
 */
function parsed(text) {
  if (!/^\s*[[{]/.test(text)) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** @param {WireRecord['data']} data */
function sizeOf(data) {
  if (data === undefined) return 0
  if (typeof data === 'string') return encoder.encode(data).length
  return data instanceof Blob ? data.size : data.byteLength
}

/** @param {string | Blob | ArrayBuffer} data */
function previewOf(data) {
  if (typeof data === 'string') return data.slice(0, PREVIEW)
  if (data instanceof Blob) return `${data.size} bytes`
  const bytes = new Uint8Array(data, 0, Math.min(16, data.byteLength))
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ')
  return hex + (data.byteLength > 16 ? ' …' : '')
}
