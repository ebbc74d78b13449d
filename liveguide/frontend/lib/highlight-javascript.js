// JavaScript as tokens, for colouring and for telling code from text.
//
// Classes are those of the page's highlighted code (Pygments' short names), so
// that one stylesheet colours both. Whatever it holds, the tokens joined are
// the code.

/** @typedef {{text: string, kind: '' | 'c' | 's' | 'k' | 'kc' | 'm' | 'sr' | 'nx'}} Token */

const KEYWORDS = new Set(
  (
    'async await break case catch class const continue debugger default delete do else export ' +
    'extends finally for function if import in instanceof let new of return static super switch ' +
    'this throw try typeof var void while with yield'
  ).split(' '),
)
const CONSTANTS = new Set(['true', 'false', 'null', 'undefined', 'NaN', 'Infinity'])

const TOKEN = new RegExp(
  [
    /(?<comment>\/\/[^\n]*|\/\*[^]*?(?:\*\/|$))/u,
    /(?<string>'(?:\\[^]|[^'\\\n])*'?|"(?:\\[^]|[^"\\\n])*"?|`(?:\\[^]|[^`\\])*`?)/u,
    /(?<number>\b\d[\w.]*)/u,
    /(?<word>[\p{L}_$#][\p{L}\p{N}_$]*)/u,
    /(?<regexp>\/(?:\\.|\[(?:\\.|[^\]\\\n]){0,200}\]|[^/\\[\n]){1,500}\/[a-z]*)/u,
    /(?<other>\s+|[^])/u,
  ]
    .map((part) => part.source)
    .join('|'),
  'gu',
)

/** After these a slash divides; anywhere else it begins a regular expression. */
const ENDS_VALUE = /[\p{L}\w$)\]}'"`]$/u

/**
 * Return JavaScript, or what a reader has typed so far of it, as tokens.
 *
 * @param {string} code
 * @returns {Token[]}
 */
export function tokens(code) {
  /** @type {Token[]} */
  const found = []
  let before = ''
  TOKEN.lastIndex = 0
  for (;;) {
    const start = TOKEN.lastIndex
    const match = TOKEN.exec(code)
    if (!match) return found
    let { comment, string, number, word, regexp } = match.groups ?? {}
    let text = match[0]
    if (regexp && ENDS_VALUE.test(before) && (before === 'this' || !KEYWORDS.has(before))) {
      text = '/'
      regexp = ''
      TOKEN.lastIndex = start + 1
    }
    /** @type {Token['kind']} */
    let kind = ''
    if (comment) kind = 'c'
    else if (string) kind = 's'
    else if (number) kind = 'm'
    else if (regexp) kind = 'sr'
    else if (word) kind = KEYWORDS.has(word) ? 'k' : CONSTANTS.has(word) ? 'kc' : 'nx'
    found.push({ text, kind })
    if (!comment && text.trim()) before = text
  }
}
