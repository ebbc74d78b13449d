/**
 * @param {string} hash of an address, or of a link
 * @returns {HTMLElement | null} what it leads to
 */
export function targetOf(hash) {
  try {
    return document.getElementById(decodeURIComponent(hash.slice(1)))
  } catch {
    return null // a stray `%`
  }
}
