"""A task beside the loop."""

import asyncio


async def tick(websocket):
    for number in range(1, 4):
        await asyncio.sleep(0.1)
        await websocket.send(f"tick {number}")


async def talk(websocket):
    await websocket.accept()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(tick(websocket))
        message = await websocket.receive()
        await websocket.send(f"You said: {message}")
