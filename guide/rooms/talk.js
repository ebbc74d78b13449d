import { enterRoom } from './room-client.js'

const form = document.querySelector('form')
const input = form.elements.message
const log = document.querySelector('.messages')
const list = log.querySelector('ol')
const state = document.querySelector('.state')
const present = document.querySelector('.members')
const WORDS = {
  connecting: 'Connecting…',
  open: 'Connected',
  away: 'What you say waits: the room is away',
  lost: 'Connection lost',
  closed: 'Closed',
}
// The messages on the page by their ids: one that comes again has its place already.
const shown = new Map()

function add(text, kind = '') {
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40
  const item = document.createElement('li')
  item.textContent = text
  item.className = kind
  list.append(item)
  if (atEnd) log.scrollTop = log.scrollHeight
  return item
}

// [start:enter]
const url = new URL('talk', location.href)
url.protocol = url.protocol.replace('http', 'ws')
const name = new URLSearchParams(location.search).get('name')
if (name) url.searchParams.set('name', name)

const say = enterRoom(url, {
  message({ id, text }) {
    const mine = shown.get(id)
    if (!mine) shown.set(id, add(text))
    else if (mine.classList.contains('waiting')) {
      mine.classList.remove('waiting')
      list.append(mine) // The order is the room's, not that of one window.
    }
  },
  missed() {
    add('Some of what was said is missing here.', 'note')
  },
  members(count, joined, left) {
    present.textContent = count === 1 ? 'Nobody else is here' : `${count} are here`
    for (const who of joined) add(`${who} came`, 'note')
    for (const who of left) add(`${who} left`, 'note')
  },
  refused(id, reason) {
    shown.get(id)?.append(` (not sent: ${reason})`)
  },
  state(name, detail) {
    state.dataset.state = name
    state.textContent = detail ? `${WORDS[name]}, ${detail}` : WORDS[name]
  },
})
// [end:enter]

form.addEventListener('submit', (event) => {
  event.preventDefault()
  const text = input.value
  if (!text.trim()) return
  const id = say(text)
  if (!id) return // Too much waits already.
  shown.set(id, add(text, 'waiting'))
  input.value = ''
  input.focus()
})
