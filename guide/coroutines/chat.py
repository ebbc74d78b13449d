"""Tremolo's chat: one function answers with the page, and talks to it."""

import time

from tornado.web import HTTPError

PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>WebSocket Chat</title>
<script type="module" src="hybrid.js"></script>
</head>
<body>
<main>
<h1>WebSocket Chat</h1>
<form>
<label for="message">Message</label>
<input id="message" autocomplete="off">
<button>Send</button>
</form>
<div role="log" aria-label="Messages"><ul id="messages"></ul></div>
</main>
</body>
</html>
"""


# [start:chat]
async def chat(websocket=None, request=None):
    if websocket is None:
        return PAGE
    async for message in websocket:
        now = time.strftime("%H:%M:%S")
        await websocket.send(f"[{now}] Guest{websocket.client[1]}: {message}")


# [end:chat]


# [start:check_host]
def check_host(handler):
    if set(handler.request.host) & set("&<>\"'"):
        raise HTTPError(400, reason="illegal host")


# [end:check_host]
