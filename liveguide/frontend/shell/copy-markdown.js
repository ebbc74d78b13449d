// The button beside the link to a page's Markdown. What copies is loaded when it is pressed.
import { button } from '../lib/element.js'

export function startCopyMarkdown() {
  const link = document.querySelector('a.to-markdown')
  if (!(link instanceof HTMLAnchorElement)) return
  // After the link, so that nothing moves.
  link.after(button('Copy as Markdown', async (made) => {
    const { copyPage } = await import('./copy-page.js')
    await copyPage(made, link.href)
  }))
}
