// Logged values as plain data: liveguide/frontend/lib/describe-value.js
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describe } from '../../liveguide/frontend/lib/describe-value.js'

// Node has no elements, and older ones have neither of the others.
globalThis.Element ??= /** @type {any} */ (
  class Element {
    localName = 'p'
    id = ''
    /** As in a browser, where an element leads to the whole page. */
    parent = this
  }
)
globalThis.CloseEvent ??= /** @type {any} */ (
  class CloseEvent extends Event {
    /**
     * @param {string} type
     * @param {CloseEventInit} init
     */
    constructor(type, { code = 0, reason = '', wasClean = false } = {}) {
      super(type)
      Object.assign(this, { code, reason, wasClean })
    }
  }
)
globalThis.WebSocket ??= /** @type {any} */ (
  class WebSocket extends EventTarget {
    readyState = 0
    protocol = ''
    binaryType = 'blob'
    /** @param {string} url */
    constructor(url) {
      super()
      this.url = url
    }
    close() {}
  }
)

/** @param {unknown} value */
function text(value) {
  return describe(value).text
}

/**
 * Return what a value unfolds to, one level.
 *
 * @param {unknown} value
 */
function unfolded(value) {
  return (describe(value).entries ?? []).map(([key, item]) => [key, item.text])
}

/** @param {import('../../liveguide/frontend/lib/describe-value.js').Described} described */
function countOf(described) {
  let count = 1
  for (const [, item] of described.entries ?? []) count += countOf(item)
  return count
}

test('a string stands as it is, and inside of something is quoted', () => {
  assert.equal(text('a "b"\n'), 'a "b"\n')
  assert.equal(text(['a "b"\n']), '["a \\"b\\"\\n"]')
})

test('single values are what one would write', () => {
  const values = [1, -0.5, NaN, true, null, undefined, 12n, Symbol('a')]

  assert.deepEqual(values.map(text), [
    '1',
    '-0.5',
    'NaN',
    'true',
    'null',
    'undefined',
    '12n',
    'Symbol(a)',
  ])
})

test('single values unfold to nothing', () => {
  for (const value of ['a', 1, null, undefined, () => 1])
    assert.equal(describe(value).entries, undefined)
})

test('functions and classes are known by their names', () => {
  assert.equal(
    text(function hello() {}),
    'ƒ hello()',
  )
  assert.equal(
    text(
      (
        () => () =>
          1
      )(),
    ),
    'ƒ anonymous()',
  )
  assert.equal(text(class Chat {}), 'ƒ Chat()')
})

test('objects and lists are one line', () => {
  assert.equal(text({ a: 1, b: ['c', { d: null }] }), '{a: 1, b: ["c", {d: null}]}')
  assert.equal(text([]), '[]')
  assert.equal(text({}), '{}')
})

test('an object of a class is led by its name', () => {
  class Chat {
    user = 'Ada'
  }

  assert.equal(text(new Chat()), 'Chat {user: "Ada"}')
})

test('an object without a prototype is an object', () => {
  assert.equal(text(Object.assign(Object.create(null), { a: 1 })), '{a: 1}')
})

test('an object unfolds to its members, and these to theirs', () => {
  const { entries } = describe({ a: { b: [1] } })

  assert.deepEqual(entries, [
    ['a', { text: '{b: [1]}', entries: [['b', { text: '[1]', entries: [['0', { text: '1' }]] }]] }],
  ])
})

test('a description is a picture: what changes later does not change it', () => {
  const value = { a: [1] }
  const described = describe(value)
  value.a.push(2)

  assert.equal(described.text, '{a: [1]}')
  assert.equal(described.entries?.[0][1].text, '[1]')
})

test('a description is plain data that can be posted', () => {
  const described = describe({
    f() {},
    s: Symbol('a'),
    m: new Map([[{}, () => 1]]),
    e: new Error('b'),
  })

  assert.deepEqual(structuredClone(described), described)
  assert.deepEqual(JSON.parse(JSON.stringify(described)), described)
})

test('maps and sets show and unfold what they hold', () => {
  assert.equal(text(new Map([['a', 1]])), 'Map(1) {"a" => 1}')
  assert.equal(text(new Set(['a', 1])), 'Set(2) {"a", 1}')
  assert.deepEqual(unfolded(new Map([['a', 1]])), [['"a"', '1']])
  assert.deepEqual(unfolded(new Set(['a', 1])), [
    ['0', '"a"'],
    ['1', '1'],
  ])
})

test('an error is its name and message, and unfolds to its stack and its cause', () => {
  const error = new TypeError('no', { cause: 'that' })

  assert.equal(text(error), 'TypeError: no')
  assert.deepEqual(unfolded(error), [
    ['stack', JSON.stringify(error.stack)],
    ['cause', '"that"'],
  ])
})

test('dates, expressions and addresses are their texts', () => {
  const date = new Date(0)

  assert.equal(text(date), String(date))
  assert.equal(text(/a/g), '/a/g')
  assert.equal(text(new URL('wss://x/chat')), 'wss://x/chat')
})

test('binary values tell their size', () => {
  assert.equal(text(new Blob(['abc'])), 'Blob (3 bytes)')
  assert.equal(text(new ArrayBuffer(4)), 'ArrayBuffer (4 bytes)')
  assert.equal(text(new DataView(new ArrayBuffer(5))), 'DataView (5 bytes)')
})

