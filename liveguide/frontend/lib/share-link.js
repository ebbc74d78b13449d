// Links that carry edited code, in the fragment: no server ever sees it.

/** Nobody writes a longer snippet by hand, and a short link can unpack to a long text. */
const LONGEST = 64 * 1024

/**
 * Return a link to a page with edited code in one of its snippets.
 *
 * @param {string} href
 * @param {number} number of the snippet, from 1
 * @param {string} code
 * @returns {Promise<string>}
 */
export async function shareLink(href, number, code) {
  const packed = new Blob([code]).stream().pipeThrough(new CompressionStream('deflate-raw'))
  const bytes = new Uint8Array(await new Response(packed).arrayBuffer())
  const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
  const url = new URL(href)
  url.hash = `run=${number}.${text.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')}`
  return url.href
}

/**
 * Return what such a link carries, or undefined where it is none or is damaged.
 *
 * @param {string} hash
 * @returns {Promise<{number: number, code: string} | undefined>}
 */
export async function readShared(hash) {
  const found = /^#run=(\d{1,4})\.([\w-]+)$/.exec(hash)
  if (!found) return undefined
  try {
    const text = atob(found[2].replace(/-/g, '+').replace(/_/g, '/'))
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0))
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'))
    let code = ''
    for await (const part of chunks(stream.pipeThrough(new TextDecoderStream('utf-8', { fatal: true })))) {
      code += part
      if (code.length > LONGEST) return undefined
    }
    return { number: Number(found[1]), code }
  } catch {
    return undefined
  }
}

/**
 * @param {ReadableStream<string>} stream
 * @returns {AsyncGenerator<string>}
 */
async function* chunks(stream) {
  const reader = stream.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    yield value
  }
}
