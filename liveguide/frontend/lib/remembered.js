// What this browser remembers for the site; a browser may forbid it, and nothing depends on it.

/** @param {string} key */
export function recall(key) {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

/**
 * @param {string} key
 * @param {string} value
 */
export function remember(key, value) {
  try {
    localStorage.setItem(key, value)
  } catch {
    // It holds for this page.
  }
}
