// What a result shows of its section: liveguide/frontend/lib/search-excerpt.js
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { excerpt, marked } from '../../liveguide/frontend/lib/search-excerpt.js'

/** @param {import('../../liveguide/frontend/lib/search-excerpt.js').Piece[]} pieces */
const shown = (pieces) => pieces.map(({ text, marked }) => (marked ? `[${text}]` : text)).join('')

test('of a word that goes on, what was typed is marked', () => {
  assert.equal(shown(marked('Write messages', ['mess'], new Set(['messages']))), 'Write [mess]ages')
})

test('of a word that was misspelt, all is marked', () => {
  assert.equal(shown(marked('A session', ['sesion'], new Set(['session']))), 'A [session]')
})

test('accents in the text do not keep it from being marked', () => {
  assert.equal(shown(marked('Ein Café', ['cafe'], new Set(['cafe']))), 'Ein [Café]')
})

test('a part of a name is marked within it', () => {
  assert.equal(shown(marked('on_message', ['message'], new Set(['message']))), 'on_[message]')
})

test('what looks like HTML stays text', () => {
  const [piece] = marked('<img src=x onerror=alert(1)>', [], new Set())

  assert.equal(piece.text, '<img src=x onerror=alert(1)>')
})

test('a long text is cut around where most of the words stand', () => {
  const filler = 'so it goes on and on '.repeat(20)
  const text = `A close. ${filler}The close code says why. ${filler}`
  const { pieces, code } = excerpt(text, '', ['close', 'code'], new Set(['close', 'code']))

  assert.equal(code, false)
  assert.match(shown(pieces), /^… .*The \[close\] \[code\] says why\. .* …$/)
  assert.ok(shown(pieces).length < 200)
})

test('a word that only the code has shows its line', () => {
  const code = 'import a\ndef on_message(handler, message):\npass'
  const found = excerpt('Some text.', code, ['on_message'], new Set(['on_message']))

  assert.deepEqual([found.code, shown(found.pieces)], [true, 'def [on_message](handler, message):'])
})

test('the last line of the code is found as well', () => {
  assert.equal(shown(excerpt('', 'a\nb', ['b'], new Set(['b'])).pieces), '[b]')
})

test('where only the heading matched, the text is shown from its beginning', () => {
  assert.equal(shown(excerpt('What follows.', '', ['x'], new Set(['x'])).pieces), 'What follows.')
})
