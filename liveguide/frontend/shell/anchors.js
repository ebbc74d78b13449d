// The sign beside a heading copies the heading's address, besides leading there.
import { say } from '../lib/words.js'

export function startAnchors() {
  document.addEventListener('click', async (event) => {
    const link = event.target instanceof Element && event.target.closest('a.headerlink')
    if (!(link instanceof HTMLAnchorElement) || link.dataset.copied !== undefined) return
    try {
      await navigator.clipboard.writeText(link.href)
    } catch {
      return
    }
    const sign = link.textContent
    link.dataset.copied = ''
    link.textContent = say('Copied')
    setTimeout(() => {
      delete link.dataset.copied
      link.textContent = sign
    }, 2000)
  })
}
