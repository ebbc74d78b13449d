"""An echo: as a loop around receive, and as an iteration."""


# [start:talk]
async def talk(websocket):
    await websocket.accept()
    while True:
        message = await websocket.receive()
        await websocket.send(f"You said: {message}")


# [end:talk]


# [start:iterate]
async def iterate(websocket):
    async for message in websocket:
        await websocket.send(f"You said: {message}")


# [end:iterate]
