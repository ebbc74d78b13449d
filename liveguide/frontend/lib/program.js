// What a snippet is given, and what is told of it. The same in the page, where
// the guide's own code runs, and in the frame, where edited code does.
import { describe } from './describe-value.js'
import { observedSocket } from './observed-socket.js'
import { virtualConsole } from './virtual-console.js'

/**
 * @typedef {import('./observed-socket.js').SocketEvent} SocketEvent
 * @typedef {import('./observed-socket.js').Place} Place
 * @typedef {import('./describe-value.js').Described} Described
 * @typedef {{type: 'log', level: string, parts: Described[]}
 *   | {type: 'error', parts: Described[], line: number}
 *   | {type: 'clear'} | {type: 'done'} | {type: 'busy'} | {type: 'skipped', count: number}
 *   | SocketEvent} ProgramEvent
 *   The line of an error is the snippet's own, 0 where it is not known; `done`
 *   comes when the synchronous part has ended.
 * @typedef {(event: ProgramEvent) => void} Tell
 */

/**
 * Return the console and the WebSocket class of one run, and what ends it.
 *
 * @param {Place} place
 * @param {Tell} tell
 */
export function program(place, tell) {
  let stopped = false
  /** @type {Tell} */
  const heard = (event) => {
    if (!stopped || event.type === 'close') tell(event)
  }
  const sockets = observedSocket(place, heard)
  return {
    console: virtualConsole(
      (level, parts) => heard({ type: 'log', level, parts }),
      () => heard({ type: 'clear' }),
    ),
    WebSocket: sockets.WebSocket,
    /**
     * @param {unknown} error
     * @param {number} line
     */
    failed: (error, line) => heard({ type: 'error', parts: [describe(error)], line }),
    done: () => heard({ type: 'done' }),
    /** Close its sockets, and hear no more of it but how they close. */
    stop() {
      stopped = true
      sockets.stop()
    },
  }
}
