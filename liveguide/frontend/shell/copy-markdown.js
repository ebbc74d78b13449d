// The button beside the link to a page's Markdown. What copies is loaded when it is pressed.
import { say } from '../lib/words.js'

export function startCopyMarkdown() {
  const link = document.querySelector('a.to-markdown')
  if (!(link instanceof HTMLAnchorElement)) return
  const button = document.createElement('button')
  button.type = 'button'
  button.textContent = say('Copy as Markdown')
  button.onclick = async () => (await import('./copy-page.js')).copyPage(button, link.href)
  link.after(button) // so that nothing moves
}
