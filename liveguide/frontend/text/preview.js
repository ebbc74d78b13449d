// Footnotes and notes on code, shown beside their marks: for as long as the pointer or the focus is
// on the mark or on the preview, or until Escape.
import { targetOf } from '../lib/target.js'

const LINGER = 150 // the way from the mark to the preview, in milliseconds
const GAP = 6

const shown = document.createElement('div')
shown.className = 'preview'
shown.id = 'liveguide-preview'
shown.popover = 'manual'
shown.role = 'tooltip'

/** @type {HTMLAnchorElement | undefined} */
let mark
let leaving = 0

/**
 * Show what a mark leads to.
 *
 * @param {HTMLAnchorElement} link
 */
export function preview(link) {
  clearTimeout(leaving)
  const note = targetOf(link.hash)
  if (!note || link === mark || !(link.matches(':hover') || link.matches(':focus-visible'))) return
  close()
  mark = link
  shown.replaceChildren(...[...note.cloneNode(true).childNodes].map(withoutIds))
  for (const back of shown.querySelectorAll('.footnote-backref')) back.remove()
  mark.setAttribute('aria-describedby', shown.id)
  mark.after(shown)
  shown.showPopover()
  place(link.getBoundingClientRect())
}

/** @param {Node} node */
function withoutIds(node) {
  if (node instanceof Element) {
    for (const named of [node, ...node.querySelectorAll('[id]')]) named.removeAttribute('id')
  }
  return node
}

/**
 * Put the preview below the mark, or above it where there is no room below.
 *
 * @param {DOMRect} at
 */
function place(at) {
  const { width, height } = shown.getBoundingClientRect()
  const { clientWidth, clientHeight } = document.documentElement
  const below = at.bottom + GAP + height <= clientHeight || at.top < height + GAP
  const left = Math.min(at.left, clientWidth - width - GAP)
  shown.style.left = `${Math.max(GAP, left)}px`
  shown.style.top = `${below ? at.bottom + GAP : at.top - GAP - height}px`
}

function close() {
  clearTimeout(leaving)
  mark?.removeAttribute('aria-describedby')
  mark = undefined
  shown.remove()
}

/** @param {EventTarget | null} target */
function inside(target) {
  return target instanceof Node && (mark?.contains(target) || shown.contains(target))
}

document.addEventListener('pointerover', ({ target }) => {
  clearTimeout(leaving)
  if (mark && !inside(target) && !inside(document.activeElement)) leaving = setTimeout(close, LINGER)
})
document.addEventListener('focusin', ({ target }) => {
  if (mark && !inside(target) && !shown.matches(':hover')) close()
})
document.addEventListener('focusout', ({ relatedTarget }) => {
  if (mark && !relatedTarget && !mark.matches(':hover') && !shown.matches(':hover')) close()
})
document.addEventListener('keydown', ({ key }) => {
  if (key === 'Escape') close()
})
document.addEventListener('click', ({ target }) => {
  if (!shown.contains(/** @type {Node} */ (target))) close()
})
addEventListener('scroll', () => mark && place(mark.getBoundingClientRect()), { passive: true, capture: true })
