// What went over the wire: liveguide/frontend/lib/wire-log.js
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exported } from '../../liveguide/frontend/lib/wire-detail.js'
import { WireLog, matches } from '../../liveguide/frontend/lib/wire-log.js'

const MOST_RECORDS = 10_000
const MOST_BYTES = 16 * 1024 * 1024

/** A log with one socket that opened at 1000 ms; what follows is at so many ms after that. */
function opened() {
  const log = new WireLog()
  log.add({ type: 'connecting', socket: 3000, at: 990 })
  log.add({ type: 'open', socket: 3000, at: 1000 })
  /**
   * @param {'in' | 'out'} type
   * @param {any} data
   */
  const message = (type, data, at = 0, socket = 3000) => {
    log.add({ type, socket, at: 1000 + at, data })
    return log.records[log.records.length - 1]
  }
  return {
    log,
    sent: (/** @type {any} */ data, at = 0, socket = 3000) => message('out', data, at, socket),
    received: (/** @type {any} */ data, at = 0, socket = 3000) => message('in', data, at, socket),
    /** @param {object} trace */
    traced(trace, at = 0) {
      log.addTrace({ socket: 3000, ...trace }, 1000 + at)
      return log.records[log.records.length - 1]
    },
    /** @param {object} close */
    closed(close) {
      log.add({ type: 'close', socket: 3000, at: 1500, ...close })
      return log.records[log.records.length - 1]
    },
  }
}

test('that a socket connects and opens is no record', () => {
  assert.deepEqual(opened().log.records, [])
})

test('a message is a record with its direction, its time since the opening and its bytes', () => {
  const { sent } = opened()

  assert.deepEqual(sent('größe', 250), {
    socket: 1,
    ms: 250,
    direction: 'out',
    kind: 'text',
    size: 7,
    text: 'größe',
    data: 'größe',
  })
})

test('messages are counted by direction', () => {
  const { log, sent, received } = opened()
  sent('a')
  received('b')
  received('c')

  assert.deepEqual(log.counts, { in: 2, out: 1 })
})

test('an empty message is a record too', () => {
  const { log, sent } = opened()

  assert.equal(sent('').size, 0)
  assert.equal(log.counts.out, 1)
})

test('sockets are counted from 1 in the order in which they were made', () => {
  const { sent } = opened()

  assert.equal(sent('a', 0, 3007).socket, 2)
  assert.equal(sent('b', 0, 3001).socket, 3)
  assert.equal(sent('c').socket, 1)
})

test('times are those since the socket itself opened, and never less than none', () => {
  const { log, sent } = opened()
  log.add({ type: 'connecting', socket: 3001, at: 1100 })
  log.add({ type: 'open', socket: 3001, at: 1200 })

  assert.equal(sent('a', 300, 3001).ms, 100)
  assert.equal(sent('b', 100, 3001).ms, 0)
})

test('an object or a list is JSON, whatever white space is around it', () => {
  const { received } = opened()
  for (const text of ['{}', '[]', '{"a": 1}', ' \n[1, 2]\n'])
    assert.equal(received(text).kind, 'json', text)
})

test('single values and what only begins as JSON are text', () => {
  const { received } = opened()
  for (const text of ['1', '"a"', 'null', 'true', '', '{', '{a: 1}', '[1] two']) {
    assert.equal(received(text).kind, 'text', text)
  }
})

test('a long text is shortened for its row only', () => {
  const { received } = opened()
  const record = received('x'.repeat(1000))

  assert.equal(record.text, 'x'.repeat(200))
  assert.equal(record.data, 'x'.repeat(1000))
})

test('a buffer is shown by its first bytes', () => {
  const { received } = opened()
  const few = received(new Uint8Array([0, 15, 255]).buffer)
  const many = received(new ArrayBuffer(17))

  assert.deepEqual([few.kind, few.size, few.text], ['binary', 3, '00 0f ff'])
  assert.equal(many.text, `${'00 '.repeat(16)}…`)
})

test('a blob is shown by its size', () => {
  const { sent } = opened()
  const { kind, size, text } = sent(new Blob(['abc']))

  assert.deepEqual([kind, size, text], ['binary', 3, '3 bytes'])
})

