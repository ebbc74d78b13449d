// The WebSocket class that a snippet gets as its argument.

/**
 * Return a subclass of WebSocket whose sockets are known to the one who made it.
 *
 * @param {(socket: WebSocket) => void} opened called with each new socket
 * @returns {typeof WebSocket}
 */
export function observedSocket(opened) {
  return class extends WebSocket {
    /**
     * @param {string | URL} url
     * @param {string | string[]} [protocols]
     */
    constructor(url, protocols) {
      super(url, protocols)
      opened(this)
    }

    static {
      // Snippets that print a socket's class see the name they know.
      Object.defineProperty(this, 'name', { value: 'WebSocket' })
    }
  }
}
