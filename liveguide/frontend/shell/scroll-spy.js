// Marks, in the page's contents, the heading that the reader is below.
import { targetOf } from '../lib/target.js'

/** In px from the top of the window: what is above is read, or being read. */
const LINE = 120

export function startScrollSpy() {
  /** @type {Map<Element, Element>} */
  const links = new Map()
  for (const link of document.querySelectorAll('.contents a')) {
    const heading = targetOf(/** @type {HTMLAnchorElement} */ (link).hash)
    if (heading) links.set(heading, link)
  }
  const headings = [...links.keys()]
  if (headings.length === 0) return

  function mark() {
    const ended = innerHeight + scrollY >= document.documentElement.scrollHeight - 2 && scrollY > 0
    const above = headings.filter((heading) => heading.getBoundingClientRect().top < LINE)
    const here = links.get((ended ? headings : above).at(-1) ?? headings[0])
    for (const link of links.values()) {
      if (link !== here) link.removeAttribute('aria-current')
    }
    here?.setAttribute('aria-current', 'true')
  }

  // Told at once, and when a heading passes that line; not at every step of scrolling.
  const observer = new IntersectionObserver(mark, { rootMargin: `-${LINE}px 0px 0px` })
  for (const heading of headings) observer.observe(heading)
}
