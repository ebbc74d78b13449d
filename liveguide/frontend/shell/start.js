// What every page does: its theme, its navigation, its contents.
import { startAnchors } from './anchors.js'
import { startCopyMarkdown } from './copy-markdown.js'
import { startFolds } from './folds.js'
import { startScrollSpy } from './scroll-spy.js'
import { startThemeButton } from './theme-button.js'

export function startShell() {
  startThemeButton()
  startFolds()
  startScrollSpy()
  startAnchors()
  startCopyMarkdown()
  const notFound = document.querySelector('.not-found')
  if (notFound) import('./not-found.js').then(({ suggest }) => suggest(notFound))
}
