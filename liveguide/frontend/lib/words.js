// The words of the page's language.
//
// English stands in the code. For a page in another language the build writes the scripts anew, with
// that language's words here; it costs no request.

/** @type {Record<string, string>} */
const words = {}

/**
 * Return a text in the page's language.
 *
 * @param {string} text in English; a name in braces stands for one of the values
 * @param {Record<string, string | number>} [values]
 */
export function say(text, values = {}) {
  return (words[text] ?? text).replace(/\{(\w+)\}/g, (_, name) => String(values[name]))
}
