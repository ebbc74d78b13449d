import { reconnectingSocket } from './reconnecting-socket.js'
import { addMessage, showState } from './conversation.js'

const form = document.querySelector('form')
const input = form.elements.message

const url = new URL('chatbot', location.href)
url.protocol = url.protocol.replace('http', 'ws')

const send = reconnectingSocket(url, (message) => addMessage(message, 'bot'), showState)

form.addEventListener('submit', (event) => {
  event.preventDefault()
  if (input.value.trim() && send(input.value)) {
    addMessage(input.value, 'reader')
    input.value = ''
  }
  input.focus()
})
