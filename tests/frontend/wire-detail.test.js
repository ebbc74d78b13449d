// What a record on the wire unfolds to: liveguide/frontend/lib/wire-detail.js
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { detailOf, hexDump } from '../../liveguide/frontend/lib/wire-detail.js'

const RECORD = { socket: 1, ms: 0, direction: 'in', kind: 'text', size: 0, text: 'short' }

/** @param {object} more */
function detail(more) {
  return detailOf({ ...RECORD, ...more })
}

/** @param {string} data */
function json(data) {
  return detail({ kind: 'json', data })
}

test('bytes are rows of offset, hexadecimal and ASCII', () => {
  const bytes = new TextEncoder().encode('Hello, WebSocket\n~\x7f\xe9')

  assert.deepEqual(hexDump(bytes).split('\n'), [
    '0000  48 65 6c 6c 6f 2c 20 57 65 62 53 6f 63 6b 65 74  Hello, WebSocket',
    '0010  0a 7e 7f c3 a9                                   .~...',
  ])
})

test('no bytes are said to be none', () => {
  assert.equal(hexDump(new Uint8Array()), '(empty)')
})

test('a text is shown as it is', async () => {
  assert.equal(await detail({ data: ' {not: json}\n' }), ' {not: json}\n')
})

test('an empty text stays empty', async () => {
  assert.equal(await detail({ data: '' }), '')
})

test('JSON is shown with each member on a line', async () => {
  const data = { a: [1, 'x', { b: null }], c: {}, d: [], 'e "f': '{[,:]}' }

  assert.equal(await json(JSON.stringify(data)), JSON.stringify(data, null, 2))
})

test('JSON that was indented otherwise is indented as all is', async () => {
  const data = { a: [1, [], {}], b: { c: 'd  e' } }

  assert.equal(
    await json(`\n ${JSON.stringify(data, null, '\t')} \n`),
    JSON.stringify(data, null, 2),
  )
  assert.equal(await json('[ ]'), '[]')
})

test('numbers and doubled names in JSON are shown as they were sent', async () => {
  const shown = await json('{"a": 1.0, "a": 12345678901234567890, "b": "\\u00e9"}')

  assert.equal(shown, '{\n  "a": 1.0,\n  "a": 12345678901234567890,\n  "b": "\\u00e9"\n}')
})

test('JSON of thousands of levels is shown, and is not much longer than that', async () => {
  const shown = await json('['.repeat(20_000) + ']'.repeat(20_000))

  assert.ok(shown.startsWith('[\n  [\n    ['))
  assert.ok(shown.length < 5_000_000)
})

test('of a long text the first 64 KiB are shown, and how much more there is', async () => {
  const shown = await detail({ data: 'x'.repeat(64 * 1024 + 5) })

  assert.equal(shown, `${'x'.repeat(64 * 1024)}\n… 5 more characters`)
})

test('of long JSON the first 64 KiB are shown, and how much more there is', async () => {
  const shown = await json(`["${'x'.repeat(64 * 1024)}"]`)

  assert.match(shown, /^\[\n {2}"x+\n… 4 more characters$/)
})

test('a buffer is shown as bytes', async () => {
  assert.match(
    await detail({ kind: 'binary', data: new Uint8Array([1, 2]).buffer }),
    /^0000 {2}01 02 +\.\.$/,
  )
})

test('a blob is shown as bytes', async () => {
  assert.match(await detail({ kind: 'binary', data: new Blob(['hi']) }), /^0000 {2}68 69 +hi$/)
})

test('of many bytes the first 4096 are shown, and how many more there are', async () => {
  for (const data of [new ArrayBuffer(4100), new Blob([new ArrayBuffer(4100)])]) {
    const lines = (await detail({ kind: 'binary', data })).split('\n')

    assert.equal(lines.length, 257)
    assert.equal(lines[256], '… 4 more bytes')
  }
})

test('a handshake is shown as the heads of its request and its response', async () => {
  const trace = {
    request: {
      line: 'GET /chat HTTP/1.1',
      headers: [
        ['Host', 'x'],
        ['Cookie', 'session=•••'],
      ],
    },
    response: { line: 'HTTP/1.1 101 Switching Protocols', headers: [['Upgrade', 'websocket']] },
  }

  assert.equal(
    await detail({ kind: 'handshake', trace }),
    'GET /chat HTTP/1.1\nHost: x\nCookie: session=•••\n\nHTTP/1.1 101 Switching Protocols\nUpgrade: websocket',
  )
})

test('a refusal of which only the response is known is shown as that', async () => {
  const trace = { response: { line: 'HTTP/1.1 403 Forbidden', headers: [] } }

  assert.equal(await detail({ kind: 'refused', trace }), 'HTTP/1.1 403 Forbidden')
})

test('a record without content unfolds to its own line', async () => {
  assert.equal(await detail({ kind: 'ping', text: 'from the server' }), 'from the server')
})
