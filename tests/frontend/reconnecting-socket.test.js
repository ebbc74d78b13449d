// When a lost connection is opened again: with the clock in hand, and sockets that only take notes.
import assert from 'node:assert/strict'
import test, { beforeEach, mock } from 'node:test'

import { reconnectingSocket } from '../../guide/websockethandler/reconnecting-socket.js'

/** @type {Stub[]} */
let sockets
/** @type {string[]} */
let states

class Stub {
  /** @type {() => void} */
  onopen = () => {}
  /** @type {(event: {code: number, reason: string}) => void} */
  onclose = () => {}

  constructor() {
    sockets.push(this)
  }
}

/** @param {string} visibilityState @param {boolean} onLine */
function page(visibilityState, onLine) {
  Object.assign(document, { visibilityState })
  Object.defineProperty(navigator, 'onLine', { value: onLine, configurable: true })
}

/** Close the last socket, and say how often another was opened within so many milliseconds. */
function openedWithin(/** @type {number} */ ms, code = 1006) {
  const before = sockets.length
  sockets[before - 1].onclose({ code, reason: '' })
  mock.timers.tick(ms)
  return sockets.length - before
}

beforeEach(() => {
  sockets = []
  states = []
  Object.assign(globalThis, {
    document: new EventTarget(),
    window: new EventTarget(),
    WebSocket: Stub,
  })
  page('visible', true)
  mock.restoreAll()
  mock.timers.reset()
  mock.timers.enable({ apis: ['setTimeout'] })
  mock.method(Math, 'random', () => 0.999)
  reconnectingSocket(new URL('ws://example.org/'), () => {}, (state) => states.push(state))
})

test('the wait has a bound that doubles, from half a second to half a minute', () => {
  for (const bound of [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]) {
    assert.equal(openedWithin(bound * 0.99), 0)
    mock.timers.tick(bound * 0.01)
    assert.equal(states.at(-1), 'connecting')
  }
  assert.equal(sockets.length, 9)
})

test('the wait is anything between nothing and the bound', () => {
  mock.method(Math, 'random', () => 0.001)

  assert.equal(openedWithin(1), 1)
})

test('after a restart the readers come back spread over twelve seconds', () => {
  assert.equal(openedWithin(11_900, 1012), 0)
  mock.timers.tick(100)
  assert.equal(sockets.length, 2)
  assert.equal(openedWithin(3_900), 0)
  mock.timers.tick(100)
  assert.equal(sockets.length, 3)
})

test('a close that says not to come back is the end', () => {
  for (const code of [1000, 1008, 4000, 4999]) {
    assert.equal(openedWithin(60_000, code), 0)
    assert.equal(states.at(-1), 'closed')
  }
})

test('a connection that held makes the wait short again, one that failed at once does not', () => {
  const now = mock.method(performance, 'now', () => 0)
  openedWithin(500)
  openedWithin(1000)
  sockets[2].onopen()
  now.mock.mockImplementation(() => 9_000)
  assert.equal(openedWithin(1990, 1011), 0)
  mock.timers.tick(10)
  sockets[3].onopen()
  now.mock.mockImplementation(() => 20_000)

  assert.equal(openedWithin(500, 1011), 1)
})

test('a page that is hidden waits until it is seen', () => {
  page('hidden', true)
  assert.equal(openedWithin(60_000), 0)

  page('visible', true)
  document.dispatchEvent(new Event('visibilitychange'))

  assert.equal(sockets.length, 2)
})

test('a computer that is offline waits until it is online, and the page is seen', () => {
  page('visible', false)
  assert.equal(openedWithin(60_000), 0)
  page('hidden', true)
  window.dispatchEvent(new Event('online'))
  assert.equal(sockets.length, 1)

  page('visible', true)
  document.dispatchEvent(new Event('visibilitychange'))

  assert.equal(sockets.length, 2)
})
