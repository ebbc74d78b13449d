// What a page without live code loads.
import { waitForSearch } from './lib/search-trigger.js'
import { startShell } from './shell/start.js'
import { startText } from './text/start.js'

startShell()
waitForSearch()
startText()
