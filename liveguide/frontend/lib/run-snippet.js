// Run the script that the build made of a snippet.
//
// The script assigns `document.currentScript.snippet`, an async function of
// `console` and `WebSocket`. Nothing global is replaced, so what is logged
// long after the function has returned still arrives.

/** @typedef {(error: unknown, line: number) => void} Failed */

let runs = 0

/** @type {Map<string, Failed>} Whom to tell of the errors of a script, by its address. */
const scripts = new Map()

// A syntax error, a timer, a socket's listener: the browser names the script.
addEventListener('error', (event) => {
  scripts.get(event.filename)?.(event.error ?? event.message, event.lineno)
})

addEventListener('unhandledrejection', (event) => {
  for (const [href, failed] of scripts) {
    const line = lineIn(event.reason, href)
    if (line) failed(event.reason, line)
  }
})

/**
 * Load and start a snippet.
 *
 * @param {string} src address of the script
 * @param {Console} console given to the snippet
 * @param {typeof WebSocket} socketClass given to the snippet
 * @param {Failed} failed called for each error, now or later;
 *   the line is the snippet's own, 0 where it is not known
 * @returns {Promise<void>} when the snippet's synchronous part has ended, whatever came of it
 */
export async function runSnippet(src, console, socketClass, failed) {
  const url = new URL(src, location.href)
  url.searchParams.set('run', String(++runs)) // its own address, by which its errors are known
  scripts.set(url.href, failed)
  const script = /** @type {HTMLScriptElement & {snippet?: Function}} */ (
    document.createElement('script')
  )
  script.src = url.href
  const loaded = await new Promise((resolve) => {
    script.onload = () => resolve(true)
    script.onerror = () => resolve(false)
    document.head.append(script)
  })
  script.remove()
  if (!loaded) failed(new Error('the script of this snippet could not be loaded'), 0)
  // Not awaited: a promise that never settles must not hold up the next snippet.
  script.snippet?.(console, socketClass)?.catch((/** @type {unknown} */ error) => {
    failed(error, lineIn(error, url.href))
  })
}

/**
 * Return the line of the script at *href* that an error's stack names last, or 0.
 *
 * @param {unknown} error
 * @param {string} href
 * @returns {number}
 */
function lineIn(error, href) {
  const stack = error instanceof Error ? String(error.stack) : ''
  const start = stack.indexOf(`${href}:`)
  return start < 0 ? 0 : Number.parseInt(stack.slice(start + href.length + 1), 10)
}
