import { reconnectingSocket } from './reconnecting-socket.js'
import { addMessage, showState } from './conversation.js'

// [start:room]
const form = document.querySelector('form')
const input = form.elements.message

// The address of the room, beside this page, with ws: in place of http:
const url = new URL('messages', location.href)
url.protocol = url.protocol.replace('http', 'ws')

// Whatever anybody says is added as text, so that markup stays harmless.
const send = reconnectingSocket(url, addMessage, showState)

form.addEventListener('submit', (event) => {
  event.preventDefault()
  // Keep what was typed while there is no connection.
  if (input.value.trim() && send(input.value)) input.value = ''
  input.focus()
})
// [end:room]
