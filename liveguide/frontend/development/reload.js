// Listens for changes while the server watches the guide. The server puts this script into the
// pages that it serves; it is no part of a built site.
//
// A page is loaded anew when it, or something that it has loaded, is another now, and when the
// functions of its folder are. A stylesheet alone is swapped where it stands.
import { restorePlace, savePlace } from './place.js'

/**
 * @typedef {{path: string, line: number | null, column: number | null, message: string,
 *   lines: [number, string][]}} Problem
 * @typedef {{version: string, outputs: string[], folders: string[], problems: Problem[],
 *   stale?: boolean}} News
 */

const FIRST_PAUSE = 250
const LONGEST_PAUSE = 4000
const STOPPED = {
  path: 'The server has stopped',
  line: null,
  column: null,
  message: 'What you save is not shown. This page goes on by itself when the server is back.',
  lines: [],
}

const { searchParams } = new URL(import.meta.url)
let version = searchParams.get('since') ?? ''
let pause = FIRST_PAUSE
/** @type {import('./live-errors.js').LiveErrors | undefined} */
let errors
/** @type {Problem[]} */
let problems = []

/** @param {string} address */
function outputOf(address) {
  const { origin, pathname } = new URL(address, location.href)
  if (origin !== location.origin) return ''
  const path = decodeURIComponent(pathname).slice(1)
  return path === '' || path.endsWith('/') ? `${path}index.html` : path
}

/**
 * Return what a window shows: the paths in the site of its page and of all that this has loaded.
 *
 * @param {Window} shown
 */
function outputsOf(shown) {
  const outputs = new Set([outputOf(shown.location.href)])
  for (const entry of shown.performance.getEntriesByType('resource')) {
    const { initiatorType, name } = /** @type {PerformanceResourceTiming} */ (entry)
    if (initiatorType !== 'iframe') outputs.add(outputOf(name))
  }
  return outputs
}

/** @param {Document} shown */
function linksOf(shown) {
  const links = shown.querySelectorAll('link[rel~=stylesheet]')
  return /** @type {HTMLLinkElement[]} */ ([...links])
}

/**
 * Put a newly loaded stylesheet in the place of one.
 *
 * @param {HTMLLinkElement} link
 * @param {string} version what tells the new one from the old one
 */
function swap(link, version) {
  const fresh = /** @type {HTMLLinkElement} */ (link.cloneNode())
  const address = new URL(link.href)
  address.searchParams.set('version', version)
  fresh.href = address.href
  fresh.addEventListener('load', () => link.remove())
  link.after(fresh)
}

/**
 * Show in a window what has changed.
 *
 * @param {Window} shown
 * @param {News} news
 */
function follow(shown, news) {
  const own = outputsOf(shown)
  const changed = news.outputs.filter((output) => own.has(output))
  const path = decodeURIComponent(shown.location.pathname).slice(1)
  const folder = path.slice(0, path.lastIndexOf('/') + 1)
  const sheets = linksOf(shown.document).filter((link) => changed.includes(outputOf(link.href)))
  const swapped = new Set(sheets.map((link) => outputOf(link.href)))
  const isOther = changed.some((output) => !swapped.has(output))
  if (news.stale || isOther || news.folders.includes(folder)) {
    if (shown === window) savePlace()
    shown.location.reload()
    return
  }
  for (const link of sheets) swap(link, news.version)
  for (const frame of shown.document.querySelectorAll('iframe')) {
    // A frame of another origin has no document for us, and nothing that we could load anew.
    if (frame.contentDocument && frame.contentWindow) follow(frame.contentWindow, news)
  }
}

/** Load the box for problems while there is a server that has it, and show those there are. */
async function show() {
  if (!errors) {
    const { LiveErrors } = await import('./live-errors.js')
    errors ??= document.body.appendChild(new LiveErrors())
  }
  errors.show(problems)
}

function listen() {
  const address = new URL('/_liveguide/dev', import.meta.url)
  address.protocol = address.protocol.replace('http', 'ws')
  address.search = new URLSearchParams({ since: version }).toString()
  const socket = new WebSocket(address)
  socket.onopen = show
  socket.onmessage = async ({ data }) => {
    pause = FIRST_PAUSE
    const news = /** @type {News} */ (JSON.parse(data))
    version = news.version
    problems = news.problems
    await show()
    follow(window, news)
  }
  socket.onclose = () => {
    // The server has stopped; a page that was left open finds its successor.
    if (pause > FIRST_PAUSE) errors?.show([STOPPED])
    setTimeout(listen, pause)
    pause = Math.min(2 * pause, LONGEST_PAUSE)
  }
}

if (window === window.top) {
  performance.setResourceTimingBufferSize(2000)
  if (searchParams.has('draft')) import('./draft-mark.js')
  restorePlace()
  listen()
}
