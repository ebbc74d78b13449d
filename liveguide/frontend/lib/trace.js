// What the server tells this page about the page's own sockets.
//
// The server gives the page a key. A socket whose address carries that key and
// a number is the page's, and the server reports its handshake, pings, close
// and what the author's functions print for it.

/**
 * @typedef {{line: string, headers: [string, string][]}} Head
 * @typedef {{
 *   socket: number,
 *   type: 'handshake' | 'refused' | 'ping' | 'pong' | 'line' | 'cut' | 'close',
 *   request?: Head, response?: Head, status?: number, reason?: string, ms?: number,
 *   text?: string, level?: string, function?: string, place?: string, href?: string,
 *   count?: number, code?: number, by?: 'server' | 'client',
 * }} TraceRecord
 */

const ADDRESS = new URL('../../trace', import.meta.url)
ADDRESS.protocol = ADDRESS.protocol.replace('http', 'ws')

const PATIENCE = 3000

/** The site's top, which the addresses in records are relative to. */
export const SITE = new URL('../../../', import.meta.url)

const MOST_SOCKETS = 1000
const MOST_RUNS = 999

/** @type {Map<number, (record: TraceRecord) => void>} by the number of the run */
const listeners = new Map()
let traced = 0
let key = ''
/** @type {Promise<void> | undefined} */
let opening

/**
 * Wait until the server can report, or for as long as it is worth.
 *
 * @returns {Promise<void>}
 */
export function traceReady() {
  opening ??= new Promise((resolve) => {
    const trace = new WebSocket(ADDRESS)
    setTimeout(resolve, PATIENCE)
    trace.onmessage = ({ data }) => {
      const record = JSON.parse(data)
      if (record.type !== 'key') {
        listeners.get(Math.floor(record.socket / MOST_SOCKETS))?.(record)
        return
      }
      key = record.key
      resolve()
    }
    trace.onclose = () => {
      key = ''
      opening = undefined // the next run asks again
      resolve()
    }
  })
  return opening
}

/**
 * Have the server's records of one run's sockets reported.
 *
 * @param {(record: TraceRecord) => void} listener
 * @returns {{key: string, first: number}} the page's key, empty where the server does not
 *   report, and the number of the run's first socket
 */
export function traceRun(listener) {
  const run = (traced++ % MOST_RUNS) + 1
  listeners.set(run, listener)
  return { key, first: run * MOST_SOCKETS }
}
