// The client of a room: what it says when it comes back, over sockets that only take notes.
import assert from 'node:assert/strict'
import test, { beforeEach, mock } from 'node:test'

import { enterRoom } from '../../guide/rooms/room-client.js'

/** @type {Stub[]} */
let sockets
/** @type {string[]} */
let heard
/** @type {(text: string) => string} */
let say

class Stub {
  static OPEN = 1
  readyState = 0
  /** @type {string[]} */
  sent = []
  onopen = () => {}
  /** @type {(event: {code: number, reason: string}) => void} */
  onclose = () => {}
  /** @type {(event: {data: string}) => void} */
  onmessage = () => {}

  /** @param {URL} url */
  constructor(url) {
    this.since = url.searchParams.getAll('since')
    sockets.push(this)
  }

  open() {
    this.readyState = Stub.OPEN
    this.onopen()
    return this
  }

  cut() {
    this.readyState = 3
    this.onclose({ code: 1006, reason: '' })
    mock.timers.tick(30_000)
    return sockets[sockets.length - 1]
  }

  /** @param {string} text */
  send(text) {
    this.sent.push(text)
  }

  /** @param {object} said */
  tell(said) {
    this.onmessage({ data: JSON.stringify({ room: 'talk', ...said }) })
  }
}

beforeEach(() => {
  sockets = []
  heard = []
  Object.assign(globalThis, {
    document: new EventTarget(),
    window: new EventTarget(),
    WebSocket: Stub,
  })
  Object.assign(document, { visibilityState: 'visible' })
  Object.defineProperty(navigator, 'onLine', { value: true, configurable: true })
  mock.timers.reset()
  mock.timers.enable({ apis: ['setTimeout'] })
  say = enterRoom(new URL('ws://example.org/talk'), {
    message: ({ text }) => heard.push(text),
    missed: (reason) => heard.push(`missed ${reason}`),
    members: (count, joined) => heard.push(`members ${count} ${joined}`),
    refused: (id, reason) => heard.push(`refused ${reason}`),
    state: () => {},
  })
})

test('it comes back with what it saw last', () => {
  const [socket] = sockets
  assert.deepEqual(socket.since, [''])
  socket.open().tell({ type: 'joined', epoch: 'e', offset: 7, after: 5, members: 1 })
  socket.tell({ type: 'message', offset: 6, id: 'a', text: 'six' })
  const second = socket.cut()
  assert.deepEqual(second.since, ['e:6'])
  second.open().tell({ type: 'joined', epoch: 'f', offset: 9, after: 8, recovered: false, reason: 'epoch', members: 2 })

  assert.deepEqual(second.cut().since, ['f:8'])
  assert.deepEqual(heard, ['members 1 ', 'six', 'missed epoch', 'members 2 '])
})

test('what was not accepted is said again with its id', () => {
  const [socket] = sockets
  const first = say('before it is open')
  socket.open()
  const second = say('accepted')
  socket.tell({ type: 'accepted', id: second, epoch: 'e', offset: 1 })
  const again = socket.cut().open()

  assert.deepEqual(again.sent.map((text) => JSON.parse(text)), [
    { type: 'send', id: first, text: 'before it is open' },
  ])
})

test('what is refused for now is said again later, and else told', () => {
  const socket = sockets[0].open()
  const [later, never] = [say('later'), say('never')]
  socket.tell({ type: 'refused', id: later, reason: 'away' })
  socket.tell({ type: 'refused', id: never, reason: 'failed' })
  mock.timers.tick(5_000)

  assert.deepEqual(socket.sent.map((text) => JSON.parse(text).id), [later, never, later])
  assert.deepEqual(heard, ['refused failed'])
})

test('a reset is a new place to come back to', () => {
  const socket = sockets[0].open()
  socket.tell({ type: 'joined', epoch: 'e', offset: 7, after: 7, members: 1 })
  socket.tell({ type: 'reset', epoch: 'g', after: 0, reason: 'epoch' })

  assert.deepEqual(socket.cut().since, ['g:0'])
})

test('no more waits than a server takes at once', () => {
  const ids = Array.from({ length: 25 }, () => say('x'))

  assert.equal(ids.filter(Boolean).length, 20)
})

test('a room that keeps nothing has no place to come back to', () => {
  const socket = sockets[0].open()
  socket.tell({ type: 'joined', epoch: '', offset: 0, after: 0, members: 1 })

  assert.deepEqual(socket.cut().since, [''])
})
