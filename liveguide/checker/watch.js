// Runs in the page, by the checker: wait until each snippet has come to an end that can be
// judged, and tell what is to be seen of it. It reads attributes and text, and touches nothing.
/**
 * @param {{
 *   snippets: {line: number, stated: boolean}[],
 *   settle: number,
 *   limit: number,
 * }} asked Times in milliseconds: how long nothing more may come, and when to give up.
 */
async ({ snippets, settle, limit }) => {
  const UNFINISHED = ['idle', 'running', 'connecting']

  /** @param {HTMLElement} snippet */
  const isDead = (snippet) =>
    ['refused', 'failed', 'stopped'].includes(snippet.dataset.state ?? '') ||
    Number(snippet.dataset.errors) > 0

  /**
   * @param {HTMLElement} snippet
   * @param {boolean} stated
   * @returns {Promise<void>}
   */
  const end = (snippet, stated) =>
    new Promise((resolve) => {
      /** @type {ReturnType<typeof setTimeout> | undefined} */
      let settled
      const look = () => {
        clearTimeout(settled)
        if (document.documentElement.dataset.live === 'no') resolve()
        else if (stated) {
          const { expectation } = snippet.dataset
          if (expectation === 'reached' || expectation === 'missed') resolve()
        } else if (!UNFINISHED.includes(snippet.dataset.state ?? 'idle')) {
          settled = setTimeout(resolve, isDead(snippet) ? 0 : settle)
        }
      }
      const observer = new MutationObserver(look)
      observer.observe(snippet, { attributes: true })
      observer.observe(document.documentElement, { attributes: true })
      setTimeout(resolve, limit)
      look()
    })

  /** Lines are written once a frame. */
  const frame = () =>
    new Promise((resolve) => {
      requestAnimationFrame(resolve)
      setTimeout(resolve, 200)
    })

  /**
   * @param {Element} snippet
   * @param {string} selector
   */
  const texts = (snippet, selector) =>
    [...snippet.querySelectorAll(selector)].map((found) => found.textContent?.trim() ?? '')

  return Promise.all(
    snippets.map(async ({ line, stated }) => {
      const snippet = /** @type {HTMLElement | null} */ (
        document.querySelector(`live-snippet[data-line="${line}"]`)
      )
      if (!snippet) return null
      await end(snippet, stated && snippet.dataset.expect !== undefined)
      await frame()
      await frame()
      return {
        live: document.documentElement.dataset.live ?? '',
        script: snippet.getAttribute('src') ?? '',
        stated: snippet.dataset.expect ?? '',
        state: snippet.dataset.state ?? '',
        state_text: texts(snippet, '.live-state').join(' '),
        errors: Number(snippet.dataset.errors ?? 0),
        expectation: snippet.dataset.expectation ?? '',
        told: texts(snippet, '.live-expected').join(' '),
        logged: texts(snippet, 'live-console .live-line'),
        said: texts(snippet, 'live-server .live-line'),
      }
    }),
  )
}
