// The console that a snippet gets: liveguide/frontend/lib/virtual-console.js
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { virtualConsole } from '../../liveguide/frontend/lib/virtual-console.js'

// Node has no elements, and older ones have neither of the others.
globalThis.Element ??= /** @type {any} */ (class Element {})
globalThis.CloseEvent ??= /** @type {any} */ (class CloseEvent extends Event {})
globalThis.WebSocket ??= /** @type {any} */ (class WebSocket extends EventTarget {})

/** What the process's own console was given, which is what the browser's would be. */
const mirrored = /** @type {unknown[][]} */ ([])
for (const level of /** @type {const} */ (['log', 'info', 'warn', 'error', 'debug'])) {
  console[level] = (...values) => void mirrored.push([level, ...values])
}

/** Return a console, and the lines that were written with it. */
function made() {
  const written = /** @type {[string, string][]} */ ([])
  let cleared = 0
  const own = virtualConsole(
    (level, parts) => written.push([level, parts.map(({ text }) => text).join(' ')]),
    () => cleared++,
  )
  return { own, written, lines: () => written.map(([, text]) => text), cleared: () => cleared }
}

/** @param {unknown[]} values */
function logged(...values) {
  const { own, lines } = made()
  own.log(...values)
  return lines()[0]
}

test('each level is written as itself', () => {
  const { own, written } = made()
  own.log('a')
  own.info('b')
  own.warn('c')
  own.error('d')
  own.debug('e')

  assert.deepEqual(written, [
    ['log', 'a'],
    ['info', 'b'],
    ['warn', 'c'],
    ['error', 'd'],
    ['debug', 'e'],
  ])
})

test('strings stand as they are, and other values as they are described', () => {
  assert.equal(logged('a', 1, ['b'], null), 'a 1 ["b"] null')
})

test('a line without values is an empty one', () => {
  assert.equal(logged(), '')
})

test('every function works on its own', () => {
  const { own, lines } = made()
  const { log, error, group, groupEnd, assert: check, count, time, timeEnd, dir } = own
  log('a')
  error('b')
  group('c')
  groupEnd()
  check(false)
  count()
  time()
  timeEnd()
  dir('d')

  assert.equal(lines().length, 7)
})

test("what a snippet logs stands in the browser's own console too, as it was logged", () => {
  const value = { a: 1 }
  mirrored.length = 0
  made().own.warn('%o', value)

  assert.deepEqual(mirrored, [['warn', '%o', value]])
  assert.equal(mirrored[0][2], value)
})

test("a flood is written in full, but only its first 2000 lines stand in the browser's console", () => {
  const { own, written } = made()
  mirrored.length = 0
  for (let number = 0; number < 3000; number++) own.log(number)

  assert.equal(mirrored.length, 2000)
  assert.equal(written.length, 3000)
})

test('values are put into a format string, and those left over stand behind it', () => {
  assert.equal(
    logged('%s is %d and %f, %o', 'a', 4.7, '2.5', { b: 1 }, 'c', 2),
    'a is 4 and 2.5, {b: 1} c 2',
  )
})

test('a number in a format string is read as far as it goes', () => {
  assert.equal(logged('%d %i %f %d', '42px', '7.9', '1.5em', 'x'), '42 7 1.5 NaN')
})

test('a format string without enough values keeps what is left', () => {
  assert.equal(logged('%s %s', 'a'), 'a %s')
})

test('a percent sign alone or doubled is one', () => {
  assert.equal(logged('100% of %s, 5%%', 'a'), '100% of a, 5%')
})

test('a format string without values is text', () => {
  assert.equal(logged('%s %d'), '%s %d')
})

test('styles in a format string vanish', () => {
  assert.equal(logged('%ca%cb', 'color: red', ''), 'ab')
})

test('what a value holds is no format string', () => {
  assert.equal(logged('%s %s', '%s', 'b'), '%s b')
  assert.equal(logged(1, '%s', 'b'), '1 %s b')
})

test('symbols can be formatted in every way', () => {
  const symbol = Symbol('a')

  assert.equal(
    logged('%s %d %i %f %o', symbol, symbol, symbol, symbol, symbol),
    'Symbol(a) NaN NaN NaN Symbol(a)',
  )
})

test('lines of a group are indented until it ends', () => {
  const { own, lines } = made()
  own.group('a')
  own.log('b')
  own.groupCollapsed('c')
  own.log('d')
  own.groupEnd()
  own.groupEnd()
  own.groupEnd()
  own.log('e')

  assert.deepEqual(lines(), ['a', '   b', '   c', '     d', 'e'])
})

test('an assertion that holds says nothing', () => {
  const { own, written } = made()
  own.assert(true, 'a')

  assert.deepEqual(written, [])
})

test('an assertion that fails is an error', () => {
  const { own, written } = made()
  own.assert(0, 'a', 1)

  assert.deepEqual(written, [['error', 'Assertion failed: a 1']])
})

test('counts are kept by label', () => {
  const { own, lines } = made()
  own.count()
  own.count('a')
  own.count()

  assert.deepEqual(lines(), ['default: 1', 'a: 1', 'default: 2'])
})

test('two consoles share no counts', () => {
  made().own.count()
  const { own, lines } = made()
  own.count()

  assert.deepEqual(lines(), ['default: 1'])
})

test('a timer tells its time in milliseconds', () => {
  const { own, lines } = made()
  own.time('a')
  own.timeEnd('a')

  assert.match(lines()[0], /^a: \d+\.\d ms$/)
})

test('clearing clears what was written, and ends all groups', () => {
  const { own, lines, cleared } = made()
  own.group('a')
  own.clear()
  own.log('b')

  assert.equal(cleared(), 1)
  assert.equal(lines()[1], 'b')
})

test("what the console has besides is the browser's own", () => {
  assert.equal(made().own.timeStamp, console.timeStamp)
})
