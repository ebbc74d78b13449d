// The words of a text as the search knows them: folded, identifiers whole and in parts.

// Words, with what joins the parts of a name: handler.session, permessage-deflate, a/path.
const WORD = /[\p{L}\p{N}\p{M}_$]+(?:[.:/-][\p{L}\p{N}\p{M}_$]+)*/gu
// What is written without spaces is searched by pairs of characters.
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]+/gu
const PARTS = /[^.:/-]+/g
const NAMES = /\p{Lu}*[^\p{Lu}_$]+|\p{Lu}+/gu
const PLAIN = /^[\x20-\x7e]*$/
const LONGEST = 60

/** @type {Record<string, string>} letters that have no accent to take off */
const LETTERS = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', ı: 'i' }

/**
 * @typedef {object} Word
 * @property {string} term the word, folded
 * @property {number} start where it begins in the text
 * @property {number} end
 */

/**
 * Take case and accents off a word.
 *
 * @param {string} word
 */
export function fold(word) {
  if (PLAIN.test(word)) return word.toLowerCase()
  const bare = word.normalize('NFKD').replace(/[\u0300-\u036f]/g, '').toLowerCase()
  return bare.replace(/[ßæœøłđðþı]/g, (letter) => LETTERS[letter])
}

/**
 * Find the words of a text: each whole, and each part of a name such as `handler.write_message`.
 *
 * @param {string} text
 * @returns {Word[]}
 */
export function wordsIn(text) {
  /** @type {Word[]} */
  const words = []
  for (const found of text.matchAll(WORD)) {
    const at = found.index
    for (const { term, start, end } of known(found[0])) words.push({ term, start: at + start, end: at + end })
  }
  return words
}

/**
 * The terms of a text, for the index.
 *
 * @param {string} text
 */
export function termsIn(text) {
  /** @type {string[]} */
  const terms = []
  for (const word of text.match(WORD) ?? []) for (const { term } of known(word)) terms.push(term)
  return terms
}

/**
 * A site says few words, and says them often.
 *
 * @type {Map<string, Word[]>}
 */
const WORDS = new Map()

/** @param {string} word */
function known(word) {
  let words = WORDS.get(word)
  if (!words) {
    addWord(word, 0, (words = []))
    WORDS.set(word, words)
  }
  return words
}

/**
 * @param {string} word
 * @param {number} at where it begins
 * @param {Word[]} words
 */
function addWord(word, at, words) {
  const unspaced = PLAIN.test(word) ? null : word.match(UNSPACED)
  if (unspaced) {
    let place = 0
    for (const run of unspaced) {
      const start = word.indexOf(run, place)
      if (start > place) addWord(word.slice(place, start), at + place, words)
      addPairs(run, at + start, words)
      place = start + run.length
    }
    if (place < word.length) addWord(word.slice(place), at + place, words)
    return
  }
  if (word.length <= LONGEST) words.push({ term: fold(word), start: at, end: at + word.length })
  for (const part of word.matchAll(PARTS)) {
    const start = at + part.index
    if (part[0].length < word.length) addPart(part[0], start, words)
    for (const name of part[0].matchAll(NAMES)) {
      if (name[0].length < part[0].length) addPart(name[0], start + name.index, words)
    }
  }
}

/**
 * @param {string} part
 * @param {number} start
 * @param {Word[]} words
 */
function addPart(part, start, words) {
  if (part.length <= LONGEST) words.push({ term: fold(part), start, end: start + part.length })
}

/**
 * @param {string} run
 * @param {number} at
 * @param {Word[]} words
 */
function addPairs(run, at, words) {
  const last = Math.max(run.length - 1, 1)
  for (let start = 0; start < last; start++) {
    const pair = run.slice(start, start + 2)
    words.push({ term: fold(pair), start: at + start, end: at + start + pair.length })
  }
}

/**
 * Return what a reader asks for: names whole; what is written without spaces by pairs.
 *
 * @param {string} query
 * @param {boolean} [inParts] names in parts instead
 */
export function termsOf(query, inParts = false) {
  /** @type {string[]} */
  const terms = []
  let end = 0
  const words = wordsIn(query)
  for (const [number, word] of words.entries()) {
    const next = words[number + 1]
    const isWhole = word.start >= end || isPair(query, word)
    const hasParts = next !== undefined && next.start < word.end && !isPair(query, word)
    if (inParts ? !hasParts : isWhole) terms.push(word.term)
    end = Math.max(end, word.end)
  }
  return [...new Set(terms)]
}

/**
 * @param {string} text
 * @param {Word} word
 */
function isPair(text, word) {
  UNSPACED.lastIndex = 0
  return UNSPACED.test(text.slice(word.start, word.end))
}
