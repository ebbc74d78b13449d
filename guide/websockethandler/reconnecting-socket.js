// A WebSocket that comes back when its connection is lost.

const FIRST = 500 // milliseconds
const LONGEST = 30_000
const HELD = 10_000

/**
 * Open a socket, and open it again whenever it is lost.
 *
 * It waits for a random time between nothing and a bound that doubles with each failure, so that
 * the readers of a server that restarts don't all come back at once. It does not come back after a
 * close that says not to (1000, 1008 and 4000 to 4999), and waits while its page is hidden.
 *
 * @param {URL} url
 * @param {(message: string) => void} received called with each message
 * @param {(state: 'connecting' | 'open' | 'lost' | 'closed', detail: string) => void} changed
 * @returns {(message: string) => boolean} sends a message; false if there is no connection
 */
export function reconnectingSocket(url, received, changed) {
  let bound = FIRST
  /** @type {WebSocket} */
  let socket

  function connect() {
    let opened = Infinity
    changed('connecting', '')
    socket = new WebSocket(url)
    socket.onmessage = (event) => received(event.data)
    socket.onopen = () => {
      opened = performance.now()
      changed('open', '')
    }
    socket.onclose = (event) => {
      if (event.code === 1000 || event.code === 1008 || event.code >= 4000) {
        changed('closed', event.reason || `code ${event.code}`)
        return
      }
      // Only a connection that held shows that all is well again: a server that accepts, then fails
      // (1011) or is overloaded (1013), would be asked twice a second.
      if (performance.now() - opened > HELD) bound = FIRST
      const wait = Math.random() * bound
      bound = Math.min(bound * 2, LONGEST)
      changed('lost', `trying again in ${Math.ceil(wait / 1000)} s`)
      setTimeout(whenVisible, wait)
    }
  }

  function whenVisible() {
    if (document.visibilityState === 'visible') connect()
    else document.addEventListener('visibilitychange', whenVisible, { once: true })
  }

  connect()
  return (message) => {
    if (socket.readyState !== WebSocket.OPEN) return false
    socket.send(message)
    return true
  }
}
