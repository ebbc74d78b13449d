// Where a reader was on a page, kept while it is loaded anew: how far down, and what was open.

const KEY = `liveguide-place:${location.pathname}`

/** @typedef {{top: number, id: string, offset: number, details: boolean[]}} Place */

/** What is nearest above the top of the window: it tells the place when what is before it grows. */
function nearest() {
  const above = [...document.querySelectorAll('main [id]')].filter(
    (element) => element.getBoundingClientRect().top <= 1 && element.getClientRects().length > 0,
  )
  return above.at(-1)
}

function allDetails() {
  return [...document.querySelectorAll('details')]
}

export function savePlace() {
  const element = nearest()
  /** @type {Place} */
  const place = {
    top: scrollY,
    id: element?.id ?? '',
    offset: element?.getBoundingClientRect().top ?? 0,
    details: allDetails().map(({ open }) => open),
  }
  sessionStorage.setItem(KEY, JSON.stringify(place))
  history.scrollRestoration = 'manual'
}

export function restorePlace() {
  const saved = sessionStorage.getItem(KEY)
  if (!saved) return
  sessionStorage.removeItem(KEY)
  const place = /** @type {Place} */ (JSON.parse(saved))
  const all = allDetails()
  if (all.length === place.details.length) {
    all.forEach((details, number) => (details.open = place.details[number]))
  }
  scrollToPlace(place)
  const again = () => {
    scrollToPlace(place) // what has loaded meanwhile may have moved it
    history.scrollRestoration = 'auto'
  }
  if (document.readyState === 'complete') again()
  else addEventListener('load', again, { once: true })
}

/** @param {Place} place */
function scrollToPlace({ top, id, offset }) {
  const element = id ? document.getElementById(id) : null
  const to = element ? scrollY + element.getBoundingClientRect().top - offset : top
  scrollTo({ top: to, behavior: 'instant' })
}
