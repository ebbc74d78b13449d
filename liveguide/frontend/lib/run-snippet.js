// Run the script that the build made of a snippet, in the page.
//
// The script assigns `document.currentScript.snippet`, an async function of
// `console` and `WebSocket`. Nothing global is replaced, so what is logged
// long after the function has returned still arrives.
import { lineIn } from './line-in.js'
import { program } from './program.js'
import { say } from './words.js'

/** @typedef {(error: unknown, line: number) => void} Failed */

let runs = 0

/** Says that an address may become a script's: the page's policy keeps those to this site. */
const trusted = /** @type {any} */ (globalThis).trustedTypes?.createPolicy('snippets', {
  createScriptURL: (/** @type {string} */ address) => address,
})

/** @type {Map<string, Failed>} Whom to tell of the errors of a script, by its address. */
const scripts = new Map()

addEventListener('error', ({ error, message, filename, lineno }) => {
  report(error, filename, lineno, message)
})
addEventListener('unhandledrejection', ({ reason }) => report(reason))

/**
 * Tell the snippet that an error is of: the browser names its script, or another one that it
 * called into, such as its socket's class.
 *
 * @param {unknown} error
 * @param {string} [filename]
 * @param {number} [line]
 * @param {string} [message]
 */
function report(error, filename, line = 0, message) {
  for (const [href, failed] of scripts) {
    const found = href === filename ? line : lineIn(error, href)
    if (found) failed(error ?? message, found)
  }
}

/**
 * Load and start a snippet.
 *
 * @param {string} src address of the script
 * @param {import('./program.js').Place} place
 * @param {import('./program.js').Tell} tell
 * @returns {{started: Promise<void>, stop: () => void}} `started` when the snippet's
 *   synchronous part has ended, whatever came of it
 */
export function runSnippet(src, place, tell) {
  const { console, WebSocket, failed, done, stop } = program(place, tell)
  let stopped = false
  const url = new URL(src, location.href)
  url.searchParams.set('run', String(++runs)) // its own address, by which its errors are known

  async function start() {
    scripts.set(url.href, failed)
    const script = /** @type {HTMLScriptElement & {snippet?: Function}} */ (
      document.createElement('script')
    )
    script.src = trusted?.createScriptURL(url.href) ?? url.href
    const loaded = await new Promise((resolve) => {
      script.onload = () => resolve(true)
      script.onerror = () => resolve(false)
      document.head.append(script)
    })
    script.remove()
    if (!loaded) failed(say('The server does not send this code. Is it running?'), 0)
    if (stopped) return
    // Not awaited: a promise that never settles must not hold up the next snippet.
    script.snippet?.(console, WebSocket)?.catch((/** @type {unknown} */ error) => {
      failed(error, lineIn(error, url.href))
    })
    done()
  }

  return {
    started: start(),
    stop() {
      stopped = true
      scripts.delete(url.href)
      stop()
    },
  }
}
