// Links that carry edited code: liveguide/frontend/lib/share-link.js
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateRawSync } from 'node:zlib'
import { readShared, shareLink } from '../../liveguide/frontend/lib/share-link.js'

const PAGE = 'https://example.org/guide/?a=b#part'
const LONGEST = 64 * 1024

/** @param {Uint8Array} bytes */
function hashOf(bytes) {
  return `#run=1.${Buffer.from(bytes).toString('base64url')}`
}

/** @param {string} code */
async function roundTrip(code) {
  return readShared(new URL(await shareLink(PAGE, 12, code)).hash)
}

test("a link carries a snippet's number and its code there and back", async () => {
  for (const code of ['', 'ws.send(1)', 'const a = "ä🙂\0\r\n\u2028"', 'x = y // +/='.repeat(99)]) {
    assert.deepEqual(await roundTrip(code), { number: 12, code })
  }
})

test('code that packs to any bytes survives the way', async () => {
  for (let number = 0; number < 200; number++) {
    const code = Array.from({ length: number }, (_, index) =>
      String.fromCharCode(32 + ((number * index * 7) % 90)),
    ).join('')
    assert.equal((await roundTrip(code))?.code, code)
  }
})

test('the longest code that a link may carry comes back', async () => {
  const code = 'x'.repeat(LONGEST)

  assert.equal((await roundTrip(code))?.code, code)
})

test("the link is the page's own, and the code is in its fragment only", async () => {
  const link = new URL(await shareLink(PAGE, 1, 'secret'))

  assert.equal(link.origin + link.pathname + link.search, 'https://example.org/guide/?a=b')
  assert.match(link.hash, /^#run=1\.[\w-]+$/)
})

test('a short text makes a short link', async () => {
  assert.ok((await shareLink(PAGE, 1, 'ws.send("hello")\n'.repeat(50))).length < 150)
})

test('a fragment of another kind carries nothing', async () => {
  for (const hash of [
    '',
    '#',
    '#part',
    '#run',
    '#run=',
    '#run=1',
    '#run=1.',
    '#run=.abc',
    '#run=x.abc',
    '#run=-1.abc',
    '#run=12345.abc',
    'run=1.abc',
    '#run=1.a b',
    '#run=1.a%20b',
    '#run=1.abc&x=1',
  ]) {
    assert.equal(await readShared(hash), undefined, hash)
  }
})

test('a link of which the end is missing carries nothing', async () => {
  const { hash } = new URL(await shareLink(PAGE, 1, 'const ws = new WebSocket("/chat") // hello'))
  for (let end = 8; end < hash.length; end++) {
    assert.equal(await readShared(hash.slice(0, end)), undefined, hash.slice(0, end))
  }
})

test('a link with any letter changed is read or is not, but never fails', async () => {
  const { hash } = new URL(await shareLink(PAGE, 1, 'ws.onmessage = console.log'))
  for (let at = 7; at < hash.length; at++) {
    const shared = await readShared(
      `${hash.slice(0, at)}${hash[at] === 'A' ? 'B' : 'A'}${hash.slice(at + 1)}`,
    )
    assert.ok(shared === undefined || typeof shared.code === 'string')
  }
})

test('bytes that are not UTF-8 carry nothing', async () => {
  assert.equal(await readShared(hashOf(deflateRawSync(Buffer.from([0x61, 0xff, 0xfe])))), undefined)
})

test('a link that unpacks to more than 64 KiB carries nothing', async () => {
  assert.equal(await readShared(hashOf(deflateRawSync('x'.repeat(LONGEST + 1)))), undefined)
})

test(
  'a short link that unpacks to very much is given up at once',
  { timeout: 10_000 },
  async () => {
    const hash = hashOf(deflateRawSync(Buffer.alloc(256 * 1024 * 1024)))
    const before = process.memoryUsage.rss()
    const start = performance.now()

    assert.equal(await readShared(hash), undefined)
    assert.ok(performance.now() - start < 500)
    assert.ok(process.memoryUsage.rss() - before < 32 * 1024 * 1024)
  },
)
