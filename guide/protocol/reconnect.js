import { reconnectingSocket } from '../websockethandler/reconnecting-socket.js'

const clock = document.querySelector('output')
const state = document.querySelector('.state')
const log = document.querySelector('.messages')
const list = log.querySelector('ol')
const buttons = [...document.querySelectorAll('button')]
const begun = performance.now()

const WORDS = { connecting: 'Connecting…', open: 'Connected', lost: 'Connection lost', closed: 'Closed for good' }

function note(text) {
  const item = document.createElement('li')
  item.textContent = `${((performance.now() - begun) / 1000).toFixed(1)} s: ${text}`
  list.append(item)
  if (list.childElementCount > 100) list.firstElementChild.remove()
  log.scrollTop = log.scrollHeight
}

// [start:reconnect]
const url = new URL('clock', location.href)
url.protocol = url.protocol.replace('http', 'ws')

const send = reconnectingSocket(
  url,
  (time) => { clock.textContent = time },
  (name, detail) => {
    state.dataset.state = name
    state.textContent = detail ? `${WORDS[name]}, ${detail}` : WORDS[name]
    note(state.textContent)
    if (name !== 'open') clock.textContent = '--:--:--'
    // Not `disabled`: a button that is loses the focus, and whoever uses the keyboard their place.
    for (const button of buttons) button.setAttribute('aria-disabled', String(name !== 'open'))
  },
)

for (const button of buttons) button.addEventListener('click', () => send(button.value))
// [end:reconnect]
