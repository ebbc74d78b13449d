// Clients of `restart_herd.py`: so many of the guide's own reconnecting sockets, in one process.
//
// node restart_herd.js ADDRESS COUNT. Writes a line for each change: milliseconds, client, state.
import { reconnectingSocket } from '../guide/websockethandler/reconnecting-socket.js'

const [, , address, count] = process.argv
Object.assign(globalThis, { document: { visibilityState: 'visible' } })

// What each socket was closed with, which the guide's socket keeps to itself.
const Native = WebSocket
globalThis.WebSocket = class extends Native {
  /** @param {string | URL} url */
  constructor(url) {
    super(url)
    this.addEventListener('close', (event) => tell('-', `closed ${event.code}`))
  }
}

/**
 * @param {string | number} client
 * @param {string} state
 */
function tell(client, state) {
  process.stdout.write(`${performance.timeOrigin + performance.now()} ${client} ${state}\n`)
}

for (let client = 0; client < Number(count); client += 1) {
  setTimeout(() => reconnectingSocket(
    new URL(address),
    () => {},
    (state) => tell(client, state),
  ), client * 2)
}
