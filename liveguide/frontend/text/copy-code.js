// A button on each block of code that is not live: a live one has its own.
import { button } from '../lib/element.js'

export function offerCopy() {
  for (const figure of document.querySelectorAll('figure.code')) {
    const code = figure.querySelector('code')
    if (!code || figure.closest('live-snippet')) continue
    const made = button('Copy', async () => {
      const { copyRunnable } = await import('./runnable-code.js')
      copyRunnable(made, code)
    })
    made.className = 'copy'
    figure.append(made)
  }
}
