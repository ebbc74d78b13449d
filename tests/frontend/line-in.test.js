// The line that an error came from: liveguide/frontend/lib/line-in.js
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lineIn } from '../../liveguide/frontend/lib/line-in.js'

const HREF = 'http://localhost:8888/guide/index.1.js'

/** @param {string} stack */
function errorWith(stack) {
  return Object.assign(new Error('no'), { stack })
}

test('the line is the first that the stack names of the script', () => {
  const error = errorWith(
    `Error: no\n    at help (http://localhost:8888/lib.js:3:1)\n    at ${HREF}:12:5\n    at ${HREF}:40:1`,
  )

  assert.equal(lineIn(error, HREF), 12)
})

test('the line is found in the form of Firefox and Safari too', () => {
  assert.equal(lineIn(errorWith(`default@${HREF}:7:9\n`), HREF), 7)
})

test('a script that the stack does not name has no line', () => {
  assert.equal(lineIn(errorWith('Error: no\n    at http://localhost:8888/other.js:3:1'), HREF), 0)
})

test('another script whose name begins the same is not taken for it', () => {
  assert.equal(lineIn(errorWith(`Error: no\n    at ${HREF}on:3:1`), HREF), 0)
})

test('a message that names the script is not taken for its line', () => {
  assert.equal(lineIn(errorWith(`Error: ${HREF}: no\n    at ${HREF}:12:5`), HREF), 12)
  assert.equal(lineIn(errorWith(`Error: ${HREF}: no`), HREF), 0)
})

test('what is thrown and is no error has no line', () => {
  for (const thrown of [undefined, null, 'no', { stack: `${HREF}:3:1` }]) {
    assert.equal(lineIn(thrown, HREF), 0)
  }
})

test('an error without a stack has no line', () => {
  assert.equal(lineIn(Object.assign(new Error('no'), { stack: undefined }), HREF), 0)
})

test('the line of a real error is where it was made', () => {
  const error = new Error('here')
  const { stack = '' } = error

  assert.ok(stack.includes(`line-in.test.js:${lineIn(error, import.meta.url)}:`))
})
