// Whether what was logged is what the author said: liveguide/frontend/lib/expectation.js
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Expectation } from '../../liveguide/frontend/lib/expectation.js'

test('a line that is stated with dots matches whatever stands in their place', () => {
  const expectation = new Expectation({ lines: ['a ... c'], match: 'exact', order: 'strict' })
  expectation.add('a b c')

  assert.equal(expectation.reached, true)
})
