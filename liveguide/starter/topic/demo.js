const status = document.querySelector('[role=status]')
const button = document.querySelector('button')

// The address of the endpoint, beside this page, with ws: in place of http:
const url = new URL('counter', location.href)
url.protocol = url.protocol.replace('http', 'ws')
const ws = new WebSocket(url)

ws.onopen = () => { button.disabled = false }
ws.onmessage = (event) => { status.textContent = `Pressed ${event.data} times` }
ws.onclose = () => {
  button.disabled = true
  status.textContent = 'The connection is closed. Reload the page to come back.'
}
button.onclick = () => ws.send('press')
