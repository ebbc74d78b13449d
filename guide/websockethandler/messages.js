import { reconnectingSocket } from './reconnecting-socket.js'
import { addMessage, showState } from './conversation.js'

// [start:room]
const form = document.querySelector('form')
const input = form.elements.message

// Whatever anybody says is added to the page: as text, so that markup stays harmless.
const send = reconnectingSocket('messages', addMessage, showState)

form.addEventListener('submit', (event) => {
  event.preventDefault()
  // Keep what was typed while there is no connection.
  if (input.value.trim() && send(input.value)) input.value = ''
  input.focus()
})
// [end:room]
