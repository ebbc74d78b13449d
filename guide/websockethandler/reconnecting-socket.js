// A WebSocket that comes back when its connection is lost.

const FIRST = 500 // milliseconds
const LONGEST = 30_000
const SPREAD = 12_000
const HELD = 10_000
const RESTART = 1012

/**
 * Open a socket, and open it again whenever it is lost.
 *
 * It waits for a random time between nothing and a bound that doubles with each failure, and that
 * is larger when the server restarts, so that its readers don't all come back at once. It does not
 * come back after a close that says not to (1000, 1008 and 4000 to 4999), and waits while its page
 * is hidden or the computer is offline.
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
      // A restart loses all readers in one moment (RFC 6455, section 7.2.3). Some try too early;
      // they have lost less time than others, so their next wait is shorter.
      const restarts = event.code === RESTART
      const wait = Math.random() * (restarts ? SPREAD : bound)
      bound = restarts ? SPREAD / 3 : Math.min(bound * 2, LONGEST)
      changed('lost', `trying again in ${Math.ceil(wait / 1000)} s`)
      setTimeout(whenWanted, wait)
    }
  }

  function whenWanted() {
    const once = { once: true }
    if (document.visibilityState === 'hidden') {
      document.addEventListener('visibilitychange', whenWanted, once)
    } else if (navigator.onLine === false) {
      window.addEventListener('online', whenWanted, once)
    } else {
      connect()
    }
  }

  connect()
  return (message) => {
    if (socket.readyState !== WebSocket.OPEN) return false
    socket.send(message)
    return true
  }
}
