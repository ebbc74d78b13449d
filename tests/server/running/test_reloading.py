"""SIGHUP: the configuration is read anew, and nobody is cut off."""

from __future__ import annotations

import asyncio
import signal
import ssl

import pytest
import websockets
from certificate import make_certificate

from ..conftest import address, routes

pytestmark = pytest.mark.long

NUMBER = "def say(handler, message):\n    handler.write_message('{}')\n"
SAYS = "on_message:\n  function: bot.say"


IMPATIENT = """
import sys
from liveguide.server.endpoints import modules
from liveguide.server.cli import main

modules.SECONDS_PER_IMPORT = 0.5

sys.exit(main())
"""


@pytest.fixture(name="reload")
def _reload():
    """Return a function that sends SIGHUP, and waits for the last line that comes of it."""

    async def reload(process) -> list[str]:
        process.send_signal(signal.SIGHUP)
        lines = []
        while not lines or "configuration" not in lines[-1]:
            line = await asyncio.wait_for(process.stderr.readline(), 10)
            lines.append(line.decode().strip().split(" ", 2)[2])
        return lines

    return reload


async def ask(ws) -> str:
    await ws.send("?")
    return await ws.recv()


async def test_functions_and_routes_follow_their_files(guide, start, reload):
    """Who connects gets the new function; who is connected goes on with the old one."""
    (guide / "gramex.yaml").write_text(routes(bot=SAYS))
    (guide / "bot.py").write_text(NUMBER.format("one"))
    process = await start("--port", "0", "--no-build")
    url = (await address(process)).replace("http", "ws")

    async with websockets.connect(url + "bot", proxy=None) as old:
        assert await ask(old) == "one"
        (guide / "bot.py").write_text(NUMBER.format("two is new"))
        (guide / "gramex.yaml").write_text(routes(bot=SAYS, more=SAYS))
        (line,) = await reload(process)

        assert line.startswith("INFO read the configuration anew in ")
        assert line.endswith(" ms: bot, more changed")
        assert await ask(old) == "one"
        for name in ("bot", "more"):
            async with websockets.connect(url + name, proxy=None) as new:
                assert await ask(new) == "two is new"


async def test_a_module_that_has_not_changed_keeps_what_it_holds(guide, start, reload):
    """A room's readers, old and new, stay in one room."""
    (guide / "gramex.yaml").write_text(routes(bot="open:\n  function: bot.open"))
    (guide / "bot.py").write_text(
        "here = []\ndef open(handler):\n    here.append(handler)\n"
        "    handler.write_message(str(len(here)))\n"
    )
    process = await start("--port", "0", "--no-build")
    url = (await address(process)).replace("http", "ws") + "bot"

    async with websockets.connect(url, proxy=None) as old:
        assert await old.recv() == "1"
        (guide / "other.py").write_text("in_another_file = True\n")
        (guide / "other.py").rename(guide / "part.txt")
        assert (await reload(process))[0].endswith(" ms: no endpoint has changed")
        async with websockets.connect(url, proxy=None) as new:
            assert await new.recv() == "2"


async def test_a_broken_configuration_leaves_the_old_one(guide, start, reload):
    """Every fault is an error in the log with its file and line; nothing of it is used."""
    (guide / "gramex.yaml").write_text(routes(bot=SAYS))
    (guide / "bot.py").write_text(NUMBER.format("one"))
    process = await start("--port", "0", "--no-build")
    url = (await address(process)).replace("http", "ws") + "bot"
    (guide / "bot.py").write_text("def say(:\n")
    (guide / "liveguide.yaml").write_text("titel: x\n")

    lines = await reload(process)

    assert lines == [
        "ERROR guide/bot.py:1: error: this is not valid Python: invalid syntax",
        "ERROR guide/liveguide.yaml:1: error: there is no setting 'titel'; did you mean 'title'?",
        "ERROR the configuration is not used: what was loaded before goes on",
    ]
    async with websockets.connect(url, proxy=None) as ws:
        assert await ask(ws) == "one"
    (guide / "bot.py").write_text(NUMBER.format("mended"))
    (guide / "liveguide.yaml").unlink()
    await reload(process)
    async with websockets.connect(url, proxy=None) as ws:
        assert await ask(ws) == "mended"


async def test_a_renewed_certificate_is_used(guide, start, reload, tmp_path):
    """Who connects is shown the new one; a broken one leaves the old one in use."""
    certificate, key = make_certificate(tmp_path / "tls")
    options = ["--certfile", str(certificate), "--keyfile", str(key)]
    process = await start("--port", "0", "--no-build", *options)
    line = (await asyncio.wait_for(process.stdout.readline(), 10)).decode()
    port = int(line.rpartition(":")[2].strip().strip("/"))

    def shown() -> str:
        return ssl.get_server_certificate(("127.0.0.1", port))

    old = certificate.read_text()
    assert await asyncio.to_thread(shown) == old
    new, new_key = make_certificate(tmp_path / "renewed")
    certificate.write_bytes(new.read_bytes())
    assert "is not that of the first certificate in" in (await reload(process))[0]
    assert await asyncio.to_thread(shown) == old
    key.write_bytes(new_key.read_bytes())
    await reload(process)

    assert old != new.read_text()
    assert await asyncio.to_thread(shown) == new.read_text()


async def test_a_module_that_hangs_keeps_nobody_from_reloading(guide, start, reload):
    """It is given up and named; what was loaded goes on, until the module is mended."""
    (guide / "gramex.yaml").write_text(routes(bot=SAYS))
    (guide / "bot.py").write_text(NUMBER.format("one"))
    process = await start("--port", "0", "--no-build", script=IMPATIENT)
    url = (await address(process)).replace("http", "ws") + "bot"
    (guide / "bot.py").write_text("while True:\n    pass\n")

    hangs, not_used = await reload(process)
    async with websockets.connect(url, proxy=None) as ws:
        assert await ask(ws) == "one"
    (guide / "bot.py").write_text(NUMBER.format("mended"))
    await reload(process)
    async with websockets.connect(url, proxy=None) as ws:
        assert await ask(ws) == "mended"

    assert hangs.startswith("ERROR guide/bot.py:")
    assert " error: importing 'bot' takes more than 0.5 s; do what takes long in a" in hangs
    assert not_used.startswith("ERROR the configuration is not used")


async def test_the_limits_of_requests_are_read_anew(guide, start, reload):
    """Who connects after it is held to the new ones."""
    process = await start("--port", "0", "--no-build")
    port = int((await address(process)).split(":")[2].strip("/"))

    async def answered() -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = f"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nX: {'x' * 2048}\r\n\r\n"
        writer.write(head.encode())
        try:
            return await asyncio.wait_for(reader.readline(), 10)
        finally:
            writer.close()

    assert await answered() == b"HTTP/1.1 200 OK\r\n"
    (guide / "liveguide.yaml").write_text("limits: {header_size: 1024}\n")
    await reload(process)
    assert await answered() == b""
