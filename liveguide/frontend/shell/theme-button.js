// The button that goes round the themes: the system's, light, dark. first.js has set the first.
import { remember } from '../lib/remembered.js'
import { say } from '../lib/words.js'

const THEMES = ['system', 'light', 'dark']

export function startThemeButton() {
  const button = document.querySelector('.theme-button')
  const { dataset } = document.documentElement
  if (!button) return

  function name() {
    const names = [say('Theme: as the system'), say('Theme: light'), say('Theme: dark')]
    const said = names[THEMES.indexOf(dataset.theme ?? '')] ?? names[0]
    button?.setAttribute('aria-label', said)
    button?.setAttribute('title', said)
  }

  button.addEventListener('click', () => {
    dataset.theme = THEMES[(THEMES.indexOf(dataset.theme ?? '') + 1) % THEMES.length]
    remember('theme', dataset.theme)
    name()
  })
  name()
}
