// Whether a snippet has logged what its author said that it must.

/** @typedef {{lines: string[], match: 'contains' | 'exact' | 'pattern', order: 'strict' | 'any'}} Stated */

export class Expectation {
  /** @param {Stated} stated */
  constructor(stated) {
    const matcher = { contains, exact, pattern }[stated.match]
    this.#strict = stated.order === 'strict'
    /** @type {{line: string, matches: (line: string) => boolean}[]} */
    this.missing = stated.lines.map((line) => ({ line, matches: matcher(line) }))
  }

  #strict

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
      const found = this.missing.findIndex(({ matches }) => matches(line))
      if (found === 0 || (found > 0 && !this.#strict)) this.missing.splice(found, 1)
    }
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
