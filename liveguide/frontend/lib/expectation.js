// Whether a snippet has logged what its author said that it must.

/** @typedef {{lines: string[], match: 'contains' | 'exact' | 'pattern', order: 'strict' | 'any'}} Stated */

export class Expectation {
  /** @param {Stated} stated */
  constructor(stated) {
    const matcher = { contains, exact, pattern }[stated.match]
    this.#strict = stated.order === 'strict'
    this.#stated = stated.lines.map((line) => ({ line, matches: matcher(line) }))
  }

  #strict
  /** @type {{line: string, matches: (line: string) => boolean, logged?: string}[]} */
  #stated

  /** The stated lines that were not logged yet. */
  get missing() {
    return this.#stated.filter(({ logged }) => logged === undefined)
  }

  /** Whether all that must be logged was. */
  get reached() {
    return this.missing.length === 0
  }

  /**
   * Take note of what was logged, which may be several lines.
   *
   * @param {string} text
   */
  add(text) {
    for (const line of text.split('\n')) {
      if (!this.#strict) this.#place(line, new Set())
      else if (this.missing[0]?.matches(line)) this.missing[0].logged = line
    }
  }

  /**
   * Find a stated line for a logged one; others make room where they match another too.
   *
   * @param {string} line
   * @param {Set<object>} tried
   * @returns {boolean}
   */
  #place(line, tried) {
    return this.#stated.some((stated) => {
      if (tried.has(stated) || !stated.matches(line)) return false
      tried.add(stated)
      if (stated.logged !== undefined && !this.#place(stated.logged, tried)) return false
      stated.logged = line
      return true
    })
  }
}

/** @param {string} stated */
function contains(stated) {
  return (/** @type {string} */ line) => line.includes(stated)
}

/** @param {string} stated in which `...` stands for any text */
function exact(stated) {
  const parts = stated.trim().split('...').map(escaped)
  const whole = new RegExp(`^${parts.join('.*')}$`, 's')
  return (/** @type {string} */ line) => whole.test(line.trim())
}

/** @param {string} stated */
function pattern(stated) {
  const expression = new RegExp(stated)
  return (/** @type {string} */ line) => expression.test(line)
}

/** @param {string} text */
function escaped(text) {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
