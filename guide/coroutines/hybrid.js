const url = new URL(location.href)
url.protocol = url.protocol.replace('http', 'ws')

const socket = new WebSocket(url)
const messages = document.getElementById('messages')
const input = document.getElementById('message')

socket.onmessage = (event) => {
  const item = document.createElement('li')
  item.textContent = event.data
  messages.prepend(item)
}

document.querySelector('form').addEventListener('submit', (event) => {
  event.preventDefault()
  if (input.value && socket.readyState === WebSocket.OPEN) {
    socket.send(input.value)
    input.value = ''
  }
})
