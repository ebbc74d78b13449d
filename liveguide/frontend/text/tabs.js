// Tabs of one title agree over the page, and from page to page. Without this script each set is
// radio buttons.
import { recall, remember } from '../lib/remembered.js'
import { targetOf } from '../lib/target.js'

const KEY = 'liveguide-tabs'
const KEPT = 20

/** @returns {string[]} the titles that were chosen, the latest first */
function chosen() {
  try {
    const titles = JSON.parse(recall(KEY) ?? '[]')
    return Array.isArray(titles) ? titles.map(String) : []
  } catch {
    return [] // it is not ours
  }
}

/** @param {string} title */
function prefer(title) {
  const titles = [title, ...chosen().filter((other) => other !== title)].slice(0, KEPT)
  remember(KEY, JSON.stringify(titles))
}

const sets = [...document.querySelectorAll('.tabbed-set')]

/** @param {Element} set */
function tabsOf(set) {
  return /** @type {HTMLInputElement[]} */ ([...set.querySelectorAll(':scope > input')])
}

/** @param {HTMLInputElement} tab */
function titleOf(tab) {
  return tab.labels?.[0]?.textContent ?? ''
}

/**
 * Choose in each set the first of these titles that it has.
 *
 * @param {string[]} titles
 */
function choose(titles) {
  for (const set of sets) {
    const tabs = tabsOf(set)
    const title = titles.find((title) => tabs.some((tab) => titleOf(tab) === title))
    const tab = tabs.find((tab) => titleOf(tab) === title)
    if (tab) tab.checked = true
  }
}

/** Show what the address leads to, also where a tab or a folded block hides it. */
function reveal() {
  const target = targetOf(location.hash)
  if (!target) return
  for (let at = target.parentElement; at; at = at.parentElement) {
    if (!at.matches('.tabbed-content')) continue
    const tab = at.previousElementSibling?.previousElementSibling
    if (tab instanceof HTMLInputElement) tab.checked = true
  }
  target.scrollIntoView()
}

/** Begin. */
export function startTabs() {
  document.addEventListener('change', ({ target }) => {
    if (!(target instanceof HTMLInputElement) || !target.parentElement?.matches('.tabbed-set')) return
    const before = target.getBoundingClientRect().top
    prefer(titleOf(target))
    choose([titleOf(target)])
    // Sets above may have grown: the one that was pressed stays where it is.
    scrollBy({ top: target.getBoundingClientRect().top - before, behavior: 'instant' })
  })
  addEventListener('hashchange', reveal)
  choose(chosen())
  if (location.hash) reveal()
}
