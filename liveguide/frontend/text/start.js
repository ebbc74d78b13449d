// What the text of a page gains by scripts: copying, tabs that agree, previews of notes.
import { offerCopy } from './copy-code.js'
import { watchTables } from './wide-tables.js'

/** Begin; what few pages have, or few readers ask for, is loaded then. */
export function startText() {
  offerCopy()
  watchTables()
  if (document.querySelector('.tabbed-set')) import('./tabs.js').then(({ startTabs }) => startTabs())
  for (const type of ['pointerover', 'focusin']) {
    document.addEventListener(type, async (event) => {
      const link = event.target instanceof Element && event.target.closest('.footnote-ref, .annotation')
      if (link instanceof HTMLAnchorElement) (await import('./preview.js')).preview(link)
    })
  }
}
