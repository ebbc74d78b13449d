// Which of the site's addresses somebody may have meant who asked for one that is not there.

const MOST = 3
/** The share of a path that may be wrong. */
const FAR = 0.5

/**
 * Return the nearest pages, the likeliest first.
 *
 * @template {{ path: string }} T
 * @param {string} asked a path, relative to the site's top
 * @param {T[]} pages with their paths, also relative to it
 * @returns {T[]}
 */
export function nearest(asked, pages) {
  const path = plain(asked)
  const near = pages.map((page) => ({ page, far: distance(path, plain(page.path)) }))
  return near
    .filter(({ far }) => far <= FAR)
    .sort((a, b) => a.far - b.far)
    .slice(0, MOST)
    .map(({ page }) => page)
}

/** @param {string} path */
function plain(path) {
  let text = path
  try {
    text = decodeURIComponent(path)
  } catch {
    // It stays as it is.
  }
  return text
    .toLowerCase()
    .replace(/\.(html?|md)$|(^|\/)(index|readme)(\.\w+)?$/, '')
    .replace(/[^\p{L}\p{N}/]+/gu, '-')
    .replace(/^\/+|\/+$/g, '')
}

/**
 * @param {string} one
 * @param {string} other
 */
function distance(one, other) {
  if (!one || !other) return 1
  const far = edits(one, other) / Math.max(one.length, other.length)
  const [end, otherEnd] = [one, other].map((path) => path.split('/').at(-1) ?? '')
  // A page that moved keeps its name.
  const moved = edits(end, otherEnd) / Math.max(end.length, otherEnd.length) + 0.2
  return Math.min(far, moved)
}

/**
 * Return how many letters differ (Levenshtein).
 *
 * @param {string} one
 * @param {string} other
 */
export function edits(one, other) {
  let before = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let row = 1; row <= one.length; row++) {
    const line = [row]
    for (let column = 1; column <= other.length; column++) {
      const same = one[row - 1] === other[column - 1] ? 0 : 1
      line.push(Math.min(before[column] + 1, line[column - 1] + 1, before[column - 1] + same))
    }
    before = line
  }
  return before[other.length]
}
