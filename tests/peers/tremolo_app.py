"""Tremolo's documented echo and chat, run by the real Tremolo on the port that it is given."""

import sys
import time

from tremolo import Tremolo
from tremolo.exceptions import BadRequest, NotFound

app = Tremolo()


@app.on_request
async def middleware_handler(**server):
    for char in b"&<>\"'":
        if char in server["request"].host:
            raise BadRequest("illegal host")


@app.route("/echo")
async def echo(websocket=None, **server):
    if websocket is None:
        raise NotFound
    await websocket.accept()
    while True:
        message = await websocket.receive()
        await websocket.send(f"You said: {message}")


@app.route("/iterate")
async def iterate(websocket=None, **server):
    if websocket is None:
        raise NotFound
    async for message in websocket:
        await websocket.send(f"You said: {message}")


@app.route("/farewell")
async def farewell(websocket=None, **server):
    await websocket.accept()
    await websocket.send(f"Goodbye, {await websocket.receive()}")


@app.route("/stumble")
async def stumble(websocket=None, **server):
    async for message in websocket:
        await websocket.send(str(100 / int(message)))


@app.route("/chat")
async def chat(websocket=None, request=None, stream=False, **_):
    if websocket is not None:
        await websocket.accept()
        while True:
            message = await websocket.receive()
            now = time.strftime("%H:%M:%S")
            await websocket.send(f"[{now:s}] Guest{request.client[1]:d}: {message:s}")

    yield b"""\
    <!DOCTYPE html><html lang="en"><head><title>WebSocket Chat</title></head>
    <body>
        <h1>WebSocket Chat</h1>
        <form>
            <input type="text" id="message" autocomplete="off" />
            <button type="button" id="send">Send</button>
        </form>
        <ul id="messages"></ul>
        <script>
    """
    scheme = b"wss" if request.scheme == b"https" else b"ws"
    yield b"var socket = new WebSocket('%s://%s/chat');" % (scheme, request.host)
    yield b"""
            var messages = document.getElementById('messages');
            var sendButton = document.getElementById('send');

            socket.onmessage = function(event) {
                var message = document.createElement('li');
                message.textContent = event.data;
                messages.insertBefore(message, messages.firstChild);
            };

            sendButton.onclick = function() {
                var message = document.getElementById('message');

                if (message) {
                    socket.send(message.value);
                    message.value = '';
                }
            };
        </script>
    </body>
    </html>
    """


if __name__ == "__main__":
    app.run("127.0.0.1", int(sys.argv[1]))
