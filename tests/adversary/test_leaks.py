"""Connections that come and go (row 20): no signal, no timer, no task and no handler stays."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
import websockets
from server.conftest import address, ended, handshake, routes

pytestmark = pytest.mark.long

GUIDE = Path(__file__).resolve().parents[2] / "guide/websockethandler"
ROUNDS = 50
MESSAGE = bytes([0x81, 0x82, 0, 0, 0, 0]) + b"hi"
CLOSE = bytes([0x88, 0x82, 0, 0, 0, 0]) + (1000).to_bytes(2)

CARELESS = """
import asyncio
from blinker import signal
from tornado.ioloop import PeriodicCallback

room = signal('careless')

def open(handler):
    room.connect(handler.write_message)
    room.connect(handler.write_message, sender=handler)
    handler.timer = PeriodicCallback(lambda: handler.write_message('tick'), 20)
    handler.timer.start()
    handler.task = asyncio.ensure_future(speak(handler))

async def speak(handler):
    while True:
        await asyncio.sleep(0.02)
        handler.write_message('tock')
"""

PROBE = """
import asyncio, gc
from blinker.base import Signal
from tornado.ioloop import PeriodicCallback
from tornado.websocket import WebSocketHandler

async def tell(handler):
    await asyncio.sleep(0.05)
    gc.collect()
    alive = gc.get_objects()
    handler.write_message({
        'receivers': sum(len(x.receivers) for x in alive if type(x).__base__ is Signal),
        'timers': sum(x.is_running() for x in alive if type(x) is PeriodicCallback),
        'tasks': len(asyncio.all_tasks()),
        'handlers': sum(isinstance(x, WebSocketHandler) for x in alive),
    })
"""


async def test_after_many_rounds_everything_is_as_before(guide, start):
    """The guide's own functions, and some that clean up nothing, leave nothing behind."""
    modules = {name: (GUIDE / f"{name}.py").read_text() for name in ("messages", "chatbot")}
    modules["careless"] = CARELESS
    entries = {"probe": "open: {function: probe.tell}"}
    for name, module in modules.items():
        (guide / f"{name}.py").write_text(module)
        hooks = [hook for hook in ("open", "on_message", "on_close") if f"def {hook}(" in module]
        entries[name] = "\n".join(f"{hook}: {{function: {name}.{hook}}}" for hook in hooks)
    (guide / "gramex.yaml").write_text(routes(**entries))
    (guide / "probe.py").write_text(PROBE)
    (guide / "liveguide.yaml").write_text("limits: {blocking_seconds: 0}")
    process = await start("--port", "0", "--no-build")
    port = int((await address(process)).split(":")[2].strip("/"))

    async def probe() -> dict[str, int]:
        async with websockets.connect(f"ws://127.0.0.1:{port}/probe", proxy=None) as ws:
            counts: dict[str, int] = json.loads(await ws.recv())
            return counts

    async def visit(name: str) -> None:
        reader, writer = await handshake(port, f"/{name}")
        writer.write(MESSAGE + CLOSE)
        await reader.read()
        writer.close()
        await writer.wait_closed()

    await asyncio.gather(*map(visit, modules))
    before = await probe()
    for _ in range(ROUNDS):
        await asyncio.gather(*map(visit, modules))

    assert await probe() == before
    assert (before["receivers"], before["timers"], before["handlers"]) == (0, 0, 1)
    process.terminate()
    assert await ended(process) == (0, "", "")
