// The console that a snippet gets as its argument.
import { formatValue } from './format-value.js'

/** @typedef {'log' | 'info' | 'warn' | 'error' | 'debug'} Level */

/**
 * Return a console that hands each line to *write* and to the browser's own console.
 *
 * Every function works on its own, as in `ws.onmessage = console.log`.
 *
 * @param {(level: Level, text: string) => void} write
 * @param {() => void} clear
 * @returns {Console}
 */
export function virtualConsole(write, clear) {
  /** @type {Map<string, number>} */
  const counts = new Map()
  /** @type {Map<string, number>} */
  const timers = new Map()

  /** @param {Level} level */
  const at = (level) => (/** @type {unknown[]} */ ...values) => {
    console[level](...values)
    write(level, values.map(formatValue).join(' '))
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
    group: log,
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
    clear,
  }
  return Object.assign(Object.create(console), own)
}
