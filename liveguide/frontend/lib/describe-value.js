// A logged value as plain data: one line of text, and what it unfolds to.
//
// A description is a picture of the value at the moment it was logged. It can
// be posted from the frame in which edited code runs, and keeps nothing alive.

/** @typedef {{text: string, entries?: [string, Described][]}} Described */

const DEEPEST = 4
const DEEPEST_PREVIEW = 3
const MOST_ITEMS = 50
const MOST_VALUES = 500
const LONGEST = 10_000

/** @type {Record<string, string[]>} what of an event matters, by the name of its class */
const OF_EVENTS = {
  MessageEvent: ['data', 'origin', 'lastEventId', 'type', 'timeStamp'],
  CloseEvent: ['code', 'reason', 'wasClean', 'type', 'timeStamp'],
  Event: ['type', 'timeStamp'],
}

/** How many values the object that is being described may still show. */
let budget = 0

/**
 * Describe one argument of console.log.
 *
 * Strings at the top stand as they are; inside objects they are quoted.
 *
 * @param {unknown} value
 * @returns {Described}
 */
export function describe(value) {
  budget = MOST_VALUES
  return typeof value === 'string' ? { text: cut(value) } : unfolded(value, 0, [])
}

/**
 * @param {unknown} value
 * @param {number} depth
 * @param {object[]} around the objects that *value* stands in, to notice cycles
 * @returns {Described}
 */
function unfolded(value, depth, around) {
  budget--
  /** @type {Described} */
  const described = { text: cut(preview(value, 0, around)) }
  if (typeof value !== 'object' || value === null || around.includes(value)) return described
  if (depth === DEEPEST || budget <= 0) return described
  /** @type {[string, Described][]} */
  const entries = []
  let left = 0
  try {
    for (const [key, item] of members(value)) {
      if (entries.length >= 2 * MOST_ITEMS || budget <= 0) left++
      else entries.push([key, unfolded(read(item), depth + 1, [...around, value])])
      if (left > MOST_ITEMS) break
    }
  } catch (error) {
    entries.push(['…', { text: unreadable(error) }])
  }
  if (left > 0) entries.push(['…', { text: 'more, not kept' }])
  if (entries.length > 0) described.entries = entries
  return described
}

/**
 * Yield the names and getters of what an object consists of.
 *
 * @param {object} value
 * @returns {Generator<[string, () => unknown]>}
 */
function* members(value) {
  if (value instanceof Map) {
    for (const [key, item] of value) yield [preview(key, DEEPEST_PREVIEW, []), () => item]
  } else if (value instanceof Set) {
    let number = 0
    for (const item of value) yield [String(number++), () => item]
  } else if (value instanceof Error) {
    for (const key of ['stack', 'cause']) {
      if (Reflect.get(value, key)) yield [key, () => Reflect.get(value, key)]
    }
  } else if (value instanceof Event) {
    const keys = OF_EVENTS[value.constructor.name] ?? OF_EVENTS.Event
    for (const key of keys) yield [key, () => Reflect.get(value, key)]
  } else if (value instanceof WebSocket) {
    for (const key of ['url', 'readyState', 'protocol', 'binaryType']) {
      yield [key, () => Reflect.get(value, key)]
    }
  } else if (!(value instanceof Element)) {
    // A binary message has as many names as bytes.
    const few = value instanceof Uint8Array ? value.subarray(0, 2 * MOST_ITEMS + 1) : value
    for (const key of Object.keys(few)) yield [key, () => Reflect.get(value, key)]
  }
}

/** @param {() => unknown} get */
function read(get) {
  try {
    return get()
  } catch (error) {
    return new Unreadable(error)
  }
}

class Unreadable {
  /** @param {unknown} error */
  constructor(error) {
    this.error = error
  }
}

/**
 * Return a value as one line.
 *
 * @param {unknown} value
 * @param {number} depth
 * @param {object[]} around
 * @returns {string}
 */
function preview(value, depth, around) {
  try {
    return previewed(value, depth, around)
  } catch (error) {
    return unreadable(error)
  }
}

/** @param {unknown} error whatever was thrown, which need not have a text */
function unreadable(error) {
  return `[unreadable: ${error instanceof Error ? error : typeof error}]`
}

/**
 * @param {unknown} value
 * @param {number} depth
 * @param {object[]} around
 * @returns {string}
 */
function previewed(value, depth, around) {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function') return `ƒ ${value.name || 'anonymous'}()`
  if (typeof value !== 'object' || value === null) return String(value)
  if (value instanceof Unreadable) return unreadable(value.error)
  if (around.includes(value)) return '[circular]'
  return previewObject(value, depth, [...around, value])
}

/**
 * @param {object} value
 * @param {number} depth
 * @param {object[]} around
 * @returns {string}
 */
function previewObject(value, depth, around) {
  const inner = (/** @type {unknown} */ item) => preview(item, depth + 1, around)
  if (value instanceof MessageEvent) return `MessageEvent ${inner(value.data)}`
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
  if (value instanceof DataView) return `DataView (${value.byteLength} bytes)`
  if (depth === DEEPEST_PREVIEW) return Array.isArray(value) ? '[…]' : '{…}'
  if (value instanceof Map) {
    return `Map(${value.size}) {${list(value, ([k, v]) => `${inner(k)} => ${inner(v)}`)}}`
  }
  if (value instanceof Set) return `Set(${value.size}) {${list(value, inner)}}`
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    const items = /** @type {ArrayLike<unknown>} */ (/** @type {unknown} */ (value))
    return `${Array.isArray(value) ? '' : `${name} `}[${list(items, inner, items.length)}]`
  }
  const keys = Object.keys(value)
  const shown = list(keys, (key) => `${key}: ${inner(Reflect.get(value, key))}`, keys.length)
  return `${name && name !== 'Object' ? `${name} ` : ''}{${shown}}`
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
  let length = 0
  if (Symbol.iterator in items) {
    for (const item of items) {
      length += shown[shown.push(format(item)) - 1].length
      if (shown.length === MOST_ITEMS || length > LONGEST) break
    }
  }
  if (count !== undefined && count > shown.length) shown.push(`… ${count - shown.length} more`)
  return shown.join(', ')
}

/** @param {string} text */
function cut(text) {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}… (${text.length} characters)` : text
}
