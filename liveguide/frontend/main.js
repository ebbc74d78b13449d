// What a page with snippets or examples loads.
import { waitForSearch } from './lib/search-trigger.js'
import { startLive } from './live/start.js'
import { startShell } from './shell/start.js'
import { startText } from './text/start.js'

startShell()
waitForSearch()
startText()
startLive()
