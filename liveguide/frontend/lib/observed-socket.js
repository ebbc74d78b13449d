// The WebSocket class that a snippet gets as its argument.

const SOON = 100
/** So many numbers belong to one run (lib/trace.js). */
const MOST_TRACED = 1000

/**
 * What happened to one of a snippet's sockets, as plain data.
 *
 * @typedef {{
 *   type: 'connecting' | 'open' | 'out' | 'in' | 'close',
 *   socket: number,
 *   at: number,
 *   url?: string,
 *   data?: string | Blob | ArrayBuffer,
 *   code?: number,
 *   reason?: string,
 *   own?: boolean,
 * }} SocketEvent
 *   `socket` is the page's number for it, `at` the time in ms, `own`
 *   whether the snippet itself called close().
 */

/**
 * Where a snippet runs: the address of its page, the page's key for the server's
 * trace (or none), and the number of the run's first socket.
 *
 * @typedef {{href: string, key: string, first: number}} Place
 */

/**
 * Return a subclass of WebSocket that tells all that its sockets do, and a way to close them.
 *
 * @param {Place} place
 * @param {(event: SocketEvent) => void} tell
 * @returns {{WebSocket: typeof WebSocket, stop: () => void}} after `stop()` new sockets are
 *   closed as soon as they are made
 */
export function observedSocket({ href, key, first }, tell) {
  let number = first
  /** @type {Set<WebSocket>} */
  const open = new Set()
  let stopped = false

  class Observed extends WebSocket {
    /** @type {string} */
    #url
    #number
    #own = false

    /**
     * @param {string | URL} url
     * @param {string | string[]} [protocols]
     */
    constructor(url, protocols) {
      let address
      try {
        address = new URL(url, href)
      } catch {
        super(url, protocols) // throws what the browser throws
        throw new SyntaxError(`${url} is no address`)
      }
      const known = new URL(address)
      if (key && number < first + MOST_TRACED && known.host === new URL(href).host) {
        known.search += `${known.search ? '&' : '?'}_liveguide=${key}.${number}`
      }
      super(known, protocols)
      address.protocol = address.protocol.replace('http', 'ws')
      this.#url = address.href
      this.#number = number++
      open.add(this)
      this.#tell('connecting', { url: this.#url })
      this.addEventListener('open', () => this.#tell('open', {}))
      this.addEventListener('message', ({ data }) => this.#tell('in', { data: copyOf(data) }))
      const closed = (/** @type {number} */ code, /** @type {string} */ reason) => {
        if (open.delete(this)) this.#tell('close', { code, reason, own: this.#own })
      }
      this.addEventListener('close', ({ code, reason }) => closed(code, reason))
      // A policy that forbids the address ends in an error, and no close follows.
      this.addEventListener('error', () => setTimeout(closed, SOON, 1006, ''))
      if (stopped) this.close()
    }

    /**
     * @param {SocketEvent['type']} type
     * @param {Partial<SocketEvent>} more
     */
    #tell(type, more) {
      tell({ type, socket: this.#number, at: performance.timeOrigin + performance.now(), ...more })
    }

    get url() {
      return this.#url
    }

    /** @param {string | Blob | BufferSource} data */
    send(data) {
      super.send(data)
      if (this.readyState === WebSocket.OPEN) this.#tell('out', { data: copyOf(data) })
    }

    /**
     * @param {number} [code]
     * @param {string} [reason]
     */
    close(code, reason) {
      super.close(code, reason)
      this.#own = true
    }
  }

  // Snippets that print a socket's class see the name they know.
  Object.defineProperty(Observed, 'name', { value: 'WebSocket' })
  return {
    WebSocket: Observed,
    stop() {
      stopped = true
      for (const socket of open) socket.close()
    },
  }
}

/**
 * Return a message's content such that the snippet can't change it any more.
 *
 * @param {unknown} data
 * @returns {string | Blob | ArrayBuffer}
 */
function copyOf(data) {
  if (data instanceof Blob) return data
  if (data instanceof ArrayBuffer) return data.slice(0)
  if (ArrayBuffer.isView(data)) {
    return /** @type {ArrayBuffer} */ (data.buffer).slice(
      data.byteOffset,
      data.byteOffset + data.byteLength,
    )
  }
  return String(data)
}