test('an echo tells the time since its message', () => {
  const { sent, received } = opened()
  sent('hello', 10)

  assert.equal(received('hello', 35).roundTrip, 25)
})

test('a reply that repeats the text within more, in another case, is its answer', () => {
  const { sent, received } = opened()
  sent('Hello', 10)

  assert.equal(received('You said: HELLO!', 20).roundTrip, 10)
})

test('a reply with the same id is the answer, in whatever order replies come', () => {
  const { sent, received } = opened()
  sent('{"id": 1, "method": "slow"}', 10)
  sent('{"id": 2, "method": "fast"}', 20)

  assert.equal(received('{"id": 2, "result": 0}', 25).roundTrip, 5)
  assert.equal(received('{"id": 1, "result": 0}', 60).roundTrip, 50)
})

test('an id of another type is another id', () => {
  const { sent, received } = opened()
  sent('{"id": 1}', 10)

  assert.equal(received('{"id": "1"}', 20).roundTrip, undefined)
})

test('a message is answered once', () => {
  const { sent, received } = opened()
  sent('a', 10)
  received('a', 20)

  assert.equal(received('a', 30).roundTrip, undefined)
})

test('of equal messages the first is answered first', () => {
  const { sent, received } = opened()
  sent('a', 10)
  sent('a', 15)

  assert.equal(received('a', 20).roundTrip, 10)
  assert.equal(received('a', 30).roundTrip, 15)
})

test('what the server sends by itself answers nothing', () => {
  const { sent, received } = opened()
  sent('hello', 10)

  assert.equal(received('news', 20).roundTrip, undefined)
})

test('an empty message and bytes are answered by nothing', () => {
  const { sent, received } = opened()
  sent('', 10)
  sent(new ArrayBuffer(1), 10)

  assert.equal(received('a', 20).roundTrip, undefined)
  assert.equal(received(new ArrayBuffer(1), 20).roundTrip, undefined)
})

test("another socket's message is no answer", () => {
  const { sent, received } = opened()
  sent('hello', 10)

  assert.equal(received('hello', 20, 3001).roundTrip, undefined)
})

test('of many messages without an answer the last 50 wait for one', () => {
  const { sent, received } = opened()
  for (let number = 0; number <= 50; number++) sent(`<${number}>`, number)

  assert.equal(received('<0>', 100).roundTrip, undefined)
  assert.equal(received('<1>', 100).roundTrip, 99)
})

test('a close says its code, its reason, what they mean and who closed', () => {
  const { closed } = opened()
  const record = closed({ code: 4001, reason: 'enough "said"', own: true })

  assert.deepEqual([record.kind, record.direction, record.ms, record.size], ['close', '', 500, 0])
  assert.equal(
    record.text,
    '4001, reason "enough \\"said\\"" (the application\'s own), closed from this page',
  )
})

test('a close without a reason names none', () => {
  const { closed } = opened()

  assert.match(closed({ code: 1006, reason: '', own: false }).text, /^1006 \(abnormal closure.*\)$/)
})

test('a handshake says what was asked and what was answered, and keeps both heads', () => {
  const trace = {
    type: 'handshake',
    request: { line: 'GET /chat HTTP/1.1', headers: [['Host', 'x']] },
    response: { line: 'HTTP/1.1 101 Switching Protocols', headers: [] },
  }
  const record = opened().traced(trace)

  assert.equal(record.text, 'GET /chat → 101 Switching Protocols')
  assert.deepEqual([record.kind, record.direction], ['handshake', ''])
  assert.deepEqual(record.trace?.request, trace.request)
})

test('a refusal says why', () => {
  const { traced } = opened()
  const record = traced({
    type: 'refused',
    status: 403,
    reason: 'another origin',
    request: { line: 'GET /chat HTTP/1.1', headers: [] },
    response: { line: 'HTTP/1.1 403 Forbidden', headers: [] },
  })

  assert.equal(record.kind, 'refused')
  assert.equal(record.text, 'GET /chat → 403 Forbidden: another origin')
})

test('a ping comes in, and its pong goes out with the time between', () => {
  const { traced } = opened()
  const ping = traced({ type: 'ping' }, 100)
  const pong = traced({ type: 'pong', ms: 12.3 }, 112)

  assert.deepEqual([ping.kind, ping.direction, ping.ms], ['ping', 'in', 100])
  assert.deepEqual([pong.kind, pong.direction, pong.roundTrip], ['pong', 'out', 12.3])
})

