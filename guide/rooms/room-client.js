// A client that misses nothing: it comes back with what it saw last, and says again what may be lost.
import { reconnectingSocket } from '../websockethandler/reconnecting-socket.js'

const MOST_WAITING = 20 // Fewer than a server takes for a flood.
const AGAIN = 5_000 // milliseconds
const FOR_LATER = ['away', 'full']

// crypto.randomUUID() is there on https: and on this computer only.
function newId() {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('')
}

/**
 * Enter a room, and come back to it whenever the connection is lost.
 *
 * @param {URL} url the room's endpoint
 * @param {object} told functions that are called, each when there is news for it
 * @param {(said: {id: string, text: string, room: string}) => void} told.message a message
 * @param {(reason: string) => void} told.missed messages are missing; what is kept comes again
 * @param {(count: number, joined: string[], left: string[]) => void} told.members who is there
 * @param {(id: string, reason: string) => void} told.refused a message that was not accepted
 * @param {(name: string, detail: string) => void} told.state of the connection, or `away`
 * @returns {(text: string) => string} sends a message, now or later; its id, or '' if too many wait
 */
export function enterRoom(url, told) {
  // What was seen of each room, as the server wants to be told it.
  const positions = new Map()
  // What was sent, and not accepted yet: the same id each time, so that nothing is doubled.
  const outbox = new Map()
  url.searchParams.set('since', '')

  function seen(room, epoch, offset) {
    positions.set(room, { epoch, offset })
    url.searchParams.delete('since')
    for (const at of positions.values()) {
      url.searchParams.append('since', at.epoch && `${at.epoch}:${at.offset}`)
    }
  }

  const hear = {
    joined({ room, epoch, after, recovered, reason, members }) {
      seen(room, epoch, after)
      if (recovered === false) told.missed(reason)
      told.members(members, [], [])
    },
    message(said) {
      seen(said.room, positions.get(said.room).epoch, said.offset)
      told.message(said)
    },
    reset({ room, epoch, after, reason }) {
      seen(room, epoch, after)
      told.missed(reason)
    },
    accepted({ id }) {
      outbox.delete(id)
    },
    refused({ id, reason }) {
      if (FOR_LATER.includes(reason)) {
        setTimeout(() => outbox.has(id) && send(outbox.get(id)), Math.random() * AGAIN)
      } else if (outbox.delete(id)) {
        told.refused(id, reason)
      }
    },
    members({ count, joined, left }) {
      told.members(count, joined, left)
    },
    away() {
      told.state('away', '')
    },
    back() {
      told.state('open', '')
    },
  }

  function received(data) {
    const said = JSON.parse(data)
    hear[said.type]?.(said)
  }

  function changed(name, detail) {
    told.state(name, detail)
    if (name === 'open') outbox.forEach((said) => send(said))
  }

  const send = reconnectingSocket(url, received, changed)
  return (text) => {
    if (outbox.size >= MOST_WAITING) return ''
    const id = newId()
    const said = JSON.stringify({ type: 'send', id, text })
    outbox.set(id, said)
    send(said)
    return id
  }
}
