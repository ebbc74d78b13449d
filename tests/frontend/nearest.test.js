// Which page somebody may have meant.
import assert from 'node:assert/strict'
import test from 'node:test'

import { edits, nearest } from '../../liveguide/frontend/lib/nearest.js'

const PAGES = ['', 'function/', 'websockethandler/', 'authoring/settings.html', 'de/', 'tornado/'].map(
  (path) => ({ path }),
)

/** @param {string} asked */
function found(asked) {
  return nearest(asked, PAGES).map(({ path }) => path)
}

test('a slip of the finger', () => {
  assert.deepEqual(found('functoin/'), ['function/'])
  assert.deepEqual(found('WebSocketHandlers'), ['websockethandler/'])
})

test('a page that moved to another folder, with another ending', () => {
  assert.deepEqual(found('settings.md'), ['authoring/settings.html'])
  assert.deepEqual(found('old/place/settings/'), ['authoring/settings.html'])
  assert.deepEqual(found('tornado/index.html'), ['tornado/'])
})

test('nothing that is far away', () => {
  assert.deepEqual(found('zebra/quagga'), [])
  assert.deepEqual(found(''), [])
  assert.deepEqual(found('%E0%A4%A'), [])
})

test('the likeliest comes first, and no more than three come', () => {
  const pages = ['chat1', 'chat2', 'chats', 'chat3', 'chat'].map((path) => ({ path }))
  assert.deepEqual(
    nearest('chat', pages).map(({ path }) => path),
    ['chat', 'chat1', 'chat2'],
  )
})

test('how many letters differ', () => {
  assert.equal(edits('kitten', 'sitting'), 3)
  assert.equal(edits('', 'abc'), 3)
})
