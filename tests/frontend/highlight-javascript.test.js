// JavaScript as tokens: liveguide/frontend/lib/highlight-javascript.js
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { test } from 'node:test'
import { tokens } from '../../liveguide/frontend/lib/highlight-javascript.js'

const ROOT = new URL('../../', import.meta.url)

/** @param {string} code */
function joined(code) {
  return tokens(code)
    .map(({ text }) => text)
    .join('')
}

/**
 * Return the texts of one kind.
 *
 * @param {string} code
 * @param {import('../../liveguide/frontend/lib/highlight-javascript.js').Token['kind']} kind
 */
function texts(code, kind) {
  return tokens(code)
    .filter((token) => token.kind === kind)
    .map(({ text }) => text)
}

test('the tokens of every script in the repository, joined, are the script', () => {
  const files = ['liveguide', 'guide', 'tests'].flatMap((folder) =>
    readdirSync(new URL(folder, ROOT), { encoding: 'utf-8', recursive: true })
      .filter((name) => name.endsWith('.js'))
      .map((name) => `${folder}/${name}`),
  )

  assert.ok(files.length > 20)
  for (const file of files) {
    const code = readFileSync(new URL(file, ROOT), 'utf-8')
    assert.equal(joined(code), code, file)
  }
})

test('the tokens of code that is not finished, joined, are the code', () => {
  const code =
    'const f = async (a) => { /* b */ return `x${a}\\`y` + \'\\\'\' + "\\"" + /[/\\]]/u } // c'
  for (let end = 0; end <= code.length; end++) {
    for (const part of [code.slice(0, end), code.slice(end)]) assert.equal(joined(part), part)
  }
})

test('the tokens of any text at all, joined, are the text', () => {
  for (const text of [
    '',
    '\ud800',
    '🙂',
    '\udc00\ud800',
    'a\r\nb\u2028c',
    '\0',
    '\\',
    "'\\",
    '/*',
    '#!x',
    '\u00a0',
  ]) {
    assert.equal(joined(text), text)
  }
})

test('a slash after a value divides', () => {
  for (const code of [
    'a / 2 / b',
    '3/2/1',
    'f(x) / 2 / 3',
    'a[0] / 2 / 3',
    "'a' / 2 / 3",
    'this / 2 / 3',
    'größe / 2 / 3',
    'é / 2 / 3',
  ]) {
    assert.deepEqual(texts(code, 'sr'), [], code)
  }
})

test('a slash where a value must come begins a regular expression', () => {
  for (const code of [
    '/a b/g',
    'x = /a b/g',
    'f(/a b/g)',
    '[1, /a b/g]',
    'return /a b/g',
    'typeof /a b/g',
    '!/a b/g.test(x)',
    'x // 1\n= /a b/g',
  ]) {
    assert.deepEqual(texts(code, 'sr'), ['/a b/g'], code)
  }
})

test('a regular expression holds escaped slashes, classes with slashes, and quotes', () => {
  for (const expression of ['/\\//', '/[/]/', '/[\\]/]/', '/[\'"`]/', '/https?:\\/\\/x/iu']) {
    assert.deepEqual(texts(`x = ${expression}`, 'sr'), [expression])
  }
})

test('a regular expression ends with its line', () => {
  assert.deepEqual(texts('x = /a\nb/', 'sr'), [])
})

test('comments are one token each, to the end of the line or of the comment', () => {
  assert.deepEqual(texts("a // it's b\nc /* d\n e */ f /* g", 'c'), [
    "// it's b",
    '/* d\n e */',
    '/* g',
  ])
})

test('strings of every kind are one token each, with what they escape', () => {
  const code = "'a\\'b' + \"c\\\"d\" + `e\n\\`${f}` + '// g'"

  assert.deepEqual(texts(code, 's'), ["'a\\'b'", '"c\\"d"', '`e\n\\`${f}`', "'// g'"])
})

test('a string without an end is one up to the end of its line', () => {
  assert.deepEqual(texts("a = 'b\nc", 's'), ["'b"])
})

test('keywords, constants, numbers and names are told apart', () => {
  const code = 'const x1 = await f(0x1f, 1_000n, 1.5e3, null, this.#y)'

  assert.deepEqual(texts(code, 'k'), ['const', 'await', 'this'])
  assert.deepEqual(texts(code, 'kc'), ['null'])
  assert.deepEqual(texts(code, 'm'), ['0x1f', '1_000n', '1.5e3'])
  assert.deepEqual(texts(code, 'nx'), ['x1', 'f', '#y'])
})

test('a name that begins as a keyword does is a name', () => {
  assert.deepEqual(texts('newest inner $let', 'nx'), ['newest', 'inner', '$let'])
})

test('a long line made to take long takes no second', { timeout: 10_000 }, () => {
  for (const part of ['/[', '1/[', 'a/', '`${', '"\\', '/*', '(/a\\', '/(']) {
    const code = part.repeat((64 * 1024) / part.length)
    const start = performance.now()

    assert.equal(joined(code), code)
    assert.ok(performance.now() - start < 1000, part)
  }
})
