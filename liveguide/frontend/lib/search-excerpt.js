// The part of a section that shows why it was found, and what to mark in it.
import { wordsIn } from './search-words.js'

const LENGTH = 150
const BEFORE = 40
const LONGEST_TEXT = 20_000

/**
 * @typedef {object} Piece a part of a text
 * @property {string} text
 * @property {boolean} marked whether it is what was asked for
 */

/**
 * @typedef {object} Excerpt
 * @property {Piece[]} pieces
 * @property {boolean} code whether it is a line of code
 */

/** @typedef {{ start: number, end: number, term: string }} Mark */

/**
 * Cut a text into what was asked for and what was not.
 *
 * @param {string} text
 * @param {string[]} asked the words that the reader typed, folded
 * @param {Set<string>} matched the words of the section that they matched
 * @returns {Piece[]}
 */
export function marked(text, asked, matched) {
  return pieces(text, marksIn(text, asked, matched))
}

/**
 * @param {string} text
 * @param {string} code
 * @param {string[]} asked
 * @param {Set<string>} matched
 * @returns {Excerpt}
 */
export function excerpt(text, code, asked, matched) {
  const inText = marksIn(text, asked, matched)
  const inCode = inText.length > 0 ? [] : marksIn(code, asked, matched)
  if (inCode.length > 0) return lineOf(code, inCode)
  return { pieces: window(text, inText), code: false }
}

/**
 * @param {string} text
 * @param {string[]} asked
 * @param {Set<string>} matched
 * @returns {Mark[]} in order, none within another
 */
function marksIn(text, asked, matched) {
  /** @type {Mark[]} */
  const marks = []
  for (const { term, start, end } of wordsIn(text.slice(0, LONGEST_TEXT))) {
    if (!matched.has(term) || start < (marks.at(-1)?.end ?? 0)) continue
    const begun = asked.find((word) => term.startsWith(word))
    const length = begun && term.length === end - start ? begun.length : end - start
    marks.push({ term, start, end: start + length })
  }
  return marks
}

/**
 * Return the line of code that has most of what was asked for.
 *
 * @param {string} code
 * @param {Mark[]} marks
 * @returns {Excerpt}
 */
function lineOf(code, marks) {
  const best = densest(marks, (mark) => code.indexOf('\n', mark.start) >>> 0)
  const start = code.lastIndexOf('\n', best.start) + 1
  const end = code.indexOf('\n', best.start)
  const line = code.slice(start, end < 0 ? undefined : end)
  return { pieces: window(line, moved(marks, start, start + line.length)), code: true }
}

/**
 * Return the part of a text that has most of what was asked for.
 *
 * @param {string} text
 * @param {Mark[]} marks
 */
function window(text, marks) {
  const best = marks.length > 0 ? densest(marks, (mark) => mark.start + LENGTH - BEFORE).start : 0
  let start = text.length > LENGTH ? Math.max(best - BEFORE, 0) : 0
  if (start > 0) start = text.indexOf(' ', start) + 1 || start
  start = Math.min(start, best)
  let end = Math.min(start + LENGTH, text.length)
  if (end < text.length) end = Math.max(text.lastIndexOf(' ', end), start + BEFORE)
  const shown = pieces(text.slice(start, end), moved(marks, start, end))
  if (start > 0) shown.unshift({ text: '… ', marked: false })
  if (end < text.length) shown.push({ text: ' …', marked: false })
  return shown
}

/**
 * Return the mark from which on most different words are marked.
 *
 * @param {Mark[]} marks at least one
 * @param {(mark: Mark) => number} until how far from a mark on they count
 */
function densest(marks, until) {
  let [best, most] = [marks[0], 0]
  for (const [number, mark] of marks.entries()) {
    const end = until(mark)
    const terms = new Set()
    for (let next = number; next < marks.length && marks[next].end <= end; next++) terms.add(marks[next].term)
    if (terms.size > most) [best, most] = [mark, terms.size]
  }
  return best
}

/**
 * @param {Mark[]} marks
 * @param {number} start
 * @param {number} end
 */
function moved(marks, start, end) {
  return marks
    .filter((mark) => mark.start >= start && mark.end <= end)
    .map((mark) => ({ ...mark, start: mark.start - start, end: mark.end - start }))
}

/**
 * @param {string} text
 * @param {Mark[]} marks
 * @returns {Piece[]}
 */
function pieces(text, marks) {
  const found = []
  let end = 0
  for (const mark of marks) {
    found.push({ text: text.slice(end, mark.start), marked: false })
    found.push({ text: text.slice(mark.start, mark.end), marked: true })
    end = mark.end
  }
  found.push({ text: text.slice(end), marked: false })
  return found.filter((piece) => piece.text !== '')
}
