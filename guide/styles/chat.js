import { reconnectingSocket } from '../websockethandler/reconnecting-socket.js'

const MOST = 200
const form = document.querySelector('form')
const input = form.elements.message
const list = document.querySelector('.messages ol')
const state = document.querySelector('.state')

// The page's name is its endpoint's: functions.html talks to functions.
const url = new URL(location.pathname.replace(/\.html$/, ''), location.href)
url.protocol = url.protocol.replace('http', 'ws')

const send = reconnectingSocket(
  url,
  (message) => {
    const item = document.createElement('li')
    item.textContent = message
    list.prepend(item) // The newest first.
    if (list.childElementCount > MOST) list.lastElementChild.remove()
  },
  (name, detail) => {
    state.dataset.state = name
    state.textContent = detail ? `${name}, ${detail}` : name
    form.querySelector('button').disabled = name !== 'open'
  },
)

form.addEventListener('submit', (event) => {
  event.preventDefault()
  if (input.value.trim() && send(input.value)) input.value = ''
  input.focus()
})
