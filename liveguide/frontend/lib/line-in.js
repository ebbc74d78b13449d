/**
 * Return the line of the script at *href* that an error's stack names first, or 0.
 *
 * @param {unknown} error
 * @param {string} href
 * @returns {number}
 */
export function lineIn(error, href) {
  const stack = error instanceof Error ? String(error.stack) : ''
  const start = stack.indexOf(`${href}:`)
  return start < 0 ? 0 : Number.parseInt(stack.slice(start + href.length + 1), 10)
}