test('views of bytes show their numbers', () => {
  assert.equal(text(new Uint8Array([1, 255])), 'Uint8Array [1, 255]')
  assert.deepEqual(unfolded(new Uint8Array([1, 255])), [
    ['0', '1'],
    ['1', '255'],
  ])
})

test('a large binary message is described without a look at every byte', () => {
  describe(new Uint8Array(1)) // what is loaded once is loaded
  const start = performance.now()
  const { entries } = describe(new Uint8Array(10_000_000))

  assert.ok(performance.now() - start < 200)
  assert.deepEqual(entries?.at(-1), ['…', { text: 'more, not kept' }])
})

test('a message is known by its data, and unfolds to what of it matters', () => {
  const event = new MessageEvent('message', { data: 'hello', origin: 'wss://x' })

  assert.equal(text(event), 'MessageEvent "hello"')
  assert.deepEqual(
    unfolded(event).map(([key]) => key),
    ['data', 'origin', 'lastEventId', 'type', 'timeStamp'],
  )
})

test('a close is known by its code and its reason', () => {
  assert.equal(text(new CloseEvent('close', { code: 1000 })), 'CloseEvent 1000')
  assert.equal(text(new CloseEvent('close', { code: 4000, reason: 'no' })), 'CloseEvent 4000 "no"')
  assert.deepEqual(unfolded(new CloseEvent('close', { code: 4000 }))[0], ['code', '4000'])
})

test('any other event is known by its type', () => {
  assert.equal(text(new Event('open')), 'Event "open"')
  assert.deepEqual(
    unfolded(new Event('open')).map(([key]) => key),
    ['type', 'timeStamp'],
  )
})

test('a socket is known by its address', () => {
  const socket = new WebSocket('ws://127.0.0.1:9/')
  socket.onerror = () => {}
  socket.close()

  assert.equal(text(socket), 'WebSocket ws://127.0.0.1:9/')
  assert.deepEqual(
    unfolded(socket).map(([key]) => key),
    ['url', 'readyState', 'protocol', 'binaryType'],
  )
})

test('an element is its tag, and does not unfold to the page', () => {
  const element = new Element()

  assert.equal(text(element), '<p>')
  assert.equal(text(Object.assign(element, { id: 'a' })), '<p id="a">')
  assert.equal(describe(element).entries, undefined)
})

test('an object that holds itself is shown once', () => {
  const value = /** @type {any} */ ({ a: 1 })
  value.self = value

  assert.equal(text(value), '{a: 1, self: [circular]}')
  assert.deepEqual(describe(value).entries?.[1], ['self', { text: '[circular]' }])
})

test('an object that stands in two places is shown in both', () => {
  const shared = { a: 1 }

  assert.equal(text([shared, shared]), '[{a: 1}, {a: 1}]')
})

test('deep objects are cut on the line, and unfold a few levels', () => {
  const value = { a: { b: { c: { d: { e: { f: 1 } } } } } }
  let depth = 0
  for (let item = describe(value); item.entries; item = item.entries[0][1]) depth++

  assert.equal(text(value), '{a: {b: {c: {…}}}}')
  assert.equal(depth, 4)
})

test('a very deep object is described too', () => {
  let value = /** @type {unknown} */ (1)
  for (let number = 0; number < 100_000; number++) value = [value]

  assert.equal(text(value), '[[[[…]]]]')
})

test('a long list says how many more there are', () => {
  const shown = text(new Array(60).fill(0))

  assert.equal(shown, `[${'0, '.repeat(50)}… 10 more]`)
})

test('an object with many members unfolds to the first hundred, and says that there are more', () => {
  const entries = unfolded(new Array(5000).fill(0))

  assert.equal(entries.length, 101)
  assert.deepEqual(entries.at(-1), ['…', 'more, not kept'])
})

test('a wide and deep object unfolds to so many values in all', () => {
  const wide = (/** @type {number} */ depth) =>
    Array.from({ length: 30 }, () => (depth ? wide(depth - 1) : 0))

  assert.ok(countOf(describe(wide(2))) < 700)
})

test('a long string is cut, and says how long it is', () => {
  assert.equal(text('x'.repeat(10_001)), `${'x'.repeat(10_000)}… (10001 characters)`)
  assert.ok(text(new Array(50).fill('x'.repeat(9000))).length < 20_000)
})

test("a member that can't be read says so, and the others are shown", () => {
  const value = {
    get a() {
      throw new Error('no')
    },
    b: 1,
  }

  assert.deepEqual(unfolded(value), [
    ['a', '[unreadable: Error: no]'],
    ['b', '1'],
  ])
})

test('no value makes it fail', () => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  const thrown = [Symbol('no'), Object.create(null), null, 'no', new Error('no')]
  const values = [
    proxy,
    [proxy],
    new Map([[proxy, proxy]]),
    class {
      static name = Symbol('a')
    },
    { constructor: { name: Symbol('a') } },
    { constructor: null },
    Object.create(MessageEvent.prototype),
    Object.create(CloseEvent.prototype),
    Object.create(WebSocket.prototype),
    Object.create(Map.prototype),
    Object.create(Date.prototype),
    ...thrown.flatMap((error) => {
      const fails = () => {
        throw error
      }
      return [
        Object.defineProperty({}, 'a', { get: fails, enumerable: true }),
        new Proxy({}, { ownKeys: fails }),
        new Proxy({}, { get: fails }),
        new Proxy({}, { getPrototypeOf: fails }),
        Object.defineProperty(new Error('a'), 'message', { get: fails }),
      ]
    }),
  ]
  for (const value of values) assert.equal(typeof text(value), 'string')
})
