// Why a socket could not connect: browsers hide it from scripts, but the server tells who asks.
import { say } from './words.js'

const NO_REFUSAL = 426 // upgrade required: a WebSocket would be let in by now

/**
 * Ask a socket's address, as a page, why it refuses.
 *
 * @param {Map<number, string>} addresses those of a run's sockets, empty when another run begins
 * @param {number} socket which of them
 * @param {(why: string) => void} tell told what to show, where the address refuses and says why
 */
export async function whyRefused(addresses, socket, tell) {
  const address = new URL((addresses.get(socket) ?? '').replace(/^ws/, 'http'), location.href)
  if (address.origin !== location.origin) return
  const response = await fetch(address, { cache: 'no-store' }).catch(() => undefined)
  if (!response || response.ok || response.status === NO_REFUSAL) return
  const { error } = await response.json().catch(() => ({}))
  if (!error || !addresses.has(socket)) return
  tell(say('refused ({why})', { why: `${response.status}: ${error}` }))
}
