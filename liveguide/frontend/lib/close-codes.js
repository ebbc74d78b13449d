// What a close code means: RFC 6455, section 7.4.1, and IANA's registry.

/** @type {Record<number, string>} */
const MEANINGS = {
  1000: 'normal closure: done',
  1001: 'going away: the server stops, or the page was left',
  1002: 'protocol error',
  1003: 'unsupported data: a type of message not taken',
  1004: 'reserved',
  1005: 'no status received',
  1006: 'abnormal closure: no close frame came',
  1007: 'invalid data, such as text that is not UTF-8',
  1008: 'policy violation',
  1009: 'message too big',
  1010: 'mandatory extension missing',
  1011: 'internal error: the server failed',
  1012: 'service restart: come back soon',
  1013: 'try again later: overloaded',
  1014: 'bad gateway',
  1015: 'TLS handshake failed',
}

/**
 * Return what a close code means.
 *
 * @param {number} code
 * @returns {string}
 */
export function closeMeaning(code) {
  if (MEANINGS[code]) return MEANINGS[code]
  if (code >= 4000 && code < 5000) return "the application's own"
  if (code >= 3000 && code < 4000) return 'registered by a library or framework'
  return 'not a valid close code'
}
