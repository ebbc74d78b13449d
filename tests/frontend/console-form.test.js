// A snippet in the form that works in any console: liveguide/frontend/lib/console-form.js
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { consoleForm } from '../../liveguide/frontend/lib/console-form.js'

const PAGE = 'https://example.org:8443/guide/?a=b#part'

/**
 * @param {string} code
 * @param {string[]} addresses
 */
function form(code, addresses = []) {
  return consoleForm(code, PAGE, addresses)
}

test('code that names no address of the page stays as it is', () => {
  const code = 'const a = [1, /b"/] // `c`\nfor (const { d } of a) console.log(`${d}`)\n'

  assert.equal(form(code), code)
})

test('the only socket gets the address that it connected to, however that was made', () => {
  const made = form("const ws = new WebSocket(url.replace(/^http/, 'ws') + f(1, 2))", [
    'wss://x/chat',
  ])

  assert.equal(made, "const ws = new WebSocket('wss://x/chat')")
})

test('what else the socket is given stays', () => {
  assert.equal(
    form("new WebSocket(url, ['chat', 'v2']).binaryType = 'blob'", ['wss://x/chat']),
    "new WebSocket('wss://x/chat', ['chat', 'v2']).binaryType = 'blob'",
  )
})

test('brackets, commas and comments in an address end it no earlier', () => {
  const made = form("new WebSocket(/* to ) */ f({ a: [1, 2] }, ',)') + `,)`) // end", [
    'wss://x/chat',
  ])

  assert.equal(made, "new WebSocket('wss://x/chat') // end")
})

test('an address that is a plain text is made absolute', () => {
  assert.equal(form("new WebSocket('/chat')"), "new WebSocket('wss://example.org:8443/chat')")
  assert.equal(
    form('new WebSocket("../chat?b=c")'),
    "new WebSocket('wss://example.org:8443/chat?b=c')",
  )
  assert.equal(form('new WebSocket(`chat`)'), "new WebSocket('wss://example.org:8443/guide/chat')")
})

test('what is fetched from an address that is a plain text is fetched from there', () => {
  assert.equal(
    form("const answer = await fetch('login', { method: 'POST' })"),
    "const answer = await fetch('https://example.org:8443/guide/login', { method: 'POST' })",
  )
  assert.equal(form("window.fetch('/a')"), "window.fetch('https://example.org:8443/a')")
  assert.equal(form("store.fetch('a'); fetch(address)"), "store.fetch('a'); fetch(address)")
})

test('a site without TLS gives an address without', () => {
  assert.equal(
    consoleForm("new WebSocket('/chat')", 'http://localhost:8888/', []),
    "new WebSocket('ws://localhost:8888/chat')",
  )
})

test('of several sockets each with a plain address gets its own', () => {
  const code = "const a = new WebSocket('/a')\nconst b = new WebSocket('/b')"

  assert.equal(
    form(code, ['wss://example.org:8443/a', 'wss://example.org:8443/b']),
    "const a = new WebSocket('wss://example.org:8443/a')\n" +
      "const b = new WebSocket('wss://example.org:8443/b')",
  )
})

test('a socket that is opened for several addresses keeps what makes them', () => {
  const code = 'for (const name of names) new WebSocket(name)'

  assert.equal(form(code, ['wss://x/a', 'wss://x/b']), code)
})

test('what stands in strings and comments is no socket', () => {
  const code = '// new WebSocket(a)\nf("new WebSocket(b)") /* new WebSocket(c) */'

  assert.equal(form(code, ['wss://x/chat']), code)
})

test('a socket class that is only mentioned stays', () => {
  const code = 'ws instanceof WebSocket && ws.readyState === WebSocket.OPEN'

  assert.equal(form(code, ['wss://x/chat']), code)
})

test('an address that is none stays, as the snippet may be about that', () => {
  assert.equal(form("new WebSocket('ws://[')"), "new WebSocket('ws://[')")
})

test('each part of location becomes the text that it stands for', () => {
  const parts = {
    href: 'https://example.org:8443/guide/?a=b',
    origin: 'https://example.org:8443',
    protocol: 'https:',
    host: 'example.org:8443',
    hostname: 'example.org',
    port: '8443',
    pathname: '/guide/',
    search: '?a=b',
    hash: '',
  }
  for (const [name, text] of Object.entries(parts)) {
    assert.equal(form(`f(location.${name})`), `f('${text}')`)
  }
})

test('location as a whole becomes the address of the page, without its fragment', () => {
  assert.equal(
    form("new URL('/chat', location)"),
    "new URL('/chat', new URL('https://example.org:8443/guide/?a=b'))",
  )
})

test('a part of location that is no text is asked of the address', () => {
  assert.equal(
    form('location.toString()'),
    "new URL('https://example.org:8443/guide/?a=b').toString()",
  )
})

test('location is known as a member of the global objects too', () => {
  for (const owner of ['window', 'document', 'globalThis', 'self']) {
    assert.equal(form(`f(${owner}.location.host)`), "f('example.org:8443')")
    assert.equal(form(`f(${owner}.location)`), "f(new URL('https://example.org:8443/guide/?a=b'))")
  }
})

test('location in a template is written out', () => {
  const code = 'f(`wss://${location.host}${window.location.pathname}chat/${name}`)'

  assert.equal(form(code), 'f(`wss://example.org:8443/guide/chat/${name}`)')
})

test('location as a member of something else, as a name or in a text stays', () => {
  const code =
    "place.location.host; f({ location: 1 }); let location = 'location.host' // location.host"

  assert.equal(form(code), code)
})

test('a sentence that ends in the name of a global object stays whole', () => {
  const code = "console.log('closing the window.'); f('self.' + name)"

  assert.equal(form(code), code)
})

test('an address that holds a quote ends no text', () => {
  const made = consoleForm(
    'f(location.pathname, location); new WebSocket(url)',
    "https://x/it's/",
    ["wss://x/it's"],
  )

  assert.equal(made, "f('/it%27s/', new URL('https://x/it%27s/')); new WebSocket('wss://x/it%27s')")
})

test('code that is not finished comes back as far as it goes', () => {
  assert.equal(form('new WebSocket(', ['wss://x/a']), "new WebSocket('wss://x/a'")
  assert.equal(form('new WebSocket'), 'new WebSocket')
  assert.equal(form('location.'), "new URL('https://example.org:8443/guide/?a=b').")
})
