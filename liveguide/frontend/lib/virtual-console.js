// The console that a snippet gets as its argument.
import { describe } from './describe-value.js'

/** So many lines stand in the browser's own console too; a flood there freezes its window. */
const MOST_MIRRORED = 2000

/** @typedef {import('./describe-value.js').Described} Described */
/** @typedef {'log' | 'info' | 'warn' | 'error' | 'debug'} Level */

/**
 * Return a console that hands each line to *write*, and the first to the browser's own console.
 *
 * Every function works on its own, as in `ws.onmessage = console.log`.
 *
 * @param {(level: Level, parts: Described[]) => void} write
 * @param {() => void} clear
 * @returns {Console}
 */
export function virtualConsole(write, clear) {
  /** @type {Map<string, number>} */
  const counts = new Map()
  /** @type {Map<string, number>} */
  const timers = new Map()
  let indent = ''
  let mirrored = 0

  /** @param {Level} level */
  const at = (level) => (/** @type {unknown[]} */ ...values) => {
    if (mirrored++ < MOST_MIRRORED) console[level](...values)
    const parts = substituted(values).map(describe)
    write(level, indent ? [{ text: indent }, ...parts] : parts)
  }
  const log = at('log')
  const own = {
    log,
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    debug: at('debug'),
    dir: (/** @type {unknown} */ value) => log(value),
    table: (/** @type {unknown} */ value) => log(value),
    trace: log,
    group(/** @type {unknown[]} */ ...values) {
      log(...values)
      indent += '  '
    },
    groupEnd: () => void (indent = indent.slice(2)),
    assert(/** @type {unknown} */ truth, /** @type {unknown[]} */ ...values) {
      if (!truth) own.error('Assertion failed:', ...values)
    },
    count(label = 'default') {
      counts.set(label, (counts.get(label) ?? 0) + 1)
      log(`${label}: ${counts.get(label)}`)
    },
    time: (label = 'default') => void timers.set(label, performance.now()),
    timeEnd(label = 'default') {
      log(`${label}: ${(performance.now() - (timers.get(label) ?? NaN)).toFixed(1)} ms`)
      timers.delete(label)
    },
    clear() {
      indent = ''
      clear()
    },
  }
  return Object.assign(Object.create(console), own, { groupCollapsed: own.group })
}

/**
 * Put the values after a format string into it (Console Standard, section 2.2.1).
 *
 * @param {unknown[]} values
 * @returns {unknown[]}
 */
function substituted(values) {
  const [format, ...rest] = values
  if (typeof format !== 'string' || rest.length === 0 || !/%[sdifoOc]/.test(format)) return values
  const text = format.replace(/%([sdifoOc%])/g, (written, kind) => {
    if (kind === '%') return '%'
    if (rest.length === 0) return written
    const value = rest.shift()
    if (kind === 'c') return ''
    if (kind === 'd' || kind === 'i') return String(Number.parseInt(String(value), 10))
    if (kind === 'f') return String(Number.parseFloat(String(value)))
    return kind === 's' && typeof value !== 'object' ? String(value) : describe(value).text
  })
  return [text, ...rest]
}
