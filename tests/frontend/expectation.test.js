// Whether what was logged is what the author said: liveguide/frontend/lib/expectation.js
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Expectation } from '../../liveguide/frontend/lib/expectation.js'

/**
 * Return which of the stated lines were not logged.
 *
 * @param {Partial<import('../../liveguide/frontend/lib/expectation.js').Stated>} stated
 * @param {string[]} logged
 */
function missing(stated, logged) {
  const expectation = new Expectation({ lines: [], match: 'exact', order: 'strict', ...stated })
  for (const text of logged) expectation.add(text)
  assert.equal(expectation.reached, expectation.missing.length === 0)
  return expectation.missing.map(({ line }) => line)
}

test('nothing is reached before something is logged', () => {
  assert.deepEqual(missing({ lines: ['hello'] }, []), ['hello'])
})

test('a line that is the same is what was stated, whatever white space is around it', () => {
  assert.deepEqual(missing({ lines: [' hello'] }, ['  hello  ']), [])
})

test('a line with more in it is not exactly what was stated', () => {
  assert.deepEqual(missing({ lines: ['hello'] }, ['hello you', 'Hello']), ['hello'])
})

test('a line that is stated with dots matches whatever stands in their place', () => {
  assert.deepEqual(missing({ lines: ['a ... c'] }, ['a b c']), [])
})

test('what has a meaning in regular expressions stands for itself', () => {
  const line = '\\ ^ $ . * + ? ( ) [ ] { } | / -'

  assert.deepEqual(missing({ lines: [line] }, [line]), [])
  assert.deepEqual(missing({ lines: ['a.c'] }, ['abc']), ['a.c'])
})

test('a stated text may stand anywhere in a line', () => {
  assert.deepEqual(missing({ lines: ['ell'], match: 'contains' }, ['hello']), [])
  assert.deepEqual(missing({ lines: ['e...o'], match: 'contains' }, ['hello']), ['e...o'])
})

test('a stated pattern is a regular expression', () => {
  assert.deepEqual(missing({ lines: ['^Got \\d+$'], match: 'pattern' }, ['Got 12']), [])
  assert.deepEqual(missing({ lines: ['^Got \\d+$'], match: 'pattern' }, ['Got x']), ['^Got \\d+$'])
})

test('a pattern that is none is told when it is stated', () => {
  assert.throws(() => missing({ lines: ['('], match: 'pattern' }, []), SyntaxError)
})

test('each line of a text is one', () => {
  assert.deepEqual(missing({ lines: ['a', 'b'] }, ['a\nb']), [])
})

test('other lines may come between', () => {
  assert.deepEqual(missing({ lines: ['a', 'b'] }, ['x', 'a', 'y', 'b', 'z']), [])
})

test('lines in strict order come one after the other', () => {
  assert.deepEqual(missing({ lines: ['a', 'b'] }, ['b', 'a']), ['b'])
})

test('lines in any order may come as they like', () => {
  assert.deepEqual(missing({ lines: ['a', 'b'], order: 'any' }, ['b', 'a']), [])
})

test('one logged line is one stated line', () => {
  assert.deepEqual(missing({ lines: ['a', 'a'] }, ['a']), ['a'])
  assert.deepEqual(missing({ lines: ['a', 'a'], order: 'any' }, ['a']), ['a'])
})

test('in any order a line that several statements match leaves none of them out', () => {
  const stated = { lines: ['\\w+', 'a', 'a|b'], match: 'pattern', order: 'any' }

  assert.deepEqual(missing(stated, ['a', 'b', 'c']), [])
  assert.deepEqual(missing(stated, ['a', 'c', 'd']), ['a|b'])
})
