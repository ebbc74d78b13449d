// A logged value as text, the way a developer expects to read it. Pure: touches no page.

const DEEPEST = 3
const MOST_ITEMS = 50
const LONGEST = 10_000

/**
 * Return one argument of console.log as text.
 *
 * Strings at the top stand as they are; inside objects they are quoted.
 *
 * @param {unknown} value
 * @returns {string}
 */
export function formatValue(value) {
  const text = typeof value === 'string' ? value : inspect(value, 0, [])
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}… (${text.length} characters)` : text
}

/**
 * @param {unknown} value
 * @param {number} depth
 * @param {object[]} around the objects that *value* stands in, to notice cycles
 * @returns {string}
 */
function inspect(value, depth, around) {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function') return `ƒ ${value.name || 'anonymous'}()`
  if (typeof value !== 'object' || value === null) return String(value)
  if (around.includes(value)) return '[circular]'
  try {
    return inspectObject(value, depth, [...around, value])
  } catch (error) {
    return `[unreadable: ${error}]`
  }
}

/**
 * @param {object} value
 * @param {number} depth
 * @param {object[]} around
 * @returns {string}
 */
function inspectObject(value, depth, around) {
  if (value instanceof MessageEvent) return `MessageEvent ${inspect(value.data, depth, around)}`
  if (value instanceof CloseEvent) {
    return `CloseEvent ${value.code}${value.reason ? ` ${JSON.stringify(value.reason)}` : ''}`
  }
  if (value instanceof Event) return `${value.constructor.name} ${JSON.stringify(value.type)}`
  if (value instanceof Error) return `${value.name}: ${value.message}`
  if (value instanceof WebSocket) return `WebSocket ${value.url}`
  if (value instanceof Element) return `<${value.localName}${value.id ? ` id="${value.id}"` : ''}>`
  if (value instanceof Date || value instanceof RegExp || value instanceof URL) return String(value)
  if (value instanceof Blob) return `Blob (${value.size} bytes)`
  if (value instanceof ArrayBuffer) return `ArrayBuffer (${value.byteLength} bytes)`
  const name = value.constructor?.name ?? ''
  if (depth === DEEPEST) return Array.isArray(value) ? '[…]' : '{…}'
  const inner = (/** @type {unknown} */ item) => inspect(item, depth + 1, around)
  if (value instanceof Map) {
    return `Map(${value.size}) {${list(value, ([k, v]) => `${inner(k)} => ${inner(v)}`)}}`
  }
  if (value instanceof Set) return `Set(${value.size}) {${list(value, inner)}}`
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    const items = /** @type {ArrayLike<unknown>} */ (/** @type {unknown} */ (value))
    return `${Array.isArray(value) ? '' : `${name} `}[${list(items, inner, items.length)}]`
  }
  const keys = Object.keys(value)
  const members = list(keys, (key) => `${key}: ${inner(Reflect.get(value, key))}`, keys.length)
  return `${name && name !== 'Object' ? `${name} ` : ''}{${members}}`
}

/**
 * @template T
 * @param {Iterable<T> | ArrayLike<T>} items
 * @param {(item: T) => string} format
 * @param {number} [count]
 * @returns {string}
 */
function list(items, format, count) {
  const shown = []
  if (Symbol.iterator in items) {
    for (const item of items) {
      if (shown.push(format(item)) === MOST_ITEMS) break
    }
  }
  if (count !== undefined && count > MOST_ITEMS) shown.push(`… ${count - MOST_ITEMS} more`)
  return shown.join(', ')
}
