// A snippet in the form that works in the console of any page: addresses written out.
import { tokens } from './highlight-javascript.js'

/** What of `location` stands for a text that is known. */
const PARTS = ['href', 'origin', 'protocol', 'host', 'hostname', 'port', 'pathname', 'search', 'hash']
/** The same in a template, as in `ws://${location.host}/chat`. */
const EMBEDDED = new RegExp(`\\$\\{(?:window\\.)?location\\.(${PARTS.join('|')})\\}`, 'g')

/** What `location` is a member of. */
const OWNER = /\b(?:window|document|globalThis|self)\s*\.\s*$/

/**
 * Return code with absolute addresses.
 *
 * `location` becomes the page's own address. Where all its sockets went to one
 * address, so does every `new WebSocket(…)`; else an address that is a plain
 * text is made absolute, as is one of `fetch(…)`.
 *
 * @param {string} code
 * @param {string} href the page's address
 * @param {Iterable<string>} addresses what the snippet's sockets connected to when it last ran
 * @returns {string}
 */
export function consoleForm(code, href, addresses) {
  const page = new URL(href)
  page.hash = ''
  const [only, other] = new Set(addresses)
  const found = tokens(code)
  const calls = found.filter((_, index) => isCall(found, index)).length
  let written = ''
  for (let index = 0; index < found.length; index++) {
    const { text } = found[index]
    const isSocket = isCall(found, index)
    if (isSocket || isFetch(found, index)) {
      const open = next(found, index)
      const [argument, end] = firstArgument(found, open + 1)
      const literal = /^(['"`])([^'"`$\\]*)\1$/.exec(argument.trim())
      let address = ''
      if (isSocket && calls === 1 && only && !other) address = only
      else if (literal) address = absolute(literal[2], page, isSocket)
      if (address) {
        written += found.slice(index, open + 1).map((token) => token.text).join('')
        written += quoted(address)
        index = end - 1
        continue
      }
    }
    if (text === 'location' && found[index].kind === 'nx' && !isMember(found, index)) {
      written = written.replace(OWNER, '')
      const dot = next(found, index)
      const name = found[dot]?.text === '.' ? found[next(found, dot)]?.text : ''
      if (PARTS.includes(name)) {
        written += quoted(Reflect.get(page, name))
        index = next(found, dot)
      } else written += `new URL(${quoted(page.href)})`
      continue
    }
    written += text.startsWith('`')
      ? text.replace(EMBEDDED, (_, name) => escaped(Reflect.get(page, name)))
      : text
  }
  return written
}

/** @typedef {import('./highlight-javascript.js').Token} Token */

/**
 * @param {Token[]} found
 * @param {number} index
 */
function isCall(found, index) {
  if (found[index].text !== 'WebSocket') return false
  return found[previous(found, index)]?.text === 'new' && found[next(found, index)]?.text === '('
}

/**
 * @param {Token[]} found
 * @param {number} index
 */
function isFetch(found, index) {
  if (found[index].text !== 'fetch' || isMember(found, index)) return false
  return found[next(found, index)]?.text === '('
}

/**
 * Whether a name is another object's member, or a name that is being defined.
 *
 * @param {Token[]} found
 * @param {number} index
 */
function isMember(found, index) {
  const before = previous(found, index)
  const text = found[before]?.text
  if (text === '.') {
    const owner = found[previous(found, before)]?.text
    return !['window', 'document', 'globalThis', 'self'].includes(owner)
  }
  return ['const', 'let', 'var'].includes(text) || found[next(found, index)]?.text === ':'
}

/**
 * Return the text of a call's first argument, and the index of the token after it.
 *
 * @param {Token[]} found
 * @param {number} start
 * @returns {[string, number]}
 */
function firstArgument(found, start) {
  let depth = 0
  let text = ''
  for (let index = start; index < found.length; index++) {
    const token = found[index].text
    if (depth === 0 && (token === ')' || token === ',')) return [text, index]
    if ('([{'.includes(token)) depth++
    if (')]}'.includes(token)) depth--
    text += token
  }
  return [text, found.length]
}

/**
 * @param {string} written
 * @param {URL} page
 * @param {boolean} isSocket
 * @returns {string} empty where it is no address, which may be what the snippet shows
 */
function absolute(written, page, isSocket) {
  if (!URL.canParse(written, page)) return ''
  const url = new URL(written, page)
  if (isSocket) url.protocol = url.protocol.replace('http', 'ws')
  return url.href
}

/** @param {string} text a part of an address, which may hold a quote */
function quoted(text) {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", '%27')}'`
}

/**
 * Return what stands for a text in a template: whoever made a link to the page chose its
 * query, and must not choose what is pasted.
 *
 * @param {string} text
 */
function escaped(text) {
  return text.replace(/[\\`$]/g, '\\$&')
}

/**
 * Return the index of the next token that is no white space and no comment.
 *
 * @param {Token[]} found
 * @param {number} index
 */
function next(found, index) {
  do index++
  while (index < found.length && isBlank(found[index]))
  return index
}

/**
 * @param {Token[]} found
 * @param {number} index
 */
function previous(found, index) {
  do index--
  while (index >= 0 && isBlank(found[index]))
  return index
}

/** @param {Token} token */
function isBlank({ text, kind }) {
  return kind === 'c' || !text.trim()
}
