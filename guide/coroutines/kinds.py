"""Subprotocols, and messages of bytes."""


# [start:dialect]
async def dialect(websocket):
    known = [name for name in websocket.subprotocols if name in ("chat.v1", "chat.v2")]
    await websocket.accept(subprotocol=max(known, default=None))
    await websocket.send(f"We speak {websocket.subprotocol}")


# [end:dialect]


# [start:count]
async def count(websocket):
    async for message in websocket:
        kind = "bytes" if isinstance(message, bytes) else "characters"
        await websocket.send({"length": len(message), "of": kind})


# [end:count]
