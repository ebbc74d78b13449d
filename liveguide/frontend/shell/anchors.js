// The sign beside a heading copies the heading's address, besides leading there.

export function startAnchors() {
  document.addEventListener('click', async ({ target }) => {
    const link = target instanceof Element && target.closest('.headerlink')
    if (link instanceof HTMLAnchorElement) (await import('./copy-address.js')).copyAddress(link)
  })
}
