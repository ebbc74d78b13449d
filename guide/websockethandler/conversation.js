// What the two demo pages show: the messages, and the state of the connection.

const MOST = 500
const log = document.querySelector('.messages')
const list = log.querySelector('ol')
const state = document.querySelector('.state')
const button = document.querySelector('form button')

const WORDS = {
  connecting: 'Connecting…',
  open: 'Connected',
  lost: 'Connection lost',
  closed: 'Closed',
}

/**
 * Add one message at the end, and keep the end in view for a reader who is there.
 *
 * @param {string} text
 * @param {'' | 'bot' | 'reader'} from who said it
 */
export function addMessage(text, from = '') {
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40
  const item = document.createElement('li')
  item.textContent = text
  if (from) item.className = from
  list.append(item)
  if (list.childElementCount > MOST) list.firstElementChild.remove()
  if (atEnd) log.scrollTop = log.scrollHeight
}

/**
 * Say how the connection is, and let nothing be sent without one.
 *
 * @param {'connecting' | 'open' | 'lost' | 'closed'} name
 * @param {string} detail
 */
export function showState(name, detail) {
  state.dataset.state = name
  state.textContent = detail ? `${WORDS[name]}, ${detail}` : WORDS[name]
  button.disabled = name !== 'open'
}
