// What close codes mean: liveguide/frontend/lib/close-codes.js
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { closeMeaning } from '../../liveguide/frontend/lib/close-codes.js'

test('every code that the standard and its registry define has a meaning of its own', () => {
  const meanings = Array.from({ length: 16 }, (_, index) => closeMeaning(1000 + index))

  assert.equal(new Set(meanings).size, 16)
  for (const meaning of meanings) assert.notEqual(meaning, 'not a valid close code')
})

test('the codes that every guide shows are explained in the words of the standard', () => {
  assert.match(closeMeaning(1000), /normal closure/)
  assert.match(closeMeaning(1006), /abnormal closure/)
  assert.match(closeMeaning(1011), /internal error/)
})

test("codes from 4000 to 4999 are the application's", () => {
  assert.equal(closeMeaning(4000), "the application's own")
  assert.equal(closeMeaning(4999), "the application's own")
})

test('codes from 3000 to 3999 are those of libraries and frameworks', () => {
  assert.equal(closeMeaning(3000), 'registered by a library or framework')
  assert.equal(closeMeaning(3999), 'registered by a library or framework')
})

test('any other number is no close code', () => {
  for (const code of [-1, 0, 999, 1016, 2999, 5000, NaN]) {
    assert.equal(closeMeaning(code), 'not a valid close code')
  }
})