test('pings are no messages', () => {
  const { log, traced } = opened()
  traced({ type: 'ping' })
  traced({ type: 'pong', ms: 1 })

  assert.deepEqual(log.counts, { in: 0, out: 0 })
})

test('a close by the server says the code and the reason that it sent', () => {
  const { traced } = opened()

  assert.equal(
    traced({ type: 'close', by: 'server', code: 1008, reason: 'no' }).text,
    'the server sent 1008, reason "no"',
  )
  assert.equal(
    traced({ type: 'close', by: 'server', code: null, reason: '' }).text,
    'the server sent no code',
  )
})

test('a close by the client, printed lines and cuts are not on the wire', () => {
  const { log } = opened()
  log.addTrace({ socket: 3000, type: 'close', by: 'client', code: 1000 }, 1000)
  log.addTrace({ socket: 3000, type: 'line', text: 'a' }, 1000)
  log.addTrace({ socket: 3000, type: 'cut', count: 3 }, 1000)

  assert.deepEqual(log.records, [])
})

test('of many records the last ten thousand or so are kept, and the rest counted', () => {
  const { log, sent } = opened()
  for (let number = 0; number < 35_000; number++) {
    sent(`<${number}>`)
    assert.ok(log.records.length <= MOST_RECORDS + 1000)
  }

  assert.ok(log.records.length >= MOST_RECORDS)
  assert.equal(log.dropped + log.records.length, 35_000)
  assert.equal(log.records[0].data, `<${log.dropped}>`)
  assert.equal(log.records.at(-1)?.data, '<34999>')
  assert.equal(log.counts.out, 35_000)
})

test('of large messages as many are kept as fit in 16 MiB', () => {
  const { log, received } = opened()
  for (let number = 0; number < 40; number++) received(new ArrayBuffer(1024 * 1024))

  assert.equal(log.records.length, 16)
  assert.equal(log.dropped, 24)
})

test('a message larger than all that may be kept is kept alone', () => {
  const { log, received } = opened()
  received('a')
  received(new ArrayBuffer(MOST_BYTES + 1))
  assert.deepEqual([log.records.length, log.dropped], [1, 1])

  received('b')
  assert.deepEqual(
    log.records.map(({ data }) => data),
    ['b'],
  )
})

test('the file has all rows, the texts in full, the heads, and no binary content', async () => {
  const { log, sent, received, traced } = opened()
  const request = { line: 'GET /chat HTTP/1.1', headers: [['Host', 'x']] }
  const response = { line: 'HTTP/1.1 101 Switching Protocols', headers: [] }
  traced({ type: 'handshake', request, response })
  sent('x'.repeat(300), 5)
  received('x'.repeat(300), 9)
  received(new Uint8Array([7]).buffer, 10)
  const [handshake, out, back, binary] = JSON.parse(await exported(log.records))

  assert.deepEqual([handshake.request, handshake.response], [request, response])
  assert.equal('trace' in handshake, false)
  assert.equal(out.data, 'x'.repeat(300))
  assert.deepEqual([back.roundTrip, back.ms, back.direction], [4, 9, 'in'])
  assert.deepEqual([binary.text, binary.size, binary.hex], ['07', 1, '07'])
})

test('a filter of no words lets every record through', () => {
  const record = opened().sent('hello')

  assert.equal(matches(record, ''), true)
  assert.equal(matches(record, '  '), true)
})

test('a filter finds direction, kind and text, in whatever case', () => {
  const record = opened().sent('{"Name": "Ada"}')
  for (const words of ['out', 'JSON', 'ada', 'name'])
    assert.equal(matches(record, words), true, words)
  for (const words of ['in', 'binary', 'bob']) assert.equal(matches(record, words), false, words)
})

test('all words of a filter must be there, in any order', () => {
  const record = opened().sent('hello world')

  assert.equal(matches(record, 'world out hello'), true)
  assert.equal(matches(record, 'hello moon'), false)
})

test('a filter finds what stands beyond the shown part of a text', () => {
  assert.equal(matches(opened().sent(`${'x'.repeat(500)}needle`), 'needle'), true)
})
