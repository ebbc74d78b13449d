// Records on the wire in full: what one unfolds to, and all of them as JSON.
// Loaded when a reader first asks for either.

/** @typedef {import('./wire-log.js').WireRecord} WireRecord */

const MOST_TEXT = 64 * 1024
const MOST_BYTES = 4096
const ROW = 16
/** So many levels are indented; a message may hold thousands. */
const DEEPEST = 50
/** Strings, empty lists and objects, white space, and what structures the rest. */
const PARTS_OF_JSON = /"(?:\\.|[^"\\])*"?|\[\s*\]|\{\s*\}|\s+|[[\]{},:]/g

/**
 * Return a record in full, as text.
 *
 * @param {WireRecord} record
 * @returns {Promise<string>}
 */
export async function detailOf({ data, trace, text, kind }) {
  if (trace) return [trace.request, trace.response].filter(Boolean).map(headText).join('\n\n')
  if (data === undefined) return text
  if (typeof data === 'string') {
    const shown = data.slice(0, MOST_TEXT)
    const left = data.length - shown.length
    const more = left > 0 ? `\n… ${left} more characters` : ''
    return (kind === 'json' ? indented(shown) : shown) + more
  }
  const buffer = data instanceof Blob ? await data.slice(0, MOST_BYTES).arrayBuffer() : data
  const size = data instanceof Blob ? data.size : data.byteLength
  const dump = hexDump(new Uint8Array(buffer, 0, Math.min(MOST_BYTES, buffer.byteLength)))
  return size > MOST_BYTES ? `${dump}\n… ${size - MOST_BYTES} more bytes` : dump
}

/**
 * Return JSON with each member on a line of its own.
 *
 * Nothing but white space changes: 1.0 stays 1.0, and a long number keeps its digits.
 *
 * @param {string} json
 * @returns {string}
 */
function indented(json) {
  let depth = 0
  const line = () => `\n${'  '.repeat(Math.min(depth, DEEPEST))}`
  return json.trim().replace(PARTS_OF_JSON, (part) => {
    if (part.startsWith('"')) return part
    if (part === ':') return ': '
    if (part === ',') return part + line()
    if (part === '[' || part === '{') {
      depth++
      return part + line()
    }
    if (part === ']' || part === '}') {
      depth--
      return line() + part
    }
    return part.replace(/\s+/, '')
  })
}

/**
 * Return records as JSON, binary messages as hexadecimal.
 *
 * @param {WireRecord[]} records
 * @returns {Promise<string>}
 */
export async function exported(records) {
  const plain = records.map(async ({ data, trace, ...record }) => {
    if (trace) return { ...record, request: trace.request, response: trace.response }
    if (typeof data === 'string' || data === undefined) return { ...record, data }
    const bytes = new Uint8Array(data instanceof Blob ? await data.arrayBuffer() : data)
    return { ...record, hex: Array.from(bytes, hexOf).join('') }
  })
  return JSON.stringify(await Promise.all(plain), null, 2)
}

/** @param {number} byte */
function hexOf(byte) {
  return byte.toString(16).padStart(2, '0')
}

/**
 * Return bytes as lines of offset, hexadecimal and ASCII.
 *
 * @param {Uint8Array} bytes
 * @returns {string}
 */
export function hexDump(bytes) {
  const lines = []
  for (let start = 0; start < bytes.length; start += ROW) {
    const row = [...bytes.subarray(start, start + ROW)]
    const hex = row.map(hexOf).join(' ')
    const ascii = row.map((b) => (b >= 32 && b < 127 ? String.fromCharCode(b) : '.')).join('')
    const offset = start.toString(16).padStart(4, '0')
    lines.push(`${offset}  ${hex.padEnd(3 * ROW - 1)}  ${ascii}`)
  }
  return lines.join('\n') || '(empty)'
}

/** @param {import('./trace.js').Head | undefined} head */
function headText(head) {
  return [head?.line, ...(head?.headers ?? []).map(([name, value]) => `${name}: ${value}`)].join(
    '\n',
  )
}
