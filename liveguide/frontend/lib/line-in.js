/**
 * Return the line of the script at *href* that an error's stack names first, or 0.
 *
 * @param {unknown} error
 * @param {string} href
 * @returns {number}
 */
export function lineIn(error, href) {
  const stack = error instanceof Error ? String(error.stack) : ''
  const [, ...rest] = stack.split(`${href}:`)
  // A message may name the script too, as in "https://…/1.js: no such thing".
  return rest.map((text) => Number.parseInt(text, 10)).find((line) => line > 0) ?? 0
}
