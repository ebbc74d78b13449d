// What a page without live code loads.
import { waitForSearch } from './lib/search-trigger.js'
import { startText } from './text/start.js'

waitForSearch()
startText()
