import { reconnectingSocket } from '../websockethandler/reconnecting-socket.js'

const MOST = 200
const form = document.querySelector('form')
const input = form.elements.message
const list = document.querySelector('.messages ol')
const state = document.querySelector('.state')

// The address says which guest this is: guest.html?class talks to class, beside it.
const style = ['functions', 'class', 'coroutine'].find((one) => location.search === `?${one}`) ?? 'functions'
document.querySelector('h1').textContent = style[0].toUpperCase() + style.slice(1)
const url = new URL(style, location.href)
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
