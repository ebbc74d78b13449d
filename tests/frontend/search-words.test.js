// What a word is to the search: liveguide/frontend/lib/search-words.js
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fold, termsOf, wordsIn } from '../../liveguide/frontend/lib/search-words.js'

/** @param {string} text */
const terms = (text) => wordsIn(text).map((word) => word.term)

test('words lose their case and their accents', () => {
  assert.deepEqual(['Größe', 'CAFÉ', 'Łódź', 'naïve'].map(fold), ['grosse', 'cafe', 'lodz', 'naive'])
})

test('a name is a word, and so is each part of it', () => {
  assert.deepEqual(terms('write_message'), ['write_message', 'write', 'message'])
  assert.deepEqual(terms('handler.session'), ['handler.session', 'handler', 'session'])
  assert.deepEqual(terms('permessage-deflate'), ['permessage-deflate', 'permessage', 'deflate'])
})

test('a name in capitals and small letters has parts too', () => {
  assert.deepEqual(terms('WebSocketHandler'), ['websockethandler', 'web', 'socket', 'handler'])
  assert.deepEqual(terms('readHTTPHead'), ['readhttphead', 'read', 'httphead'])
})

test('signs around words belong to none of them', () => {
  assert.deepEqual(terms('(ws.send("a"))!'), ['ws.send', 'ws', 'send', 'a'])
})

test('each word knows where it stands', () => {
  const text = 'Call on_close.'

  for (const { term, start, end } of wordsIn(text)) assert.equal(text.slice(start, end).toLowerCase(), term)
})

test('what is written without spaces is cut into pairs', () => {
  assert.deepEqual(terms('東京都'), ['東京', '京都'])
  assert.deepEqual(terms('WebSocketとは'), ['websocket', 'web', 'socket', 'とは'])
})

test('a reader who types a name asks for it whole, or in parts', () => {
  assert.deepEqual(termsOf('on_message reply'), ['on_message', 'reply'])
  assert.deepEqual(termsOf('on_message reply', true), ['on', 'message', 'reply'])
  assert.deepEqual(termsOf('handler.write_message', true), ['handler', 'write', 'message'])
})

test('a reader who types without spaces asks for the pairs', () => {
  assert.deepEqual(termsOf('東京都'), ['東京', '京都'])
})
